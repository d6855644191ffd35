"""A mutation with a key is carried out once, whoever sends it again, at once or later."""

import asyncio
import base64
from dataclasses import replace
from typing import Any

import orjson
import pytest
from strawberry.relay import to_base64

from backend.domain.lifecycle import State
from tests.fixtures.asking import Answer, Api
from tests.fixtures.world import World

RETURN = """
mutation Return($recordId: ID!, $reason: String!) {
  recordReturn(recordId: $recordId, reason: $reason) {
    record { pupilName workingRevision { number state } } userErrors { code field message } } }"""
KEY = "0b7c2c4e-6c0a-4d5b-9a57-d3f5f7f3c001"


@pytest.fixture
async def issued(world: World) -> str:
    """The id of an issued record of the own school."""
    record = (await world.records(world.own.actors["gv.4A"]))[0]
    await world.bring_to(State.ISSUED, record.id)
    return to_base64("Record", record.id)


def _principal(world: World) -> str:
    return f"{world.own.facts.code}.ht"


async def _give_back(world: World, api: Api, record: str, key: str = KEY, **changes: Any) -> Answer:
    variables = {"recordId": record, "reason": "Sai điểm."} | changes
    return await api.ask(_principal(world), RETURN, headers={"Idempotency-Key": key}, **variables)


async def _returns(world: World) -> int:
    return len(await world.owner.run("SELECT 1 FROM audit_event WHERE action = 'RETURN'"))


def _codes(answer: Answer) -> list[str]:
    return [error["code"] for error in answer["data"]["recordReturn"]["userErrors"]]


async def test_a_request_sent_again_is_answered_again_and_done_once(
    world: World, api: Api, issued: str
) -> None:
    """The same bytes, one revision more, one line in the audit; without a key the second one is refused."""
    first = await _give_back(world, api, issued)
    again = await _give_back(world, api, issued)
    assert first["data"]["recordReturn"]["record"]["workingRevision"] == {"number": 2, "state": "DRAFT"}
    assert orjson.dumps(again) == orjson.dumps(first)
    assert await _returns(world) == 1
    plain = await api.ask(_principal(world), RETURN, recordId=issued, reason="Sai điểm.")
    assert _codes(plain) == ["STATE_FORBIDS"]


async def test_two_at_once_are_one(world: World, api: Api, issued: str) -> None:
    """The second waits for the first and gets its answer."""
    answers = await asyncio.gather(*[_give_back(world, api, issued) for _ in range(4)])
    assert len({orjson.dumps(answer) for answer in answers}) == 1
    assert _codes(answers[0]) == []
    assert await _returns(world) == 1


@pytest.mark.parametrize("what", ["reason", "record"])
async def test_a_key_is_for_one_request(world: World, api: Api, issued: str, what: str) -> None:
    """Another request under a used key is refused and does nothing."""
    await _give_back(world, api, issued)
    other = (await world.records(world.own.actors["gv.4B"]))[0].id
    await world.bring_to(State.ISSUED, other)
    changes = {"reason": {"reason": "Lý do khác."}, "record": {"recordId": to_base64("Record", other)}}
    answer = await _give_back(world, api, issued, **changes[what])
    assert [error["extensions"]["code"] for error in answer["errors"]] == ["IDEMPOTENCY_KEY_REUSED"]
    assert answer["data"] is None
    assert await _returns(world) == 1


async def test_a_key_is_the_persons_own(world: World, api: Api, issued: str) -> None:
    """The same key of somebody else is another key: nobody gets another person's answer."""
    await _give_back(world, api, issued)
    deputy = f"{world.own.facts.code}.pht"
    variables = {"recordId": issued, "reason": "Sai điểm."}
    answer = await api.ask(deputy, RETURN, headers={"Idempotency-Key": KEY}, **variables)
    assert _codes(answer) == ["STATE_FORBIDS"]
    assert await _returns(world) == 1


async def test_a_refusal_may_be_tried_again(world: World, api: Api, issued: str) -> None:
    """What was refused has done nothing, so the same request under the same key is judged anew."""
    assert _codes(await _give_back(world, api, issued, reason=" ")) == ["REASON_REQUIRED"]
    assert await world.owner.run("SELECT 1 FROM idempotent_request") == []
    assert _codes(await _give_back(world, api, issued)) == []
    assert await _returns(world) == 1


async def test_a_fault_leaves_no_claim(world: World, api: Api, issued: str) -> None:
    """An operation that failed was undone with its key: the same request is carried out when it is sent again."""
    await world.owner.run("ALTER TABLE audit_event RENAME TO audit_event_away")
    failed = await _give_back(world, api, issued)
    await world.owner.run("ALTER TABLE audit_event_away RENAME TO audit_event")
    assert failed["errors"][0]["extensions"]["code"] == "INTERNAL"
    assert await world.owner.run("SELECT 1 FROM idempotent_request") == []
    assert _codes(await _give_back(world, api, issued)) == []
    assert await _returns(world) == 1


async def test_an_answer_is_kept_for_a_day(world: World, api: Api, issued: str) -> None:
    """After it the key means nothing, and answers with people's data are gone from the table."""
    await _give_back(world, api, issued)
    await world.owner.run("UPDATE idempotent_request SET created_at = now() - interval '25 hours'")
    assert _codes(await _give_back(world, api, issued)) == ["STATE_FORBIDS"]
    assert await world.owner.run("SELECT 1 FROM idempotent_request") == []


@pytest.mark.parametrize("key", ["short", "x" * 129, "with a blank in it"])
async def test_a_key_that_is_none_is_refused(world: World, api: Api, issued: str, key: str) -> None:
    """Too short to be chosen by chance, too long, or with other characters: nothing is done."""
    answer = await _give_back(world, api, issued, key)
    assert [error["extensions"]["code"] for error in answer["errors"]] == ["IDEMPOTENCY_KEY_INVALID"]
    assert await _returns(world) == 0


SHARE = """
mutation Share($recordId: ID!) {
  shareCodeCreate(recordId: $recordId, purpose: ADMISSION, validDays: 7) {
    shareCode { id } code userErrors { code } } }"""


async def test_a_secret_comes_again_to_whoever_holds_the_key_and_is_kept_readable_for_nobody(
    world: World, api: Api, issued: str
) -> None:
    """A lost answer with a share code is given again, one code is made, and no column holds it or a name."""
    sent = {"headers": {"Idempotency-Key": KEY}, "recordId": issued}
    first = await api.ask(_principal(world), SHARE, **sent)
    assert await api.ask(_principal(world), SHARE, **sent) == first
    code = first["data"]["shareCodeCreate"]["code"]
    assert len(code) == 11
    assert len(await world.owner.run("SELECT 1 FROM share_code")) == 1
    (kept,) = await world.owner.run("SELECT * FROM idempotent_request")
    sealed = base64.b64decode(kept["answer"], validate=True)
    for column in (kept["answer"].encode(), sealed, kept["digest"].encode(), kept["id"].encode()):
        assert code.encode() not in column
        assert b"shareCode" not in column
        assert KEY.encode() not in column


async def test_an_answer_sealed_with_another_secret_is_refused_and_not_done_again(
    world: World, api: Api, issued: str
) -> None:
    """After the site's secret has changed a repeat cannot be answered; it is refused, nothing is done twice."""
    await _give_back(world, api, issued)
    settings = api.services.settings
    api.services.settings = replace(settings, session_secret="another-session-secret")
    answer = await _give_back(world, api, issued)
    assert [error["extensions"]["code"] for error in answer["errors"]] == ["IDEMPOTENCY_KEY_REUSED"]
    assert await _returns(world) == 1
