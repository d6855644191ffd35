"""A JSON file of records, for programs: ``{"schema": "hocba.import/1", "records": [ … ]}``.

Each record has the fields of ``hocba.year-record/1``; what the system derives or knows itself may be absent, and
is checked where present. Unlike a sheet, a document is strict: an unknown key or a value of another type is a
fault, because no person will look at it again.
"""

import json
import math
from collections.abc import Iterator, Mapping
from typing import Any

from backend.domain.errors import FileHeaderError, FileUnreadableError
from backend.domain.faults import Fault, FaultCode, fault
from backend.files.cells import CellError, shown
from backend.files.record_shape import JsonReader, Shape, record_shape
from backend.files.rows import RawRow

SCHEMA = "hocba.import/1"


def record_rows(data: bytes, school_code: str) -> Iterator[RawRow]:
    """The records of a document, numbered from 1.

    Raises:
        FileUnreadableError: when the bytes are no JSON, or hold a key twice or a number without end.
        FileHeaderError: when the document is not of this schema.
    """
    for number, record in enumerate(_records(data), start=1):
        values: dict[str, object] = {}
        faults: list[Fault] = []
        _flatten(record, record_shape(), "", values, faults)
        if values.get("school.code", school_code) != school_code:
            faults.append(fault(FaultCode.PUPIL_OF_ANOTHER_SCHOOL, "school.code", values["school.code"]))
        for derived in ("completed", "promoted"):
            if derived in values:
                values[f"stated.{derived}"] = values.pop(derived)
        yield RawRow(number, "", values, faults, _locate)


def _locate(at: str) -> tuple[str, str]:
    return at, ""


def _records(data: bytes) -> list[Any]:
    try:
        document = json.loads(
            data.removeprefix(b"\xef\xbb\xbf"),
            object_pairs_hook=_object,
            parse_float=_finite,
            parse_constant=_finite,
        )
    except (ValueError, RecursionError):
        raise FileUnreadableError from None
    if not isinstance(document, dict) or document.get("schema") != SCHEMA:
        raise FileHeaderError(columns="schema")
    records = document.get("records")
    if not isinstance(records, list) or document.keys() != {"schema", "records"}:
        raise FileHeaderError(columns="records")
    return records


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a key stands twice: two readers could see two records")
    return found


def _finite(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise ValueError("not a finite number")
    return number


def _flatten(
    document: object, shape: Shape, path: str, values: dict[str, object], faults: list[Fault]
) -> None:
    """Read an object and those below it into paths; null is as good as absent."""
    if not isinstance(document, dict):
        faults.append(fault(FaultCode.STRUCTURE_INVALID, path.rstrip("."), _seen(document)))
        return
    for key, value in document.items():
        reader, at = shape.get(key), f"{path}{key}"
        if reader is None:
            faults.append(fault(FaultCode.STRUCTURE_INVALID, f"{path}{shown(key)[:40]}", _seen(value)))
        elif isinstance(reader, Mapping):
            if value is not None:
                _flatten(value, reader, f"{at}.", values, faults)
        else:
            _read(reader, value, at, values, faults)


def _read(reader: JsonReader, value: object, at: str, values: dict[str, object], faults: list[Fault]) -> None:
    if value is None:
        return
    try:
        found = reader(value)
    except CellError as error:
        faults.append(fault(error.code, at, _seen(value), **error.params))
    except (TypeError, ValueError, KeyError, AttributeError):
        faults.append(fault(FaultCode.STRUCTURE_INVALID, at, _seen(value)))
    else:
        if found is not None:
            values[at] = found


def _seen(value: object) -> str:
    return shown(value) if isinstance(value, str | int | float) else type(value).__name__
