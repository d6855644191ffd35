"""The ledger's arithmetic, against the vectors of Certificate Transparency (RFC 6962)."""

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.domain.merkle import (
    EMPTY_ROOT,
    Frontier,
    inclusion_proof,
    leaf_hash,
    node_hash,
    root_from_inclusion,
    root_of,
)

DATA = [
    bytes.fromhex(text)
    for text in (
        "",
        "00",
        "10",
        "2021",
        "3031",
        "40414243",
        "5051525354555657",
        "606162636465666768696a6b6c6d6e6f",
    )
]
"""The eight leaves of certificate-transparency's ``merkletree`` tests."""

ROOTS = [
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]
"""Roots of the trees of the first one to eight leaves, from the same tests."""

SIZES = range(1, 71)
LEAVES = [leaf_hash(bytes([number])) for number in SIZES]


def reference_root(leaves: list[bytes]) -> bytes:
    """MTH of RFC 6962 §2.1, written down as it stands there."""
    if not leaves:
        return hashlib.sha256(b"").digest()
    if len(leaves) == 1:
        return leaves[0]
    split = next(power for power in (64, 32, 16, 8, 4, 2, 1) if power < len(leaves))
    return hashlib.sha256(b"\x01" + reference_root(leaves[:split]) + reference_root(leaves[split:])).digest()


def test_the_empty_tree_is_the_hash_of_nothing():
    """SHA-256 of the empty string."""
    assert root_of([]) == EMPTY_ROOT
    assert EMPTY_ROOT.hex() == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"


@pytest.mark.parametrize("size", range(1, 9))
def test_roots_are_those_of_certificate_transparency(size):
    """Known answers for one to eight leaves."""
    assert root_of([leaf_hash(item) for item in DATA[:size]]).hex() == ROOTS[size - 1]


@pytest.mark.parametrize(
    ("size", "index", "path"),
    [
        (
            8,
            0,
            [
                "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
                "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
                "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
            ],
        ),
        (
            8,
            5,
            [
                "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
                "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
                "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
            ],
        ),
        (3, 2, ["fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"]),
        (
            5,
            1,
            [
                "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
                "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
                "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
            ],
        ),
    ],
)
def test_paths_are_those_of_certificate_transparency(size, index, path):
    """Known inclusion paths, nearest sibling first."""
    leaves = [leaf_hash(item) for item in DATA[:size]]
    assert [step.hex() for step in inclusion_proof(leaves, index)] == path


@pytest.mark.parametrize("size", SIZES)
def test_every_leaf_of_every_tree_is_proven(size):
    """For all sizes up to 70 each leaf's path leads to the root, and the root is the RFC's."""
    leaves = LEAVES[:size]
    root = reference_root(leaves)
    assert root_of(leaves) == root
    for index, leaf in enumerate(leaves):
        assert root_from_inclusion(leaf, index, size, inclusion_proof(leaves, index)) == root


@given(st.integers(2, 70), st.data())
def test_a_tampered_proof_is_refused(size, data):
    """Another leaf, another place, a step with one bit changed: none leads to the root."""
    index = data.draw(st.integers(0, size - 1))
    leaves = LEAVES[:size]
    path, root, leaf = inclusion_proof(leaves, index), root_of(leaves), leaves[index]
    at = data.draw(st.integers(0, len(path) - 1))
    bit = data.draw(st.integers(0, 255))
    changed = (int.from_bytes(path[at]) ^ 1 << bit).to_bytes(32)
    forgeries = [
        (leaf_hash(b"another"), index, size, path),
        (leaf, (index + 1) % size, size, path),
        (leaf, index, size, [*path[:at], changed, *path[at + 1 :]]),
    ]
    assert [forged for forged in forgeries if root_from_inclusion(*forged) == root] == []


@given(st.integers(2, 70), st.data())
def test_a_path_of_another_length_leads_nowhere(size, data):
    """A step left out or added does not fit the tree's shape, whatever the step says."""
    index = data.draw(st.integers(0, size - 1))
    path = inclusion_proof(LEAVES[:size], index)
    at = data.draw(st.integers(0, len(path) - 1))
    for forged in (path[:at] + path[at + 1 :], [*path, path[at]], [*path, EMPTY_ROOT], []):
        assert root_from_inclusion(LEAVES[index], index, size, forged) is None


@pytest.mark.parametrize(("index", "size"), [(-1, 3), (3, 3), (0, 0)])
def test_a_place_outside_the_tree_has_no_proof(index, size):
    """Neither made nor believed."""
    assert root_from_inclusion(LEAVES[0], index, size, []) is None
    with pytest.raises(IndexError):
        inclusion_proof(LEAVES[:size], index)


@given(st.integers(0, 70), st.integers(0, 70))
def test_a_frontier_grows_as_the_whole_tree_would(first, second):
    """Appending in two parts leads where appending at once leads, so yesterday's ledger can be forgotten."""
    size, cut = max(first, second), min(first, second)
    grown = Frontier().append(LEAVES[:cut]).append(LEAVES[cut:size])
    assert grown == Frontier().append(LEAVES[:size])
    assert grown.size == size
    assert len(grown.roots) == size.bit_count()


def test_leaf_and_node_hashes_never_meet():
    """A leaf made of two hashes is not the node above them: the prefixes differ (second preimages)."""
    left, right = LEAVES[0], LEAVES[1]
    assert leaf_hash(left + right) != node_hash(left, right)
    assert leaf_hash(b"") == hashlib.sha256(b"\x00").digest()
