"""The Ministry's form of one pupil's year as a PDF/A-3u file.

The same sheet gives the same bytes: the identifier comes from the content, the embedded packet has fixed dates,
and no date of making is written. The areas for the signatures' marks are read from the layout.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from io import BytesIO

import pydyf
from weasyprint import Attachment, Document

from backend.domain.canonical import Json
from backend.domain.content_json import to_json
from backend.domain.signing import SignatureRole
from backend.domain.text import clean
from signing_worker.render.engine import VARIANT, complaints, engine
from signing_worker.render.guess import first_guess
from signing_worker.render.sheet import FormRefusedError, FormSheet, MarkBox, RenderedForm
from signing_worker.render.stamp.file import Packet
from signing_worker.render.steps import STEPS
from signing_worker.render.view import form_view

PAGES_MAX = 12
PACKET_NAME, PACKET_SAID = "hocba.xml", "Gói dữ liệu học bạ"

_PT_PER_PX = 0.75
_EPOCH = datetime(2000, 1, 1, tzinfo=UTC)
"""Date of the embedded packet; a real one would make two renderings of one record differ."""

MARKS: dict[SignatureRole, str] = {
    SignatureRole.HOMEROOM_TEACHER: "mark-teacher",
    SignatureRole.PRINCIPAL: "mark-principal",
    SignatureRole.SCHOOL_SEAL: "mark-seal",
    SignatureRole.LOCK_SEAL: "mark-lock",
}


def warm_up() -> None:
    """Load everything that a first drawing would have to wait for."""
    engine()


def render_form(sheet: FormSheet, *, pages_max: int = PAGES_MAX) -> RenderedForm:
    """Draw a sheet.

    Raises:
        FormRefusedError: when the sheet needs more pages than a form may have, or holds text that would not be
            printed as it is kept or has letters that no typeface draws.
        FontMissingError: when the form's typeface cannot be used.
    """
    require_plain(sheet)
    document = _fitted(sheet)
    if len(document.pages) > pages_max:
        raise FormRefusedError(f"{len(document.pages)} pages, at most {pages_max}")
    with complaints() as heard:
        pdf = document.write_pdf(
            pdf_variant=VARIANT,
            pdf_identifier=sheet.identifier,
            attachments=_attachments(sheet),
            finisher=_list_files_once,
        )
    if heard:
        raise FormRefusedError("text that no typeface here can draw")
    return RenderedForm(pdf=pdf, pages=len(document.pages), boxes=boxes_of(document))


def require_plain(sheet: FormSheet) -> None:
    """See that everything a sheet says is printed as it is kept.

    Raises:
        FormRefusedError: when it is not.
    """
    _require_plain(to_json(sheet.content))


def _require_plain(value: Json) -> None:
    """Refuse invisible and bidirectional characters: they make a print read otherwise than its packet."""
    if isinstance(value, str):
        if clean(value) != value:
            raise FormRefusedError("text that is not plain")
    elif isinstance(value, Mapping):
        for item in value.values():
            _require_plain(item)
    elif isinstance(value, Sequence):
        for item in value:
            _require_plain(item)


def _fitted(sheet: FormSheet) -> Document:
    fit = first_guess(sheet.content)
    while True:
        document = engine().lay_out(form_view(sheet, fit))
        tighter = fit.tighter(_overflowing(document))
        if tighter == fit:
            return document
        fit = tighter


def _overflowing(document: Document) -> list[str]:
    """The sections that need more than one page: the next one does not begin on the next page."""
    # a section that continues is an anchor of every page it stands on; the first counts
    pages = list(enumerate(document.pages))
    starts = {name: at for at, page in reversed(pages) for name in page.anchors}
    ends = [*sorted(starts[name] for name in STEPS)[1:], len(document.pages)]
    return [name for name, end in zip(STEPS, ends, strict=True) if end - starts[name] > 1]


def boxes_of(document: Document) -> dict[SignatureRole, MarkBox]:
    """The areas for the signatures' marks, read from the layout."""
    return {role: _box(document, anchor) for role, anchor in MARKS.items()}


def _box(document: Document, anchor: str) -> MarkBox:
    """An element's border box, from pixels below the upper left corner to points above the lower left."""
    for at, page in enumerate(document.pages):
        if anchor in page.anchors:
            x1, top, x2, bottom = page.anchors[anchor]
            corners = (x1, page.height - bottom, x2, page.height - top)
            return MarkBox(at, *(round(value * _PT_PER_PX, 2) for value in corners))
    raise LookupError(anchor)


def packet_of(sheet: FormSheet) -> Packet | None:
    """The packet as a form carries it."""
    if sheet.packet is None:
        return None
    return Packet(sheet.packet, PACKET_NAME, PACKET_SAID, f"D:{_EPOCH:%Y%m%d%H%M%S}Z")


def _attachments(sheet: FormSheet) -> list[Attachment]:
    if sheet.packet is None:
        return []
    packet = Attachment(
        file_obj=BytesIO(sheet.packet),
        name=PACKET_NAME,
        description=PACKET_SAID,
        relationship="Source",
        created=_EPOCH,
        modified=_EPOCH,
    )
    return [packet]


def _list_files_once(_document: Document, pdf: pydyf.PDF) -> None:
    """WeasyPrint 70 names each embedded file twice in the catalogue's ``/AF``."""
    if "AF" in pdf.catalog:
        pdf.catalog["AF"] = pydyf.Array(dict.fromkeys(pdf.catalog["AF"]))
