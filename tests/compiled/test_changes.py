"""Changes read by statements are the bytes that executing the selection gives, for everybody who may watch."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from typing import Any, cast

import pytest
from graphql import parse
from hypothesis import given, settings
from hypothesis import strategies as st

from backend.compiled.changes import ChangeReads, CompiledAudience
from backend.context import Services
from backend.db.reading.pools import ReadPools
from backend.domain.live import ChangeKind, LiveEvent, Topic
from backend.domain.policy import Actor
from backend.graph import schema
from backend.resolvers.live import CHANGES, RECORDS, SUBMISSIONS, Selection
from backend.services.watching import scope_of
from tests.compiled.conftest import mix
from tests.compiled.selections import selections
from tests.fixtures.world import World

EXAMPLES = 40
ABSENT = 10**12
PART = "fragment Part on Record { state viewerActions ... on Node { id } school { name } }"


@dataclass
class Changes:
    """Events of every record and class of a world, and everybody who may watch them."""

    world: World
    services: Services
    events: list[LiveEvent]

    @property
    def department(self) -> Actor:
        assert self.world.department is not None
        return self.world.department

    def actors(self) -> list[Actor]:
        found = [actor for school in self.world.schools for actor in school.actors.values()]
        return [scope_of(actor) for actor in (*found, *self.world.district.values(), self.department)]

    def selection(self, query: str, actor: Actor) -> Selection:
        return Selection(
            services=self.services,
            actor=actor,
            language="vi",
            schema=schema._schema,
            document=parse(query),
            document_key=query,
            variables={},
            variables_key="",
            operation_name=None,
            shows=CHANGES,
        )

    async def same(self, query: str, actor: Actor) -> list[tuple[int, bytes]]:
        """What both ways read, which must be the same to the byte; the statements must have read it alone."""
        selection = self.selection(query, actor)
        _, audience = selection.shared(RECORDS)
        assert isinstance(audience, CompiledAudience), query
        frames = await audience.reads.read(audience.plan, actor, self.events)
        assert frames == await selection.read(self.events)
        return frames


@pytest.fixture
async def changes(world: World) -> AsyncIterator[Changes]:
    pools = ReadPools(world.urls.app, pool=2)
    await mix(world)
    services = Services(*[cast(Any, None)] * 7, changes=ChangeReads(schema._schema, pools))
    records = [record for school in world.schools for record in await world.records(school.actors["ht"])]
    about = [(Topic.RECORD, ChangeKind.CHANGED, record.id) for record in records]
    about += [
        (Topic.CLASS, ChangeKind.CLASS_CHANGED, item) for item in sorted({r.school_class_id for r in records})
    ]
    about += [(Topic.RECORD, ChangeKind.CREATED, records[0].id), (Topic.RECORD, ChangeKind.CHANGED, ABSENT)]
    about += [(Topic.RIGHTS, ChangeKind.GAP, 0)]
    events = [
        LiveEvent(position=place, topic=topic, kind=kind, subject_id=subject)
        for place, (topic, kind, subject) in enumerate(about, 1)
    ]
    yield Changes(world, services, events)
    await pools.close()


async def test_everybody_is_told_the_same_bytes_either_way(changes: Changes) -> None:
    """Records in every mix of states, classes, a subject twice, one that is absent, and a notice of a gap."""
    query = (
        "subscription S { t: recordChanges { __typename kind at: cursor subjectId node { id ...Part"
        " ... on SchoolClass { name school { code } } ... on Submission { className } } } }" + PART
    )
    told = {actor: await changes.same(query, actor) for actor in changes.actors()}
    counts = sorted({len(frames) for frames in told.values()})
    assert len(counts) > 2, "some see more than others"
    assert len(told[scope_of(changes.department)]) == len(changes.events) - 1


async def test_generated_selections_are_told_alike(changes: Changes) -> None:
    """Whatever is selected of a change and its subject."""
    queries: list[str] = []

    @settings(max_examples=EXAMPLES, deadline=None, database=None)
    @given(_queries())
    def gather(query: str) -> None:
        queries.append(query)

    gather()
    actors = changes.actors()
    for place, query in enumerate(queries):
        await changes.same(query, actors[place % len(actors)])


def _queries() -> st.SearchStrategy[str]:
    node = st.tuples(selections("Record", 2), selections("SchoolClass", 1)).map(
        lambda inner: f"node {{ ... on SchoolClass {{ {inner[1]} }} ... on Record {{ {inner[0]} }} }}"
    )
    plain = st.lists(st.sampled_from(["cursor", "kind", "subjectId", "__typename", "c: cursor"]), unique=True)
    return st.tuples(plain, node, plain).map(
        lambda parts: f"subscription {{ recordChanges {{ {' '.join(_merged(*parts))} }} }}"
    )


def _merged(before: Sequence[str], node: str, after: Sequence[str]) -> list[str]:
    return [*before, node, *after]


@pytest.mark.parametrize(
    "inside",
    [
        "node { ... on Record { revisions { number } } }",
        "node { ... on Record @include(if: true) { id } }",
        "cursor @skip(if: false)",
        "a: node { id } b: node { id }",
    ],
)
async def test_what_no_statement_answers_is_executed(changes: Changes, inside: str) -> None:
    """A field with a resolver, a directive, a subject asked for twice: the selection reads for itself."""
    actor = scope_of(changes.department)
    selection = changes.selection(f"subscription {{ recordChanges {{ {inside} }} }}", actor)
    assert selection.shared(RECORDS)[1] is selection


async def test_roles_share_what_they_see_alike_and_nothing_else(changes: Changes) -> None:
    """The leaders of a school share one reading, unless what each may do is asked for; nobody else has part in it."""
    plain = "subscription { recordChanges { node { ... on Record { state } } } }"
    acts = plain.replace("state", "viewerActions")
    own = changes.world.own.actors
    leaders = [scope_of(own[name]) for name in ("ht", "pht", "vt")]
    assert len({changes.selection(plain, actor).shared(RECORDS)[0] for actor in leaders}) == 1
    assert len({changes.selection(acts, actor).shared(RECORDS)[0] for actor in leaders}) == len(leaders)
    everybody = changes.actors()
    scopes = {changes.selection(plain, actor).shared(RECORDS)[0] for actor in everybody}
    by_rows = {(actor.role, actor.school_ids, actor.class_ids) for actor in everybody}
    leading = {row for row in by_rows if row[0] in {item.role for item in leaders}}
    assert len(scopes) == len(by_rows) - len(leading) + len({row[1:] for row in leading})


async def test_submissions_are_executed(changes: Changes) -> None:
    """Their content depends on the role in ways that no statement knows."""
    query = "subscription { submissionStatus { node { ... on Submission { viewerActions } } } }"
    selection = changes.selection(query, scope_of(changes.department))
    assert selection.shared(SUBMISSIONS)[1] is selection


async def test_a_database_that_fails_a_statement_is_asked_the_ordinary_way(
    changes: Changes, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A broken connection of the statements costs nobody an event."""

    async def broken(*_: object) -> None:
        raise OSError

    actor = scope_of(changes.department)
    selection = changes.selection("subscription { recordChanges { cursor node { id } } }", actor)
    _, audience = selection.shared(RECORDS)
    monkeypatch.setattr(ReadPools, "value", broken)
    frames = await audience.read(changes.events)
    assert len(frames) == len(changes.events) - 1
