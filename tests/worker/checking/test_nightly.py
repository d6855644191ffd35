"""The look at the ledger each night: what it finds is kept for the department and raises an alarm."""

from pathlib import Path
from typing import Any

import pytest
from structlog.testing import capture_logs

from backend.adapters.store import ObjectStore
from backend.domain.calendar import Window
from backend.embedded.pki import DevelopmentPki
from backend.jobs import JOBS, SCHEDULE, VerifyLedger
from signing_worker.checking import nightly
from signing_worker.checking.nightly import LedgerLook
from tests.fixtures.asking import Api
from tests.fixtures.ledger import as_application, as_worker, lock, submit_own
from tests.fixtures.world import SCHOOLS, World

DEPARTMENT, DISTRICT, PRINCIPAL = "so", "phong.193", f"{SCHOOLS[0][0]}.ht"
SHOWN = "{ ledgerChecks { size signedSize faultCount findings { kind place } beganAt endedAt } }"
FORGED = "UPDATE revision SET effective_from = effective_from - interval '1 day' WHERE state = 'LOCKED'"


@pytest.fixture
def alarms(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, str]]:
    raised: list[dict[str, str]] = []
    monkeypatch.setattr(nightly, "counted", lambda kind, /, **labels: raised.append({"kind": kind, **labels}))
    return raised


async def _look(world: World, pki: DevelopmentPki, folder: Path) -> list[Any]:
    await as_worker(world)
    with capture_logs() as lines:
        await LedgerLook(ObjectStore(folder.as_uri()), pki.trust_roots).run()
    await as_application(world)
    # another test may have set this process to say nothing less than a warning
    said = [line for line in lines if line["event"] == "ledger_verified" and line["log_level"] != "info"]
    return [(line["log_level"], line["faults"]) for line in said]


async def test_what_a_superuser_changed_is_found_by_the_next_morning(
    api: Api, world: World, pki: DevelopmentPki, tmp_path: Path, alarms: list[dict[str, str]]
) -> None:
    """A clean night is kept as one; after a change past every trigger the leaf is named, counted and logged."""
    await lock(world, Window.MAIN, *(await submit_own(world))[:3])
    assert await _look(world, pki, tmp_path) == []
    assert alarms == []
    await world.owner.run("ALTER TABLE revision DISABLE TRIGGER USER")
    await world.owner.run(FORGED)
    await world.owner.run("ALTER TABLE revision ENABLE TRIGGER USER")
    assert await _look(world, pki, tmp_path) == [("error", 3)]
    assert alarms == [{"kind": "alarm", "asker": "LEDGER", "sign": "RECORD_CHANGED"}]
    newest, before = (await api.ask(DEPARTMENT, SHOWN))["data"]["ledgerChecks"]
    assert (before["size"], before["faultCount"], before["findings"]) == (3, 0, [])
    assert (newest["size"], newest["faultCount"]) == (3, 3)
    assert newest["findings"] == [{"kind": "RECORD_CHANGED", "place": place} for place in range(3)]
    for login in (DISTRICT, PRINCIPAL):
        (error,) = (await api.ask(login, SHOWN))["errors"]
        assert error["extensions"]["code"] == "ROLE_MAY_NOT"


async def test_a_look_that_was_kept_stays(world: World, pki: DevelopmentPki, tmp_path: Path) -> None:
    """Whoever changed the ledger cannot take the finding back by the ways of a program."""
    await _look(world, pki, tmp_path)
    with pytest.raises(Exception, match="only grows"):
        await world.owner.run("DELETE FROM ledger_check")
    assert (await world.owner.run("SELECT count(*) AS n FROM ledger_check"))[0]["n"] == 1


def test_it_is_asked_for_every_night() -> None:
    """Once a day, at two in the morning in Vietnam, whichever worker is up."""
    assert JOBS[VerifyLedger.name] is VerifyLedger
    minute, hour, *rest = SCHEDULE[VerifyLedger].split()
    assert (minute, (int(hour) + 7) % 24, rest) == ("0", 2, ["*", "*", "*"])
