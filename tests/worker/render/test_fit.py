"""Pages are set as loosely as their texts allow."""

import pytest

from signing_worker.render import form
from signing_worker.render.engine import engine
from signing_worker.render.guess import first_guess
from signing_worker.render.steps import STEPS, Fit
from signing_worker.render.view import form_view
from tests.worker.render.forms import COMMENTS, LONGEST_COMMENT, awkward_contents, content, sheet


def test_usual_comments_keep_the_largest_size() -> None:
    """Ordinary comments are set loosely at 11 pt."""
    fit = first_guess(content(comment=COMMENTS[0]))
    assert (fit.subjects, fit.step("subjects").comment_pt) == (0, 11)


@pytest.mark.parametrize("length", [60, 120, 150, 180, 220])
def test_comments_keep_one_page(monkeypatch: pytest.MonkeyPatch, length: int) -> None:
    """Comments up to 220 characters in every row keep the page, with at most one more layout than the guess."""
    layouts = 0

    def counted(*given):
        nonlocal layouts
        layouts += 1
        return form_view(*given)

    monkeypatch.setattr(form, "form_view", counted)
    assert form.render_form(sheet(content(comment=LONGEST_COMMENT[:length].strip()))).pages == 5
    assert layouts <= 2


@pytest.mark.parametrize("name", ["fifteen school years", "longest comment everywhere", "not assessed"])
def test_guess_is_what_the_layout_needs(name: str) -> None:
    """The guess from the lengths is right for the extremes, so they are laid out once."""
    record = awkward_contents()[name]
    document = engine().lay_out(form_view(sheet(record), first_guess(record)))
    assert form._overflowing(document) in ([], ["subjects"])


def test_tighter_stops_at_the_last_step() -> None:
    """Tightening ends at the tightest step."""
    last = Fit(**{name: len(steps) - 1 for name, steps in STEPS.items()})
    assert last.tighter(STEPS) == last
    assert Fit().tighter(["traits"]) == Fit(traits=1)


def test_comments_never_go_below_nine_points() -> None:
    """The smallest size is 9 pt, the largest 11 pt, and sizes fall step by step."""
    for name in ("subjects", "traits"):
        sizes = [step.comment_pt for step in STEPS[name]]
        assert sizes == sorted(sizes, reverse=True)
        assert (sizes[0], sizes[-1]) == (11, 9)
