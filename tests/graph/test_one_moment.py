"""Whatever one question asks is of one moment: counts agree with the lists that they open."""

import asyncio
from typing import Any

import pytest

from backend.db.repositories import organisation, records
from backend.domain.lifecycle import State
from tests.fixtures.asking import Api
from tests.fixtures.world import SCHOOLS, World
from tests.strategies.records import YEAR

QUESTION = f"""
{{ progress(schoolYear: "{YEAR}") {{ counts {{ state count }} }}
   records(first: 100) {{ edges {{ node {{ state }} }} }} }}"""


async def test_a_change_between_two_reads_shows_in_neither(
    world: World, api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While the list waits, a whole class is signed and committed; the list still is the one that was counted."""
    ids = [row.id for row in await world.records(world.own.actors["gv.4A"])]
    signed = asyncio.Event()
    counts, page = organisation.counts, records.page

    async def counts_then_change(*asked: Any, **more: Any) -> Any:
        found = await counts(*asked, **more)
        await world.bring_to(State.TEACHER_SIGNED, *ids)
        signed.set()
        return found

    async def page_after_change(*asked: Any, **more: Any) -> Any:
        await asyncio.wait_for(signed.wait(), 20)
        return await page(*asked, **more)

    monkeypatch.setattr(organisation, "counts", counts_then_change)
    monkeypatch.setattr(records, "page", page_after_change)
    answer = await api.ask(f"{SCHOOLS[0][0]}.ht", QUESTION)
    counted = [item for row in answer["data"]["progress"] for item in row["counts"]]
    listed = [edge["node"]["state"] for edge in answer["data"]["records"]["edges"]]
    assert sum(item["count"] for item in counted) == len(listed) == 6
    assert {item["state"] for item in counted} == set(listed) == {"DRAFT"}
    now = await world.owner.run("SELECT state FROM year_record WHERE id = ANY ($1)", ids)
    assert {row["state"] for row in now} == {"TEACHER_SIGNED"}
