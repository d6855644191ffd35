"""A stamped form looks like the one that WeasyPrint lays out: the same words in the same places, the same picture."""

import subprocess
from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image, ImageChops

from backend.domain.content import RecordContent
from signing_worker.render.form import MARKS, render_form
from signing_worker.render.sheet import CopyKind, FormSheet, RenderedForm
from signing_worker.render.stamp.oracle import require_same, words_of
from signing_worker.render.stamp.stamper import Stamper
from tests.worker.render.forms import LONGEST_COMMENT, awkward_contents, content, sheet
from tests.worker.render.pages import Drawn

CASES = awkward_contents()
TWO_PAGES = "longest comment everywhere"
MORE_CASES = {
    **{
        f"comments of {length}": content(comment=LONGEST_COMMENT[:length].strip())
        for length in (90, 150, 220)
    },
    **{f"electives of grade {grade}": content(grade, elective=True) for grade in (1, 2, 3, 5)},
    "breaks in words": content(
        comment="Đạt giải Nhất/Nhì/Ba – Toán – Tiếng Việt cấp trường, năm học 2023-2024; khá."
    ),
}
DARK = 128
PIXELS_APART = 60
"""At 50 dots to the inch: edges of the QR codes' modules, and where a line falls between two dots."""


def stamped(stamper: Stamper, given: FormSheet) -> RenderedForm:
    drawn = stamper.draw(given, None, MARKS)
    assert drawn is not None
    return drawn.form


@pytest.mark.parametrize("name", sorted(CASES.keys() - {TWO_PAGES}))
def test_awkward_forms_are_the_same(stamper: Stamper, awkward: dict[str, Drawn], name: str) -> None:
    """Each of the form's awkward cases has the same words in the same places and the same areas for marks."""
    form = stamped(stamper, sheet(CASES[name]))
    require_same(form.pdf, awkward[name].form.pdf)
    assert (form.pages, form.boxes) == (awkward[name].form.pages, awkward[name].form.boxes)


@pytest.mark.parametrize("name", MORE_CASES)
def test_rows_grow_the_same(stamper: Stamper, name: str) -> None:
    """Rows that grow with their comments push what follows as far as in a layout."""
    form, laid_out = stamped(stamper, sheet(MORE_CASES[name])), render_form(sheet(MORE_CASES[name]))
    require_same(form.pdf, laid_out.pdf)
    assert form.boxes == laid_out.boxes


@pytest.mark.parametrize("kind", [CopyKind.PREVIEW, CopyKind.WITHDRAWN, CopyKind.EXTRACT])
def test_copies_are_the_same(stamper: Stamper, kind: CopyKind) -> None:
    """Marks of copies stand where a layout has them."""
    given = sheet(kind=kind, copy_number="000123")
    require_same(stamped(stamper, given).pdf, render_form(given).pdf)


@pytest.mark.parametrize("name", ["repeated year", "fifteen school years", "grade 1"])
def test_picture_is_the_same(stamper: Stamper, awkward: dict[str, Drawn], tmp_path: Path, name: str) -> None:
    """The printed pages are the same picture: lines, frames, codes and letters."""
    drawn = Drawn(stamped(stamper, sheet(CASES[name])), tmp_path / "stamped.pdf")
    for page, (ours, theirs) in enumerate(
        zip(_pictures(drawn.path, tmp_path / "a"), _pictures(awkward[name].path, tmp_path / "b"), strict=True)
    ):
        apart = sum(ImageChops.difference(ours, theirs).histogram()[DARK:])
        assert apart < PIXELS_APART, page + 1


def _pictures(pdf: Path, stem: Path) -> list[Image.Image]:
    subprocess.run(["pdftoppm", "-r", "50", "-gray", str(pdf), str(stem)], check=True)
    return [Image.open(path) for path in sorted(stem.parent.glob(f"{stem.name}-*.pgm"))]


def _named(name: str) -> RecordContent:
    usual = content()
    return replace(usual, pupil=replace(usual.pupil, full_name=name))


@pytest.mark.parametrize(
    "given",
    [
        sheet(CASES[TWO_PAGES]),
        sheet(_named("Nguyễn 𠀀")),
        sheet(_named("Ê̆ Đê")),
        sheet(_named("Ng" + "uyễn" * 40)),
    ],
    ids=["a second page", "a letter without a glyph", "a combining letter", "a word wider than its cell"],
)
def test_the_unusual_is_left_to_weasyprint(stamper: Stamper, given: FormSheet) -> None:
    """What a layout alone can decide is not stamped."""
    assert stamper.draw(given, None, MARKS) is None


def test_letters_of_minorities_are_stamped(stamper: Stamper) -> None:
    """Names in the letters of Ê Đê, Gia Rai and Ba Na are stamped, and read back as they were typed."""
    given = sheet(_named("Y Ƀlŭk Čĕ Ĭŏñ Êban"))
    form = stamped(stamper, given)
    require_same(form.pdf, render_form(given).pdf)
    assert len(words_of(form.pdf)) > 1000
