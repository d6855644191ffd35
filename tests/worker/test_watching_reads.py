"""Alarms on scraping: told once in a window, by who reads and what is too much, and about nobody by name."""

import asyncio
import sys
from dataclasses import fields
from typing import Any
from unittest.mock import Mock

import httpx2
from structlog.testing import capture_logs

from backend.db.connection import close_database, open_database
from backend.db.scope import scoped
from backend.domain.identifiers import LookupCode
from backend.domain.policy import Actor, Role
from backend.domain.scraping import Thresholds
from backend.embedded.ports import free_port
from backend.jobs import WatchReads
from backend.services.lookup import Question, look_up
from signing_worker.handlers import Handlers
from tests.fixtures.integrators import Client, lock_by_owner
from tests.fixtures.world import World

THRESHOLDS = Thresholds(network_misses=3, network_pupils=2, program_misses=2, program_pupils=2)
NETWORK, OTHER = "203.0.113.0/24", "198.51.100.0/24"
ALARMS = "SELECT action, detail::text, door FROM audit_event WHERE action LIKE 'SCRAPING%' ORDER BY id"


def _nobodys(place: int) -> str:
    return f"{place:012x}4{'0' * 3}8{'0' * 15}"


async def _look(code: str, network: str, client: Client | None = None) -> None:
    key = None if client is None else client.key
    actor = Actor(role=Role.PUBLIC if key is None else Role.INTEGRATOR, client_key=key, lookup_code=code)
    async with scoped(actor, write=True):
        await look_up(Question(code=LookupCode(code), network=network))


async def _watch(world: World, thresholds: Thresholds = THRESHOLDS) -> list[dict[str, Any]]:
    """Do the job as the worker; the lines that it logs."""
    parts: dict[str, Any] = {item.name: Mock() for item in fields(Handlers)} | {"thresholds": thresholds}
    await close_database()
    await open_database(world.urls.worker, pool=2)
    with capture_logs() as lines:
        await Handlers(**parts).handle(WatchReads(), 0)
    await close_database()
    await open_database(world.urls.app, pool=4)
    return [dict(line) for line in lines if line["event"] == "scraping_alarm"]


async def test_many_misses_of_a_network_are_told_once(world: World) -> None:
    """From the third on, one event and one line in the hour, with the network in the audit alone; another has none."""
    for place in range(2):
        await _look(_nobodys(place), NETWORK)
        await _look(_nobodys(place), OTHER)
    assert await _watch(world) == []
    for place in range(2, 5):
        await _look(_nobodys(place), NETWORK)
    lines = [await _watch(world) for _ in range(2)]
    assert [(line["asker"], line["sign"], line["seen"]) for line in lines[0]] == [("NETWORK", "MISSES", 5)]
    assert lines[1] == []
    assert NETWORK not in str(lines)
    (told,) = await world.owner.run(ALARMS)
    assert (told["action"], told["door"]) == ("SCRAPING_MISSES", "WORKER")
    assert NETWORK in told["detail"]
    assert _nobodys(4) not in told["detail"]


async def test_many_different_pupils_are_told_and_one_many_times_is_not(world: World) -> None:
    """A network that opens two books, and a program that does; a family that looks at one book often is none."""
    books = [await lock_by_owner(world.owner, place) for place in range(2)]
    program = await Client("collector").register(world.urls.owner)
    for _ in range(4):
        await _look(books[0]["code"], OTHER)
    assert await _watch(world) == []
    for book in books:
        await _look(book["code"], NETWORK)
        await _look(book["code"], NETWORK, program)
    seen = {(line["asker"], line["sign"], line["seen"]) for line in await _watch(world)}
    assert seen == {("NETWORK", "PUPILS", 2), ("PROGRAM", "PUPILS", 2)}
    told = "".join(row["detail"] for row in await world.owner.run(ALARMS))
    assert NETWORK in told
    assert "collector" in told
    assert OTHER not in told
    assert not any(book["code"] in told for book in books)


async def test_a_program_that_guesses_is_told(world: World) -> None:
    """Two codes that are nobody's in a day; a network's own count is not touched by it."""
    program = await Client("guesser").register(world.urls.owner)
    for place in range(4):
        await _look(_nobodys(place), NETWORK, program)
    assert [(line["asker"], line["sign"]) for line in await _watch(world)] == [("PROGRAM", "MISSES")]


async def test_old_reads_and_thresholds_of_nothing_raise_none(world: World) -> None:
    """What was long ago counts no more; 0 switches an alarm off."""
    for place in range(5):
        await _look(_nobodys(place), NETWORK)
    never = Thresholds(network_misses=0, network_pupils=0, program_misses=0, program_pupils=0)
    assert await _watch(world, never) == []
    await world.owner.run("ALTER TABLE access_event DISABLE TRIGGER only_grows")
    await world.owner.run("UPDATE access_event SET at = at - interval '3 hours'")
    assert await _watch(world) == []
    assert await world.owner.run(ALARMS) == []


async def test_nobody_but_the_worker_watches(world: World) -> None:
    """The door is the worker's: a request can neither raise nor suppress an alarm."""
    (row,) = await world.owner.run(
        "SELECT bool_or(has_function_privilege(r.rolname, 'watch_reads(bigint,bigint,bigint,bigint)', 'EXECUTE')) AS may"
        " FROM pg_roles r WHERE r.rolname LIKE 'hocba%' AND r.rolname NOT IN ('hocba_owner', 'hocba_worker')"
    )
    assert row["may"] is False


SHOW = """
import sys
from backend.observability import configure_telemetry, counted
stop = configure_telemetry("worker", "", sys.argv[1])
counted("alarm", asker="NETWORK", sign="MISSES")
print("counted", flush=True)
sys.stdin.read()
stop()
"""


async def test_alarms_are_a_number_that_prometheus_reads() -> None:
    """One counter by asker and sign, which has no place for an address or a name."""
    address = f"127.0.0.1:{free_port()}"
    pipe = asyncio.subprocess.PIPE
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", SHOW, address, stdin=pipe, stdout=pipe
    )
    assert process.stdout is not None
    assert await process.stdout.readline() == b"counted\n"
    async with httpx2.AsyncClient(trust_env=False) as http:
        shown = (await http.get(f"http://{address}/metrics")).text
    await process.communicate(b"")
    lines = [line for line in shown.splitlines() if line.startswith("hocba_alarms_total{")]
    assert len(lines) == 1
    assert 'asker="NETWORK"' in lines[0]
    assert 'sign="MISSES"' in lines[0]
    assert lines[0].endswith(" 1.0")
