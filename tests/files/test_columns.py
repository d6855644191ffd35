"""The table of columns."""

import pytest

from backend.files.columns import betrays_result, meanings, written_columns
from backend.files.readers import READERS
from backend.files.words import packaged, readings, spelling


def test_no_spelling_means_two_columns():
    """Every accepted header leads to exactly one field; the table itself refuses to be built otherwise."""
    assert len(meanings()) > 10_000


def test_what_is_written_is_read_as_the_same_column():
    """The header this system writes, in one row or two, means the column it was written for."""
    for column in written_columns():
        header = f"{column.group} - {column.label}" if column.group else column.label
        assert meanings()[spelling(header)].column == column


def test_every_kind_has_a_reader():
    """No column names a reader that does not exist."""
    assert {meaning.column.kind for meaning in meanings().values()} <= READERS.keys()


def test_no_word_stands_for_two_codes():
    """Every table of words is unambiguous."""
    for table in packaged("words"):
        assert readings(table)


@pytest.mark.parametrize(
    ("header", "field"),
    [
        ("HỌ VÀ TÊN (*)", "pupil.fullName"),
        ("Ho va ten", "pupil.fullName"),
        ("Toán – Điểm KTĐK", "subjects.TOAN.scores.CN"),
        ("Điểm KTĐK môn Toán", "subjects.TOAN.scores.CN"),
        ("Toán (Điểm giữa HK I)", "subjects.TOAN.scores.GHK1"),
        ("Toán: Điểm thi lại", "subjects.TOAN.retest"),
        ("LS&ĐL - Mức", "subjects.LICH_SU_DIA_LI.level"),
        ("Lịch sử & Địa lý_NX", "subjects.LICH_SU_DIA_LI.comment"),
        ("Mỹ thuật - Mức đạt được", "subjects.MI_THUAT.level"),
        ("Khoa học - Mức đạt được", "subjects.KHOA_HOC.level"),
        ("Năng lực đặc thù - Khoa học", "traits.NL_KHOA_HOC"),
        ("NL Tin học", "traits.NL_TIN_HOC"),
        ("Yêu nước", "traits.YEU_NUOC"),
        ("Phẩm chất - Nhận xét", "comments.QUALITY"),
        ("Nhận xét năng lực chung", "comments.GENERAL_COMPETENCE"),
        ("Số ngày nghỉ có phép", "absentExcused"),
    ],
)
def test_spellings_of_real_exports(header, field):
    """Diacritics, case, dashes, brackets and the usual short forms do not matter."""
    assert meanings()[spelling(header)].column.field == field


def test_a_header_can_name_the_language():
    """``Tiếng Anh`` is the first foreign language, and says which."""
    meaning = meanings()[spelling("Tiếng Anh - Nhận xét")]
    assert (meaning.column.field, meaning.language) == ("subjects.NGOAI_NGU_1.comment", "Tiếng Anh")


@pytest.mark.parametrize(
    "header", ["Ngoại ngữ 2 - Mức đạt được", "Nhận xét môn Cờ vua", "Cờ vua - Điểm KTĐK"]
)
def test_results_of_an_unknown_subject_betray_themselves(header):
    """A column that looks like a result is told from a column nobody needs."""
    assert betrays_result(header)
    assert not betrays_result("Ghi chú")
