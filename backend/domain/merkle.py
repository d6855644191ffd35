"""The arithmetic of the ledger: Merkle trees with the hashing of RFC 6962 §2.1.

A tree grows only at its right edge, so it is kept as the roots of its full subtrees (``Frontier``): adding
a leaf and naming the new root cost one hash per level, whatever the size.
"""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

HASH_BYTES = 32
EMPTY_ROOT = hashlib.sha256(b"").digest()


def leaf_hash(data: bytes) -> bytes:
    """Hash of a leaf: SHA-256(0x00 ‖ data)."""
    return hashlib.sha256(b"\x00" + data).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Hash of an inner node: SHA-256(0x01 ‖ left ‖ right)."""
    return hashlib.sha256(b"\x01" + left + right).digest()


class Place(NamedTuple):
    """A full subtree: the 2 ** ``level`` leaves from ``number`` * 2 ** ``level`` on."""

    level: int
    number: int


class Node(NamedTuple):
    """A full subtree and its root; once it is there it never changes."""

    place: Place
    hash: bytes


def fold(roots: Sequence[bytes]) -> bytes:
    """The root over the full subtrees of a stretch of leaves, largest first; SHA-256 of nothing for none."""
    if not roots:
        return EMPTY_ROOT
    node = roots[-1]
    for left in reversed(roots[:-1]):
        node = node_hash(left, node)
    return node


@dataclass(frozen=True, slots=True)
class Frontier:
    """Roots of the full subtrees of a tree of ``size`` leaves, largest first."""

    size: int = 0
    roots: tuple[bytes, ...] = ()

    def append(self, leaves: Iterable[bytes]) -> "Frontier":
        """The frontier after adding leaf hashes in order."""
        return self.grow(leaves)[0]

    def grow(self, leaves: Iterable[bytes]) -> tuple["Frontier", list["Node"]]:
        """The frontier after adding leaf hashes in order, and every full subtree that this completes."""
        size, roots = self.size, list(self.roots)
        made: list[Node] = []
        for leaf in leaves:
            node, place = leaf, Place(0, size)
            made.append(Node(place, node))
            while place.number & 1:
                node, place = node_hash(roots.pop(), node), Place(place.level + 1, place.number >> 1)
                made.append(Node(place, node))
            roots.append(node)
            size += 1
        return Frontier(size, tuple(roots)), made

    @property
    def root(self) -> bytes:
        """Root hash of the whole tree; SHA-256 of nothing for an empty one."""
        return fold(self.roots)


def root_of(leaves: Sequence[bytes]) -> bytes:
    """Root hash over leaf hashes."""
    return Frontier().append(leaves).root


def inclusion_proof(leaves: Sequence[bytes], index: int) -> list[bytes]:
    """Audit path of one leaf, nearest sibling first (RFC 6962 §2.1.1).

    Raises:
        IndexError: when the index is outside the tree.
    """
    return [root_of(leaves[start:end]) for start, end in inclusion_stretches(index, len(leaves))]


def consistency_proof(leaves: Sequence[bytes], first: int) -> list[bytes]:
    """What proves that the tree of the first leaves is the beginning of this one (RFC 6962 §2.1.2).

    Raises:
        IndexError: unless ``first`` is a size from 1 to this tree's.
    """
    return [root_of(leaves[start:end]) for start, end in consistency_stretches(first, len(leaves))]


def inclusion_stretches(index: int, size: int) -> list[tuple[int, int]]:
    """The stretches of leaves whose roots are a leaf's audit path, nearest first.

    Raises:
        IndexError: when the index is outside the tree.
    """
    if not 0 <= index < size:
        raise IndexError(index)
    start, end, stretches = 0, size, list[tuple[int, int]]()
    while end - start > 1:
        split = start + _split(end - start)
        if index < split:
            stretches.append((split, end))
            end = split
        else:
            stretches.append((start, split))
            start = split
    return stretches[::-1]


def consistency_stretches(first: int, second: int) -> list[tuple[int, int]]:
    """The stretches of leaves whose roots prove that a tree is the beginning of another, nearest first.

    Raises:
        IndexError: unless 1 <= first <= second.
    """
    if not 1 <= first <= second:
        raise IndexError(first)
    start, end, stretches = 0, second, list[tuple[int, int]]()
    while first != end:
        split = start + _split(end - start)
        if first <= split:
            stretches.append((split, end))
            end = split
        else:
            stretches.append((start, split))
            start = split
    # the root of the first tree is known to whoever checks; of a part of it, it must be told
    return [*([(start, end)] if start else []), *stretches[::-1]]


def covering(start: int, end: int) -> list[Place]:
    """The full subtrees of a stretch that a proof names, largest first."""
    places = []
    while start < end:
        level = (end - start).bit_length() - 1
        places.append(Place(level, start >> level))
        start += 1 << level
    return places


def root_from_inclusion(leaf: bytes, index: int, size: int, path: Sequence[bytes]) -> bytes | None:
    """The root that a proof leads to, or None when it does not fit the tree's shape (RFC 9162 §2.1.3.2)."""
    if not 0 <= index < size or len(leaf) != HASH_BYTES:
        return None
    node, position, last = leaf, index, size - 1
    for sibling in path:
        if last == 0:
            return None
        if position & 1 or position == last:
            node = node_hash(sibling, node)
            while not position & 1 and position:
                position, last = position >> 1, last >> 1
        else:
            node = node_hash(node, sibling)
        position, last = position >> 1, last >> 1
    return node if last == 0 else None


def are_consistent(
    first: int, first_root: bytes, second: int, second_root: bytes, path: Sequence[bytes]
) -> bool:
    """Whether a proof shows that one tree is the beginning of another (RFC 9162 §2.1.4.2)."""
    if not 1 <= first <= second:
        return False
    if first == second:
        return not path and first_root == second_root
    # a full tree is itself the first step
    steps = [first_root, *path] if first & (first - 1) == 0 else list(path)
    roots = _roots_from(first, second, steps)
    return roots == (first_root, second_root)


def _roots_from(first: int, second: int, steps: Sequence[bytes]) -> tuple[bytes, bytes] | None:
    """Both roots that the steps lead to, or None when they do not fit the trees' shapes."""
    position, last = first - 1, second - 1
    while position & 1:
        position, last = position >> 1, last >> 1
    if not steps:
        return None
    old = new = steps[0]
    for step in steps[1:]:
        if last == 0:
            return None
        if position & 1 or position == last:
            old, new = node_hash(step, old), node_hash(step, new)
            while not position & 1 and position:
                position, last = position >> 1, last >> 1
        else:
            new = node_hash(new, step)
        position, last = position >> 1, last >> 1
    return (old, new) if last == 0 else None


def _split(size: int) -> int:
    """The largest power of two below ``size``."""
    return 1 << (size - 1).bit_length() - 1
