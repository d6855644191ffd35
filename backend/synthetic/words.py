"""The word lists of this package (``data/*.toml``), and drawing from them."""

import tomllib
from collections.abc import Mapping, Sequence
from functools import cache
from importlib import resources
from random import Random
from typing import Any


@cache
def packaged(name: str) -> Mapping[str, Any]:
    """One TOML file of this package."""
    text = resources.files("backend.synthetic").joinpath(f"data/{name}.toml").read_text("utf-8")
    return tomllib.loads(text)


def source(seed: int, *purpose: object) -> Random:
    """A source of chance for one purpose: what one school draws never moves what another gets."""
    return Random("/".join(map(str, (seed, *purpose))))  # noqa: S311 - repeatable, not secret


def pick(chance: Random, items: Sequence[str]) -> str:
    """One of the items; faster than ``Random.choice``, which guards against bias nobody can see here."""
    return items[int(chance.random() * len(items))]


def shared_out(total: int, weights: Sequence[float], minimum: int = 0) -> list[int]:
    """Split a total by weights into whole parts that add up to it (largest remainder), each at least the minimum.

    Raises:
        ValueError: when the total is too small for the minimum.
    """
    rest = total - minimum * len(weights)
    if rest < 0:
        raise ValueError("too little to share out")
    exact = [rest * weight / sum(weights) for weight in weights]
    parts = [int(share) for share in exact]
    by_remainder = sorted(range(len(parts)), key=lambda at: (parts[at] - exact[at], at))
    for at in by_remainder[: rest - sum(parts)]:
        parts[at] += 1
    return [part + minimum for part in parts]
