"""Leaves, heads and proofs are texts with one spelling: what reads them back takes no other."""

import json
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.domain.ledger import FileMark, HeadNote, Leaf, LedgerFileError, Proof, SignedNote
from backend.domain.merkle import leaf_hash

INSTANT = datetime(2025, 6, 30, 17, 0, 0, 5, UTC)
LEAF = Leaf(
    lookup_code="0" * 12 + "4" + "0" * 3 + "8" + "0" * 15,
    school_year="2024-2025",
    revision=2,
    content_digest="a" * 64,
    xml=FileMark("b" * 64, 26_374),
    pdf=FileMark("c" * 64, 105_395),
    effective_from=INSTANT,
)
TEXT = (
    '{"content":"' + "a" * 64 + '","effectiveFrom":"2025-06-30T17:00:00.000005Z","format":"hocba-leaf/1",'
    '"lookupCode":"00000000000040008000000000000000","pdf":"' + "c" * 64 + '","pdfSize":105395,"revision":2,'
    '"schoolYear":"2024-2025","xml":"' + "b" * 64 + '","xmlSize":26374}'
)
NOTE = HeadNote(origin="hocba-ledger/22", size=7, root=bytes(32), previous_size=3, previous_root=b"\x01" * 32)
NOTE_TEXT = f"hocba-ledger/22\n7\n{'A' * 43}=\nprevious 3 {'AQEB' * 10}AQE=\n"


def test_a_leaf_is_one_text_whatever_the_time_zone():
    """Canonical JSON, the instant in UTC: the same leaf everywhere, hashed with the leaf's prefix."""
    assert LEAF.text == TEXT
    assert LEAF.hash == leaf_hash(TEXT.encode())
    elsewhere = INSTANT.astimezone(timezone(timedelta(hours=7)))
    assert Leaf.parse(TEXT) == LEAF
    assert Leaf.parse(TEXT).effective_from == elsewhere


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "{}",
        TEXT.replace(":2,", ": 2,"),
        TEXT.replace("000005Z", "000005+00:00"),
        TEXT.replace("hocba-leaf/1", "hocba-leaf/2"),
        TEXT[:-1] + ',"zz":1}',
        TEXT.replace('"xmlSize":26374', '"xmlSize":null'),
    ],
)
def test_another_spelling_is_no_leaf(text: str):
    """White space, another zone, another version, an added or missing fact."""
    with pytest.raises(LedgerFileError):
        Leaf.parse(text)


def test_a_head_is_a_checkpoint_that_names_the_head_before():
    """Origin, size, root, and the head that it goes on from."""
    assert NOTE.text == NOTE_TEXT
    assert HeadNote.parse(NOTE_TEXT) == NOTE
    first = HeadNote(origin="x", size=1, root=bytes(32))
    assert HeadNote.parse(first.text) == first


@pytest.mark.parametrize(
    "text",
    [
        "",
        NOTE_TEXT + "\n",
        NOTE_TEXT.rstrip("\n"),
        NOTE_TEXT.replace("\n7\n", "\n07\n"),
        NOTE_TEXT.replace("A=", "="),
        NOTE_TEXT.replace("previous", "earlier"),
        NOTE_TEXT + "more\n",
    ],
)
def test_another_spelling_is_no_head(text: str):
    """A missing line end, a zero before, a short hash, an unknown line."""
    with pytest.raises(LedgerFileError):
        HeadNote.parse(text)


def test_files_come_back_as_they_were_written():
    """Head and proof files as JSON."""
    head = SignedNote(note=NOTE, signature=b"signature", timestamp=b"stamp")
    proof = Proof(leaf=LEAF, index=4, size=7, path=(bytes(32), b"\x02" * 32))
    assert SignedNote.parse(json.dumps(head.json).encode()) == head
    assert Proof.parse(json.dumps(proof.json).encode()) == proof
    for kind, other in ((SignedNote, proof), (Proof, head)):
        with pytest.raises(LedgerFileError):
            kind.parse(json.dumps(other.json).encode())


@given(st.binary(max_size=60) | st.text(max_size=60).map(str.encode))
def test_garbage_is_no_file(data: bytes):
    """Whatever the bytes, the answer is that one error."""
    for kind in (SignedNote, Proof):
        with pytest.raises(LedgerFileError):
            kind.parse(data)


@given(st.recursive(st.none() | st.integers() | st.text(max_size=5), lambda x: st.lists(x, max_size=3)))
def test_fields_of_another_kind_are_no_file(value: object):
    """A file of the right format whose fields are something else."""
    for kind, whole in (
        (SignedNote, SignedNote(note=NOTE, signature=b"s", timestamp=b"t").json),
        (Proof, Proof(leaf=LEAF, index=4, size=7, path=(bytes(32),)).json),
    ):
        for key in whole:
            changed = json.dumps({**whole, key: value}).encode()
            try:
                kind.parse(changed)
            except LedgerFileError:
                continue
            assert key not in {"format", "leaf", "note"}
