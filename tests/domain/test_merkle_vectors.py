"""Proofs, believed and refused exactly as the public vectors of transparency-dev/merkle say (``vectors/merkle.json``)."""

import json
from base64 import b64decode
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.domain.merkle import (
    Frontier,
    are_consistent,
    consistency_proof,
    consistency_stretches,
    covering,
    fold,
    inclusion_proof,
    inclusion_stretches,
    leaf_hash,
    root_from_inclusion,
    root_of,
)

VECTORS: dict[str, list[dict[str, Any]]] = json.loads(
    (Path(__file__).parent / "vectors" / "merkle.json").read_text("utf-8")
)
SIZES = range(1, 71)
LEAVES = [leaf_hash(bytes([number])) for number in SIZES]


def _named(vectors: list[dict[str, Any]]) -> list[Any]:
    return [pytest.param(vector, id=vector["name"]) for vector in vectors]


def _path(vector: dict[str, Any]) -> list[bytes]:
    return [b64decode(step) for step in vector["proof"] or ()]


def test_there_are_both_kinds_of_vectors():
    """98 of each kind; six of them are to be believed."""
    for kind in ("inclusion", "consistency"):
        assert [len(VECTORS[kind]), sum(not vector["wantErr"] for vector in VECTORS[kind])] == [98, 6]


@pytest.mark.parametrize("vector", _named(VECTORS["inclusion"]))
def test_an_inclusion_proof_is_judged_as_the_vectors_say(vector: dict[str, Any]):
    """A path leads to the root, or it does not."""
    leaf, root = b64decode(vector["leafHash"] or ""), b64decode(vector["root"] or "")
    found = root_from_inclusion(leaf, vector["leafIdx"], vector["treeSize"], _path(vector))
    assert (found != root) is vector["wantErr"]


@pytest.mark.parametrize("vector", _named(VECTORS["consistency"]))
def test_a_consistency_proof_is_judged_as_the_vectors_say(vector: dict[str, Any]):
    """One tree is the beginning of the other, or it is not."""
    first_root, second_root = b64decode(vector["root1"] or ""), b64decode(vector["root2"] or "")
    held = are_consistent(vector["size1"], first_root, vector["size2"], second_root, _path(vector))
    assert held is not vector["wantErr"]


@pytest.mark.parametrize("second", SIZES)
def test_every_earlier_tree_is_the_beginning_of_a_later_one(second: int):
    """For all pairs of sizes up to 70 the proof made is believed."""
    root = root_of(LEAVES[:second])
    for first in range(1, second + 1):
        path = consistency_proof(LEAVES[:second], first)
        assert are_consistent(first, root_of(LEAVES[:first]), second, root, path)


@given(st.integers(1, 70), st.integers(1, 70), st.data())
def test_a_fork_is_never_consistent(one: int, other: int, data: st.DataObject):
    """A tree in which one early leaf differs is not the beginning of this one, and no proof of ours says so."""
    first, second = min(one, other), max(one, other)
    at = data.draw(st.integers(0, first - 1))
    forked = [*LEAVES[:at], leaf_hash(b"another"), *LEAVES[at + 1 :]]
    root, forked_root = root_of(LEAVES[:second]), root_of(forked[:first])
    for leaves in (LEAVES[:second], forked[:second]):
        assert not are_consistent(first, forked_root, second, root, consistency_proof(leaves, first))


@pytest.mark.parametrize(("first", "second"), [(0, 3), (4, 3), (-1, 3)])
def test_a_size_outside_the_tree_has_no_consistency_proof(first: int, second: int):
    """Neither made nor believed."""
    with pytest.raises(IndexError):
        consistency_proof(LEAVES[:second], first)
    assert not are_consistent(first, LEAVES[0], second, LEAVES[0], [])


@pytest.mark.parametrize("size", SIZES)
def test_proofs_are_made_of_stored_subtrees(size: int):
    """The full subtrees that growing leaves behind hold every step of every proof, a few for each step."""
    _, made = Frontier().grow(LEAVES[:size])
    stored = {node.place: node.hash for node in made}
    assert len(made) == len(stored) == 2 * size - size.bit_count()

    def steps(stretches: list[tuple[int, int]]) -> list[bytes]:
        places = [covering(*stretch) for stretch in stretches]
        assert sum(map(len, places)) <= 2 * size.bit_length()
        return [fold([stored[place] for place in step]) for step in places]

    for index in range(size):
        assert steps(inclusion_stretches(index, size)) == inclusion_proof(LEAVES[:size], index)
        assert steps(consistency_stretches(index + 1, size)) == consistency_proof(LEAVES[:size], index + 1)


@given(st.integers(0, 70), st.integers(0, 70))
def test_growing_in_two_parts_makes_the_same_subtrees(first: int, second: int):
    """Whatever the batches, each subtree is made once."""
    size, cut = max(first, second), min(first, second)
    begun, early = Frontier().grow(LEAVES[:cut])
    grown, late = begun.grow(LEAVES[cut:size])
    assert (grown, [*early, *late]) == Frontier().grow(LEAVES[:size])
