"""Visible marks, drawn by pyHanko with the face we give it, fit the areas we give it."""

import io
import subprocess
from pathlib import Path

import pytest
from fontTools.ttLib import TTFont
from pyhanko.pdf_utils.generic import StreamObject
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.layout import BoxConstraints
from pyhanko.pdf_utils.text import TextBoxStyle
from pyhanko.pdf_utils.writer import PageObject, PdfFileWriter
from pyhanko.stamp import TextStampStyle

from signing_worker.render import fonts
from signing_worker.render.sheet import RenderedForm
from signing_worker.sign.mark_font import MarkFace, MarkFont, MarkFontFactory
from tests.worker.render.pages import A4_POINTS, Drawn

LINES = (
    "Nguyễn Thị Mai Hương",
    "KT. HIỆU TRƯỞNG – Phó hiệu trưởng",
    "Đã ký số",
    "28/06/2024 10:00:00 +07:00",
)


def test_face_for_marks_has_every_letter() -> None:
    """The marks' face has 1000 units to the em, as pyHanko needs, and all letters of names here."""
    font = TTFont(fonts.font_file())
    assert font["head"].unitsPerEm == 1000
    assert set(map(ord, fonts.LETTERS)) <= set(font.getBestCmap())


def test_face_for_marks_is_made_once() -> None:
    """One process makes one file."""
    assert fonts.font_file() == fonts.font_file()


@pytest.fixture(scope="module")
def marked(usual: Drawn, tmp_path_factory: pytest.TempPathFactory) -> Drawn:
    """The form with the same mark in all four areas."""
    writer = IncrementalPdfFileWriter(io.BytesIO(usual.form.pdf))
    face = MarkFace(fonts.font_file())
    for box in usual.form.boxes.values():
        font = MarkFontFactory(face)
        style = TextStampStyle(
            stamp_text="\n".join(LINES), text_box_style=TextBoxStyle(font=font, font_size=8), background=None
        )
        size = BoxConstraints(width=round(box.x2 - box.x1), height=round(box.y2 - box.y1))
        style.create_stamp(writer, size, {}).apply(box.page, round(box.x1), round(box.y1))
    written = io.BytesIO()
    writer.write(written)
    path: Path = tmp_path_factory.mktemp("marks") / "marked.pdf"
    return Drawn(RenderedForm(written.getvalue(), usual.form.pages, usual.form.boxes), path)


def test_marks_stay_in_their_areas(usual: Drawn, marked: Drawn) -> None:
    """Every word of a mark lies in its area, written as a word and not letter by letter."""
    printed = set(usual.words)
    added = [word for word in marked.words if word not in printed]
    assert " ".join(word.text for word in added).count("Nguyễn Thị Mai Hương KT. HIỆU TRƯỞNG") == 4
    for word in added:
        top, bottom = A4_POINTS[1] - word.y1, A4_POINTS[1] - word.y2
        assert any(
            box.x1 - 1 <= word.x1 and word.x2 <= box.x2 + 1 and box.y1 - 1 <= bottom and top <= box.y2 + 1
            for box in marked.form.boxes.values()
        ), word


def test_marks_of_one_signer_share_their_letters() -> None:
    """Another instant and another certificate number need no new subset; another name does."""
    face = MarkFace(fonts.font_file())
    for text in (
        "Nguyễn Thị Đào 01/02/2024 03:45:00 +07:00 …AB",
        "Nguyễn Thị Đào 28/06/2025 17:09:36 +07:00 …CDEF",
    ):
        font = MarkFont(PdfFileWriter(), face)
        font.shape(text)
        font.prepare_write()
    assert (face.program.cache_info().misses, face.program.cache_info().hits) == (1, 1)
    other = MarkFont(PdfFileWriter(), face)
    other.shape("Vũ Thị Đượm")
    other.prepare_write()
    assert face.program.cache_info().misses == 2


def test_combining_marks_are_read_back(tmp_path: Path) -> None:
    """A letter that is written with a combining mark is drawn raised and copied as it was typed."""
    writer = PdfFileWriter()
    page = PageObject(contents=writer.add_object(StreamObject(stream_data=b"")), media_box=(0, 0, 300, 100))
    writer.insert_page(page)
    style = TextStampStyle(
        stamp_text="Y H\u0303\u0301ng Êban",
        text_box_style=TextBoxStyle(font=MarkFontFactory(MarkFace(fonts.font_file())), font_size=8),
        background=None,
    )
    style.create_stamp(writer, BoxConstraints(width=200, height=40), {}).apply(0, 10, 10)
    path = tmp_path / "mark.pdf"
    with path.open("wb") as file:
        writer.write(file)
    assert (
        "H\u0303\u0301ng Êban"
        in subprocess.run(["pdftotext", str(path), "-"], capture_output=True, text=True, check=True).stdout
    )
