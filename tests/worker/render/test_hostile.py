"""Text typed by somebody who wants more than a comment stays text."""

from collections.abc import Iterator
from dataclasses import fields, replace
from itertools import cycle, islice, repeat
from typing import Any

import pikepdf
import pytest

from backend.domain.completion import Award
from backend.domain.content import AwardGiven, RecordContent
from signing_worker.render import fonts
from signing_worker.render.engine import DataOnlyFetcher, Engine, TypefaceFetcher
from signing_worker.render.form import render_form
from signing_worker.render.sheet import FormRefusedError
from tests.worker.render.conftest import Draw
from tests.worker.render.forms import content, sheet
from tests.worker.render.pages import squeezed

HOSTILE = (
    "<script>alert(1)</script>",
    "<img src=file:///etc/passwd>",
    "<img src='http://127.0.0.1:9/x'>",
    "url(file:///etc/passwd)",
    "</td></tr></table><h1>HOÀN THÀNH XUẤT SẮC</h1>",
    "<style>*{display:none}</style>",
    "{{ form.school }}{% raw %}",
    '=HYPERLINK("http://x","y")',
    "@import 'file:///etc/passwd'; </style>",
    "<link rel=attachment href=file:///etc/passwd>",
    "<object data='data:text/html,<b>x'>",
    "&lt;b&gt; &amp;amp; &#x41;",
    "<!-- <meta http-equiv=refresh>",
    "]]><svg onload=x><use href='file:///etc/passwd'/>",
    "%s %d {0} {place} \\u0041 \\",
)


def everywhere(texts: Iterator[str]) -> RecordContent:
    """A content with the next of the texts in every field that takes text."""
    usual = content()

    def filled(facts: Any, *kept: str) -> Any:
        names = [item.name for item in fields(facts) if isinstance(getattr(facts, item.name), str)]
        return replace(facts, **{name: next(texts) for name in names if name not in kept})

    return replace(
        usual,
        class_name=next(texts),
        school=filled(usual.school, "code"),
        pupil=filled(usual.pupil, "gender", "citizen_number"),
        history=tuple(filled(row) for row in usual.history),
        subjects={code: filled(result, "level") for code, result in usual.subjects.items()},
        comments={group: next(texts) for group in usual.comments},
        awards=(AwardGiven(award=Award.AD_HOC, note=next(texts)),),
    )


@pytest.mark.parametrize("first", [0, 7])
def test_hostile_text_is_printed_as_text(draw: Draw, first: int) -> None:
    """Markup, style, template and formula text is printed letter by letter in every field."""
    given = []

    def texts() -> Iterator[str]:
        for text in islice(cycle(HOSTILE), first, None):
            given.append(text)
            yield text

    drawn = draw(sheet(everywhere(texts())))
    printed = squeezed(drawn.text())
    for text in HOSTILE:
        assert printed.count(squeezed(text)) >= given.count(text) > 1, text
    with pikepdf.open(drawn.path) as pdf:
        assert not pdf.attachments
        assert all("/Annots" not in page for page in pdf.pages)


@pytest.mark.parametrize(
    "text", ["abc\u202egnp", "a\u200bb", "e\u0302\u0301", "a\nb", "a\x00b", "\ue000", "Bảo \U00030000"]
)
def test_text_that_prints_otherwise_is_refused(text: str) -> None:
    """Text that is invisible, bidirectional, decomposed, broken or of letters nobody can draw is refused."""
    with pytest.raises(FormRefusedError):
        render_form(sheet(everywhere(repeat(text))))


@pytest.mark.parametrize(
    "address",
    ["file:///etc/passwd", "http://127.0.0.1/", "https://x.example/", "ftp://x/", "/etc/passwd", ""],
)
def test_fetcher_reaches_nothing(address: str) -> None:
    """The renderer's fetcher knows no address but data written into the page."""
    with pytest.raises(ValueError):
        DataOnlyFetcher().fetch(address)


def test_fetcher_reads_data() -> None:
    """Pictures written into the page are read."""
    assert DataOnlyFetcher().fetch("data:text/plain,ok").read() == b"ok"


@pytest.mark.parametrize(
    "address", ["hocba-face:../form.py", "hocba-face:LICENSE.txt", "file:///etc/passwd", "data:text/plain,x"]
)
def test_typeface_fetcher_reads_only_the_typeface(address: str) -> None:
    """The style sheet's fetcher knows the three faces and nothing else."""
    with pytest.raises(ValueError, match="not a face"):
        TypefaceFetcher().fetch(address)


def test_missing_typeface_is_one_clear_error(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the typeface nothing is drawn, and the error names it."""
    monkeypatch.setattr(fonts, "FOLDER", fonts.FOLDER / "absent")
    with pytest.raises(fonts.FontMissingError, match="Tinos"):
        fonts.font_file()
    with pytest.raises(fonts.FontMissingError, match="Tinos"):
        Engine()


def test_typeface_without_our_letters_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """A typeface that lacks letters is noticed, because another one would draw them."""
    monkeypatch.setattr(fonts, "LETTERS", "Tiếng Việt \U00030000")
    with pytest.raises(fonts.FontMissingError, match="drawn with"):
        Engine()
