"""What a row may hold, and where a fault is told."""

from datetime import date

import pytest

from backend.domain.completion import Award
from backend.domain.content import AwardGiven
from backend.domain.levels import Period

SCORE, LEVEL, COMMENT = "Toán - Điểm KTĐK", "Toán - Mức đạt được", "Toán - Nhận xét"


def codes(row):
    return [found.fault.code for found in row.faults]


def test_a_complete_row_is_good(read_row):
    """A pupil's complete row has no fault and lacks nothing."""
    for grade in range(1, 6):
        row = read_row({}, grade)
        assert (row.faults, row.missing) == ((), ())
        assert row.content.outcome == "HTXS"


@pytest.mark.parametrize("score", [11, -1, 7.5, "7.5", "7,5", "tám", "9+", True, "4; 11", date(2025, 5, 1)])
def test_what_is_no_score(read_row, score):
    """Scores are whole numbers from 0 to 10; anything else is told at its cell."""
    row = read_row({SCORE: score})
    assert row.content is None
    (found,) = row.faults
    assert (found.fault.code, found.fault.field) == ("SCORE_INVALID", "subjects.TOAN.scores.CN")
    assert (found.row, found.column, found.sheet) == (2, SCORE, "Lớp")
    assert found.sentence("vi") == "Điểm kiểm tra phải là số nguyên từ 0 đến 10."


@pytest.mark.parametrize(
    ("cell", "score"), [(9, 9), (9.0, 9), ("10", 10), ("9.0", 9), ("9,0", 9), (0, 0), (" 8 ", 8)]
)
def test_what_is_a_score(read_row, cell, score):
    """A whole number counts however the program wrote it; 0 is allowed."""
    assert read_row({SCORE: cell}).content.subjects["TOAN"].score() == score


def test_a_second_sitting_counts(read_row):
    """The retest stands beside the first sitting and is the score that counts."""
    row = read_row({SCORE: 4, "Toán - Điểm KT lại": 6, "Đánh giá lại": "Có"})
    assert row.content.subjects["TOAN"].scores[Period.YEAR_END] == (4, 6)
    assert row.content.reassessed


def test_a_second_sitting_needs_a_first(read_row):
    """A retest without a first sitting is told at the first sitting's column."""
    row = read_row({SCORE: None, "Toán - Điểm KT lại": 6})
    assert [(found.fault.code, found.column) for found in row.faults] == [("REQUIRED", SCORE)]


def test_other_periods(read_row):
    """The tests during the year have columns of their own."""
    row = read_row({"Toán - Điểm GHK1": 6, "Toán - Điểm CHK1": "7", "Toán - Điểm giữa HK II": 8})
    assert row.content.subjects["TOAN"].scores == {"GHK1": (6,), "CHK1": (7,), "GHK2": (8,), "CN": (9,)}


@pytest.mark.parametrize(
    ("cell", "level"),
    [("T", "T"), ("h", "H"), ("Hoàn thành tốt", "T"), ("hoan thanh", "H"), ("CHƯA HOÀN THÀNH", "C")],
)
def test_levels_of_a_subject(read_row, cell, level):
    """A level may be spelled out."""
    assert read_row({LEVEL: cell}).content.subjects["TOAN"].level == level


@pytest.mark.parametrize("cell", ["Đ", "D", "Đạt", "Tốt", "A", 1, "T H"])
def test_levels_of_the_other_scale_are_refused(read_row, cell):
    """``Đ`` belongs to qualities and competences; a subject has no such level."""
    (found,) = read_row({LEVEL: cell}).faults
    assert (found.fault.code, found.column) == ("SUBJECT_LEVEL_UNKNOWN", LEVEL)


@pytest.mark.parametrize(
    ("cell", "level"), [("Tốt", "T"), ("Đạt", "Đ"), ("D", "Đ"), ("đ", "Đ"), ("Cần cố gắng", "C")]
)
def test_levels_of_a_quality(read_row, cell, level):
    """The scale of qualities and competences, ``D`` for ``Đ`` included."""
    assert read_row({"Phẩm chất Yêu nước": cell}).content.traits["YEU_NUOC"] == level


def test_a_level_of_subjects_is_no_level_of_a_quality(read_row):
    """``H`` is refused where only T, Đ and C exist."""
    assert codes(read_row({"Phẩm chất Yêu nước": "H"})) == ["TRAIT_LEVEL_UNKNOWN"]


def test_a_missing_comment_leaves_a_draft(read_row):
    """A row without a required comment is good, and what it lacks is listed."""
    row = read_row({COMMENT: None})
    assert row.is_good
    assert [(found.fault.code, found.column) for found in row.missing] == [("COMMENT_MISSING", COMMENT)]
    assert row.missing[0].sentence() == "Chưa có nhận xét (Toán)."


@pytest.mark.parametrize(("length", "good"), [(300, True), (301, False), (5000, False)])
def test_the_longest_comment(read_row, length, good):
    """300 characters fit the printed form, 301 do not."""
    row = read_row({COMMENT: "ô" * length})
    assert row.is_good is good
    assert codes(row) == ([] if good else ["COMMENT_TOO_LONG"])


def test_a_formula_is_refused_where_it_stands(read_row):
    """A computed cell is no value, whatever it shows; text that only looks like a formula stays text."""
    row = read_row({SCORE: "=5+4", "Họ và tên": "=A1"})
    assert [(found.fault.code, found.column, found.fault.value) for found in row.faults] == [
        ("FORMULA_CELL", "Họ và tên", "=A1"),
        ("FORMULA_CELL", SCORE, "=5+4"),
    ]
    assert row.faults[0].letter == "A"


def test_subjects_of_other_grades_stay_empty(read_row):
    """A result in a subject the grade does not have is told at its first filled cell."""
    row = read_row({"Khoa học - Mức đạt được": None, "Khoa học - Nhận xét": "Em học tốt."}, grade=2)
    (found,) = row.faults
    assert (found.fault.code, found.column) == ("SUBJECT_NOT_IN_GRADE", "Khoa học - Nhận xét")


def test_a_competence_of_other_grades_stays_empty(read_row):
    """Competences that start in grade 3 have no level before."""
    assert codes(read_row({"Năng lực Tin học": "T"}, grade=1)) == ["TRAIT_NOT_IN_GRADE"]


def test_the_class_tells_the_grade(read_row):
    """Without a grade column the class name's number is the grade; with one they must agree."""
    assert read_row({"Lớp": "Lớp 4/2"}).content.grade == 4
    assert codes(read_row({"Lớp": "3A", "Khối": 4})) == ["CLASS_GRADE_MISMATCH"]
    assert read_row({"Khối": "Khối 4"}).is_good
    assert codes(read_row({"Lớp": "Hoa Sen"})) == ["GRADE_UNKNOWN"]
    assert codes(read_row({"Khối": 6, "Lớp": "Hoa Sen"})) == ["GRADE_UNKNOWN"]


def test_a_class_that_became_a_date(read_row):
    """Class 4/1 typed into a sheet becomes a day of January: the fault says so instead of guessing."""
    (found,) = read_row({"Lớp": date(2025, 1, 4), "Khối": 4}).faults
    assert (found.fault.code, found.fault.value) == ("TEXT_EXPECTED", "04/01/2025")


def test_name_and_class_are_required(read_row):
    """A row without a name or a class is no pupil's row."""
    row = read_row({"Họ và tên": " ", "Lớp": None, "Khối": 4})
    assert [(found.fault.code, found.column) for found in row.faults] == [
        ("REQUIRED", "Họ và tên"),
        ("REQUIRED", "Lớp"),
    ]


@pytest.mark.parametrize(
    "cell", [date(2015, 9, 5), "05/09/2015", "5/9/2015", "2015-09-05", "5-9-2015", "05.09.2015"]
)
def test_dates(read_row, cell):
    """A real date or the spellings people use."""
    assert read_row({"Ngày sinh": cell}).content.pupil.birth_date == date(2015, 9, 5)


@pytest.mark.parametrize("cell", ["31/02/2015", "2015", 2015, "09/2015", "5/9/15", "hôm qua", True])
def test_what_is_no_date(read_row, cell):
    """Nothing is guessed: a year alone, two digits or a number are no day."""
    assert codes(read_row({"Ngày sinh": cell})) == ["DATE_INVALID"]


def test_body_and_absences(read_row):
    """Centimetres and kilograms with decimals, days as whole numbers."""
    row = read_row({"Chiều cao (cm)": "123,5", "Cân nặng": 25.3, "Nghỉ có phép": 2, "Nghỉ không phép": "1"})
    assert (row.content.height_mm, row.content.weight_g) == (1235, 25300)
    assert (row.content.absent_excused, row.content.absent_unexcused) == (2, 1)


@pytest.mark.parametrize(
    ("header", "cell"),
    [
        ("Chiều cao (cm)", 123.55),
        ("Chiều cao (cm)", 1.25),
        ("Chiều cao (cm)", "cao"),
        ("Cân nặng (kg)", -3),
        ("Nghỉ có phép", 1.5),
        ("Nghỉ có phép", 400),
        ("Nghỉ không phép", 1e300),
    ],
)
def test_what_is_no_measurement(read_row, header, cell):
    """Metres for centimetres, half days and words are told, not converted."""
    assert codes(read_row({header: cell})) == ["NUMBER_INVALID"]


def test_a_number_as_a_spreadsheet_keeps_it(read_row):
    """120.1 comes as 120.09999999999999 and is 120.1."""
    assert read_row({"Chiều cao": 120.09999999999999}).content.height_mm == 1201


def test_citizen_numbers(read_row):
    """Twelve digits; in a cell of numbers the lost zero is put back; what does not fit the person is a warning."""
    assert read_row({"Số CCCD": "022 315 001 234"}).content.pupil.citizen_number == "022315001234"
    assert read_row({"Số CCCD": 22315001234}).content.pupil.citizen_number == "022315001234"
    assert codes(read_row({"Số CCCD": "22315001234"})) == ["CITIZEN_NUMBER_INVALID"]
    assert codes(read_row({"Số CCCD": "٠22315001234"})) == ["CITIZEN_NUMBER_INVALID"]
    doubtful = read_row({"Số CCCD": "022215001234"})
    assert doubtful.is_good
    assert codes(doubtful) == ["CITIZEN_NUMBER_GENDER"]


def test_pupil_codes(read_row):
    """Opaque letters or digits, as text or as a number."""
    assert read_row({"Mã định danh": 2212345678}).content.pupil.pupil_code == "2212345678"
    assert codes(read_row({"Mã định danh": "22-34?"})) == ["PUPIL_CODE_INVALID"]


@pytest.mark.parametrize(
    ("cell", "flag"), [("Có", True), ("x", True), ("Không", False), (True, True), (0, False)]
)
def test_yes_and_no(read_row, cell, flag):
    """The words and marks for yes and no."""
    assert read_row({"Đánh giá lại": cell}).content.reassessed is flag


def test_what_is_neither_yes_nor_no(read_row):
    """Anything else is told."""
    assert codes(read_row({"Đánh giá lại": "có lẽ"})) == ["YES_NO_INVALID"]
    assert codes(read_row({"Giới tính": "Trai"})) == ["GENDER_UNKNOWN"]


def test_awards(read_row):
    """Several awards in one cell, known ones by name, others as the school words them."""
    cell = "Học sinh Xuất sắc; Giải Nhì viết chữ đẹp\nThư khen: Giúp bạn vượt khó"
    assert read_row({"Khen thưởng": cell}).content.awards == (
        AwardGiven(award=Award.EXCELLENT_PUPIL),
        AwardGiven(award=Award.AD_HOC, note="Giải Nhì viết chữ đẹp"),
        AwardGiven(award=Award.LETTER_OF_PRAISE, note="Giúp bạn vượt khó"),
    )


def test_an_award_above_the_outcome(read_row):
    """An award that stands on an outcome is refused without it."""
    row = read_row({LEVEL: "H", "Khen thưởng": "Học sinh Xuất sắc"})
    assert [(found.fault.code, found.column) for found in row.faults] == [
        ("AWARD_OUTCOME_MISMATCH", "Khen thưởng")
    ]


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"Đánh giá kết quả giáo dục": "Hoàn thành xuất sắc"}, []),
        ({"Đánh giá kết quả giáo dục": "Hoàn thành tốt"}, ["OUTCOME_MISMATCH"]),
        ({"Đánh giá kết quả giáo dục": "Giỏi"}, ["OUTCOME_MISMATCH"]),
        ({"Hoàn thành chương trình lớp học": "Có"}, []),
        ({"Hoàn thành chương trình lớp học": "Không"}, ["OUTCOME_MISMATCH"]),
        ({"Được lên lớp": "Không"}, ["OUTCOME_MISMATCH"]),
        ({"Được lên lớp": "Có"}, []),
        ({SCORE: 4, "Hoàn thành chương trình lớp học": "Có"}, ["OUTCOME_MISMATCH"]),
        ({SCORE: None, "Đánh giá kết quả giáo dục": "Hoàn thành"}, []),
        ({LEVEL: None, "Đánh giá kết quả giáo dục": "Hoàn thành"}, []),
        ({"Không đánh giá": "Có", "Đánh giá kết quả giáo dục": "Hoàn thành"}, ["OUTCOME_MISMATCH"]),
    ],
)
def test_stated_and_derived_agree(read_row, changes, expected):
    """What follows from levels and scores may be stated, but not differently; a draft is not compared."""
    assert codes(read_row(changes)) == expected


def test_decisions_speak_where_no_rule_does(read_row):
    """Promotion decides for a pupil who has not completed, completion for one who is not assessed."""
    promoted = read_row({LEVEL: "C", "Được lên lớp": "Có"}).content
    assert (promoted.completed, promoted.promoted_by_decision) == (False, True)
    assessed = read_row({"Được lên lớp": "Có", "Hoàn thành chương trình lớp học": "Có"}).content
    assert (assessed.completed_by_decision, assessed.promoted_by_decision) == (None, None)
    exempt = read_row({"Không đánh giá": "Có", "Hoàn thành chương trình lớp học": "Có"}).content
    assert (exempt.outcome, exempt.completed_by_decision) == (None, True)


def test_the_school_year(read_row):
    """A row may name its year; the default fills in."""
    assert str(read_row({}).content.school_year) == "2024-2025"
    assert str(read_row({"Năm học": "2023 – 2024"}).content.school_year) == "2023-2024"
    assert codes(read_row({"Năm học": "2024-2026"})) == ["SCHOOL_YEAR_INVALID"]


def test_the_learning_history(read_row):
    """Register number and day of entry make this year's row; earlier rows may come in a column of their own."""
    row = read_row(
        {
            "Số đăng bộ": "153/2021",
            "Ngày nhập học": "05/09/2021",
            "Quá trình học tập trước đó": "2023-2024 | 3A | Trường Tiểu học Cao Xanh | 12 | 01/09/2021",
        }
    )
    earlier, this_year = row.content.history
    assert (str(earlier.school_year), earlier.class_name, earlier.school_name) == (
        "2023-2024",
        "3A",
        "Trường Tiểu học Cao Xanh",
    )
    assert (this_year.register_number, this_year.entered_on) == ("153/2021", date(2021, 9, 5))


def test_faults_of_the_last_rows_are_counted_like_the_first(read, table, pupil):
    """One bad row never hides a good one, and rows keep the numbers of the sheet."""
    rows = [pupil(4, {"Mã định danh": f"220000{at:04d}", SCORE: 11 if at == 1 else 9}) for at in range(3)]
    file = read(table(*rows))
    assert ([row.row for row in file.good], [row.row for row in file.bad]) == ([2, 4], [3])


def test_a_row_of_rubbish_is_told_once_and_briefly(read_row, pupil):
    """A row where everything is wrong has a bounded number of faults."""
    row = read_row(dict.fromkeys(pupil(), "=1"))
    assert 40 < len(row.faults) <= 50
