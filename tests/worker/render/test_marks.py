"""Visible marks, drawn by pyHanko with the face we give it, fit the areas we give it."""

import io
from pathlib import Path

import pytest
from fontTools.ttLib import TTFont
from pyhanko.pdf_utils.font.opentype import GlyphAccumulatorFactory
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.layout import BoxConstraints
from pyhanko.pdf_utils.text import TextBoxStyle
from pyhanko.stamp import TextStampStyle

from signing_worker.render import fonts
from signing_worker.render.sheet import RenderedForm
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
    for box in usual.form.boxes.values():
        font = GlyphAccumulatorFactory(fonts.font_file(), font_size=8)
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
