"""JSON files of records."""

import json

import pytest

from backend.domain.errors import FileHeaderError, FileUnreadableError


def data_of(*records, schema="hocba.import/1", **more):
    return json.dumps({"schema": schema, "records": records, **more}).encode()


RECORD = {
    "grade": 4,
    "className": "4A",
    "pupil": {"fullName": "Chíu A Sáng", "birthDate": "2015-09-05", "gender": "MALE"},
    "subjects": {"TOAN": {"level": "T", "scores": {"CN": [9.0]}, "comment": "Em tính đúng."}},
}


def faults_of(read, **changes):
    row = read(data_of(RECORD | changes), "a.json").rows[0]
    return [(found.fault.code, found.column) for found in row.faults]


def test_derived_and_known_facts_may_be_absent(read, school):
    """A program sends what it knows; school, year and what follows are filled in."""
    row = read(data_of(RECORD), "a.json").rows[0]
    assert row.content.school == school
    assert row.content.subjects["TOAN"].scores == {"CN": (9,)}
    assert str(row.content.history[0].school_year) == "2024-2025"


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"subjects": {"TOAN": {"scores": {"CN": [11]}}}}, ("SCORE_INVALID", "subjects.TOAN.scores.CN")),
        ({"subjects": {"TOAN": {"scores": {"CN": [7.5]}}}}, ("SCORE_INVALID", "subjects.TOAN.scores.CN")),
        ({"subjects": {"TOAN": {"scores": {"CN": ["9"]}}}}, ("SCORE_INVALID", "subjects.TOAN.scores.CN")),
        ({"subjects": {"TOAN": {"scores": {"CN": [True]}}}}, ("SCORE_INVALID", "subjects.TOAN.scores.CN")),
        ({"subjects": {"TOAN": {"scores": 1e300}}}, ("STRUCTURE_INVALID", "subjects.TOAN.scores")),
        ({"subjects": {"TOAN": {"level": "Đ"}}}, ("SUBJECT_LEVEL_UNKNOWN", "subjects.TOAN.level")),
        ({"subjects": {"TOAN": {"level": ["T"]}}}, ("SUBJECT_LEVEL_UNKNOWN", "subjects.TOAN.level")),
        ({"subjects": {"CO_VUA": {"level": "T"}}}, ("STRUCTURE_INVALID", "subjects.CO_VUA")),
        ({"subjects": []}, ("STRUCTURE_INVALID", "subjects")),
        (
            {"subjects": {"TU_NHIEN_XA_HOI": {"level": "T"}}},
            ("SUBJECT_NOT_IN_GRADE", "subjects.TU_NHIEN_XA_HOI"),
        ),
        ({"grade": "4"}, ("GRADE_UNKNOWN", "grade")),
        ({"grade": True}, ("GRADE_UNKNOWN", "grade")),
        ({"heightMm": 1200.5}, ("NUMBER_INVALID", "heightMm")),
        ({"notAssessed": "Có"}, ("YES_NO_INVALID", "notAssessed")),
        ({"nickname": "Tí"}, ("STRUCTURE_INVALID", "nickname")),
        ({"className": 4}, ("STRUCTURE_INVALID", "className")),
        ({"recordedOn": "31/02/2025"}, ("DATE_INVALID", "recordedOn")),
        ({"awards": [{"award": "HUY_CHUONG", "note": ""}]}, ("AWARD_UNKNOWN", "awards")),
        ({"awards": {"award": "HSXS"}}, ("STRUCTURE_INVALID", "awards")),
        ({"history": [{"schoolYear": "2024-2025"}]}, ("STRUCTURE_INVALID", "history")),
        ({"school": {"code": "22193402"}}, ("PUPIL_OF_ANOTHER_SCHOOL", "school.code")),
        ({"comments": {"QUALITY": "x" * 301}}, ("COMMENT_TOO_LONG", "comments.QUALITY")),
        ({"outcome": "HTXS", "notAssessed": True}, ("OUTCOME_MISMATCH", "outcome")),
    ],
)
def test_faults_name_the_path(read, changes, expected):
    """Each fault stands at the dotted path of its value."""
    assert expected in faults_of(read, **changes)


def test_a_record_that_is_none(read):
    """A record that is no object is a bad row like others, numbered by its position."""
    file = read(data_of(RECORD, 7, None), "a.json")
    assert [row.row for row in file.good] == [1]
    assert {(found.row, found.fault.code) for found in file.faults if found.column == ""} == {
        (2, "STRUCTURE_INVALID"),
        (3, "STRUCTURE_INVALID"),
    }


@pytest.mark.parametrize(
    "data",
    [
        b"{",
        b"\xff\xfe\xfd",
        b'{"schema": "hocba.import/1", "schema": "hocba.import/1", "records": []}',
        b'{"schema": "hocba.import/1", "records": [NaN]}',
        b'{"schema": "hocba.import/1", "records": [1e999]}',
        b'{"schema": "hocba.import/1", "records": [' + b"9" * 5000 + b"]}",
        b"[" * 100_000,
    ],
)
def test_what_is_no_document(read, data):
    """Broken JSON, a key that stands twice, and numbers without end are unreadable."""
    with pytest.raises(FileUnreadableError):
        read(data, "a.json")


@pytest.mark.parametrize(
    "data", [data_of(schema="x"), data_of(more=1), b"[]", b'{"schema": "hocba.import/1"}']
)
def test_a_document_of_another_schema(read, data):
    """Only this schema, with its two keys, is read."""
    with pytest.raises(FileHeaderError):
        read(data, "a.json")
