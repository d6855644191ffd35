"""An act by one statement and an act by resolvers do the same and answer in the same bytes."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any, cast

import asyncpg
import orjson
import pytest
from starlette.requests import HTTPConnection
from strawberry.relay import to_base64

from backend.compiled.acts import CompiledActs
from backend.context import Context, Services, SessionIdentity
from backend.db.acting_pools import ActingPools
from backend.db.scope import scoped
from backend.domain.lifecycle import Action, State
from backend.domain.policy import Actor
from backend.graph import schema
from backend.services import submissions
from backend.services.records import send_back
from tests.fixtures.world import ISSUER, World

FIELDS = """id schoolYear grade className pupilName state lookupCode viewerActions __typename
  workingRevision { __typename number state version window complete openedBy reason effectiveFrom updatedAt }
  standingRevision { n: number state openedBy effectiveFrom updatedAt }"""
NODE = f"query ($id: ID!) {{ node(id: $id) {{ ... on Record {{ {FIELDS} }} }} }}"
ROOTS = {
    Action.RETURN: "recordReturn",
    Action.WITHDRAW: "recordWithdraw",
    Action.REPLACE: "recordReplace",
    Action.DISCARD: "recordDiscard",
    Action.REJECT: "recordReject",
}
REASON = 'Bổ sung "ngay"\\ — 1/2.'


def _mutation(action: Action, record: str = FIELDS) -> str:
    return (
        "mutation Act($id: ID!, $reason: String!) {"
        f" answer: {ROOTS[action]}(recordId: $id, reason: $reason)"
        f" {{ __typename ...Payload userErrors {{ code message }} }} }}"
        f" fragment Payload on RecordPayload {{ record {{ {record} }} }}"
    )


class Watched:
    """Compiled acts that count what they answered."""

    def __init__(self, acts: CompiledActs) -> None:
        self._acts = acts
        self.answered = 0

    async def answer(self, *arguments: Any) -> bytes | None:
        data = await self._acts.answer(*arguments)
        self.answered += data is not None
        return data


class Relay:
    """Nothing is passed on here."""

    def wake(self) -> None:
        """Nobody sleeps."""


@dataclass
class Acting:
    """Runs an operation as somebody, with compiled acts or by resolvers alone."""

    world: World
    acts: Watched
    ids: list[int] = field(default_factory=list)

    async def run(
        self,
        login: str,
        query: str,
        *,
        compiled: bool,
        headers: list[tuple[bytes, bytes]] | None = None,
        **variables: Any,
    ) -> dict[str, Any]:
        services = Services(*[cast(Any, None)] * 7, acts=self.acts if compiled else None)
        services.relay = cast(Any, Relay())
        services.limits = cast(Any, NoLimits())
        context = Context(
            connection=HTTPConnection({"type": "http", "headers": headers or []}),
            services=services,
            language="vi",
            identity=SessionIdentity(ISSUER, login, None),
        )
        result = await schema.execute(query, variable_values=variables, context_value=context)
        assert result.errors is None, result.errors
        return cast("dict[str, Any]", orjson.loads(orjson.dumps(result.data)))


class NoLimits:
    """Everybody may ask as often as they like."""

    async def require(self, *_: object) -> None:
        """Nothing is counted."""


@pytest.fixture
async def acting(world: World) -> AsyncIterator[Acting]:
    pools = ActingPools(world.urls.app, pool=2)
    found = Acting(world, Watched(CompiledActs(schema._schema, pools)))
    found.ids = [record.id for record in await world.records(world.own.actors["ht"])]
    yield found
    await pools.close()


async def _as(actor: Actor, action: Action, record_id: int) -> None:
    async with scoped(actor, write=True):
        await send_back(actor, action, record_id, REASON)


async def _bring(acting: Acting, record_id: int, action: Action) -> str:
    """A record that the action can be done to; the login of who does it."""
    world, principal = acting.world, acting.world.own.actors["ht"]
    await world.bring_to(State.ISSUED, record_id)
    if action is Action.RETURN:
        return "22193401.ht"
    async with scoped(principal, write=True):
        await submissions.submit(principal, [record_id])
    if action is Action.REJECT:
        return "so"
    await world.checked()
    async with scoped(world.department, write=True):
        await submissions.accept(world.department, [record_id])
    if action is Action.DISCARD:
        await _as(principal, Action.REPLACE, record_id)
    return "22193401.ht"


TRACES = """
SELECT (SELECT jsonb_agg(to_jsonb(r) - '{id,predecessor_id,created_at,updated_at,reason}'::text[] ORDER BY r.number)
          FROM revision r WHERE r.year_record_id = $1) AS revisions,
       (SELECT jsonb_agg((to_jsonb(e) - '{id,at,revision_id}'::text[]) #- '{detail,submission}' ORDER BY e.id)
          FROM audit_event e JOIN revision r ON r.id = e.revision_id WHERE r.year_record_id = $1) AS audit,
       (SELECT jsonb_agg(jsonb_build_array(i.verdict, i.reason, i.decided_by_id) ORDER BY i.id)
          FROM submission_item i JOIN revision r ON r.id = i.revision_id WHERE r.year_record_id = $1) AS verdicts"""
OF_ONE_PUPIL = ("book_id", "content", "content_digest", "year_record_id")


async def _traces(world: World, record_id: int) -> dict[str, Any]:
    """What an act leaves behind, without what belongs to one pupil or one moment."""
    (row,) = await world.owner.run(TRACES, record_id)
    found = {name: orjson.loads(text) if text else text for name, text in dict(row).items()}
    for revision in found["revisions"]:
        for name in OF_ONE_PUPIL:
            del revision[name]
    return found


@pytest.mark.parametrize("action", sorted(ROOTS))
async def test_both_ways_do_and_say_the_same(acting: Acting, action: Action) -> None:
    """Two records of one class, one act each: the same traces; the answer is the record as resolvers then show it."""
    answers = []
    for record_id, compiled in zip(acting.ids[:2], (True, False), strict=True):
        login = await _bring(acting, record_id, action)
        variables = {"id": to_base64("Record", record_id), "reason": REASON}
        answer = await acting.run(login, _mutation(action), compiled=compiled, **variables)
        shown = await acting.run(login, NODE, compiled=False, id=variables["id"])
        assert orjson.dumps(answer["answer"]["record"]) == orjson.dumps(shown["node"])
        assert (answer["answer"]["userErrors"], answer["answer"]["__typename"]) == ([], "RecordPayload")
        answers.append(list(answer["answer"]))
        assert acting.acts.answered == 1
    assert answers[0] == answers[1]
    first, second = [await _traces(acting.world, record_id) for record_id in acting.ids[:2]]
    assert first == second
    assert first["audit"][-1]["action"] == action


async def _unchanged(world: World) -> list[asyncpg.Record]:
    return await world.owner.run(
        "SELECT (SELECT jsonb_agg(to_jsonb(r) ORDER BY r.id) FROM revision r) AS revisions,"
        " (SELECT jsonb_agg(to_jsonb(y) ORDER BY y.id) FROM year_record y) AS records,"
        " (SELECT count(*) FROM audit_event) AS audit, (SELECT count(*) FROM live_event) AS events"
    )


@pytest.mark.parametrize(
    ("login", "reason", "code"),
    [
        ("22193401.ht", " ", "REASON_REQUIRED"),
        ("22193401.vt", REASON, "ROLE_MAY_NOT"),
        ("22193402.ht", REASON, "NOT_FOUND"),
        ("so", REASON, "ROLE_MAY_NOT"),
    ],
)
async def test_a_refusal_is_said_by_resolvers(acting: Acting, login: str, reason: str, code: str) -> None:
    """Whoever may not is told why as ever, and nothing has changed."""
    record_id = acting.ids[0]
    await acting.world.bring_to(State.ISSUED, record_id)
    before = await _unchanged(acting.world)
    variables = {"id": to_base64("Record", record_id), "reason": reason}
    answer = await acting.run(login, _mutation(Action.RETURN), compiled=True, **variables)
    assert [error["code"] for error in answer["answer"]["userErrors"]] == [code]
    assert answer["answer"]["record"] is None
    assert acting.acts.answered == 0
    assert await _unchanged(acting.world) == before


async def test_what_has_changed_since_is_judged_anew(acting: Acting) -> None:
    """A second return of the same record finds a draft: refused, although the first was allowed a moment ago."""
    record_id = acting.ids[0]
    await acting.world.bring_to(State.ISSUED, record_id)
    variables = {"id": to_base64("Record", record_id), "reason": REASON}
    await acting.run("22193401.ht", _mutation(Action.RETURN), compiled=True, **variables)
    before = await _unchanged(acting.world)
    again = await acting.run("22193401.ht", _mutation(Action.RETURN), compiled=True, **variables)
    assert [error["code"] for error in again["answer"]["userErrors"]] == ["STATE_FORBIDS"]
    assert acting.acts.answered == 1
    assert await _unchanged(acting.world) == before


@pytest.mark.parametrize(
    "asked",
    ["revisions { number }", "school { name }", "id @include(if: true)", "viewerRefusals { code }"],
)
async def test_other_fields_are_for_resolvers(acting: Acting, asked: str) -> None:
    """A selection that no writer knows is answered by its resolvers, and the act is done once."""
    await acting.world.bring_to(State.ISSUED, acting.ids[0])
    variables = {"id": to_base64("Record", acting.ids[0]), "reason": REASON}
    answer = await acting.run(
        "22193401.ht", _mutation(Action.RETURN, f"state {asked}"), compiled=True, **variables
    )
    assert (answer["answer"]["record"]["state"], acting.acts.answered) == ("DRAFT", 0)
    returns = await acting.world.owner.run("SELECT 1 FROM audit_event WHERE action = 'RETURN'")
    assert len(returns) == 1
