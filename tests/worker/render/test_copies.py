"""Copies that are not the signed file say so on every page."""

from datetime import date, datetime

import pytest

from signing_worker.render.sheet import CopyKind
from tests.worker.render.conftest import Draw
from tests.worker.render.forms import sheet
from tests.worker.render.pages import FOOT_AT, Drawn, squeezed

MADE = {"copy_number": "000123", "made_at": datetime(2024, 7, 3, 10, 5)}  # noqa: DTZ001 - what a clock on the wall says


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        (CopyKind.PREVIEW, "BẢN CHƯA CHỐT – KHÔNG CÓ GIÁ TRỊ SỬ DỤNG"),
        (CopyKind.WITHDRAWN, "ĐÃ THU HỒI"),
        (CopyKind.EXTRACT, "TRÍCH XUẤT"),
    ],
)
def test_mark_on_every_page(draw: Draw, kind: CopyKind, words: str) -> None:
    """A preview, a withdrawn copy and an extract carry their mark on all pages."""
    drawn = draw(sheet(kind=kind, **MADE))
    for page in range(1, 6):
        # rotated letters are read one by one
        assert squeezed(words) in squeezed(drawn.text(page))


def test_base_has_no_mark(usual: Drawn) -> None:
    """The base to be signed carries no mark of a copy."""
    text = usual.text()
    assert not any(words in text for words in ("BẢN CHƯA CHỐT", "ĐÃ THU HỒI", "TRÍCH XUẤT", "Bản sao"))


def test_foot_names_the_copy(draw: Draw) -> None:
    """The foot of a copy says its number and when it was made, and stays clear of the page number."""
    drawn = draw(sheet(kind=CopyKind.PREVIEW, **MADE))
    assert "Phiên bản 1 · Bản sao số 000123, lập lúc 10:05 ngày 03/07/2024" in drawn.text(2)
    foot = [word for word in drawn.words if word.page == 2 and word.y1 > FOOT_AT]
    number = next(word for word in foot if word.text == "2")
    assert max(word.x2 for word in foot if word is not number) < number.x1


def test_extract_prints_the_effective_date(draw: Draw) -> None:
    """A copy of a locked record may print since when it holds."""
    drawn = draw(sheet(kind=CopyKind.EXTRACT, effective_on=date(2024, 6, 30), **MADE))
    assert "Ngày hiệu lực: 30/06/2024" in drawn.text(5)


@pytest.mark.parametrize(
    "facts", [{"copy_number": "1"}, {"made_at": MADE["made_at"]}, {"effective_on": date(2024, 6, 30)}]
)
def test_base_takes_no_facts_of_a_copy(facts) -> None:
    """The base knows neither a copy nor the day of its lock."""
    with pytest.raises(ValueError, match="no copy"):
        sheet(**facts)
