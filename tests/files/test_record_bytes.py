"""The quick serialiser writes the very bytes that are signed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.domain.canonical import canonical_bytes
from backend.domain.content_json import to_json
from backend.files.record_bytes import record_bytes
from tests.strategies.records import complete_record

documents = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**70), 2**70) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=20,
).map(lambda inner: {"inner": inner})


@given(documents)
def test_any_document_gives_the_canonical_bytes(document):
    """Whatever the texts, keys and whole numbers, both serialisers agree."""
    assert record_bytes(document) == canonical_bytes(document)


@pytest.mark.parametrize("grade", range(1, 6))
def test_a_record_gives_the_canonical_bytes(grade):
    """A record's enumerations and days become the same text."""
    document = to_json(complete_record(grade))
    assert record_bytes(document) == canonical_bytes(document)
