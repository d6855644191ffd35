"""Row security and the pure policy agree on random provinces, for rows, loaders, nested paths, streams and files."""

from dataclasses import replace

import orjson
import pytest
from hypothesis import HealthCheck, given, settings
from strawberry.relay import to_base64

from backend.adapters.hub import Wish
from backend.compiled.changes import ChangeReads
from backend.db import sql
from backend.db.reading.pools import ReadPools
from backend.db.repositories import records
from backend.db.repositories.records import RecordRow
from backend.db.scope import scoped
from backend.domain.errors import WatchEndedError
from backend.domain.lifecycle import Action, State
from backend.domain.live import ChangeKind, LiveEvent, Topic, addresses, listens_at
from backend.domain.policy import Actor, Role
from backend.graph import schema
from backend.resolvers.live import outlet
from backend.services.acting import refusal_for
from tests.fixtures.asking import Api
from tests.fixtures.world import World
from tests.graph.random_world import Built, build
from tests.strategies.worlds import PupilPlan, WorldPlan, YearPlan, worlds

RECORD = """
  ... on Record { id viewerActions school { id } schoolClass { id school { id } }
    workingRevision { number content { grade } } revisions { number content { grade } artefacts { digest } } }"""
LIST = f"""
query ($after: String) {{ records(first: 100, after: $after) {{
  pageInfo {{ hasNextPage endCursor }} edges {{ node {{ {RECORD} }} }} }} }}"""
CEREMONY = """
query ($id: ID!) { node(id: $id) { id }
  ceremonyItems(ceremonyId: $id) { edges { node { id record { id } } } } }"""
CHANGES = "subscription { recordChanges { cursor kind node { ... on Record { id pupilName } } } }"
TOUCH = """
UPDATE revision SET updated_at = now() FROM year_record y
 WHERE y.working_revision_id = revision.id AND y.id = $1"""
PROGRESS = "subscription ($id: ID!) { signingProgress(ceremonyId: $id) { total } }"


@settings(
    max_examples=8,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(plan=worlds)
async def test_row_security_agrees_with_the_policy(world: World, api: Api, plan: WorldPlan) -> None:
    """For everybody in a random province: what is shown by rows, lists, ids, paths and streams is what may be viewed."""
    built = await build(world, plan)
    truth = await _truth(world, built)
    actors = [*built.people.values(), world.department, *([built.guardian[1]] if built.guardian else [])]
    for actor in actors:
        await _rows_agree(actor, truth, built)
    for record, code in built.codes.items():
        holder = Actor(role=Role.PUBLIC, lookup_code=code)
        assert record in _viewable(holder, truth)
        await _rows_agree(holder, truth, built)
    for login, actor in built.people.items():
        await _graph_agrees(api, login, actor, truth, built)


@settings(
    max_examples=2,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(plan=worlds)
async def test_events_agree_with_the_policy(world: World, api: Api, plan: WorldPlan) -> None:
    """In a random province a change reaches everybody who may view the record, and shows it to nobody else."""
    built = await build(world, plan)
    await _events_agree(world, api, await _truth(world, built), built)


class Listening:
    """Stands for the hub: keeps what a subscription wishes, and ends it there."""

    def __init__(self) -> None:
        self.wishes: list[Wish] = []

    async def join(self, wish: Wish, _sink: object) -> None:
        self.wishes.append(wish)
        raise WatchEndedError


async def _nowhere(_text: bytes) -> None:
    """Takes what is sent, which is nothing."""


async def _wish(api: Api, login: str) -> Wish:
    """What somebody's subscription to records wishes for, as the resolver says it."""
    context = await api.context(login)
    context.services = replace(context.services, hub=Listening())
    outlet.set(_nowhere)
    async for _ in await schema.subscribe(CHANGES, variable_values={}, context_value=context):
        pass
    (wish,) = context.services.hub.wishes
    return wish


async def _events_agree(world: World, api: Api, truth: dict[int, RecordRow], built: Built) -> None:
    """A change of each record reaches whoever may view it, and reading it for them shows it to nobody else."""
    await world.owner.run("DELETE FROM live_event")
    for record in built.records:
        await world.owner.run(TOUCH, record)
    rows = await world.owner.run("SELECT * FROM live_event WHERE topic = 'RECORD' ORDER BY id")
    events = [
        LiveEvent(
            position=place,
            topic=Topic.RECORD,
            kind=ChangeKind(row["kind"]),
            subject_id=row["subject_id"],
            school_id=row["school_id"],
            class_id=row["school_class_id"],
            other_school_id=row["other_school_id"],
        )
        for place, row in enumerate(rows, start=1)
    ]
    assert {event.subject_id for event in events} >= set(built.records)
    pools = ReadPools(world.urls.app, pool=1)
    for changes in (None, ChangeReads(schema._schema, pools)):
        api.services.changes = changes
        for login, actor in built.people.items():
            await _told(await _wish(api, login), events, _viewable(actor, truth))
    api.services.changes = None
    await pools.close()


async def _told(wish: Wish, events: list[LiveEvent], viewable: set[int]) -> None:
    reached = {event.subject_id for event in events if set(addresses(event)) & listens_at(wish.actor)}
    assert viewable <= reached, wish.actor.role
    shown = await wish.audience().read(events)
    told = {orjson.loads(text)["data"]["recordChanges"]["node"]["id"] for _, text in shown}
    assert told == {to_base64("Record", key) for key in viewable}, wish.actor.role


async def _truth(world: World, built: Built) -> dict[int, RecordRow]:
    async with scoped(world.department, write=False):
        truth = await records.find(built.records)
    assert set(truth) == set(built.records)
    return truth


def _viewable(actor: Actor, truth: dict[int, RecordRow]) -> set[int]:
    return {key for key, row in truth.items() if refusal_for(actor, Action.VIEW, row) is None}


async def _rows_agree(actor: Actor, truth: dict[int, RecordRow], built: Built) -> None:
    """The tables, asked as the actor, hold the records of the policy, and of those all revisions and files."""
    expected = _viewable(actor, truth)
    async with scoped(actor, write=False):
        rows = await sql.rows("SELECT id FROM year_record WHERE id = ANY ($1::bigint[])", built.records)
        revisions = await sql.rows(
            "SELECT id FROM revision WHERE year_record_id = ANY ($1::bigint[])", built.records
        )
        files = await sql.rows(
            "SELECT digest FROM artefact WHERE digest = ANY ($1::text[])", list(built.files)
        )
    assert {row["id"] for row in rows} == expected, actor.role
    seen = {revision for record in expected for revision in built.revisions[record]}
    shown = {digest for digest, revision in built.files.items() if revision in seen}
    if actor.role is Role.GUARDIAN:  # of each record what stands, and no file before the lock's seal
        seen, shown = {truth[record].standing.id for record in expected}, set()
    assert {row["id"] for row in revisions} == seen, actor.role
    assert {row["digest"] for row in files} == shown, actor.role


async def _graph_agrees(
    api: Api, login: str, actor: Actor, truth: dict[int, RecordRow], built: Built
) -> None:
    expected = _viewable(actor, truth)
    listed = await _listed(api, login)
    assert set(listed) == {to_base64("Record", key) for key in expected}, actor.role
    by_id = await _by_id(api, login, built)
    assert {key: node for key, node in by_id.items() if node is not None} == listed, actor.role
    for key in expected:
        _is_whole(listed[to_base64("Record", key)], actor, truth[key], built)
    await _ceremonies_agree(api, login, set(listed), built)


async def _listed(api: Api, login: str) -> dict[str, dict]:
    nodes: dict[str, dict] = {}
    after = None
    while True:
        page = (await api.ask(login, LIST, after=after))["data"]["records"]
        nodes |= {edge["node"]["id"]: edge["node"] for edge in page["edges"]}
        if not page["pageInfo"]["hasNextPage"]:
            return nodes
        after = page["pageInfo"]["endCursor"]


async def _by_id(api: Api, login: str, built: Built) -> dict[str, dict | None]:
    """Every record asked for by its id, in one operation, so that one loader answers for all."""
    ids = [to_base64("Record", key) for key in built.records]
    fields = " ".join(f'n{place}: node(id: "{node_id}") {{ {RECORD} }}' for place, node_id in enumerate(ids))
    answer = await api.ask(login, f"{{ {fields} }}")
    assert "errors" not in answer
    return {node_id: answer["data"][f"n{place}"] for place, node_id in enumerate(ids)}


def _is_whole(node: dict, actor: Actor, row: RecordRow, built: Built) -> None:
    """A record that is shown is shown with its class, its school, every revision and the policy's answers."""
    assert node["schoolClass"]["id"] == to_base64("SchoolClass", row.school_class_id)
    assert node["schoolClass"]["school"] == node["school"] == {"id": to_base64("OrgUnit", row.school_id)}
    assert [item["number"] for item in node["revisions"]] == list(range(1, len(built.revisions[row.id]) + 1))
    assert all(item["content"] for item in node["revisions"])
    files = {file["digest"] for item in node["revisions"] for file in item["artefacts"]}
    assert {built.files[digest] for digest in files} <= set(built.revisions[row.id])
    assert node["viewerActions"] == [action for action in Action if refusal_for(actor, action, row) is None]


async def _ceremonies_agree(api: Api, login: str, records_seen: set[str], built: Built) -> None:
    """A ceremony, its items, its stream and the records behind them are seen together or not at all."""
    for ceremony in built.ceremonies:
        node_id = to_base64("Ceremony", ceremony)
        shown = (await api.ask(login, CEREMONY, id=node_id))["data"]
        node, edges = shown["node"], shown["ceremonyItems"]["edges"]
        stream = await api.ask(login, PROGRESS, id=node_id)
        assert (stream["data"] is not None) is (node is not None)
        assert node is not None or edges == []
        assert {edge["node"]["record"]["id"] for edge in edges} <= records_seen


MOVED = WorldPlan(
    schools=(0, 0, 1),
    pupils=(
        PupilPlan(
            (YearPlan(0, 0, 2023, State.LOCKED, None), YearPlan(2, 1, 2024, State.DRAFT, None)),
            has_guardian=True,
        ),
    ),
)


@pytest.mark.parametrize(
    ("who", "sees"),
    [
        ("ht.0", [0]),  # the school that the pupil left keeps reading the year it wrote
        ("ht.2", [0, 1]),  # the school that manages the book sees what the pupil brought along
        ("ht.1", []),
        ("phong.0", [0]),
        ("phong.1", [1]),
    ],
)
async def test_a_pupil_who_moves_takes_the_book_along(world: World, who: str, sees: list[int]) -> None:
    """Years stay with the school and district that wrote them and go along to the school that manages the book."""
    built = await build(world, MOVED)
    (actor,) = [actor for login, actor in built.people.items() if login.endswith(f".{who}")]
    async with scoped(actor, write=False):
        found = await records.find(built.records)
    assert sorted(found) == [built.records[place] for place in sees]
