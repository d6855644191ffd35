"""Forms drawn once for all tests that only look at them."""

import tempfile
from collections.abc import Callable
from pathlib import Path

import pytest

from signing_worker.render.form import render_form
from signing_worker.render.quick import QuickDrawing
from signing_worker.render.sheet import CopyKind, FormSheet
from signing_worker.render.stamp.stamper import Stamper
from tests.worker.render.forms import awkward_contents, sheet
from tests.worker.render.pages import Drawn

Draw = Callable[[FormSheet], Drawn]


@pytest.fixture(scope="session")
def draw(tmp_path_factory: pytest.TempPathFactory) -> Draw:
    """Draw a sheet in this process."""
    folder = tmp_path_factory.mktemp("forms")
    # WeasyPrint copies the typeface into a temporary folder that lives as long as the process
    tempfile.tempdir, before = str(folder), tempfile.tempdir
    render_form(sheet())
    tempfile.tempdir = before
    drawn = 0

    def draw(given: FormSheet) -> Drawn:
        nonlocal drawn
        drawn += 1
        return Drawn(render_form(given), folder / f"{drawn}.pdf")

    return draw


@pytest.fixture(scope="session")
def forms(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder in which the pages of the usual form and of its preview have been laid out and compared."""
    folder = tmp_path_factory.mktemp("laid-out")
    usual = [sheet(), sheet(kind=CopyKind.PREVIEW, copy_number="1")]
    drawn = QuickDrawing.kept_in(folder).draw(usual, pages_max=12)
    assert (drawn.stamped, drawn.compared, drawn.difference) == (2, 2, "")
    return folder


@pytest.fixture(scope="session")
def stamper(forms: Path) -> Stamper:
    return Stamper(forms)


@pytest.fixture(scope="session")
def usual(draw: Draw) -> Drawn:
    return draw(sheet(packet=b"<HOC_BA_SO/>"))


@pytest.fixture(scope="session")
def awkward(draw: Draw) -> dict[str, Drawn]:
    """Every one of the form's awkward cases, drawn."""
    return {name: draw(sheet(content)) for name, content in awkward_contents().items()}
