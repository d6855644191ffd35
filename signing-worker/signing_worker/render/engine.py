"""WeasyPrint, set up once per process: the template, the parsed style sheet and the typeface are used again.

The engine can reach nothing: its fetcher knows ``data:`` addresses only, redirects are off, and templates escape
everything they are given.
"""

from functools import cache
from importlib import resources

from jinja2 import Environment, PackageLoader, StrictUndefined
from weasyprint import CSS, HTML, Document
from weasyprint.text.fonts import FontConfiguration
from weasyprint.urls import URLFetcher

from signing_worker.render import fonts
from signing_worker.render.steps import step_rules
from signing_worker.render.view import FormView

VARIANT = "pdf/a-3u"


class DataOnlyFetcher(URLFetcher):  # type: ignore[misc] # WeasyPrint has no types
    """Reads pictures and typefaces that are written into the page itself, and nothing else."""

    def __init__(self) -> None:
        super().__init__(allowed_protocols=("data",), allow_redirects=False)


class Engine:
    """Turns a view of the form into laid-out pages.

    Raises:
        FontMissingError: when WeasyPrint does not draw the form's letters with the form's typeface.
    """

    def __init__(self) -> None:
        templates = Environment(
            loader=PackageLoader("signing_worker.render"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._template = templates.get_template("form.html.j2")
        self._fetcher = DataOnlyFetcher()
        self._fonts = FontConfiguration()
        self._style = CSS(string=_style_text(), font_config=self._fonts, url_fetcher=self._fetcher)
        self._require_typeface()

    def lay_out(self, view: FormView) -> Document:
        """The pages of one view, not yet written."""
        return self._lay_out_html(self._template.render(form=view))

    def _lay_out_html(self, text: str) -> Document:
        page = HTML(string=text, base_url="", url_fetcher=self._fetcher)
        return page.render(font_config=self._fonts, stylesheets=[self._style], pdf_variant=VARIANT)

    def _require_typeface(self) -> None:
        probe = self._lay_out_html(f"<p>{fonts.LETTERS} <b>{fonts.LETTERS}</b> <i>{fonts.LETTERS}</i>")
        probe.write_pdf()
        used = {font.family for font in probe.fonts.values()}
        if used != {fonts.FAMILY} or len(probe.fonts) != len(fonts.FACES):
            raise fonts.FontMissingError(f"drawn with {', '.join(sorted(used))}")


@cache
def engine() -> Engine:
    """The engine of this process."""
    return Engine()


def _style_text() -> str:
    sheet = resources.files("signing_worker.render").joinpath("templates/form.css").read_text("utf-8")
    return f"{fonts.font_face_rules()}\n{sheet}\n{step_rules()}"
