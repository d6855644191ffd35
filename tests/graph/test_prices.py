"""An operation is refused for what it asks, not for what its variables could have asked."""

from typing import Any

from tests.fixtures.asking import Answer, Api
from tests.fixtures.world import World

DEAR = """query($n: Int!) { records(first: $n) { edges { node { id
  accessEvents(first: $n) { edges { node { id } } } } } } }"""
CHEAP = "query($n: Int!) { records(first: $n) { edges { node { id } } } }"


async def _cost(api: Api, world: World, document: str, rows: int) -> tuple[Answer, Any]:
    """The answer to the document and what it says that it cost."""
    context = await api.context(f"{world.own.facts.code}.ht")
    result = await api.gateway.schema.execute(document, variable_values={"n": rows}, context_value=context)
    codes = [error.extensions["code"] for error in result.errors or ()]
    return {"data": result.data, "codes": codes}, (result.extensions or {}).get("cost")


async def test_small_pages_are_answered_where_large_ones_are_refused(world: World, api: Api) -> None:
    """Again and again, in any order: an answer to small pages opens no door for large ones."""
    for rows, refused in ((3, False), (100, True), (5, False), (100, True)):
        answer, cost = await _cost(api, world, DEAR, rows)
        assert answer["codes"] == (["OPERATION_TOO_COSTLY"] if refused else []), rows
        assert (answer["data"] is None) == refused
        assert (cost["requested"] > cost["limit"]) == refused
        if not refused:
            assert len(answer["data"]["records"]["edges"]) == rows


async def test_a_price_within_the_limit_is_the_documents(world: World, api: Api) -> None:
    """It is the same for every value, so that it can be told with the document."""
    costs = [(await _cost(api, world, CHEAP, rows))[1] for rows in (1, 100)]
    assert costs[0] == costs[1]
