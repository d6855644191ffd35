"""The stored document: written and read without loss, read strictly."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.domain.canonical import canonical_bytes
from backend.domain.content_json import SCHEMA, ContentInvalidError, from_json, parse, to_json
from backend.domain.faults import FaultCode
from backend.domain.levels import Period
from tests.strategies.records import complete_record, records, with_result

DOCUMENT = json.loads(
    canonical_bytes(
        to_json(
            with_result(complete_record(), "TOAN", scores={Period.YEAR_END: (4, 9)}),
        )
    )
)


def stored(document: dict[str, Any]) -> dict[str, Any]:
    """The document as it comes back from the database."""
    return json.loads(canonical_bytes(document))


def paths(value: Any, at: tuple = ()) -> Iterator[tuple]:
    """Every place in a document."""
    yield at
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, item in items:
        yield from paths(item, (*at, key))


def changed(at: tuple, value: Any, document: Any = DOCUMENT) -> Any:
    """A copy of the document with another value at a place."""
    if not at:
        return value
    copy = dict(document) if isinstance(document, dict) else list(document)
    copy[at[0]] = changed(at[1:], value, copy[at[0]])
    return copy


def found(at: tuple) -> Any:
    """The value at a place of the document."""
    value = DOCUMENT
    for key in at:
        value = value[key]
    return value


PLACES = sorted(paths(DOCUMENT), key=repr)
OBJECTS = [at for at in PLACES if isinstance(found(at), dict)]
LEAVES = [at for at in PLACES if not isinstance(found(at), dict | list)]
FREE_KEYS = {
    ("subjects",),
    ("traits",),
    ("comments",),
    *[("subjects", code, "scores") for code in DOCUMENT["subjects"]],
}
"""Objects in which an entry less is another valid content, not a fault of structure."""


def dotted(at: tuple) -> str:
    return ".".join(map(str, at))


@given(records())
def test_a_document_reads_back_as_the_same_document(content):
    """Written, stored, read and written again, no byte differs."""
    document = stored(to_json(content))
    assert canonical_bytes(to_json(from_json(document))) == canonical_bytes(document)


@given(records())
def test_nothing_of_a_content_is_lost(content):
    """Reading gives the content back, less results and comments that are empty."""
    read = from_json(stored(to_json(content)))
    kept = {code: result for code, result in content.subjects.items() if not result.is_empty}
    written = {group: text for group, text in content.comments.items() if text}
    assert (read.subjects, read.comments) == (kept, written)
    for name in ("school_year", "grade", "class_name", "school", "pupil", "history", "traits", "awards"):
        assert getattr(read, name) == getattr(content, name)
    assert (read.outcome, read.completion) == (content.outcome, content.completion)


@given(records())
def test_derived_facts_are_written_for_readers(content):
    """Outcome, completion and promotion stand in the document as the rules have them."""
    document, completion = to_json(content), content.completion
    assert document["outcome"] == content.outcome
    assert document["completed"] == (completion.class_completed if completion else None)
    assert document["promoted"] == (completion.promoted if completion else None)
    assert document["schema"] == SCHEMA


@pytest.mark.parametrize("at", OBJECTS, ids=dotted)
def test_a_key_too_many_is_refused(at):
    """Wherever it stands: what one reader would overlook, another might believe."""
    with pytest.raises(ContentInvalidError) as refused:
        from_json(changed((*at,), {**found(at), "extra": "x"}))
    assert refused.value.faults


@pytest.mark.parametrize(
    "at", [at for at in PLACES if at and at[:-1] not in FREE_KEYS and not isinstance(at[-1], int)], ids=dotted
)
def test_a_key_too_few_is_refused(at):
    """No key has a silent default, at the top or within."""
    parent = {key: value for key, value in found(at[:-1]).items() if key != at[-1]}
    with pytest.raises(ContentInvalidError):
        from_json(changed(at[:-1], parent))


WRONG_KINDS = (0, 1, 1.0, True, "x", "0", [], {}, ["x"], {"x": 1}, None)


@pytest.mark.parametrize("at", LEAVES, ids=dotted)
def test_a_value_of_another_type_is_refused(at):
    """A leaf takes no value of another type, not even one that Python finds equal."""
    value = found(at)
    for other in WRONG_KINDS:
        if type(other) is type(value) or (other is None or value is None):
            continue
        with pytest.raises(ContentInvalidError):
            from_json(changed(at, other))


@pytest.mark.parametrize(
    ("at", "value"),
    [
        (("schema",), "hocba.year-record/2"),
        (("curriculum",), "TT22-2016"),
        (("schoolYear",), "2024–2025"),
        (("pupil", "birthDate"), "20150905"),
        (("pupil", "birthDate"), "05/09/2015"),
        (("pupil", "gender"), "Nữ"),
        (("subjects", "TOAN", "level"), "Đ"),
        (("traits", "YEU_NUOC"), "H"),
        (("comments",), {"KHAC": "x"}),
        (("subjects", "TOAN", "scores"), {"HK3": [9]}),
        (("subjects", "TOAN", "scores"), {"CN": 9}),
        (("subjects", "TOAN", "scores", "CN"), []),
        (("subjects", "TOAN", "scores", "CN"), ["9"]),
        (("subjects", "TOAN", "scores", "CN"), [7.5]),
        (("awards",), [{"award": "HSG", "note": ""}]),
        (("history",), [{"schoolYear": "2023-2024"}]),
        (("grade",), 6),
        (("schoolYear",), "2010-2011"),
        (("completed",), 1),
        (("promoted",), 1.0),
    ],
    ids=repr,
)
def test_another_spelling_of_a_value_is_refused(at, value):
    """One document has one spelling: words of a scale, dates, years, numbers."""
    with pytest.raises(ContentInvalidError):
        from_json(changed(at, value))


@pytest.mark.parametrize(
    ("changes", "code", "field"),
    [
        ({"outcome": "HT"}, FaultCode.OUTCOME_MISMATCH, "outcome"),
        ({"outcome": None}, FaultCode.OUTCOME_MISMATCH, "outcome"),
        ({"completed": False}, FaultCode.STRUCTURE_INVALID, "completed"),
        ({"promoted": False}, FaultCode.STRUCTURE_INVALID, "promoted"),
    ],
)
def test_derived_facts_must_follow(changes, code, field):
    """A stated outcome that does not follow is a fault with its place; a draft's may be absent or wrong."""
    with pytest.raises(ContentInvalidError) as refused:
        from_json(DOCUMENT | changes)
    assert [(item.code, item.field) for item in refused.value.faults] == [(code, field)]
    assert parse(DOCUMENT | changes) == from_json(DOCUMENT)


def test_another_version_is_not_read():
    """A document of another version is refused even where derived facts may be absent."""
    with pytest.raises(ContentInvalidError):
        parse(DOCUMENT | {"schema": "hocba.year-record/2"})
    assert parse({key: DOCUMENT[key] for key in DOCUMENT if key != "schema"}) == from_json(DOCUMENT)


def test_a_fault_names_every_place():
    """Two wrong facts are two faults, in order."""
    with pytest.raises(ContentInvalidError) as refused:
        from_json(DOCUMENT | {"outcome": "CHT", "completed": False})
    assert [item.field for item in refused.value.faults] == ["completed", "outcome"]


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
        lambda it: st.lists(it) | st.dictionaries(st.text(), it),
    )
)
def test_whatever_is_sent_the_answer_is_a_fault(value):
    """Any JSON at all is a record or a ContentInvalidError, never another exception."""
    with pytest.raises(ContentInvalidError):
        from_json(value)


@given(
    st.sampled_from(PLACES[1:]),
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=3) | st.just([]) | st.just({}),
)
def test_a_broken_document_is_a_fault_or_a_record(at, value):
    """One place changed: the document is refused as invalid, or reads back as exactly itself."""
    document = changed(at, value)
    try:
        content = from_json(document)
    except ContentInvalidError as error:
        assert error.faults  # noqa: PT017 - either answer is right, this is what one of them must hold
    else:
        assert canonical_bytes(to_json(content)) == canonical_bytes(document)
