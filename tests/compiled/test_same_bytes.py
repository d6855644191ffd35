"""A compiled read and the resolvers give the same bytes, and the compiled read is really the one that answered."""

from pathlib import Path
from typing import Any

import orjson
import pytest
from graphql import FragmentDefinitionNode, OperationDefinitionNode, parse, print_ast
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.compiled.conftest import BothWays, mix
from tests.compiled.selections import selections
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


VARIABLES: dict[str, dict[str, Any]] = {
    "Records": {"filter": {"schoolYear": str(YEAR)}, "first": 4},
    "Progress": {"schoolYear": str(YEAR)},
    "SchoolYears": {f"y{place}": f"{2023 + place}-{2024 + place}" for place in range(5)},
}


@pytest.mark.parametrize("name", sorted(COMPILED))
async def test_documents_of_the_frontend(both: BothWays, name: str) -> None:
    """What the pages ask most is answered by one statement, for everybody, in every mix of states."""
    await mix(both.world)
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
    await mix(both.world)
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


EXAMPLES = 60


async def test_generatedselections(both: BothWays) -> None:
    """Whatever is selected of what can be compiled, in whatever order and under whatever names."""
    await mix(both.world)
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
        selections("Record", 2).map(
            lambda inner: f"{{ records(first: 5) {{ __typename edges {{ x: cursor node {{ {inner} }} }} }} }}"
        ),
        *(
            selections(type_name, 2).map(
                lambda inner, root=root: f'{{ q: {root}(schoolYear: "{YEAR}") {{ {inner} }} }}'
            )
            for root, type_name in (
                ("progress", "ClassProgress"),
                ("schoolProgress", "SchoolProgress"),
                ("districtProgress", "DistrictProgress"),
            )
        ),
    )
