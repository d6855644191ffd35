"""Canonical JSON: the bytes that are digested, signed and compared."""

import hashlib
import json
import unicodedata
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.domain.canonical import canonical_bytes, content_digest
from backend.domain.content_json import to_json
from tests.strategies.records import complete_record, records

scalars = (
    st.none() | st.booleans() | st.integers() | st.text(st.characters(exclude_categories=["Cs"]), max_size=10)
)
documents = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=4),
    max_leaves=20,
)


def reversed_keys(value):
    """The same document with the keys of every object in the opposite order."""
    if isinstance(value, dict):
        return {key: reversed_keys(value[key]) for key in reversed(value)}
    return [reversed_keys(item) for item in value] if isinstance(value, list) else value


@given(documents.filter(lambda value: isinstance(value, dict | list)))
def test_key_order_does_not_matter(value):
    """Two writers of one document make the same bytes."""
    assert canonical_bytes(reversed_keys(value)) == canonical_bytes(value)


@given(documents)
def test_bytes_are_json_and_read_back(value):
    """Nothing is lost: any JSON reader gets the document back."""
    assert json.loads(canonical_bytes(value)) == value


@given(documents)
def test_canonical_bytes_are_a_fixed_point(value):
    """Reading and writing again changes no byte."""
    once = canonical_bytes(value)
    assert canonical_bytes(json.loads(once)) == once


def test_known_bytes():
    """Keys by code point, no white space, UTF-8 unescaped: the form that other languages can follow."""
    value = {"đ": 1, "a": [True, None, "Ánh\n"], "Z": {"b": -1, "a": ""}}
    expected = '{"Z":{"a":"","b":-1},"a":[true,null,"Ánh\\n"],"đ":1}'.encode()
    assert canonical_bytes(value) == expected
    assert content_digest(value) == hashlib.sha256(expected).hexdigest()


@pytest.mark.parametrize(
    "value",
    [1.0, float("nan"), Decimal(1), b"bytes", {1, 2}, {1: "key"}, {None: 1}, object(), 1j],
    ids=lambda value: type(value).__name__ if type(value) is object else repr(value),
)
@pytest.mark.parametrize(
    "wrap", [lambda it: it, lambda it: [it], lambda it: {"a": {"b": it}}], ids=["top", "list", "object"]
)
def test_what_json_says_in_two_ways_is_refused(value, wrap):
    """Floats and everything JSON does not know are faults at any depth, never rounded or written as text."""
    with pytest.raises(TypeError):
        canonical_bytes(wrap(value))


def test_tuples_are_lists():
    """A tuple has no other meaning in JSON."""
    assert canonical_bytes(("a", (1,))) == canonical_bytes(["a", [1]])


@given(records())
def test_the_bytes_of_a_record_are_nfc(content):
    """A record whose texts are kept texts is signed as composed Unicode."""
    text = canonical_bytes(to_json(content)).decode()
    assert unicodedata.is_normalized("NFC", text)


def test_one_changed_letter_changes_the_digest():
    """The digest tells apart what a reader would tell apart."""
    first, second = complete_record(class_name="4A"), complete_record(class_name="4B")
    assert content_digest(to_json(first)) != content_digest(to_json(second))
    assert content_digest(to_json(first)) == content_digest(to_json(complete_record(class_name="4A")))
