"""The XML of a workbook as it is written: fixed parts, and a sheet made row by row.

Text goes into the cells as inline strings: a cell of type string is never computed, whatever it begins with.
"""

import re
from collections.abc import Iterator, Sequence
from datetime import date
from functools import cache
from itertools import groupby

from backend.files.columns import Column, written_columns
from backend.files.export import Value
from backend.files.sheets import letters
from backend.files.words import packaged

SHEET_PART = "xl/worksheets/sheet1.xml"
FIRST_ROW = 4
"""Title, group and label stand above the first pupil."""

_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_TYPES = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_EPOCH = date(1899, 12, 30).toordinal()
_HEADER, _DATE = 1, 2
"""Positions in ``cellXfs``."""

_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_LOOKS_ESCAPED = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)")
_NARROW, _WIDE = 12, 40

PARTS: dict[str, str] = {
    "[Content_Types].xml": f'{_XML}<Types xmlns="{_PACKAGE}/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Default Extension="xml" ContentType="application/xml"/>'
    f'<Override PartName="/xl/workbook.xml" ContentType="{_TYPES}.sheet.main+xml"/>'
    f'<Override PartName="/{SHEET_PART}" ContentType="{_TYPES}.worksheet+xml"/>'
    f'<Override PartName="/xl/styles.xml" ContentType="{_TYPES}.styles+xml"/></Types>',
    "_rels/.rels": f'{_XML}<Relationships xmlns="{_PACKAGE}/relationships">'
    f'<Relationship Id="rId1" Type="{_RELATIONS}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
    "xl/_rels/workbook.xml.rels": f'{_XML}<Relationships xmlns="{_PACKAGE}/relationships">'
    f'<Relationship Id="rId1" Type="{_RELATIONS}/worksheet" Target="worksheets/sheet1.xml"/>'
    f'<Relationship Id="rId2" Type="{_RELATIONS}/styles" Target="styles.xml"/></Relationships>',
    "xl/workbook.xml": f'{_XML}<workbook xmlns="{_MAIN}" xmlns:r="{_RELATIONS}"><sheets>'
    f'<sheet name="{packaged("columns")["sheet"]}" sheetId="1" r:id="rId1"/></sheets></workbook>',
    "xl/styles.xml": f'{_XML}<styleSheet xmlns="{_MAIN}">'
    '<numFmts count="1"><numFmt numFmtId="164" formatCode="dd/mm/yyyy"/></numFmts>'
    '<fonts count="2"><font><sz val="11"/><name val="Times New Roman"/></font>'
    '<font><b/><sz val="11"/><name val="Times New Roman"/></font></fonts>'
    '<fills count="2"><fill><patternFill patternType="none"/></fill>'
    '<fill><patternFill patternType="gray125"/></fill></fills>'
    '<borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders>'
    '<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs>'
    '<cellXfs count="3"><xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/>'
    '<xf numFmtId="0" fontId="1" fillId="0" borderId="0" xfId="0" applyFont="1" applyAlignment="1">'
    '<alignment horizontal="center" vertical="center" wrapText="1"/></xf>'
    '<xf numFmtId="164" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/></cellXfs>'
    '<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>',
}


def sheet_head(title: str) -> str:
    """Everything above the first pupil: widths, title, groups, labels."""
    columns = written_columns()
    widths = "".join(
        f'<col min="{at}" max="{at}" width="{_WIDE if column.kind == "comment" else _NARROW}" customWidth="1"/>'
        for at, column in enumerate(columns, start=1)
    )
    groups = [column.group or column.label for column in columns]
    labels = [column.label if column.group else None for column in columns]
    upper = [group if at == 0 or group != groups[at - 1] else None for at, group in enumerate(groups)]
    return (
        f'{_XML}<worksheet xmlns="{_MAIN}"><sheetViews><sheetView workbookViewId="0">'
        f'<pane xSplit="4" ySplit="{FIRST_ROW - 1}" topLeftCell="E{FIRST_ROW}" state="frozen"/>'
        f"</sheetView></sheetViews><cols>{widths}</cols><sheetData>"
        f"{_row(1, [title or packaged('columns')['title']], _HEADER)}"
        f"{_row(2, upper, _HEADER)}{_row(3, labels, _HEADER)}"
    )


def sheet_row(count: int, values: Sequence[Value]) -> str:
    """The row of the pupil with this number, from 1."""
    return _row(FIRST_ROW - 1 + count, values)


def sheet_tail(count: int) -> str:
    """What closes the sheet: a filter over the labels, and the merged cells of the header."""
    merged = list(_merged(written_columns()))
    cells = "".join(f'<mergeCell ref="{area}"/>' for area in merged)
    last = letters(len(written_columns()) - 1)
    return (
        f'</sheetData><autoFilter ref="A{FIRST_ROW - 1}:{last}{FIRST_ROW - 1 + count}"/>'
        f'<mergeCells count="{len(merged)}">{cells}</mergeCells></worksheet>'
    )


def _merged(columns: Sequence[Column]) -> Iterator[str]:
    """Groups over their columns; headers without a group over both rows."""
    for (group, _), members in groupby(
        enumerate(columns), key=lambda item: (item[1].group, 0 if item[1].group else item[0])
    ):
        places = [at for at, _ in members]
        first, last = letters(places[0]), letters(places[-1])
        if not group:
            yield f"{first}2:{first}3"
        elif first != last:
            yield f"{first}2:{last}2"


def _row(number: int, values: Sequence[Value], style: int = 0) -> str:
    names = _names(len(values))
    cells = [
        _cell(f"{name}{number}", value, style)
        for name, value in zip(names, values, strict=True)
        if value is not None and value != ""
    ]
    return f'<row r="{number}">{"".join(cells)}</row>'


@cache
def _names(count: int) -> tuple[str, ...]:
    return tuple(letters(at) for at in range(count))


def _cell(reference: str, value: Value, style: int) -> str:
    if isinstance(value, str):
        styled = f' s="{style}"' if style else ""
        return f'<c r="{reference}"{styled} t="inlineStr"><is><t xml:space="preserve">{_escaped(value)}</t></is></c>'
    if isinstance(value, date):
        return f'<c r="{reference}" s="{_DATE}"><v>{value.toordinal() - _EPOCH}</v></c>'
    return f'<c r="{reference}"><v>{value}</v></c>'


def _escaped(text: str) -> str:
    """Text for XML: illegal characters dropped, and what only looks like an escape kept as it is."""
    kept = text if text.isprintable() else _NOT_XML.sub("", text)
    if "_x" in kept:
        kept = _LOOKS_ESCAPED.sub("_x005F_", kept)
    return kept.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
