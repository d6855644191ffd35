"""A form drawn the quick way where it can be, by WeasyPrint where it must be; and the watch over the quick way.

Of every batch some sheets are drawn by both and compared word by word before any of the batch leaves this process:
one at random for each ``SHEETS_PER_SAMPLE``, and every one whose pages use a layout that nothing was compared on yet.
A difference ends stamping in this process: the batch and all later ones are drawn by WeasyPrint, and who asked is told.
"""

import random
from collections.abc import Callable, Sequence
from pathlib import Path

from signing_worker.render.form import MARKS, packet_of, render_form, require_plain
from signing_worker.render.sheet import DrawnBatch, FormRefusedError, FormSheet, RenderedForm
from signing_worker.render.stamp.oracle import DrawingDiffersError, require_same
from signing_worker.render.stamp.stamper import Stamped, Stamper

SHEETS_PER_SAMPLE = 150
_LOTS = random.SystemRandom()


class QuickDrawing:
    """Draws forms, stamped wherever that is possible.

    Args:
        stamper: draws the quick way.
        chance: a number from 0 to below 1, each time it is called; drawn lots decide what is compared.
    """

    def __init__(self, stamper: Stamper, chance: Callable[[], float] = _LOTS.random) -> None:
        self._stamper = stamper
        self._chance = chance
        self._stamps = True

    @classmethod
    def kept_in(cls, folder: Path | None) -> "QuickDrawing":
        """With layouts kept in a folder.

        Raises:
            FontMissingError: when the form's typeface cannot be used.
        """
        return cls(Stamper(folder))

    def draw(self, sheets: Sequence[FormSheet], *, pages_max: int) -> DrawnBatch:
        """Draw a batch of sheets."""
        stamped = {at: form for at, sheet in enumerate(sheets) if (form := self._stamped(sheet, pages_max))}
        chosen = self._chosen(stamped)
        difference = ""
        try:
            for at in chosen:
                require_same(stamped[at].form.pdf, render_form(sheets[at], pages_max=pages_max).pdf)
                self._stamper.compared(stamped[at])
        except (DrawingDiffersError, FormRefusedError) as error:
            self._stamps = False
            stamped, difference = {}, str(error)
        forms = tuple(
            stamped[at].form if at in stamped else _by_weasyprint(sheet, pages_max)
            for at, sheet in enumerate(sheets)
        )
        return DrawnBatch(forms, len(stamped), len(chosen), difference)

    def _stamped(self, sheet: FormSheet, pages_max: int) -> Stamped | None:
        if not self._stamps:
            return None
        try:
            require_plain(sheet)
            stamped = self._stamper.draw(sheet, packet_of(sheet), MARKS)
        except FormRefusedError:
            return None
        return stamped if stamped and stamped.form.pages <= pages_max else None

    def _chosen(self, stamped: dict[int, Stamped]) -> list[int]:
        """Which to compare: by lot, as many as the size of the batch asks for, and the first on each new layout."""
        wanted = len(stamped) / SHEETS_PER_SAMPLE
        count = int(wanted) + (self._chance() < wanted % 1)
        chosen = set(sorted(stamped, key=lambda _: self._chance())[:count])
        seen = {layout for at in chosen for layout in stamped[at].layouts}
        for at, form in stamped.items():
            fresh = [layout for layout in form.layouts if not self._stamper.was_compared(layout)]
            if not seen.issuperset(fresh):
                chosen.add(at)
                seen.update(fresh)
        return sorted(chosen)


def _by_weasyprint(sheet: FormSheet, pages_max: int) -> RenderedForm | FormRefusedError:
    try:
        return render_form(sheet, pages_max=pages_max)
    except FormRefusedError as error:
        return error
