"""What every stamped file shares: the faces with the whole repertoire, subset by WeasyPrint, and the colour profile."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache

import pydyf
import uharfbuzz as hb
from weasyprint import Document

from signing_worker.render import fonts
from signing_worker.render.engine import VARIANT, complaints, engine

REPERTOIRE = "".join(
    sorted(
        {
            *map(chr, range(0x21, 0x7F)),
            *map(chr, range(0xC0, 0x100)),
            *fonts.LETTERS,
            *(letter.upper() for letter in fonts.LETTERS if len(letter.upper()) == 1),
            *"«»§°²³½×÷€‘’—•",
        }
    )
)
"""Every character a form is stamped with, besides the space."""
TITLE = "@title@"
_REFERENCE = re.compile(rb"\b(\d+) 0 R\b")
_ALPHABETS = "<p>{0}<p><b>{0}</b><p><i>{0}</i>"
_BOLD = 600


@dataclass(frozen=True, slots=True)
class Base:
    """Objects numbered from 1, as bytes in Latin-1; ``fonts`` and ``intents`` are references among them.

    ``names`` are the faces' names in the resources, ``widths`` the advances of their glyphs in thousandths.
    """

    objects: tuple[str, ...]
    fonts: str
    intents: str
    metadata: str
    producer: str
    names: tuple[str, ...]
    widths: tuple[dict[int, int], ...]
    letters: str = field(default=REPERTOIRE + " ")


def make_base() -> Base:
    """Have WeasyPrint write every letter in every face.

    Raises:
        FontMissingError: when a letter is not drawn with the form's typeface.
    """
    letters = " ".join(letter.replace("&", "&amp;").replace("<", "&lt;") for letter in REPERTOIRE)
    kept: list[pydyf.PDF] = []
    page = f'<html lang="vi"><title>{TITLE}</title><body>{_ALPHABETS.format(letters)}'
    with complaints() as heard:
        document = engine().lay_out_html(page)
        document.write_pdf(pdf_variant=VARIANT, finisher=lambda _, pdf: kept.append(pdf))
    if heard:
        raise fonts.FontMissingError("a letter of the repertoire")
    pdf = kept[0]
    faces = {number: font for font in document.fonts.values() for number in [_number(font)]}
    objects = _Objects(pdf)
    page_object = pdf.objects[pdf.pages["Kids"][0]]
    resources = pdf.objects[_target(page_object["Resources"])]
    return Base(
        fonts=objects.reference(resources["Font"]),
        intents=objects.rewritten(pdf.catalog["OutputIntents"].data),
        metadata=b"\n".join(pdf.objects[_target(pdf.catalog["Metadata"])].stream).decode(),
        producer=pdf.info["Producer"].string,
        objects=tuple(objects.bodies),
        names=tuple(faces[number].hash for number in range(len(fonts.FACES))),
        widths=tuple(dict(faces[number].widths) for number in range(len(fonts.FACES))),
    )


class _Objects:
    """Copies objects that are referred to, numbered anew."""

    def __init__(self, pdf: pydyf.PDF) -> None:
        self._pdf = pdf
        self._numbers: dict[int, int] = {}
        self.bodies: list[str] = []

    def reference(self, old: bytes) -> str:
        number = _target(old)
        if number not in self._numbers:
            self.bodies.append("")
            here = self._numbers[number] = len(self.bodies)
            self.bodies[here - 1] = self.rewritten(self._pdf.objects[number].data)
        return f"{self._numbers[number]} 0 R"

    def rewritten(self, body: bytes) -> str:
        head, stream, data = body.partition(b"\nstream\n")
        head = _REFERENCE.sub(lambda found: self.reference(found[0]).encode(), head)
        return (head + stream + data).decode("latin-1")


def _target(reference: bytes) -> int:
    return int(reference.split()[0])


def _number(font: object) -> int:
    style, weight = font.style, font.weight  # type: ignore[attr-defined] # WeasyPrint has no types
    return 2 if style else 1 if weight >= _BOLD else 0


def face_numbers(document: Document) -> dict[str, int]:
    """The faces of a document by the names that its pages use."""
    return dict(_named(document))


def _named(document: Document) -> Iterator[tuple[str, int]]:
    for font in document.fonts.values():
        yield f"/{font.hash}", _number(font)


@lru_cache(64)
def letter_width(letter: str, face: int, size: float) -> float:
    """The advance of a letter in pixels."""
    font = hb.Font(hb.Face(fonts.face_bytes(face)))
    font.scale = (round(size * 1024), round(size * 1024))
    return float(font.get_glyph_h_advance(font.get_nominal_glyph(ord(letter)) or 0)) / 1024
