"""What is written is read back as the same record, in every format."""

import io
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook

from backend.domain.completion import AWARD_REQUIRES, Award
from backend.domain.content import (
    AwardGiven,
    HistoryEntry,
    PupilFacts,
    RecordContent,
    SchoolFacts,
    SubjectResult,
)
from backend.domain.content_rules import LABEL_MAX
from backend.domain.curriculum import curriculum_of
from backend.domain.identifiers import Gender
from backend.domain.levels import Period, SubjectLevel, TraitGroup, TraitLevel
from backend.domain.school_year import SchoolYear
from backend.domain.text import clean
from backend.files.lists import awards_text, read_awards
from backend.files.parsed import FileDefaults
from backend.files.read import read_file
from backend.files.write import write_csv, write_json, write_xlsx

YEAR = SchoolYear(2024)
SCHOOL = SchoolFacts(code="2219", name="TH A", commune="B", district="", province="Quảng Ninh", place="B")
WRITERS = {"a.xlsx": write_xlsx, "a.csv": write_csv, "a.json": write_json}


def texts(limit: int, without: str = "") -> st.SearchStrategy[str]:
    """Clean text of any letters, signs and spaces, the dangerous ones preferred."""
    anything = st.text(max_size=limit)
    vietnamese = st.text("ăâđêôơưếữặ ĂÂĐ=+-@'\"<>&;,|_x0041_\t", max_size=min(limit, 40))
    cleaned = (anything | vietnamese).map(clean).filter(lambda text: len(text) <= limit)
    return cleaned.map(lambda text: clean("".join(char for char in text if char not in without)))


def names() -> st.SearchStrategy[str]:
    return texts(50).map(lambda text: f"An {text}".strip())


@st.composite
def pupils(draw: st.DrawFn, grade: int) -> PupilFacts:
    return PupilFacts(
        full_name=draw(names()),
        birth_date=draw(st.none() | st.dates(date(2024 - 7 - grade, 1, 1), date(2024 - 5 - grade, 12, 31))),
        gender=draw(st.sampled_from(Gender)),
        ethnicity=draw(texts(60)),
        nationality=draw(texts(60)),
        birth_place=draw(texts(120)),
        hometown=draw(texts(120)),
        address=draw(texts(200)),
        father=draw(texts(60)),
        mother=draw(texts(60)),
        guardian=draw(texts(60)),
        citizen_number=draw(st.just("") | st.from_regex(r"0[0-9]{11}", fullmatch=True)),
        pupil_code=draw(st.from_regex(r"[0-9A-Za-z]{6,20}", fullmatch=True)),
    )


@st.composite
def results(draw: st.DrawFn, grade: int) -> dict[str, SubjectResult]:
    subjects = {}
    for subject in curriculum_of(grade, YEAR).subjects:
        scores = {
            period: tuple(draw(st.lists(st.integers(0, 10), min_size=1, max_size=3)))
            for period in Period
            if period in subject.tests and draw(st.booleans())
        }
        result = SubjectResult(
            level=draw(st.none() | st.sampled_from(SubjectLevel)), scores=scores, comment=draw(texts(300))
        )
        if not result.is_empty:
            language = draw(texts(60)) if subject.names_language else ""
            subjects[subject.code] = replace(result, language=language)
    return subjects


@st.composite
def histories(draw: st.DrawFn, class_name: str) -> tuple[HistoryEntry, ...]:
    entries = [
        HistoryEntry(
            school_year=SchoolYear(draw(st.integers(2020, 2024))),
            class_name=draw(texts(LABEL_MAX, without=";|")),
            school_name=draw(texts(100, without=";|")),
            register_number=draw(texts(LABEL_MAX, without=";|")),
            entered_on=draw(st.none() | st.dates(date(2015, 1, 1), date(2025, 1, 1))),
        )
        for _ in range(draw(st.integers(0, 3)))
    ]
    this_year = HistoryEntry(
        school_year=YEAR,
        class_name=class_name,
        school_name=SCHOOL.name,
        register_number=draw(texts(LABEL_MAX)),
        entered_on=draw(st.none() | st.dates(date(2015, 1, 1), date(2025, 1, 1))),
    )
    return (*entries, this_year)


@st.composite
def contents(draw: st.DrawFn) -> RecordContent:
    grade = draw(st.integers(1, 5))
    class_name = f"{grade}{draw(texts(10, without='0123456789'))}"
    optional = curriculum_of(grade, YEAR).traits
    content = RecordContent(
        school_year=YEAR,
        grade=grade,
        class_name=clean(class_name),
        school=SCHOOL,
        pupil=draw(pupils(grade)),
        history=draw(histories(clean(class_name))),
        height_mm=draw(st.none() | st.integers(500, 2199)),
        weight_g=draw(st.none() | st.integers(8_000, 149_999)),
        absent_excused=draw(st.integers(0, 366)),
        absent_unexcused=draw(st.integers(0, 366)),
        subjects=draw(results(grade)),
        traits={trait.code: draw(st.sampled_from(TraitLevel)) for trait in optional if draw(st.booleans())},
        comments={group: text for group in TraitGroup if (text := draw(texts(300)))},
        not_assessed=draw(st.booleans()),
        reassessed=draw(st.booleans()),
        recorded_on=draw(st.none() | st.dates(date(2020, 1, 1), date(2030, 1, 1))),
    )
    content = replace(content, awards=tuple(draw(st.lists(awards(content), max_size=3))))
    if content.not_assessed:
        content = replace(content, completed_by_decision=draw(st.none() | st.booleans()))
    if content.completed is False:
        content = replace(content, promoted_by_decision=draw(st.none() | st.booleans()))
    return content


def awards(content: RecordContent) -> st.SearchStrategy[AwardGiven]:
    fitting = [award for award in Award if AWARD_REQUIRES.get(award, content.outcome) is content.outcome]
    given = st.builds(AwardGiven, award=st.sampled_from(fitting), note=texts(100, without=";"))
    return given.filter(lambda one: read_awards(awards_text([one])) == (one,))


@pytest.mark.parametrize("name", WRITERS)
@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(rows=st.lists(contents(), min_size=1, max_size=2, unique_by=lambda one: one.pupil.pupil_code))
def test_a_written_file_is_read_back(name, rows):
    """Any records the rules allow come back equal."""
    numbers = [row.pupil.citizen_number for row in rows if row.pupil.citizen_number]
    assume(len(numbers) == len(set(numbers)))
    target = io.BytesIO()
    assert WRITERS[name](rows, target) == len(rows)
    file = read_file(target.getvalue(), name, school=SCHOOL, defaults=FileDefaults(school_year=YEAR))
    assert [found for found in file.faults if not found.is_warning] == []
    assert file.contents == rows
    assert file.ignored_columns == ()


def test_the_same_records_give_the_same_bytes():
    """Nothing of a written file depends on when it was written."""
    row = RecordContent(
        school_year=YEAR, grade=1, class_name="1A", school=SCHOOL, pupil=PupilFacts(full_name="An")
    )
    for write in WRITERS.values():
        one, other = io.BytesIO(), io.BytesIO()
        write([row], one)
        write(iter([row]), other)
        assert one.getvalue() == other.getvalue()


def test_the_written_workbook_is_what_people_expect():
    """Two header rows with merged groups, numbers as numbers, days as days, codes as text."""
    pupil = PupilFacts(full_name="Tằng A Lìu", birth_date=date(2018, 9, 5), citizen_number="022218000001")
    row = RecordContent(
        school_year=YEAR,
        grade=1,
        class_name="1A",
        school=SCHOOL,
        pupil=pupil,
        height_mm=1185,
        subjects={"TOAN": SubjectResult(level=SubjectLevel.GOOD, scores={Period.YEAR_END: (10,)})},
    )
    target = io.BytesIO()
    write_xlsx([row], target, title="Lớp 1A")
    sheet = load_workbook(target).active
    cells = {sheet.cell(2, at).value or "": at for at in range(1, sheet.max_column + 1)}
    assert sheet["A1"].value == "Lớp 1A"
    assert sheet.cell(4, cells["Ngày sinh"]).is_date
    assert sheet.cell(4, cells["Số định danh cá nhân"]).value == "022218000001"
    assert sheet.cell(4, cells["Chiều cao (cm)"]).value == 118.5
    assert [sheet.cell(3, cells["Toán"] + at).value for at in (0, 4)] == ["Mức đạt được", "Điểm KTĐK"]
    assert sheet.cell(4, cells["Toán"] + 4).value == 10
    assert "W2:AC2" in {str(area) for area in sheet.merged_cells.ranges}
