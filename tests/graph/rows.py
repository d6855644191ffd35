"""How a row of the role matrix is written: one operation, and the objects it is tried on."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tests.graph.stage import SEATS, Stage

Variables = dict[str, Any]
Shows = Callable[[Any, Stage, str], bool]

ABSENT = "absent"
SEATED = (*SEATS, ABSENT)
SCHOOLS = ("own", "sibling", "other district", ABSENT)
RECORDS = (*SEATS, "moved away", "moved here", ABSENT)
PERIODS, ANYWHERE = ("there", ABSENT), ("there",)


def something(value: Any, _stage: Stage, _seat: str) -> bool:
    """An answer shows something when it is not null, and a list or a connection when it is not empty."""
    if isinstance(value, dict) and "edges" in value:
        return bool(value["edges"])
    return bool(value)


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One operation; ``name`` begins with the coordinate of its root field, or with the node's type."""

    name: str
    document: str
    variables: Callable[[Stage, str, str | None], Variables]
    objects: tuple[str, ...]
    shows: Shows = something
    is_public: bool = False
    """Whether the object is nobody's secret, so that everybody is answered alike."""

    @property
    def field(self) -> str:
        return self.name.split(" ", 1)[0]


def reading(name: str, field: str, variables: Callable[[Stage, str], Variables], **more: Any) -> Row:
    return Row(
        name=name,
        document=field,
        variables=lambda stage, seat, _: variables(stage, seat),
        **{"objects": SEATED} | more,
    )


def node(kind: str, fields: str, objects: tuple[str, ...] = SEATED, **more: Any) -> Row:
    document = f"query ($id: ID!) {{ node(id: $id) {{ ... on {kind} {{ {fields} }} }} }}"
    return reading(
        f"Query.node {kind}",
        document,
        lambda stage, seat: {"id": stage.node(kind, seat)},
        objects=objects,
        **more,
    )


def doing(
    name: str,
    arguments: str,
    variables: Callable[[Stage, str, str | None], Variables],
    objects: tuple[str, ...] = SEATED,
    **more: Any,
) -> Row:
    """A mutation: ``arguments`` are written as variables with their types, ``$id: ID!``."""
    names = [part.split(":")[0].strip(" $") for part in arguments.split(",")]
    given = ", ".join(f"{name}: ${name}" for name in names)
    field = name.split(" ", 1)[0].removeprefix("Mutation.")
    document = f"mutation ({arguments}) {{ {field}({given}) {{ userErrors {{ code field }} }} }}"
    return Row(name=name, document=document, variables=variables, objects=objects, **more)
