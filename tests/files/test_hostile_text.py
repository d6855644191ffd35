"""Text that means something to another program stays text, and nothing invisible comes in."""

import csv
import io
import json
import zipfile
from dataclasses import replace
from datetime import date

import pytest
from openpyxl import load_workbook

from backend.domain.completion import Award
from backend.domain.content import AwardGiven, PupilFacts, RecordContent, SubjectResult
from backend.domain.levels import SubjectLevel, TraitGroup
from backend.domain.school_year import SchoolYear
from backend.files.write import write_csv, write_json, write_xlsx

HOSTILE = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    '"><b style="background:url(file:///etc/passwd)">',
    "body{display:none} @import 'x'",
    "file:///etc/passwd",
    "=1+1",
    "=HYPERLINK(A1)",
    "+84912345678",
    "-1+cmd|' /C calc'!A0",
    "@SUM(1+1)",
    "＝1+1",
    "'=1",
    "''@x",
    "'",
    "&amp; &lt; ]]> <!DOCTYPE x [<!ENTITY y 'z'>]>",
    "_x0041_ _x005F_x0041_",
    "a,b\tc",
    "{{7*7}} ${7*7} %s {0}",
]
WRITERS = {"a.xlsx": write_xlsx, "a.csv": write_csv, "a.json": write_json}


def hostile_record(school, text):
    """The text in every field that holds free text."""
    name = f"An {text}"
    return RecordContent(
        school_year=SchoolYear(2024),
        grade=4,
        class_name="4A",
        school=school,
        pupil=PupilFacts(
            full_name=name,
            birth_date=date(2015, 5, 5),
            ethnicity=text,
            nationality=text,
            birth_place=text,
            hometown=text,
            address=text,
            father=text,
            mother=text,
            guardian=text,
        ),
        subjects={
            "NGOAI_NGU_1": SubjectResult(level=SubjectLevel.GOOD, comment=text, language=text),
            "TOAN": SubjectResult(comment=text),
        },
        comments=dict.fromkeys(TraitGroup, text),
        awards=(AwardGiven(award=Award.AD_HOC, note=text.replace(";", ",")),),  # a cell parts awards by ";"
    )


@pytest.mark.parametrize("name", WRITERS)
@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_is_kept_as_plain_text(school, read, name, text):
    """Markup, addresses and formulas in every free field come back letter for letter, as text."""
    clean_text = " ".join(text.split())
    record = hostile_record(school, clean_text)
    target = io.BytesIO()
    WRITERS[name]([record], target)
    content = read(target.getvalue(), name).rows[0].content
    assert replace(content, history=()) == record


def test_no_cell_of_a_written_workbook_is_computed(school):
    """Every text cell is a string to a spreadsheet, whatever it begins with."""
    target = io.BytesIO()
    write_xlsx([hostile_record(school, text) for text in HOSTILE], target)
    sheet = load_workbook(target).active
    kinds = {cell.data_type for row in sheet.iter_rows() for cell in row if cell.value is not None}
    assert kinds <= {"s", "n", "d", "inlineStr"}
    assert b"<f" not in zipfile.ZipFile(target).read("xl/worksheets/sheet1.xml")


def test_no_text_of_a_written_csv_starts_a_formula(school):
    """In CSV nothing but the text says what it is, so what would be computed gets an apostrophe."""
    target = io.BytesIO()
    write_csv([hostile_record(school, text) for text in HOSTILE], target)
    rows = csv.reader(io.StringIO(target.getvalue().decode("utf-8-sig")), delimiter=";")
    assert not [
        text for row in rows for text in row if text.startswith(("=", "+", "-", "@", "\t", "\r", "＝"))
    ]


@pytest.mark.parametrize("name", ["a.csv", "a.json"])
@pytest.mark.parametrize(
    "text",
    [
        "Em \u202eđọc\u202c tốt",
        "Em đọc\u200b tốt\ufeff",
        "Em đọc\u00a0 \n tốt",
        "Em \u200b đo\u0323c tốt",
        "Em đọc\x00 tốt",
    ],
)
def test_invisible_characters_never_come_in(read, pupil, name, text):
    """Bidirectional controls, zero-width characters, line breaks and decomposed letters become plain text."""
    if name == "a.json":
        record = {"grade": 4, "className": "4A", "pupil": {"fullName": "An"}, "comments": {"QUALITY": text}}
        data = json.dumps({"schema": "hocba.import/1", "records": [record]}).encode()
    else:
        data = f'Họ và tên;Lớp;Phẩm chất - Nhận xét\nAn;4A;"{text}"\n'.encode()
    assert read(data, name).rows[0].content.comments["QUALITY"] == "Em đọc tốt"


def test_an_escaped_control_is_removed_too(read, workbook):
    """A workbook can hide a control character as ``_x202E_``: it is decoded first and then removed."""
    rows = [["Họ và tên", "Lớp", "Phẩm chất - Nhận xét"], ["An", "4A", "Em _x202E_đọc_x200B_ tốt"]]
    assert read(workbook(rows)).rows[0].content.comments["QUALITY"] == "Em đọc tốt"
