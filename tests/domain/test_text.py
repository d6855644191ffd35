"""Text that is kept, searched and sorted."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.domain.text import clean, fold, is_invisible, name_sort_key
from tests.strategies.texts import names, spellings

BIDI = "\u200e\u200f\u061c\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
ZERO_WIDTH = "\u200b\u200c\u200d\u2060\ufeff\u00ad"


@given(spellings())
def test_clean_text_is_one_visible_line(text):
    """NFC, no control or format character, single plain spaces, none at an edge."""
    kept = clean(text)
    assert unicodedata.is_normalized("NFC", kept)
    assert not any(is_invisible(char) for char in kept)
    assert kept == " ".join(kept.split(" ")).strip()
    assert "  " not in kept


@given(spellings())
def test_cleaning_twice_changes_nothing(text):
    """What is kept stays what it is."""
    assert clean(clean(text)) == clean(text)


@given(names())
def test_composed_and_decomposed_spellings_become_one(name):
    """Two keyboards, one name: NFD and NFC give the same bytes."""
    assert clean(unicodedata.normalize("NFD", name)) == name


@given(
    st.lists(names(8), min_size=1, max_size=4), st.sampled_from("\n\r\t\u00a0\u2003\u3000\u2028\u2029\u0085")
)
def test_every_kind_of_space_becomes_one_space(words, space):
    """Tabs, line breaks and foreign spaces between words are one plain space."""
    assert clean(f"{space}{space}".join(words)) == " ".join(words)


@pytest.mark.parametrize("char", BIDI + ZERO_WIDTH + "\x00\x07\x1b\x7f\ue000\ud800\uffff")
def test_invisible_characters_are_removed(char):
    """Bidirectional controls, zero-width and control characters change how text reads without being seen."""
    assert clean(f"Đỗ {char}Thị {char}Á{char}nh{char}") == "Đỗ Thị Ánh"


def test_removal_leaves_no_double_space_and_no_loose_accent():
    """A removed character may have stood between two spaces, or between a letter and its accent."""
    assert clean("Đỗ \u200b Ánh") == "Đỗ Ánh"
    assert clean("A\u200b\u0301nh") == "Ánh"


@pytest.mark.parametrize(
    "text", ["<script>alert(1)</script>", "=1+1", "file:///etc/passwd", "@import url(x)", "{{7*7}}"]
)
def test_hostile_text_is_kept_as_text(text):
    """Markup, formulas and addresses are letters like others: whoever prints them escapes them."""
    assert clean(text) == text


@pytest.mark.parametrize(
    ("name", "folded"),
    [
        ("Đỗ Thị Ngọc Ánh", "do thi ngoc anh"),
        ("NGUYỄN  ƯỚC", "nguyen uoc"),
        ("Ya Hương Êban", "ya huong eban"),
        ("", ""),
    ],
)
def test_fold_drops_marks_and_case(name, folded):
    """Search finds a name typed without diacritics."""
    assert fold(name) == folded


@given(names())
def test_fold_makes_all_spellings_one(name):
    """Case and composition play no part in a search."""
    assert fold(name.upper()) == fold(name) == fold(unicodedata.normalize("NFD", name))


IN_ORDER = (
    "Nguyễn Văn A",
    "Vũ Hoài An",
    "Trần Ngọc An",
    "Phạm Thị Án",
    "Lê Văn Ảnh",
    "Đỗ Ngọc Ánh",
    "Hà Thị Ánh",
    "Bùi Ân",
    "Lê Ấn",
    "Cao Bá",
    "Đinh Dung",
    "Đinh Dũng",
    "Lê Đan",
    "Ngô Đức",
    "Võ Em",
    "Võ Ê",
    "Lê Hoa",
    "Lê Hòa",
    "Lê Hoan",
    "Mai Khôi",
    "Mai Lan",
    "Tạ Minh",
    "Tạ Oanh",
    "Tạ Ôn",
    "Tạ Ơn",
    "Vi Thu",
    "Vi Thủy",
    "Vi Thư",
    "Vi Thường",
    "Lò Uyên",
    "Lò Ưng",
    "Lò Yến",
)
"""By given name, then middle names, then family name; letters a ă â … d đ e ê … o ô ơ … u ư, then tones."""


def test_names_sort_as_in_a_vietnamese_dictionary():
    """The plain byte order of the keys is the order of a class list."""
    assert sorted(IN_ORDER, key=lambda name: name_sort_key(name).encode()) == list(IN_ORDER)


@pytest.mark.parametrize(
    "letters",
    [
        "a à ả ã á ạ ă ằ ẳ ẵ ắ ặ â ầ ẩ ẫ ấ ậ",
        "d đ",
        "e è ẻ ẽ é ẹ ê ề ể ễ ế ệ",
        "o ò ỏ õ ó ọ ô ồ ổ ỗ ố ộ ơ ờ ở ỡ ớ ợ",
        "u ù ủ ũ ú ụ ư ừ ử ữ ứ ự",
    ],
)
def test_letters_sort_by_base_then_shape_then_tone(letters):
    """Unmarked, huyền, hỏi, ngã, sắc, nặng, within each letter of the alphabet."""
    expected = letters.split(" ")
    assert sorted(expected, key=name_sort_key) == expected


@given(names())
def test_the_sort_key_is_plain_and_the_same_for_every_spelling(name):
    """The database needs no collation, and case and composition do not move a pupil."""
    assert (
        name_sort_key(name)
        == name_sort_key(name.upper())
        == name_sort_key(unicodedata.normalize("NFD", name))
    )
    assert name_sort_key(name).isascii()
