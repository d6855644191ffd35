"""Monthly reports as files: the same table as a PDF by WeasyPrint and as a workbook by XlsxWriter.

Both are drawn where forms are drawn, in a process that can reach nothing: a finding is text that somebody typed.
"""

from datetime import UTC, datetime
from functools import cache
from importlib import resources
from io import BytesIO

import xlsxwriter
from jinja2 import Environment, PackageLoader, StrictUndefined
from weasyprint import CSS, HTML

from backend.domain.report_table import ReportTable
from signing_worker.render import fonts
from signing_worker.render.engine import DataOnlyFetcher, TypefaceFetcher, engine
from signing_worker.render.sheet import RenderedReport

COLUMN_LEAST, COLUMN_MOST = 10, 50
FIRST_ROW = 3
"""Title, subtitle and an empty row stand above the headings."""


def render_report(table: ReportTable) -> RenderedReport:
    """Draw a table; the same table gives the same bytes."""
    return RenderedReport(pdf=_pdf(table), xlsx=_xlsx(table))


@cache
def _setting() -> tuple[Environment, CSS]:
    templates = Environment(
        loader=PackageLoader("signing_worker.render"), autoescape=True, undefined=StrictUndefined
    )
    sheet = resources.files("signing_worker.render").joinpath("templates/report.css").read_text("utf-8")
    style = CSS(
        string=f"{fonts.font_face_rules()}\n{sheet}",
        font_config=engine().fonts,
        url_fetcher=TypefaceFetcher(),
    )
    return templates, style


def _pdf(table: ReportTable) -> bytes:
    templates, style = _setting()
    text = templates.get_template("report.html.j2").render(table=table)
    page = HTML(string=text, base_url="", url_fetcher=DataOnlyFetcher())
    written: bytes = page.write_pdf(font_config=engine().fonts, stylesheets=[style])
    return written


def _xlsx(table: ReportTable) -> bytes:
    target = BytesIO()
    # a text that looks like a formula or an address stays text
    book = xlsxwriter.Workbook(
        target, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    )
    book.set_properties({"title": table.title, "created": datetime(2000, 1, 1, tzinfo=UTC)})
    head = book.add_format(
        {"bold": True, "border": 1, "text_wrap": True, "align": "center", "valign": "vcenter"}
    )
    body = book.add_format({"border": 1, "text_wrap": True, "valign": "top"})
    sheet = book.add_worksheet()
    sheet.write_string(0, 0, table.title, book.add_format({"bold": True, "font_size": 14}))
    sheet.write_string(1, 0, table.subtitle)
    for at, column in enumerate(table.columns):
        longest = max((len(line) for row in table.rows for line in row[at].split("\n")), default=0)
        sheet.set_column(at, at, max(COLUMN_LEAST, min(longest + 2, COLUMN_MOST)))
        sheet.write_string(FIRST_ROW, at, column, head)
    for number, row in enumerate(table.rows, start=FIRST_ROW + 1):
        for at, cell in enumerate(row):
            _cell(sheet, number, at, cell, body)
    sheet.freeze_panes(FIRST_ROW + 1, 1)
    book.close()
    return target.getvalue()


def _cell(sheet: xlsxwriter.worksheet.Worksheet, row: int, at: int, text: str, style: object) -> None:
    # figures are numbers, so that they can be summed up
    if text.isascii() and text.isdecimal():
        sheet.write_number(row, at, int(text), style)
    else:
        sheet.write_string(row, at, text, style)
