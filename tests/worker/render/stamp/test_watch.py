"""The watch over stamping: samples are compared, and a difference ends it before anything is signed."""

from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from signing_worker.render.form import MARKS, packet_of, render_form
from signing_worker.render.qr import QrCodes, qr_image
from signing_worker.render.quick import SHEETS_PER_SAMPLE, QuickDrawing
from signing_worker.render.sheet import FormSheet
from signing_worker.render.stamp.file import Packet
from signing_worker.render.stamp.oracle import DrawingDiffersError, require_same
from signing_worker.render.stamp.stamper import Stamped, Stamper
from tests.worker.render.forms import content, sheet
from tests.worker.render.pages import Drawn


def never() -> float:
    return 0.999


def always() -> float:
    return 0.0


def test_by_lot_as_many_as_the_batch_asks_for(stamper: Stamper) -> None:
    """One sheet in so many is compared, by lot; sheets on layouts that were compared are not all drawn twice."""
    assert QuickDrawing(stamper, never).draw([sheet()] * 3, pages_max=12).compared == 0
    drawn = QuickDrawing(stamper, always).draw([sheet()] * 3, pages_max=12)
    assert (drawn.stamped, drawn.compared, drawn.difference) == (3, 1, "")
    assert SHEETS_PER_SAMPLE > 3


def test_a_new_layout_is_compared_first(tmp_path: Path) -> None:
    """The first form on a layout is compared whatever the lot says, in whichever process; the next is not."""
    first = QuickDrawing(Stamper(tmp_path), never).draw([sheet()], pages_max=12)
    second = QuickDrawing(Stamper(tmp_path), never).draw([sheet()], pages_max=12)
    assert (first.compared, second.compared) == (1, 0)
    assert first.forms == second.forms


@dataclass
class Careless:
    """A stamper that writes one word a point too low on every form."""

    stamper: Stamper

    def draw(self, given: FormSheet, packet: Packet | None, anchors) -> Stamped | None:
        page = self.stamper._shelf.layout
        self.stamper._shelf.layout = lambda *which: _lowered(page(*which))  # type: ignore[method-assign]
        try:
            return self.stamper.draw(given, packet, anchors)
        finally:
            self.stamper._shelf.layout = page  # type: ignore[method-assign]

    def was_compared(self, layout: str) -> bool:
        return self.stamper.was_compared(layout)

    def compared(self, stamped: Stamped) -> None:
        self.stamper.compared(stamped)


def _lowered(layout):
    *others, last = layout.slots
    return replace(layout, slots=(*others, replace(last, drop=last.drop + 1)))


def test_a_difference_ends_stamping(stamper: Stamper) -> None:
    """A sample that differs is told, and its whole batch and every later one is drawn by WeasyPrint."""
    quick = QuickDrawing(Careless(stamper), always)
    batch = [sheet(), sheet(revision=2)]
    drawn = quick.draw(batch, pages_max=12)
    assert "points away on page" in drawn.difference
    assert drawn.stamped == 0
    assert drawn.forms == tuple(render_form(one) for one in batch)
    later = quick.draw([sheet()], pages_max=12)
    assert (later.stamped, later.compared, later.difference) == (0, 0, "")


@pytest.mark.parametrize(
    "other", [sheet(replace(content(), class_name="4A3")), sheet(replace(content(), class_name=""))]
)
def test_another_word_is_a_difference(stamper: Stamper, usual: Drawn, other: FormSheet) -> None:
    """A form with one other word, or one word more, is not the same."""
    stamped = stamper.draw(other, packet_of(other), MARKS)
    assert stamped is not None
    with pytest.raises(DrawingDiffersError):
        require_same(stamped.form.pdf, usual.form.pdf)


@pytest.mark.parametrize("code", ["0" * 32, "0123456789abcdef" * 2, "f" * 32])
def test_codes_by_changes_are_the_codes_themselves(code: str) -> None:
    """A QR code made from another one by its differing bits is the code that is made from the start."""
    codes = QrCodes()
    codes.modules(f"https://hocba.example/t/{'9a' * 16}")
    address = f"https://hocba.example/t/{code}"
    assert codes.modules(address) == QrCodes().modules(address)
    assert qr_image(address).startswith("data:image/png")
