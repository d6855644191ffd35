"""One section stamped: how far its rows grow, where each line of text goes, and the operators that draw it."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate

from signing_worker.render.stamp.layout import Band, Box, Layout, Slot
from signing_worker.render.stamp.shaping import SetLine, Setting, UnusualError
from signing_worker.render.stamp.skeleton import lines_of

PT_PER_PX = 0.75
FOOT_LINES = 2
_ROUNDING = 0.01


@dataclass(frozen=True, slots=True)
class StampedPage:
    """The texts and lines of one page; ``shifts`` is how far each band and what follows it has moved down, in pixels."""

    layout: Layout
    texts: tuple[str, ...]
    shifts: tuple[float, ...]
    operators: bytes

    def moved(self, box: Box) -> tuple[float, float, float, float]:
        """A named box where it is now."""
        down = self.shifts[box.band]
        return box.left, box.top + down, box.right, box.bottom + down


def stamp_page(
    layout: Layout, texts: tuple[str, ...], setting: Setting, font_names: Sequence[str]
) -> StampedPage | None:
    """Stamp texts on a layout; None when they need more than the page.

    Raises:
        UnusualError: when only WeasyPrint can say how it looks.
    """
    set_texts = [
        setting.set(lines_of(text), slot.face, slot.size, slot.width)
        for text, slot in zip(texts, layout.slots, strict=True)
    ]
    shifts = _shifts(layout, set_texts)
    if (
        layout.bands
        and layout.bands[-1].top + layout.bands[-1].height + shifts[-1] > layout.bottom + _ROUNDING
    ):
        return None
    operators = [*_rules(layout, shifts), b"BT 0 0 0 rg"]
    font = b""
    for slot, lines in zip(layout.slots, set_texts, strict=True):
        top = _text_top(slot, layout.bands, shifts, len(lines))
        for number, line in enumerate(lines):
            left = slot.left + slot.across * (slot.width - line.width)
            base = top + slot.drop + number * slot.pitch
            for piece in line.pieces:
                wanted = b"/%s %.6g Tf" % (font_names[piece.face].encode(), slot.size)
                if wanted != font:
                    operators.append(wanted)
                    font = wanted
                operators.append(b"1 0 0 -1 %.2f %.2f Tm" % (left + piece.offset, base))
                operators.append(piece.shown)
    operators.append(b"ET")
    return StampedPage(layout, texts, shifts, b"\n".join(operators))


def _shifts(layout: Layout, set_texts: list[tuple[SetLine, ...]]) -> tuple[float, ...]:
    """How far what begins at each band is moved, and after the last one what follows it."""
    growth = [0.0] * len(layout.bands)
    for slot, lines in zip(layout.slots, set_texts, strict=True):
        first, end = slot.bands
        if end - first == 1:
            band = layout.bands[first]
            growth[first] = max(growth[first], len(lines) * slot.pitch + band.spare - band.height)
    for slot, lines in zip(layout.slots, set_texts, strict=True):
        first, end = slot.bands
        if end - first > 1:
            room = slot.height + sum(growth[first:end]) - layout.bands[first].spare
            if len(lines) * slot.pitch > room + _ROUNDING:
                raise UnusualError("rows")
        elif first == end and len(lines) > FOOT_LINES:
            raise UnusualError("foot")
    return (0.0, *accumulate(growth))


def _text_top(slot: Slot, bands: tuple[Band, ...], shifts: tuple[float, ...], lines: int) -> float:
    first, end = slot.bands
    top = slot.top + shifts[first] + slot.above
    if not slot.align:
        return top
    height = slot.height + shifts[end] - shifts[first]
    return top + slot.align * (height - bands[first].spare - lines * slot.pitch)


def _rules(layout: Layout, shifts: tuple[float, ...]) -> list[bytes]:
    operators = []
    for rule in layout.rules:
        operators.append(rule.style.encode())
        operators += [
            b"%.2f %.2f m %.2f %.2f l" % (x1, y1 + shifts[band1], x2, y2 + shifts[band2])
            for x1, y1, band1, x2, y2, band2 in rule.lines
        ]
        operators.append(b"S")
    return operators
