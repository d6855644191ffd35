"""Text as it is kept: one line of NFC, no invisible characters, no space at an edge."""

import string

from hypothesis import strategies as st

from backend.domain.text import clean

VIETNAMESE = "aàảãáạăằẳẵắặâầẩẫấậbcdđeèẻẽéẹêềểễếệghiìỉĩíịklmnoòỏõóọôồổỗốộơờởỡớợpqrstuùủũúụưừửữứựvxyỳỷỹýỵ"
LETTERS = VIETNAMESE + VIETNAMESE.upper()
MARKS = " .,;:!?()-–/\"'<>&=+%"


def texts(limit: int, *, least: int = 0) -> st.SearchStrategy[str]:
    """Kept text of ``least`` to ``limit`` characters, markup and formula signs among them."""
    written = st.text(LETTERS + string.digits + MARKS, min_size=least, max_size=limit)
    return written.map(clean).filter(lambda text: least <= len(text) <= limit)


SENTENCES = (
    "Em chăm ngoan, tiếp thu bài nhanh.",
    "Đọc to, rõ ràng; cần viết nắn nót hơn.",
    "=1+1",
    "<b>Giỏi</b> & “ngoan”",
    "Ứ Ỳ Ỗ",
)


def phrases(*, least: int = 0) -> st.SearchStrategy[str]:
    """Short text drawn at once: for contents with dozens of texts, where each letter is not the point."""
    return st.sampled_from(SENTENCES if least else ("", *SENTENCES))


def names(limit: int = 60) -> st.SearchStrategy[str]:
    """A name: words of letters."""
    word = st.text(LETTERS, min_size=1, max_size=7)
    return st.lists(word, min_size=1, max_size=5).map(" ".join).map(lambda name: clean(name[:limit]))


def spellings() -> st.SearchStrategy[str]:
    """Anything people or programs might send: decomposed, invisible, broken, of every script."""
    troubled = st.text(
        LETTERS + " \t\n\u00a0\u200b\u200d\u202e\u2066\ufeff\u00ad\u0301\u0323\u0302", max_size=40
    )
    return st.one_of(st.text(max_size=40), troubled)
