"""The form's own list of test cases for the drawing (domain/template)."""

import pytest

from backend.domain.content import RecordContent
from backend.domain.content_json import to_json
from tests.worker.render.forms import LONGEST_COMMENT, awkward_contents
from tests.worker.render.pages import A4_POINTS, Drawn, squeezed

CASES = awkward_contents()
POINTS_PER_MM = 72 / 25.4


@pytest.mark.parametrize("name", CASES)
def test_pages(awkward: dict[str, Drawn], name: str) -> None:
    """Every case keeps five pages but the one in which every comment has its full length."""
    assert awkward[name].form.pages == (6 if name == "longest comment everywhere" else 5)


@pytest.mark.parametrize("name", CASES)
def test_nothing_leaves_the_page(awkward: dict[str, Drawn], name: str) -> None:
    """Every word stands within the text area or the foot of its page."""
    for word in awkward[name].words:
        assert word.x1 >= 20 * POINTS_PER_MM, word
        assert word.x2 <= A4_POINTS[0] - 15 * POINTS_PER_MM + 0.5, word
        assert word.y1 >= 15 * POINTS_PER_MM, word
        assert word.y2 <= A4_POINTS[1] - 7 * POINTS_PER_MM, word


@pytest.mark.parametrize("name", CASES)
def test_areas_stand_on_the_last_page(awkward: dict[str, Drawn], name: str) -> None:
    """The signature areas are together on the last page, whatever came before."""
    form = awkward[name].form
    assert {box.page for box in form.boxes.values()} == {form.pages - 1}


@pytest.mark.parametrize("name", CASES)
def test_every_value_is_printed(awkward: dict[str, Drawn], name: str) -> None:
    """Every name, place and comment of the content can be read from the file."""
    printed = squeezed(awkward[name].text())
    for text in _printed_texts(CASES[name]):
        assert squeezed(text) in printed, text


def _printed_texts(content: RecordContent) -> list[str]:
    document = to_json(content)
    pupil = {key: value for key, value in document["pupil"].items() if key not in {"gender", "birthDate"}}
    school = {key: value for key, value in document["school"].items() if key != "code"}
    rows = [value for row in document["history"] for key, value in row.items() if key == "schoolName"]
    languages = [subject["language"] for subject in document["subjects"].values()]
    return [*pupil.values(), *school.values(), *rows, *languages, content.class_name]


@pytest.mark.parametrize("name", CASES)
def test_comments_are_printed_in_their_column(awkward: dict[str, Drawn], name: str) -> None:
    """The last column holds exactly the comments, from the first subject to the last."""
    drawn, content = awkward[name], CASES[name]
    left = (30 + 165 * 0.49) * POINTS_PER_MM
    read = "".join(drawn.column(page, left, 600, "Nhận") for page in range(4, drawn.form.pages))
    ordered = [
        content.subjects[subject].comment
        for subject in _printing_order(content)
        if subject in content.subjects
    ]
    assert read == squeezed("".join(ordered))


def _printing_order(content: RecordContent) -> list[str]:
    return [subject.code for subject in content.curriculum.subjects]


def test_long_comments_are_set_smaller(awkward: dict[str, Drawn]) -> None:
    """Comments shrink to 9 pt before the page goes on to another."""
    heights = {
        round(word.y2 - word.y1, 1)
        for word in awkward["longest comment everywhere"].words
        if word.page == 4 and word.text == "hăng"
    }
    assert len(heights) == 1
    usual = {
        round(word.y2 - word.y1, 1)
        for word in awkward["no father"].words
        if word.page == 4 and word.text == "học"
    }
    assert heights.pop() / min(usual) == pytest.approx(9 / 11, abs=0.01)
    assert len(LONGEST_COMMENT) == 300


def test_grade_1_has_blank_rows(awkward: dict[str, Drawn]) -> None:
    """A first-grader's page carries all rows, blank where the subject is not taught."""
    text = awkward["grade 1"].text(4)
    assert "Lịch sử và Địa lí" in text
    assert "Công nghệ" in text
    assert "(Tiếng Anh)" not in text


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("grade 1", "Hoàn thành chương trình lớp 1"),
        ("grade 5", "Hoàn thành chương trình tiểu học"),
        ("not completed", "Chưa hoàn thành chương trình lớp 4"),
        ("not completed, promoted later", "Chưa hoàn thành chương trình lớp 4; được lên lớp"),
        ("not completed, not promoted", "Chưa hoàn thành chương trình lớp 4; chưa được lên lớp"),
        ("not assessed", "Hoàn thành chương trình lớp 4"),
    ],
)
def test_completion_is_in_words(awkward: dict[str, Drawn], name: str, sentence: str) -> None:
    """Part 6 says in words what follows from the results and decisions."""
    after = awkward[name].text(5).split("chương trình tiểu học: ", 1)[1]
    assert after.startswith((f"{sentence} Hạ Long,", f"{sentence} Xác nhận"))


def test_last_sitting_is_printed(awkward: dict[str, Drawn]) -> None:
    """A retest prints its own score only."""
    left, right = (30 + 165 * 0.38) * POINTS_PER_MM, (30 + 165 * 0.49) * POINTS_PER_MM
    assert awkward["not completed"].column(4, left, right, "KTĐK") == "8488888"


def test_empty_values_are_dots(awkward: dict[str, Drawn]) -> None:
    """A pupil without data still gives a form: dotted lines, blank cells."""
    text = awkward["empty"].text()
    assert "Họ và tên cha: ……" in text
    assert "20…. - 20…." in text
    assert "4. Đánh giá kết quả giáo dục: ……" in text
    assert "ngày …… tháng …… năm 20……" in awkward["empty"].text(5)
