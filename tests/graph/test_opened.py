"""Who opens a record's content from outside the school leaves an access event that school and family see."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from strawberry.relay import to_base64

from backend.compiled.reads import CompiledReads
from backend.db.reading.pools import ReadPools
from backend.domain.lifecycle import State
from backend.graph import schema
from tests.fixtures.asking import Api
from tests.fixtures.world import PARENT_LOGIN, SCHOOLS, World

OWN = SCHOOLS[0][0]
SCHOOL = (f"{OWN}.gv.4A", f"{OWN}.ht", f"{OWN}.pht", f"{OWN}.vt")
DISTRICT, FOREIGN_DISTRICT, DEPARTMENT = "phong.193", "phong.194", "so"
OUTSIDE = {
    DISTRICT: ("DISTRICT", "Phòng 193", "SUPERVISION"),
    DEPARTMENT: ("DEPARTMENT", "Sở GDĐT", "SUPERVISION"),
    PARENT_LOGIN: ("GUARDIAN", "", "FAMILY"),
}
WAYS = {
    "content": "workingRevision { content { className } }",
    "standing": "revisions { content { className } }",
    "preview": "workingRevision { previewUrl }",
}
CLOSED = "id state pupilName workingRevision { number state version complete missing { code } }"
EVENTS = "SELECT book_id, reader, reader_name, purpose, means, outcome, network FROM access_event ORDER BY id"


@pytest.fixture
async def record(world: World) -> Any:
    """A record of the guardian's child that stands: accepted, not locked yet."""
    found = (await world.records(world.own.actors["gv.4A"]))[0]
    await world.bring_to(State.ISSUED, found.id)
    for state in (State.SUBMITTED, State.ACCEPTED):
        await world.owner.run("UPDATE revision SET state = $2 WHERE id = $1", found.working.id, state)
    await world.owner.run(
        "UPDATE year_record SET standing_revision_id = $2 WHERE id = $1", found.id, found.working.id
    )
    return found


async def _read(api: Api, login: str, record: Any, selection: str) -> dict[str, Any] | None:
    document = f"query ($id: ID!) {{ node(id: $id) {{ ... on Record {{ {selection} }} }} }}"
    answer = await api.ask(login, document, id=to_base64("Record", record.id))
    assert "errors" not in answer, answer
    node: dict[str, Any] | None = answer["data"]["node"]
    return node


async def _events(world: World) -> list[tuple[Any, ...]]:
    return [tuple(row.values()) for row in await world.owner.run(EVENTS)]


@asynccontextmanager
async def _compiling(api: Api, world: World) -> AsyncIterator[None]:
    pools = ReadPools(world.urls.app, pool=2)
    api.services.compiled = CompiledReads(schema._schema, pools)
    yield
    await pools.close()


async def test_each_role_leaves_what_it_should(world: World, api: Api, record: Any) -> None:
    """The school none; district, department and parents one for the book; who sees nothing opens nothing."""
    async with _compiling(api, world):
        for login in (*SCHOOL, *OUTSIDE, FOREIGN_DISTRICT):
            for way in WAYS.values():
                before = len(await _events(world))
                node = await _read(api, login, record, way)
                reader, name, purpose = OUTSIDE.get(login, ("", "", ""))
                left = (record.book_id, reader, name, purpose, "RIGHT", "FULL", "192.0.2.0/24")
                assert (node is None) == (login == FOREIGN_DISTRICT), (login, way)
                assert (await _events(world))[before:] == ([left] if reader else []), (login, way)


async def test_what_shows_no_content_leaves_nothing(world: World, api: Api, record: Any) -> None:
    """States, names and what is missing are an office's daily list, not a look into a record."""
    async with _compiling(api, world):
        for login in OUTSIDE:
            assert await _read(api, login, record, CLOSED)
    assert await _events(world) == []


async def test_a_list_leaves_one_event_for_each_book(world: World, api: Api) -> None:
    """However often its content is selected, and in the one list of many."""
    document = (
        "{ records(first: 5) { edges { node { workingRevision { content { className } }"
        " revisions { content { grade } } } } } }"
    )
    async with _compiling(api, world):
        answer = await api.ask(DISTRICT, document)
    shown = len(answer["data"]["records"]["edges"])
    events = await _events(world)
    assert shown == 5
    assert len(events) == len({event[0] for event in events}) == shown


async def test_school_and_family_see_the_read(world: World, api: Api, record: Any) -> None:
    """On the record: which office, for what; a district sees no reads, its own included."""
    await _read(api, DEPARTMENT, record, WAYS["content"])
    selection = "accessEvents { edges { node { reader readerName purpose means } } }"
    seen = {
        "reader": "DEPARTMENT",
        "readerName": "Sở GDĐT",
        "purpose": "SUPERVISION",
        "means": "RIGHT",
    }
    for login in (f"{OWN}.ht", PARENT_LOGIN):
        node = await _read(api, login, record, selection)
        assert node == {"accessEvents": {"edges": [{"node": seen}]}}
    assert await _read(api, DISTRICT, record, selection) == {"accessEvents": {"edges": []}}


async def test_what_cannot_be_written_down_is_not_shown(world: World, api: Api, record: Any) -> None:
    """Without its event a read fails, and nothing of the record is in the answer."""
    await world.owner.run("REVOKE INSERT ON access_event FROM hocba_department")
    document = f"query ($id: ID!) {{ node(id: $id) {{ ... on Record {{ {WAYS['content']} }} }} }}"
    answer = await api.ask(DEPARTMENT, document, id=to_base64("Record", record.id))
    assert answer["data"] is None
    assert answer["errors"][0]["extensions"]["code"] == "INTERNAL"
    assert await _events(world) == []
