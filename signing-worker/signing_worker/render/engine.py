"""WeasyPrint, set up once per process: the template, the parsed style sheet and the typeface are used again.

The engine can reach nothing: its fetcher knows ``data:`` addresses only, redirects are off, and templates escape
everything they are given.
"""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from importlib import resources

from jinja2 import Environment, PackageLoader, StrictUndefined
from weasyprint import CSS, HTML, Document
from weasyprint.text.fonts import FontConfiguration
from weasyprint.urls import URLFetcher, URLFetcherResponse

from signing_worker.render import fonts
from signing_worker.render.steps import step_rules
from signing_worker.render.view import FormView

VARIANT = "pdf/a-3u"


class DataOnlyFetcher(URLFetcher):  # type: ignore[misc] # WeasyPrint has no types
    """Reads pictures that are written into the page itself, and nothing else."""

    def __init__(self) -> None:
        super().__init__(allowed_protocols=("data",), allow_redirects=False)


class TypefaceFetcher(URLFetcher):  # type: ignore[misc] # WeasyPrint has no types
    """Reads the form's typeface for the style sheet, and nothing else; no page is given this one."""

    def fetch(self, url: str, headers: dict[str, str] | None = None) -> URLFetcherResponse:  # noqa: ARG002
        return URLFetcherResponse(url, fonts.face_at(url))


class _Listener(logging.Handler):
    """Keeps what WeasyPrint says; its words may hold a pupil's text and go nowhere else."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.heard: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.heard.append(record.getMessage())


@contextmanager
def complaints() -> Iterator[list[str]]:
    """What WeasyPrint warns of meanwhile, for example a letter that no typeface has and a box would stand for."""
    logger, listener = logging.getLogger("weasyprint"), _Listener()
    logger.addHandler(listener)
    try:
        yield listener.heard
    finally:
        logger.removeHandler(listener)


class Engine:
    """Turns a view of the form into laid-out pages.

    Raises:
        FontMissingError: when WeasyPrint does not draw the form's letters with the form's typeface.
    """

    def __init__(self) -> None:
        templates = Environment(
            loader=PackageLoader("signing_worker.render"),
            autoescape=True,
            auto_reload=False,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._template = templates.get_template("form.html.j2")
        self._fetcher = DataOnlyFetcher()
        self.fonts = FontConfiguration()
        self._style = CSS(string=_style_text(), font_config=self.fonts, url_fetcher=TypefaceFetcher())
        self._require_typeface()

    def lay_out(self, view: FormView) -> Document:
        """The pages of one view, not yet written."""
        return self.lay_out_html(self.html(view))

    def html(self, view: FormView) -> str:
        """One view as the template writes it."""
        return self._template.render(form=view)

    def lay_out_html(self, text: str, more_style: str = "") -> Document:
        """The pages of a document in the form's styles, and others that come after them."""
        page = HTML(string=text, base_url="", url_fetcher=self._fetcher)
        styles = [self._style, *([CSS(string=more_style)] if more_style else [])]
        return page.render(font_config=self.fonts, stylesheets=styles, pdf_variant=VARIANT)

    def _require_typeface(self) -> None:
        with complaints() as heard:
            probe = self.lay_out_html(f"<p>{fonts.LETTERS} <b>{fonts.LETTERS}</b> <i>{fonts.LETTERS}</i>")
            probe.write_pdf()
        used = {font.family for font in probe.fonts.values()}
        if heard or used != {fonts.FAMILY} or len(probe.fonts) != len(fonts.FACES):
            raise fonts.FontMissingError(f"drawn with {', '.join(sorted(used))}")


@cache
def engine() -> Engine:
    """The engine of this process."""
    return Engine()


def _style_text() -> str:
    sheet = resources.files("signing_worker.render").joinpath("templates/form.css").read_text("utf-8")
    return f"{fonts.font_face_rules()}\n{sheet}\n{step_rules()}"
