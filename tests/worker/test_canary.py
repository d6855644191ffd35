"""Nobody's data leaves the worker by a side door: what is planted in a record is in no log, trace, metric or parked job."""

import asyncio
import json
import os
import sys
import threading
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import date
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import httpx2
import pytest

from backend.adapters import uploads
from backend.adapters.redis_client import open_redis
from backend.db.connection import close_database, open_database
from backend.db.repositories import provisioning, queue
from backend.db.repositories.records import RecordFilter, page
from backend.db.scope import scoped, unscoped
from backend.domain.signing import SignatureRole
from backend.embedded.pki import DevelopmentPki
from backend.embedded.pki_signers import REVOKED, SignerSpec
from backend.embedded.ports import free_port
from backend.services import ceremonies
from backend.services.importing import import_file
from tests.architecture.sources import ROOT
from tests.cli.commands import hocba
from tests.fixtures.collector import Collector
from tests.fixtures.servers import TEACHER
from tests.fixtures.world import World, parsed, pupil_content

NAME, COMMENT = "Quách Thuỵ Bảo Châu", "Em Bảo Châu nghỉ ốm nhiều vì hen suyễn"
CITIZEN, PUPIL_CODE, PARENT_NAME = "022316009871", "ZX9QK7Q41", "Quách Văn Kim Ngân"
CANARIES = (NAME, "Bảo Châu", "hen suyễn", CITIZEN, PUPIL_CODE, PARENT_NAME)

IMPATIENT = """
from datetime import timedelta
from signing_worker import consuming, handlers
from signing_worker.__main__ import main
consuming.FIRST_PAUSE, consuming.PAUSE_GROWS = timedelta(milliseconds=10), 1.0
consuming.POLL = timedelta(milliseconds=100)
consuming.MAX_TRIES = handlers.MAX_TRIES = 2
if __name__ == "__main__":
    main()
"""
"""The worker with fewer tries, and pauses that a test can wait for."""

SECONDS = 120
"""Far more than it takes: drawing and signing start processes of their own, which a busy machine delays."""


@dataclass
class Worker:
    """A worker's process, and everything that it says."""

    metrics: str
    log_file: Path

    def log(self) -> str:
        return self.log_file.read_text(errors="replace")


@asynccontextmanager
async def _working(
    world: World, settings: dict[str, str], folder: Path, collector: Collector
) -> AsyncIterator[Worker]:
    program = folder / "impatient.py"
    program.write_text(IMPATIENT)
    metrics = f"127.0.0.1:{free_port()}"
    given = {
        "DATABASE_URL": world.urls.worker,
        "DATABASE_OWNER_URL": world.urls.worker,
        "DATABASE_WORKER_URL": world.urls.worker,
        "OIDC_ISSUER": "https://idp.example",
        "OIDC_CLIENT_SECRET": "x",
        "SESSION_SECRET": "x",
        "CITIZEN_NUMBER_KEYS": "x",
        "WORKER_PROCESSES": "1",
        "LOG_LEVEL": "debug",
        "OTLP_ENDPOINT": collector.endpoint,
        "METRICS_ADDRESS": metrics,
        "PYTHONPATH": os.pathsep.join((str(ROOT), str(ROOT / "signing-worker"))),
    }
    worker = Worker(metrics, folder / "worker.log")
    with worker.log_file.open("wb") as said:
        process = await asyncio.create_subprocess_exec(
            sys.executable, str(program), env=os.environ | given | settings, stdout=said, stderr=said
        )
    try:
        yield worker
    finally:
        process.terminate()
        await process.wait()


async def _until(holds: Callable[[], Awaitable[bool]]) -> None:
    async with asyncio.timeout(SECONDS):
        while not await holds():  # noqa: ASYNC110 - it watches another process
            await asyncio.sleep(0.1)


async def _plant(world: World, pki: DevelopmentPki) -> dict[str, int]:
    """Two records with planted contents: one teacher's certificate is good, the other's revoked."""
    clerk = world.own.actors["vt"]
    contents = []
    for place, class_name in enumerate(("4A", "4B")):
        content = pupil_content(world.own.facts, class_name, 4, 880 + place)
        pupil = replace(
            content.pupil,
            full_name=NAME,
            citizen_number=CITIZEN[:-1] + str(place),
            pupil_code=f"{PUPIL_CODE}{place}",
            father=PARENT_NAME,
            birth_date=date(2016, 5, 5),
        )
        subjects = {key: replace(item, comment=COMMENT) for key, item in content.subjects.items()}
        contents.append(replace(content, pupil=pupil, subjects=subjects))
    async with scoped(clerk, write=True):
        await import_file(clerk, world.own.id, parsed(contents), dry_run=False)
    found = {}
    for login in ("gv.4A", "gv.4B"):
        async with scoped(world.own.actors[login], write=False):
            rows = await page(RecordFilter(), after=None, limit=50)
        (found[login],) = [row.id for row in rows if row.pupil_name == NAME]
    await _certify(world, pki)
    return found


async def _certify(world: World, pki: DevelopmentPki) -> None:
    await close_database()
    await open_database(world.urls.owner, pool=1)
    for login, spec in (("gv.4A", TEACHER), ("gv.4B", REVOKED)):
        staff_id = world.own.actors[login].staff_id
        await world.owner.run("UPDATE staff SET full_name = $2 WHERE id = $1", staff_id, spec.common_name)
        async with unscoped():
            await provisioning.ensure_credential(spec.label, _pem(pki, spec), staff_id=staff_id)
    await close_database()
    await open_database(world.urls.app, pool=4)


def _pem(pki: DevelopmentPki, spec: SignerSpec) -> str:
    return pki.certificate_file(spec.label).read_text()


async def _ask_for(world: World, login: str, record_id: int) -> None:
    actor = world.own.actors[login]
    async with scoped(actor, write=True):
        started = await ceremonies.start(actor, SignatureRole.HOMEROOM_TEACHER, [record_id])
    assert started.ceremony is not None


async def _codes(world: World) -> set[str]:
    found = await world.owner.run("SELECT code FROM ceremony_item WHERE state = 'FAILED'")
    return {row["code"] for row in found}


async def _send_broken(world: World, redis_url: str) -> int:
    """Files that are none, with planted words in them, each to be judged; how many there are."""
    redis = open_redis(redis_url)
    planted = f"{NAME} {CITIZEN} {PUPIL_CODE}"
    files = (
        (
            f"%PDF-1.7\n1 0 obj <</Title ({planted})>>\nendobj\ntrailer <</Root 9 0 R>>\n%%EOF".encode(),
            "a.pdf",
        ),
        (f"%PDF-1.7\nstartxref\n{planted}\n%%EOF".encode(), "b.pdf"),
        (f"<?xml version='1.0'?><HOC_BA><{PUPIL_CODE}>{planted}</HOC_BA>".encode(), "c.xml"),
        (f"<!DOCTYPE x [<!ENTITY n '{planted}'>]><x>&n;</x>".encode(), "d.xml"),
        (planted.encode("utf-16"), f"{NAME}.pdf"),
    )
    for data, name in files:
        upload = await uploads.keep(redis, data, name)
        async with scoped(world.own.actors["ht"], write=True):
            await queue.put_judgement(upload)
    await redis.aclose()
    return len(files)


QUOTING = (
    "CREATE FUNCTION quoting() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$ BEGIN RAISE EXCEPTION 'not %',"
    " (SELECT string_agg(full_name || citizen_number, ' ') FROM pupil); END $$",
    "CREATE TRIGGER quoting BEFORE INSERT ON signature FOR EACH ROW EXECUTE FUNCTION quoting()",
)
"""The database refuses every signature, and quotes everybody in what it says."""


@dataclass
class Clock:
    """A time-stamp service in front of the real one, which a test can take away."""

    url: str = ""
    away: bool = True


@pytest.fixture
def clock(pki: DevelopmentPki) -> Iterator[Clock]:
    class Forwarding(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            if given.away:
                self.send_error(503)
                return
            kind = {"content-type": self.headers["content-type"]}
            answer = httpx2.post(pki.tsa_url, content=body, headers=kind)
            self.send_response(answer.status_code)
            self.send_header("content-type", answer.headers["content-type"])
            self.send_header("content-length", str(len(answer.content)))
            self.end_headers()
            self.wfile.write(answer.content)

        def log_message(self, *_: object) -> None:
            """Nothing: the test's own output stays clean."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Forwarding)
    given = Clock(f"http://127.0.0.1:{server.server_address[1]}/tsa")
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield given
    server.shutdown()
    server.server_close()


async def _troubled(world: World, codes: set[str]) -> bool:
    """Every job is done or parked, and the items failed for these reasons and no others."""
    left = await world.owner.run("SELECT status::text AS s FROM pgqueuer")
    return {row["s"] for row in left} <= {"failed"} and await _codes(world) == codes


async def _everything_goes_wrong(world: World, records: dict[str, int], clock: Clock, store: Path) -> None:
    """A revoked key and no timestamps; then a store in the way; then a database that quotes rows."""
    codes = {"CERTIFICATE_REVOKED", "TIMESTAMP_UNAVAILABLE"}
    for login, record_id in records.items():
        await _ask_for(world, login, record_id)
    await _until(lambda: _troubled(world, codes))
    clock.away = False
    codes |= {"STORE_UNAVAILABLE"}
    await _ask_for(world, "gv.4A", records["gv.4A"])
    await _until(lambda: _troubled(world, codes))
    (store / "artefacts").unlink()
    for statement in QUOTING:
        await world.owner.run(statement)
    codes |= {"UNEXPECTED_FAILURE"}
    await _ask_for(world, "gv.4A", records["gv.4A"])
    await _until(lambda: _troubled(world, codes))


async def test_what_is_planted_is_nowhere_in_what_a_worker_says(
    world: World, pki: DevelopmentPki, redis_url: str, collector: Collector, clock: Clock, tmp_path: Path
) -> None:
    """Broken uploads, a revoked key, no timestamps, no store, a database that quotes rows: nothing of them is told."""
    records = await _plant(world, pki)
    store = tmp_path / "store"
    store.mkdir()
    (store / "artefacts").write_text("in the way")
    settings = {
        "REDIS_URL": redis_url,
        "STORE_URL": store.as_uri(),
        "PKI_TRUST_ROOTS": ":".join(map(str, pki.trust_roots)),
        "PKI_INTERMEDIATES": ":".join(map(str, pki.intermediates)),
        "PKI_TSA_URL": clock.url,
        "PKI_KEYS": str(pki.keys_folder),
        "PKI_KEYS_PASSWORD": pki.keys_password,
    }
    sent = await _send_broken(world, redis_url)
    before = len(collector.bodies)
    async with _working(world, settings, tmp_path, collector) as worker:
        await _everything_goes_wrong(world, records, clock, store)
        async with httpx2.AsyncClient() as client:
            shown = (await client.get(f"http://{worker.metrics}/metrics")).text
    outputs = {
        "log": worker.log(),
        "metrics": shown,
        "traces": b"".join(collector.bodies[before:]).decode(errors="replace"),
        "parked": (await hocba("jobs", "list", urls=world.urls)).output,
        "queue": await _kept(world),
    }
    assert outputs["log"].count("item_not_signed") == 7  # three troubles twice, and the revoked key once
    assert "worker_stopped" in outputs["log"]
    assert 'name="ceremony.sign/1"' in shown
    assert await _judged(world) == sent
    assert "ceremony.sign" in outputs["traces"]
    for name in ("TimestampUnavailableError", "StoreUnavailableError", "UnexpectedFailureError"):
        assert name in outputs["parked"]
        assert name in outputs["queue"]
    codes = [row["lookup_code"] for row in await world.owner.run("SELECT lookup_code FROM record_book")]
    for output, text in outputs.items():
        found = [word for word in (*CANARIES, *codes) if word in text or json.dumps(word)[1:-1] in text]
        assert found == [], output


async def _kept(world: World) -> str:
    """Every word that the queue keeps of what went wrong."""
    rows = await world.owner.run(
        "SELECT traceback::text AS trace FROM pgqueuer_log WHERE traceback IS NOT NULL"
    )
    return "\n".join(row["trace"] for row in rows)


async def _judged(world: World) -> int:
    (row,) = await world.owner.run(
        "SELECT count(*) AS n FROM pgqueuer_log WHERE entrypoint LIKE 'document.judge/%' AND status = 'successful'"
    )
    return int(row["n"])
