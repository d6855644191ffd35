"""Reports to the Ministry over the API: the department builds and compares, a school learns of its own records."""

from pathlib import Path
from typing import Any

from strawberry.relay import from_base64, to_base64

from backend.db.scope import scoped
from backend.domain.lifecycle import State
from backend.embedded.ministry import DevelopmentMinistry
from backend.jobs import TakeInventory
from backend.services import ministry as reports
from tests.fixtures.asking import Api
from tests.fixtures.ledger import as_application, as_worker
from tests.fixtures.ministry import LOCKED, Reporting, locked_window
from tests.fixtures.world import SCHOOLS, World

BUILD = """
mutation ($id: ID!, $dry: Boolean!) { ministryReportBuild(lockPeriodId: $id, dryRun: $dry) {
  recordCount ministryReport { id number state viewerActions viewerRefusals { action code } } userErrors { code } } }"""
STANDING = """
query ($id: ID!) { ministryStanding(lockPeriodId: $id) { configured toReport differences { kind count } } }"""
DIFFERENCES = """
query ($id: ID!, $after: String) { ministryReconciliation(lockPeriodId: $id, first: 2, after: $after) {
  nodes { kind recordId digest } pageInfo { hasNextPage endCursor } } }"""
STATE = "{ records(first: 100) { edges { node { ministryState } } } }"
ALONE = "e" * 64


async def _counts(api: Api, period: str) -> dict[str, int]:
    answer = await api.ask("so", STANDING, id=period)
    rows = answer["data"]["ministryStanding"]["differences"]
    return {row["kind"]: row["count"] for row in rows if row["count"]}


async def _all(api: Api, period: str) -> list[dict[str, Any]]:
    found, after = [], None
    while True:
        answer = await api.ask("so", DIFFERENCES, id=period, after=after)
        page = answer["data"]["ministryReconciliation"]
        found += page["nodes"]
        if not page["pageInfo"]["hasNextPage"]:
            return found
        after = page["pageInfo"]["endCursor"]


async def test_every_difference_is_listed_until_there_is_none(
    api: Api, world: World, tmp_path: Path, ministry: DevelopmentMinistry
) -> None:
    """From locked to received, each step leaves what is open; what only the Ministry holds is named too."""
    reporting = await locked_window(world, tmp_path / "store", ministry)
    period = to_base64("LockPeriod", reporting.period_id)
    dry = (await api.ask("so", BUILD, id=period, dry=True))["data"]["ministryReportBuild"]
    assert (dry["recordCount"], dry["ministryReport"], dry["userErrors"]) == (LOCKED, None, [])
    assert await _counts(api, period) == {"NOT_REPORTED": LOCKED}
    assert len(await _all(api, period)) == LOCKED

    made = (await api.ask("so", BUILD, id=period, dry=False))["data"]["ministryReportBuild"]
    assert made["ministryReport"]["state"] == "BUILDING"
    await as_worker(world)
    report_id = await reporting.build()
    await as_application(world)
    assert await _counts(api, period) == {"NOT_ANSWERED": LOCKED}
    async with scoped(world.department, write=True):
        await reports.send(world.department, report_id, configured=True)
        await reports.ask_inventory(world.department, reporting.period_id, configured=True)
    await as_worker(world)
    ministry.behave({"refuse": {"every": 6, "code": "NO_PUPIL", "reason": ""}, "alone": [ALONE]})
    await reporting.send()
    await reporting.send()
    await reporting.work.inventory(TakeInventory(reporting.period_id))
    await as_application(world)
    assert await _counts(api, period) == {"REFUSED": 1, "MINISTRY_ALONE": 1}
    refused, alone = await _all(api, period)
    assert (refused["kind"], alone["kind"], alone["recordId"], alone["digest"]) == (
        "REFUSED",
        "MINISTRY_ALONE",
        None,
        ALONE,
    )
    seen = await api.ask(f"{SCHOOLS[0][0]}.ht", STATE)
    states = [edge["node"]["ministryState"] for edge in seen["data"]["records"]["edges"]]
    assert sorted(filter(None, states)) == ["RECEIVED"] * (LOCKED - 1) + ["REFUSED"]
    other = await api.ask(f"{SCHOOLS[2][0]}.ht", STATE)
    assert not any(edge["node"]["ministryState"] for edge in other["data"]["records"]["edges"])


async def _reported(world: World, folder: Path, ministry: DevelopmentMinistry) -> Reporting:
    """A window whose records the Ministry has all acknowledged, and an inventory that says so."""
    reporting = await locked_window(world, folder, ministry)
    async with scoped(world.department, write=True):
        await reports.build(world.department, reporting.period_id, dry_run=False)
    await as_worker(world)
    report_id = await reporting.build()
    await as_application(world)
    async with scoped(world.department, write=True):
        await reports.send(world.department, report_id, configured=True)
        await reports.ask_inventory(world.department, reporting.period_id, configured=True)
    await as_worker(world)
    await reporting.send()
    await reporting.send()
    await reporting.work.inventory(TakeInventory(reporting.period_id))
    await as_application(world)
    return reporting


async def _named(api: Api, world: World, period: str, kind: str) -> list[int]:
    """The only differences there are, of one kind: the revisions of the records that are named."""
    found = await _all(api, period)
    assert {item["kind"] for item in found} == {kind}
    keys = [int(from_base64(item["recordId"])[1]) for item in found]
    rows = await world.owner.run(
        "SELECT coalesce(standing_revision_id, working_revision_id) AS id FROM year_record WHERE id = ANY ($1)",
        keys,
    )
    return sorted(row["id"] for row in rows)


async def test_a_record_that_the_ministry_has_lost_is_named(
    api: Api, world: World, tmp_path: Path, ministry: DevelopmentMinistry
) -> None:
    """Acknowledged once and gone from its next inventory; nothing is named while it still holds everything."""
    reporting = await _reported(world, tmp_path / "store", ministry)
    period = to_base64("LockPeriod", reporting.period_id)
    assert await _counts(api, period) == {}
    for file in (ministry.folder / "parts").glob("*.json"):
        file.unlink()
    await as_worker(world)
    await reporting.work.inventory(TakeInventory(reporting.period_id))
    await as_application(world)
    assert await _counts(api, period) == {"MINISTRY_LACKS": LOCKED}
    locked = await world.owner.run("SELECT revision_id FROM ledger_entry ORDER BY 1")
    assert await _named(api, world, period, "MINISTRY_LACKS") == [row["revision_id"] for row in locked]


async def test_a_record_that_was_sent_otherwise_than_it_stands_is_named(
    api: Api, world: World, tmp_path: Path, ministry: DevelopmentMinistry
) -> None:
    """The Ministry has another file than the registry holds as final: only somebody past every rule can do that."""
    reporting = await _reported(world, tmp_path / "store", ministry)
    period = to_base64("LockPeriod", reporting.period_id)
    (first, *_) = await world.owner.run("SELECT revision_id FROM ledger_entry ORDER BY 1")
    await world.owner.run("ALTER TABLE artefact DISABLE TRIGGER USER")
    await world.owner.run(
        "UPDATE artefact SET digest = $2 WHERE revision_id = $1 AND role = 'LOCK_SEAL'",
        first["revision_id"],
        ALONE,
    )
    await world.owner.run("ALTER TABLE artefact ENABLE TRIGGER USER")
    assert await _counts(api, period) == {"DIGEST_DIFFERS": 1}
    assert await _named(api, world, period, "DIGEST_DIFFERS") == [first["revision_id"]]


async def test_a_record_that_missed_the_lock_is_named(
    api: Api, world: World, tmp_path: Path, ministry: DevelopmentMinistry
) -> None:
    """Issued at its school, and the window is sealed without it; a draft that was never issued is no such record."""
    reporting = await _reported(world, tmp_path / "store", ministry)
    period = to_base64("LockPeriod", reporting.period_id)
    sibling = await world.records(world.schools[1].actors["ht"])
    await world.bring_to(State.ISSUED, sibling[0].id)
    assert await _counts(api, period) == {"NOT_LOCKED": 1}
    assert await _named(api, world, period, "NOT_LOCKED") == [sibling[0].working.id]
