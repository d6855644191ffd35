"""A form drawn by stamping: the template's words, the kept layouts, and a file around them.

Whatever is unusual is not drawn here: the answer is then None, and WeasyPrint draws the sheet.
"""

from dataclasses import dataclass
from pathlib import Path

from backend.domain.signing import SignatureRole
from signing_worker.render.engine import engine
from signing_worker.render.guess import first_guess
from signing_worker.render.qr import QrCodes
from signing_worker.render.sheet import FormSheet, MarkBox, RenderedForm
from signing_worker.render.stamp.file import Drawing, FileWriter, Packet, box_points
from signing_worker.render.stamp.page import StampedPage, stamp_page
from signing_worker.render.stamp.probe import ProbeError
from signing_worker.render.stamp.shaping import Setting, Typeface, UnusualError
from signing_worker.render.stamp.shelf import Shelf
from signing_worker.render.stamp.skeleton import TakenApart, take_apart
from signing_worker.render.view import form_view


@dataclass(frozen=True, slots=True)
class Stamped:
    """A stamped form, and the names of the layouts that its pages were stamped on."""

    form: RenderedForm
    layouts: tuple[str, ...]


class Stamper:
    """Draws forms of one version.

    Args:
        folder: where layouts are kept between processes; None keeps them in memory alone.
    """

    def __init__(self, folder: Path | None = None) -> None:
        self._shelf = Shelf(folder)
        base = self._shelf.base()
        letters = frozenset(base.letters)
        self._setting = Setting(
            tuple(Typeface(number, widths, letters) for number, widths in enumerate(base.widths))
        )
        self._names = base.names
        self._files = FileWriter(base)
        self._codes = QrCodes()

    def draw(
        self, sheet: FormSheet, packet: Packet | None, anchors: dict[SignatureRole, str]
    ) -> Stamped | None:
        """Draw a sheet; None when only WeasyPrint can.

        Args:
            sheet: what the form says.
            packet: the file to carry.
            anchors: the names of the boxes for signatures.
        """
        try:
            apart, pages = self._fitted(sheet)
            boxes = {role: _mark_box(pages, name) for role, name in anchors.items()}
        except (UnusualError, ProbeError):
            return None
        pdf = self._files.write(
            Drawing(apart.title, sheet.identifier, pages, self._codes.modules(sheet.address), packet)
        )
        form = RenderedForm(pdf=pdf, pages=len(pages), boxes=boxes)
        return Stamped(form, tuple(self._shelf.name(apart, number) for number in range(len(pages))))

    def was_compared(self, layout: str) -> bool:
        """Whether a form on this layout has been compared with WeasyPrint's, here or in another process."""
        return self._shelf.was_compared(layout)

    def compared(self, stamped: Stamped) -> None:
        """Remember that a form was compared and found the same."""
        for layout in stamped.layouts:
            self._shelf.compared(layout)

    def _fitted(self, sheet: FormSheet) -> tuple[TakenApart, list[StampedPage]]:
        fit = first_guess(sheet.content)
        while True:
            apart = take_apart(engine().html(form_view(sheet, fit, qr="data:")))
            pages = [self._page(apart, number) for number in range(len(apart.sections))]
            fitting = [page for page in pages if page is not None]
            if len(fitting) == len(pages):
                return apart, fitting
            full = [part.name for part, page in zip(apart.sections, pages, strict=True) if page is None]
            tighter = fit.tighter(full) if set(full) <= fit.sections else fit
            if tighter == fit:
                raise UnusualError("pages")
            fit = tighter

    def _page(self, apart: TakenApart, number: int) -> StampedPage | None:
        layout = self._shelf.layout(apart, number)
        if not layout.fits:
            return None
        texts = (*apart.everywhere.texts, *apart.sections[number].texts)
        return stamp_page(layout, texts, self._setting, self._names)


def _mark_box(pages: list[StampedPage], name: str) -> MarkBox:
    for number, page in enumerate(pages):
        if name in page.layout.boxes:
            return MarkBox(number, *box_points(page, page.layout.boxes[name]))
    raise UnusualError("no place for a mark")
