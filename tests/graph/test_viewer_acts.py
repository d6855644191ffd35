"""What the API says the viewer may do is what it then lets them do; a dry run says what would be and leaves nothing."""

from typing import Any

import pytest
from strawberry.relay import from_base64

from backend.domain.lifecycle import State
from tests.fixtures.asking import Api
from tests.fixtures.world import SCHOOLS, World
from tests.graph.stage import Stage, build_stage

ACTS = "viewerActions viewerRefusals { action code message }"
MUTATIONS = {
    ("Ceremony", "CANCEL"): "mutation ($id: ID!) { ceremonyCancel(ceremonyId: $id) { userErrors { code } } }",
    ("Ceremony", "RETRY"): "mutation ($id: ID!) { ceremonyRetry(ceremonyId: $id) { userErrors { code } } }",
    (
        "Submission",
        "ACCEPT",
    ): "mutation ($id: ID!) { submissionAccept(submissionId: $id) { userErrors { code } } }",
    ("LockPeriod", "SEAL"): "mutation ($id: ID!) { lockPeriodSeal(lockPeriodId: $id, dryRun: true)"
    " { userErrors { code } } }",
    ("LockException", "CONFIRM"): "mutation ($id: ID!) { lockExceptionConfirm(exceptionId: $id)"
    " { userErrors { code } } }",
}
TEACHER, PRINCIPAL, DISTRICT, DEPARTMENT = f"{SCHOOLS[0][0]}.gv.4A", f"{SCHOOLS[0][0]}.ht", "phong.193", "so"


@pytest.fixture
async def stage(world: World) -> Stage:
    return await build_stage(world)


async def _acts(api: Api, login: str, node_id: str) -> tuple[list[str], dict[str, str]]:
    kind, _ = from_base64(node_id)
    document = f"query ($id: ID!) {{ node(id: $id) {{ ... on {kind} {{ {ACTS} }} }} }}"
    node: dict[str, Any] | None = (await api.ask(login, document, id=node_id))["data"]["node"]
    assert node is not None
    assert all(item["message"] for item in node["viewerRefusals"])
    return node["viewerActions"], {item["action"]: item["code"] for item in node["viewerRefusals"]}


async def test_each_thing_says_what_its_viewer_may_do(api: Api, stage: Stage) -> None:
    """The signer retries what failed, the department accepts and seals; others see no button and no reason."""
    ceremony, packet = stage.node("Ceremony", "own"), stage.node("Submission", "own")
    due, open_period = stage.node("LockPeriod", "due"), stage.node("LockPeriod", "there")
    assert await _acts(api, TEACHER, ceremony) == (["CANCEL", "RETRY"], {})
    await stage.world.owner.run("UPDATE ceremony_item SET state = 'CANCELLED' WHERE state = 'QUEUED'")
    assert await _acts(api, TEACHER, ceremony) == (["RETRY"], {"CANCEL": "STATE_FORBIDS"})
    assert await _acts(api, PRINCIPAL, ceremony) == ([], {})
    assert await _acts(api, DEPARTMENT, packet) == (["ACCEPT"], {})
    assert await _acts(api, DISTRICT, packet) == ([], {})
    record = stage.record("own", State.SUBMITTED)
    assert "ACCEPT" in (await _acts(api, DEPARTMENT, record))[0]
    await stage.world.owner.run("UPDATE submission SET stage = 'CHECKING'")
    assert await _acts(api, DEPARTMENT, packet) == ([], {"ACCEPT": "BEING_CHECKED"})
    assert (await _acts(api, DEPARTMENT, record))[1]["ACCEPT"] == "BEING_CHECKED"
    await stage.world.checked()
    assert await _acts(api, DEPARTMENT, due) == (["SCHEDULE", "EXCEPT", "REHEARSE", "SEAL"], {})
    assert await _acts(api, DEPARTMENT, open_period) == (
        ["SCHEDULE", "EXCEPT", "REHEARSE"],
        {"SEAL": "LOCK_PERIOD_NOT_DUE"},
    )
    assert await _acts(api, PRINCIPAL, due) == ([], {})


@pytest.mark.parametrize("login", [TEACHER, PRINCIPAL, DEPARTMENT])
async def test_the_mutation_says_the_same(api: Api, stage: Stage, login: str) -> None:
    """For each act: allowed and done, or refused with the code that the thing itself names."""
    things = (("Ceremony", "own"), ("Submission", "own"), ("LockPeriod", "due"), ("LockPeriod", "there"))
    things += (("LockException", "own"),)
    for kind, place in things:
        node_id = stage.node(kind, place)
        for (of, action), document in MUTATIONS.items():
            if of == kind:
                allowed, refusals = await _acts(api, login, node_id)
                payload = next(iter((await api.ask(login, document, id=node_id))["data"].values()))
                expected = [] if action in allowed else [refusals.get(action, "ROLE_MAY_NOT")]
                assert [error["code"] for error in payload["userErrors"]] == expected, (kind, place, action)


SEAL = """
mutation ($id: ID!, $dryRun: Boolean!) { lockPeriodSeal(lockPeriodId: $id, dryRun: $dryRun) {
  lockPeriod { sealedCount rootHash } userErrors { code } } }"""


async def test_a_dry_seal_is_the_seal_without_a_trace(api: Api, stage: Stage) -> None:
    """It names the number and the root of the seal that follows, and until then nothing is locked or queued."""
    await stage.world.owner.run("UPDATE lock_period SET locks_at = now() - interval '1 hour'")
    period = stage.node("LockPeriod", "there")
    before = await _trace(stage)
    dry = (await api.ask(DEPARTMENT, SEAL, id=period, dryRun=True))["data"]["lockPeriodSeal"]
    assert await _trace(stage) == before
    assert dry["userErrors"] == []
    # what was accepted and what is being replaced, of each of the five classes
    assert dry["lockPeriod"]["sealedCount"] == 10
    done = (await api.ask(DEPARTMENT, SEAL, id=period, dryRun=False))["data"]["lockPeriodSeal"]
    assert done["lockPeriod"]["sealedCount"] == dry["lockPeriod"]["sealedCount"]
    assert await _trace(stage) != before


async def _trace(stage: Stage) -> list[Any]:
    return await stage.world.owner.run(
        "SELECT (SELECT md5(string_agg(r::text, '' ORDER BY id)) FROM revision r) AS revisions,"
        " (SELECT count(*) FROM pgqueuer) AS jobs, (SELECT count(*) FROM ledger_entry) AS leaves,"
        " (SELECT count(*) FROM audit_event) AS acts, (SELECT count(*) FROM lock_period WHERE sealed_at IS NULL) AS open"
    )


START = """
mutation ($ids: [ID!]!) { ceremonyStart(role: HOMEROOM_TEACHER, recordIds: $ids, dryRun: true) {
  ceremony { id } recordCount userErrors { code field } } }"""


async def test_a_dry_ceremony_judges_and_signs_nothing(api: Api, stage: Stage) -> None:
    """How many could be signed, what bars the others by their place, and no ceremony."""
    ids = [
        stage.record("own", State.DRAFT),
        stage.record("own", State.ISSUED),
        stage.record("sibling", State.DRAFT),
    ]
    before = await _trace(stage)
    dry = (await api.ask(TEACHER, START, ids=ids))["data"]["ceremonyStart"]
    assert (dry["ceremony"], dry["recordCount"]) == (None, 1)
    assert [(error["code"], error["field"]) for error in dry["userErrors"]] == [
        ("STATE_FORBIDS", ["recordIds", "1"]),
        ("NOT_FOUND", ["recordIds", "2"]),
    ]
    assert await _trace(stage) == before
