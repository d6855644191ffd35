"""Reports to the Ministry over mutual TLS: nothing is sent twice, nothing forgotten, and no nonsense believed."""

import io
import zipfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from backend.db.scope import scoped
from backend.domain.errors import NotPermittedError
from backend.domain.ministry import Answer
from backend.domain.ministry_errors import MinistryUnconfiguredError, NothingToReportError
from backend.embedded.ministry import DevelopmentMinistry, new_authority
from backend.jobs import BuildReport
from backend.services import ministry as reports
from signing_worker.ministry.link import MinistryLink
from signing_worker.ministry.packing import LIST, MANIFEST, SIGNATURE, TIMESTAMP
from tests.fixtures.ledger import as_application, as_worker
from tests.fixtures.ministry import LOCKED, Reporting, link_to, locked_window, taken
from tests.fixtures.world import World

REFUSES_TWO = {"refuse": {"every": 3, "code": "NO_PUPIL", "reason": "Không tìm thấy học sinh."}}
NONSENSE = (
    "NOT_JSON",
    "EMPTY",
    "DEEP",
    "WRONG_PART",
    "MORE_FIELDS",
    "STATE",
    "UNKNOWN_RECORD",
    "CONTRADICTION",
    "JUNK",
    "REDIRECT",
    "GONE",
    "INCOMPLETE",
)


@pytest.fixture
async def reporting(world: World, tmp_path: Path, ministry: DevelopmentMinistry) -> Reporting:
    return await locked_window(world, tmp_path / "store", ministry)


async def _built(reporting: Reporting) -> int:
    """A report that is built and may be sent."""
    department = reporting.world.department
    await as_application(reporting.world)
    async with scoped(department, write=True):
        await reports.build(department, reporting.period_id, dry_run=False)
    await as_worker(reporting.world)
    report_id = await reporting.build()
    await _let_go(reporting, report_id)
    return report_id


async def _let_go(reporting: Reporting, report_id: int) -> None:
    await as_application(reporting.world)
    async with scoped(reporting.world.department, write=True):
        await reports.send(reporting.world.department, report_id, configured=True)
    await as_worker(reporting.world)


async def test_a_window_is_built_sent_and_answered(
    reporting: Reporting, ministry: DevelopmentMinistry
) -> None:
    """One part with every record by class, a manifest that names it, each sent once, a receipt for each record."""
    await _built(reporting)
    parts = await reporting.world.owner.run(
        "SELECT number, digest, record_count FROM ministry_part ORDER BY number"
    )
    assert [(part["number"], part["record_count"]) for part in parts] == [(0, 0), (1, LOCKED)]
    manifest, part = [zipfile.ZipFile(io.BytesIO(await reporting.store.get(row["digest"]))) for row in parts]
    assert manifest.namelist() == [MANIFEST, SIGNATURE, TIMESTAMP]
    assert parts[1]["digest"].encode() in manifest.read(MANIFEST)
    assert part.namelist()[0] == LIST
    assert len({name.rsplit("/", 1)[0] for name in part.namelist()[1:]}) == 2

    await reporting.send()
    await reporting.send()
    assert [again for _, again in taken(ministry)] == [False, False]
    assert await reporting.states("ministry_item") == ["RECEIVED"] * LOCKED
    assert await reporting.states("ministry_report") == ["ANSWERED"]
    assert await reporting.codes() == {""}


async def test_building_again_makes_the_same_file(reporting: Reporting) -> None:
    """A worker that dies between storing a part and keeping it leaves nothing behind but the same bytes."""
    department = reporting.world.department
    async with scoped(department, write=True):
        await reports.build(department, reporting.period_id, dry_run=False)
    await as_worker(reporting.world)
    stored: list[str] = []

    class Dies:
        async def get(self, digest: str) -> bytes:
            return await reporting.store.get(digest)

        async def put(self, data: bytes) -> str:
            stored.append(await reporting.store.put(data))
            raise OSError

    await replace(reporting.work, store=Dies()).build(BuildReport(await reporting.report()))
    assert await reporting.states("ministry_part") == []
    (row,) = await reporting.world.owner.run("SELECT state, code FROM ministry_report")
    assert (row["state"], row["code"]) == ("BUILDING", "UNEXPECTED_FAILURE")
    await reporting.build()
    rows = await reporting.world.owner.run("SELECT digest FROM ministry_part WHERE number = 1")
    assert [row["digest"] for row in rows] == stored


async def test_what_is_refused_is_sent_again_alone(
    reporting: Reporting, ministry: DevelopmentMinistry
) -> None:
    """A second report holds only the refused; the first stays as it was, and nothing is in two reports at once."""
    ministry.behave(REFUSES_TWO)
    first = await _built(reporting)
    await reporting.send()
    await reporting.send()
    rows = await reporting.world.owner.run("SELECT code, reason FROM ministry_item WHERE state = 'REFUSED'")
    assert [(row["code"], row["reason"]) for row in rows] == [("NO_PUPIL", "Không tìm thấy học sinh.")] * 2
    department = reporting.world.department
    await as_application(reporting.world)
    async with scoped(department, write=True):
        with pytest.raises(NothingToReportError):
            await reports.build(department, reporting.period_id, dry_run=True)
        again, count = await reports.resend(department, first)
    assert (count, again.number, again.again_of_id) == (2, 2, first)
    await as_worker(reporting.world)
    await reporting.build()
    await _let_go(reporting, again.id)
    ministry.behave({})
    await reporting.send()
    await reporting.send()
    assert await reporting.states("ministry_report") == ["ANSWERED", "ANSWERED"]
    assert sorted(await reporting.states("ministry_item")) == ["RECEIVED"] * LOCKED + ["REFUSED"] * 2
    assert len(taken(ministry)) == 4


@pytest.mark.parametrize("drop", ["BEFORE", "AFTER"])
async def test_a_connection_that_breaks_sends_nothing_twice(
    reporting: Reporting, ministry: DevelopmentMinistry, drop: str
) -> None:
    """Cut before or after the file was taken, it is there once in the end."""
    ministry.behave({"drop": drop, "times": 2})
    await _built(reporting)
    await reporting.send()
    assert await reporting.states("ministry_part") == ["SENDING", "SENDING"]
    assert await reporting.codes() == {"MINISTRY_UNREACHABLE"}
    assert await reporting.states("ministry_item") == ["WAITING"] * LOCKED
    await reporting.send()
    await reporting.send()
    assert [again for _, again in taken(ministry)] == [False, False]
    assert await reporting.states("ministry_report") == ["ANSWERED"]


async def test_a_worker_that_dies_after_the_answer_asks_before_it_sends(
    reporting: Reporting, ministry: DevelopmentMinistry
) -> None:
    """Killed between the upload and the note of it, the next worker finds the file there."""
    await _built(reporting)

    class Dies(MinistryLink):
        async def send(self, *arguments: Any) -> Answer:
            await MinistryLink.send(self, *arguments)
            raise KeyboardInterrupt

    link = link_to(ministry)
    dying = replace(reporting.work, link=Dies(**{name: getattr(link, name) for name in link.__slots__}))
    with pytest.raises(KeyboardInterrupt):
        await reporting.send(dying)
    assert len(taken(ministry)) == 1
    assert "SENDING" in await reporting.states("ministry_part")
    await reporting.send()
    await reporting.send()
    assert [again for _, again in taken(ministry)] == [False, False]
    assert await reporting.states("ministry_report") == ["ANSWERED"]


async def test_what_the_ministry_lost_is_sent_again(
    reporting: Reporting, ministry: DevelopmentMinistry
) -> None:
    """The other side lost a file in a crash before it answered: it gets it once more."""
    ministry.behave({"answerAfter": 1})
    await _built(reporting)
    await reporting.send()
    assert await reporting.states("ministry_part") == ["SENT", "SENT"]
    for file in (ministry.folder / "parts").glob("*.json"):
        file.unlink()
    await reporting.send()
    ministry.behave({})
    await reporting.send()
    assert len(taken(ministry)) == 4
    assert await reporting.states("ministry_item") == ["RECEIVED"] * LOCKED


@pytest.mark.parametrize("behaviour", [{"twice": True}, {"delay": 0.1, "answerAfter": 2}])
async def test_answers_that_come_late_or_twice_count_once(
    reporting: Reporting, ministry: DevelopmentMinistry, behaviour: dict[str, Any]
) -> None:
    """A receipt said twice, slowly or only after asking again is one receipt."""
    ministry.behave(behaviour)
    await _built(reporting)
    for _ in range(4):
        await reporting.send()
    assert [again for _, again in taken(ministry)] == [False, False]
    assert await reporting.states("ministry_item") == ["RECEIVED"] * LOCKED


async def test_nonsense_marks_nothing(reporting: Reporting, ministry: DevelopmentMinistry) -> None:
    """Whatever comes that was not agreed, the file waits with a code, and goes through when sense returns."""
    await _built(reporting)
    for kind in NONSENSE:
        ministry.behave({"nonsense": kind})
        await reporting.send()
        assert (kind, await reporting.codes()) == (kind, {"MINISTRY_NONSENSE"})
        assert await reporting.states("ministry_item") == ["WAITING"] * LOCKED
        assert await reporting.states("ministry_part") == ["SENDING", "SENDING"]
    assert taken(ministry) == []
    ministry.behave({})
    await reporting.send()
    for kind in NONSENSE:
        ministry.behave({"nonsense": kind})
        await reporting.send()
        # an empty list of receipts is all that there is to say of the manifest
        expected = {"MINISTRY_NONSENSE"} | ({""} if kind == "INCOMPLETE" else set())
        assert (kind, await reporting.codes()) == (kind, expected)
        assert await reporting.states("ministry_item") == ["SENT"] * LOCKED
    ministry.behave({})
    await reporting.send()
    assert await reporting.states("ministry_item") == ["RECEIVED"] * LOCKED
    assert [again for _, again in taken(ministry)] == [False, False]


async def test_only_the_departments_certificate_and_account_get_in(
    reporting: Reporting, ministry: DevelopmentMinistry, tmp_path: Path
) -> None:
    """A certificate of another authority, none at all, or a wrong password: nothing arrives, and the file says why."""
    await _built(reporting)
    stranger = tmp_path / "stranger.pem"
    stranger.write_bytes(new_authority().client("Kẻ lạ"))
    for changes, code in (
        ({"certificate": str(stranger), "key": str(stranger)}, "MINISTRY_UNREACHABLE"),
        ({"certificate": "", "key": ""}, "MINISTRY_UNREACHABLE"),
        ({"authority": ""}, "MINISTRY_UNREACHABLE"),
        ({"password": "wrong"}, "MINISTRY_BARS"),
        ({"url": ""}, "MINISTRY_UNCONFIGURED"),
    ):
        await reporting.send(replace(reporting.work, link=link_to(ministry, **changes)))
        assert await reporting.codes() == {code}
    assert taken(ministry) == []


async def test_who_may_not_report_changes_nothing(reporting: Reporting) -> None:
    """A district builds nothing, nobody sends without an address, and a dry run only counts."""
    world = reporting.world
    await as_application(world)
    district = next(iter(world.district.values()))
    async with scoped(district, write=True):
        with pytest.raises(NotPermittedError):
            await reports.build(district, reporting.period_id, dry_run=False)
    async with scoped(world.department, write=True):
        assert await reports.build(world.department, reporting.period_id, dry_run=True) == (None, LOCKED)
    assert await reporting.states("ministry_report") == []
    async with scoped(world.department, write=True):
        await reports.build(world.department, reporting.period_id, dry_run=False)
    await as_worker(world)
    report_id = await reporting.build()
    await as_application(world)
    async with scoped(world.department, write=True):
        with pytest.raises(MinistryUnconfiguredError):
            await reports.send(world.department, report_id, configured=False)
    assert await reporting.states("ministry_report") == ["READY"]
    assert await reporting.states("ministry_part") == ["READY", "READY"]


async def test_a_sealed_window_begins_its_report_by_itself(reporting: Reporting) -> None:
    """The watch builds one report for a window whose files are final, and never a second."""
    await as_worker(reporting.world)
    for expected in (["BUILDING"], ["BUILDING"]):
        await reporting.work.watch()
        assert await reporting.states("ministry_report") == expected
    await reporting.build()
    await reporting.work.watch()
    assert await reporting.states("ministry_report") == ["READY"]
