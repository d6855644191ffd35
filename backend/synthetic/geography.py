"""Districts and communes as they stood until 30/6/2025, with the estimates that spread schools over them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache

from backend.domain.curriculum import rows
from backend.domain.school_year import SchoolYear
from backend.synthetic.words import packaged

_NEW_TITLES_FROM = SchoolYear(2024)
"""Đông Triều became a city on 1/11/2024; records of that school year, written in May, say so."""


@dataclass(frozen=True, slots=True, kw_only=True)
class District:
    """A district with its weight in the province."""

    code: str
    name: str
    title: str
    valid_to: date
    pupils: int
    schools: int
    peoples: Mapping[str, int]
    communes: tuple[str, ...]


@cache
def districts(year: SchoolYear) -> tuple[District, ...]:
    """The 13 districts under the titles they had in a school year."""
    kind = "type_from_2024_11_01" if year >= _NEW_TITLES_FROM else "type"
    communes: dict[str, list[str]] = {}
    for row in rows("communes"):
        communes.setdefault(row["district"], []).append(row["name"])
    return tuple(
        District(
            code=row["code"],
            name=row["name"],
            title=f"{row[kind].capitalize()} {row['name']}",
            valid_to=date.fromisoformat(row["valid_to"]),
            communes=tuple(communes[row["code"]]),
            **packaged("places")["districts"][row["code"]],
        )
        for row in rows("districts")
    )


def is_urban(commune: str) -> bool:
    return commune.startswith(tuple(packaged("places")["urban_kinds"]))


def bare_name(commune: str) -> str:
    """``Phường Hà Lầm`` → ``Hà Lầm``; ``Thị trấn Cô Tô`` → ``Cô Tô``."""
    kinds = (*packaged("places")["urban_kinds"], *packaged("places")["rural_kinds"])
    return next(
        (commune.removeprefix(f"{kind} ") for kind in kinds if commune.startswith(f"{kind} ")), commune
    )
