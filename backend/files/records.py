"""A JSON file of records, for programs: ``{"schema": "hocba.import/1", "records": [ … ]}``.

Each record has the fields of ``hocba.year-record/1``; what the system derives or knows itself may be absent, and
is checked where present. Unlike a sheet, a document is strict: an unknown key or a value of another type is a
fault, because no person will look at it again.
"""

import json
import math
from collections.abc import Iterator, Mapping
from itertools import count, islice
from typing import Any

import orjson

from backend.domain.errors import FileHeaderError, FileUnreadableError
from backend.domain.faults import Fault, FaultCode, fault
from backend.files.blocks import ROWS_TOGETHER, Block
from backend.files.cells import CellError, shown
from backend.files.record_shape import JsonReader, Leaf, Shape, record_leaves, record_shape

SCHEMA = "hocba.import/1"

_ROUNDED = 2.0**53
"""A float above it may have been a whole number that no float holds."""


def record_blocks(data: bytes, school_code: str) -> Iterator[Block]:
    """The records of a document, numbered from 1.

    Raises:
        FileUnreadableError: when the bytes are no JSON, or hold a key twice or a number without end.
        FileHeaderError: when the document is not of this schema.
    """
    leaves = {leaf.at: leaf for leaf in record_leaves()}
    records, numbers = iter(_records(data)), count(1)
    while together := list(islice(records, ROWS_TOGETHER)):
        yield _block(together, list(islice(numbers, len(together))), leaves, school_code)


def _block(records: list[Any], numbers: list[int], leaves: Mapping[str, Leaf], school_code: str) -> Block:
    """Read the records column by column; one that is out of shape or wrong is read again alone, key by key."""
    cells, odd = _cells(records)
    columns: dict[str, list[Any]] = {}
    for at, column in cells.items():
        values, errors = leaves[at].read_column(column)
        odd.update(place for place, _ in errors)
        columns[at] = list(values)
    faults: dict[int, list[Fault]] = {}
    for place in sorted(odd):
        found, alone = list[Fault](), dict[str, object]()
        _flatten(records[place], record_shape(), "", alone, found)
        for at in {*columns, *alone}:
            columns.setdefault(at, [None] * len(records))[place] = alone.get(at)
        faults[place] = found
    for place, code in enumerate(columns.get("school.code", ())):
        if code is not None and code != school_code:
            of_another = fault(FaultCode.PUPIL_OF_ANOTHER_SCHOOL, "school.code", code)
            faults.setdefault(place, []).append(of_another)
    for derived in ("completed", "promoted"):
        if derived in columns:
            columns[f"stated.{derived}"] = columns.pop(derived)
    return Block("", numbers, columns, faults, lambda _place: _locate)


def _cells(records: list[Any]) -> tuple[dict[str, list[Any]], set[int]]:
    """The values of all records by path, and the places of records with a key or an object out of shape."""
    odd: set[int] = set()
    found: dict[str, list[Any]] = {}

    def walk(documents: list[Any], shape: Shape, path: str) -> None:
        for place, document in enumerate(documents):
            if document is None:
                continue
            if type(document) is not dict or not document.keys() <= shape.keys():
                odd.add(place)
                documents[place] = None
        for key, node in shape.items():
            below = [None if document is None else document.get(key) for document in documents]
            if any(value is not None for value in below):
                if isinstance(node, Mapping):
                    walk(below, node, f"{path}{key}.")
                else:
                    found[f"{path}{key}"] = below

    # null stands for nothing below a record, and is no record itself
    walk([record if record is not None else () for record in records], record_shape(), "")
    return found, odd


def _locate(at: str) -> tuple[str, str]:
    return at, ""


def _records(data: bytes) -> list[Any]:
    document = _document(data.removeprefix(b"\xef\xbb\xbf"))
    if not isinstance(document, dict) or document.get("schema") != SCHEMA:
        raise FileHeaderError(columns="schema")
    records = document.get("records")
    if not isinstance(records, list) or document.keys() != {"schema", "records"}:
        raise FileHeaderError(columns="records")
    return records


def _document(data: bytes) -> Any:
    """The document by the quick reader, unless it might have overlooked something: then by the exact one."""
    try:
        document = orjson.loads(data)
    except orjson.JSONDecodeError:
        return _exact(data)
    return document if _tells_all(data, document) else _exact(data)


def _tells_all(data: bytes, document: Any) -> bool:
    """Whether no key stands twice and no number is rounded, in a document that the quick reader took.

    Where white space is left out, ``":`` stands behind every key. It may also stand at the start of a text or behind
    a quotation mark in one, so there are never fewer of them than keys, and as many only if no key was dropped.
    """
    try:
        return data.translate(None, b" \t\r\n").count(b'":') == _keys_below(document)
    except RecursionError:
        return False


def _keys_below(value: Any) -> int:
    """Keys of all objects in a value; one less for every number that may have been rounded."""
    keys, inner = (len(value), value.values()) if type(value) is dict else (0, value)
    for item in inner:
        kind = type(item)
        if kind is dict or kind is list:
            keys += _keys_below(item)
        elif kind is float and abs(item) > _ROUNDED:
            keys -= 1
    return keys


def _exact(data: bytes) -> Any:
    try:
        return json.loads(data, object_pairs_hook=_object, parse_float=_finite, parse_constant=_finite)
    except (ValueError, RecursionError):
        raise FileUnreadableError from None


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
