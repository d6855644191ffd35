"""A compiled read and the resolvers give the same bytes, and the compiled read is really the one that answered."""

from pathlib import Path
from typing import Any

import orjson
import pytest
from graphql import FragmentDefinitionNode, OperationDefinitionNode, parse, print_ast
from hypothesis import given, settings
from hypothesis import strategies as st

from backend.db.reading.shapes import TYPES, Classes, Counts, One
from backend.db.scope import scoped
from backend.domain.lifecycle import Action, State
from backend.services import submissions
from backend.services.records import send_back
from tests.compiled.conftest import BothWays
from tests.strategies.records import YEAR

STAFF = (
    "22193401.ht",
    "22193401.pht",
    "22193401.vt",
    "22193401.gv.4A",
    "22194401.ht",
    "phong.193",
    "phong.194",
    "so",
)
FRONTEND = Path(__file__).parents[2] / "frontend" / "src"
COMPILED = {"Records", "Progress", "SchoolYears"}
"""Operations of the frontend that one statement answers."""


def _documents() -> dict[str, str]:
    """Every query of the staff's pages by name, with the fragments it may need."""
    parsed = [parse(file.read_text()) for file in sorted(FRONTEND.rglob("*.graphql"))]
    nodes = [node for document in parsed for node in document.definitions]
    fragments = {node.name.value: node for node in nodes if isinstance(node, FragmentDefinitionNode)}
    found = {}
    for node in nodes:
        if isinstance(node, OperationDefinitionNode) and node.operation.value == "query":
            found[node.name.value] = print_ast(node) + "\n".join(_needed(print_ast(node), fragments))
    return found


def _needed(text: str, fragments: dict[str, FragmentDefinitionNode], seen: tuple[str, ...] = ()) -> list[str]:
    texts = []
    for name, node in fragments.items():
        if f"...{name}" in text and name not in seen:
            seen += (name,)
            texts += [print_ast(node), *_needed(print_ast(node), fragments, seen)]
    return list(dict.fromkeys(texts))


async def _mix(both: BothWays) -> None:
    """Bring records of the own school into many states."""
    world = both.world
    principal = world.own.actors["ht"]
    ids = [record.id for record in await world.records(principal)]
    await world.bring_to(State.TEACHER_SIGNED, ids[0])
    await world.bring_to(State.ISSUED, *ids[1:5])
    async with scoped(principal, write=True):
        await submissions.submit(principal, ids[1:3])
    async with scoped(world.department, write=True):
        await submissions.accept(world.department, ids[1:3])
    async with scoped(principal, write=True):
        await send_back(principal, Action.REPLACE, ids[1], 'Bổ sung "ngay"\\ — 1/2.')


VARIABLES: dict[str, dict[str, Any]] = {
    "Records": {"filter": {"schoolYear": str(YEAR)}, "first": 4},
    "Progress": {"schoolYear": str(YEAR)},
    "SchoolYears": {f"y{place}": f"{2023 + place}-{2024 + place}" for place in range(5)},
}


@pytest.mark.parametrize("name", sorted(COMPILED))
async def test_documents_of_the_frontend(both: BothWays, name: str) -> None:
    """What the pages ask most is answered by one statement, for everybody, in every mix of states."""
    await _mix(both)
    query = _documents()[name]
    for login in STAFF:
        await both.same(login, query, **VARIABLES[name])
    assert both.compiled.answered == len(STAFF)


async def test_paging_to_the_end(both: BothWays) -> None:
    """Following cursors, both ways hand out the same pages down to the last."""
    query = (
        "query ($after: String) { records(first: 4, after: $after) { edges { cursor node { id pupilName } }"
        " pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } }"
    )
    after, seen = None, 0
    while True:
        page = orjson.loads(await both.same("so", query, after=after))["data"]["records"]
        seen += len(page["edges"])
        after = page["pageInfo"]["endCursor"]
        if not page["pageInfo"]["hasNextPage"]:
            break
    assert seen == 18
    await both.same("so", query, after=after)


@pytest.mark.parametrize(
    "wanted",
    [
        {"states": ["DRAFT", "ACCEPTED"]},
        {"states": []},
        {"name": "nguyễn thị"},
        {"name": "100%_\\"},
        {"schoolYear": "2019-2020"},
        {},
    ],
    ids=str,
)
async def test_filters(both: BothWays, wanted: dict[str, Any]) -> None:
    """Every filter narrows alike."""
    await _mix(both)
    query = "query ($f: RecordFilterInput) { records(filter: $f) { edges { node { id state pupilName } } } }"
    await both.same("22193401.ht", query, f=wanted)
    assert both.compiled.answered == 1


BAD = [
    ({"f": {"schoolYear": "2024"}}, "NOT_FOUND"),
    ({"f": {"schoolId": "nonsense"}}, ""),
    ({"f": {"schoolId": "UmVjb3JkOjE="}}, "NOT_FOUND"),
    ({"f": {"states": ["NONE"]}}, ""),
    ({"f": 5}, ""),
    ({"a": "nonsense"}, "NOT_FOUND"),
]


@pytest.mark.parametrize(("variables", "code"), BAD, ids=str)
async def test_bad_arguments_are_refused_alike(both: BothWays, variables: dict[str, Any], code: str) -> None:
    """What is wrong is said by the ordinary execution, in its own words."""
    query = (
        "query ($f: RecordFilterInput, $a: String) { records(filter: $f, after: $a) { edges { cursor } } }"
    )
    answer = await both.same("so", query, **variables)
    assert orjson.loads(answer)["errors"]
    assert code in answer.decode()
    assert both.compiled.answered == 0


@pytest.mark.parametrize("login", [None, "nobody"])
async def test_nobody_is_refused_alike(both: BothWays, login: str | None) -> None:
    """Without a session or an assignment nothing is answered at once."""
    answer = await both.same(login, "{ records { edges { cursor } } }")
    assert orjson.loads(answer)["errors"]
    assert both.compiled.answered == 0


# --- generated selections --------------------------------------------------------------------------


def _selections(type_name: str, depth: int) -> st.SearchStrategy[str]:
    """Any selection of a type, some fields under other names."""
    leaves, objects = [], {}
    for name, shape in TYPES[type_name].items():
        match shape:
            case One():
                objects[name] = shape.type_name
            case Counts():
                objects[name] = "StateCount"
            case Classes():
                objects[name] = "ClassProgress"
            case _:
                leaves.append(name)
    leaves.append("__typename")
    below = {name: _selections(inner, depth - 1) for name, inner in objects.items() if depth > 0}
    field = st.sampled_from(leaves).map(str)
    if below:
        field |= st.sampled_from(sorted(below)).flatmap(
            lambda name: below[name].map(lambda inner: f"{name} {{ {inner} }}")
        )
    aliased = st.tuples(st.sampled_from(["", "a: ", "b: "]), field).map("".join)
    return st.lists(aliased, min_size=1, max_size=5).map(_without_clashes).map(" ".join)


def _without_clashes(fields: list[str]) -> list[str]:
    """One field for each response name, so that the selection is valid; counts once, as statements give them."""
    by_key = {field.split("{")[0].split(":")[0].strip(): field for field in fields}
    counts = [key for key, field in by_key.items() if "counts {" in field.split("{ ")[0] + "{"]
    return [field for key, field in by_key.items() if key not in counts[1:]]


EXAMPLES = 60


async def test_generated_selections(both: BothWays) -> None:
    """Whatever is selected of what can be compiled, in whatever order and under whatever names."""
    await _mix(both)
    queries: list[str] = []

    @settings(max_examples=EXAMPLES, deadline=None, database=None)
    @given(_queries())
    def gather(query: str) -> None:
        queries.append(query)

    gather()
    for place, query in enumerate(queries):
        await both.same(STAFF[place % len(STAFF)], query)
    assert both.compiled.answered == len(queries)


def _queries() -> st.SearchStrategy[str]:
    return st.one_of(
        _selections("Record", 2).map(
            lambda inner: f"{{ records(first: 5) {{ __typename edges {{ x: cursor node {{ {inner} }} }} }} }}"
        ),
        *(
            _selections(type_name, 2).map(
                lambda inner, root=root: f'{{ q: {root}(schoolYear: "{YEAR}") {{ {inner} }} }}'
            )
            for root, type_name in (
                ("progress", "ClassProgress"),
                ("schoolProgress", "SchoolProgress"),
                ("districtProgress", "DistrictProgress"),
            )
        ),
    )
