"""``python -m tests.bench ministry``: a whole window built, signed, sent to the stand-in, answered and reconciled.

The records are locked as in ``locking``; their final XML is made up, of the size of a real one, and stored by digest. One
process does what the worker's jobs do, against the stand-in over mutual TLS in a process of its own. The figures go to
``build/bench-ministry.json``.
"""

import argparse
import asyncio
import hashlib
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Awaitable, Sequence
from datetime import UTC, datetime
from pathlib import Path

import asyncpg
from rich.console import Console

from backend.adapters.store import ObjectStore
from backend.db.connection import close_database, open_database
from backend.db.repositories import ministry_reading, provisioning
from backend.db.repositories.people import Credential
from backend.db.scope import scoped, unscoped
from backend.embedded.ministry import DevelopmentMinistry
from backend.embedded.postgres import EmbeddedPostgres, PostgresUrls
from backend.jobs import BuildReport, SendPart, TakeInventory
from backend.observability import configure_logging
from backend.services import ministry
from backend.services.locking import CALENDAR
from signing_worker.ministry.link import MinistryLink
from signing_worker.ministry.work import MinistryWork
from signing_worker.sign.work import SignedHead
from tests.bench import processor, servers
from tests.bench.data import loading
from tests.bench.locking import _make_due
from tests.fixtures.certificates import self_signed

SIZES = (13_800,)
XML_BYTES = 24_000
PART_BYTES = 16 * 1024**2
AT_ONCE = 64


def run(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.bench ministry")
    parser.add_argument("--sizes", nargs="+", type=int, default=SIZES, help="records to report")
    parser.add_argument("--xml-bytes", type=int, default=XML_BYTES, help="size of each record's file")
    options, console = parser.parse_args(arguments), Console(width=120)
    configure_logging("warning", "worker")
    found = []
    with servers.database() as postgres, tempfile.TemporaryDirectory(dir=servers.DATA) as folder:
        server = DevelopmentMinistry(Path(folder))
        server.start()
        try:
            for size in options.sizes:
                asyncio.run(loading.ensure_database(postgres, size, console.print, state="ACCEPTED"))
                found.append(_measured(postgres, server, Path(folder), size, options.xml_bytes))
                console.print(found[-1])
        finally:
            server.stop()
    path = servers.ROOT / "build" / "bench-ministry.json"
    path.write_text(
        json.dumps({"runs": found, "load": processor.load(), "cpus": os.cpu_count()}, indent=2) + "\n"
    )
    console.print(f"load {processor.load():.1f}; {path}")
    return 0


def _measured(
    postgres: EmbeddedPostgres, server: DevelopmentMinistry, folder: Path, size: int, xml_bytes: int
) -> dict[str, float]:
    name = "bench_ministry_run"
    postgres.drop_database(name)
    urls = postgres.create_database(name, f"bench_{size}_accepted")
    try:
        period_id = asyncio.run(_make_due(urls))
        command = [sys.executable, "-m", "tests.bench.locking_worker", urls.worker, str(period_id)]
        subprocess.run(command, cwd=servers.ROOT, check=True)
        store = ObjectStore((folder / "store").as_uri())
        return asyncio.run(_report(urls, store, server, period_id, size, xml_bytes))
    finally:
        postgres.drop_database(name)


async def _report(
    urls: PostgresUrls,
    store: ObjectStore,
    server: DevelopmentMinistry,
    period_id: int,
    size: int,
    xml_bytes: int,
) -> dict[str, float]:
    await _make_files(urls, store, xml_bytes)
    await _register(urls)
    said = server.settings
    link = MinistryLink(
        url=said["MINISTRY_URL"],
        account=said["MINISTRY_ACCOUNT"],
        password=said["MINISTRY_PASSWORD"],
        certificate=said["MINISTRY_CERTIFICATE"],
        key=said["MINISTRY_KEY"],
        authority=said["MINISTRY_CA"],
        seconds=60.0,
    )
    work = MinistryWork(store, _sign_nothing, link, PART_BYTES)
    found: dict[str, float] = {"records": size, "xml bytes": xml_bytes}
    await open_database(urls.worker, pool=4)
    owner = await asyncpg.connect(urls.owner)
    try:
        began, used = time.monotonic(), time.process_time()
        await work.watch()
        report_id: int = await owner.fetchval("SELECT max(id) FROM ministry_report")
        found["build s"] = await _timed(work.build(BuildReport(report_id)))
        async with scoped(CALENDAR, write=True):
            await ministry.send(CALENDAR, report_id, configured=True)
            await ministry.ask_inventory(CALENDAR, period_id, configured=True)
        found["send and receipts s"] = await _timed(_send(owner, work))
        found["inventory s"] = await _timed(work.inventory(TakeInventory(period_id)))
        async with scoped(CALENDAR, write=False):
            found["reconcile s"] = await _timed(_reconcile(period_id))
        found["whole s"] = round(time.monotonic() - began, 1)
        found["worker ms a record"] = round(1000 * (time.process_time() - used) / size, 3)
        found["parts"] = await owner.fetchval("SELECT count(*) FROM ministry_part")
        found["peak MB"] = round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, 1)
        received = await owner.fetchval("SELECT count(*) FROM ministry_item WHERE state = 'RECEIVED'")
        state = await owner.fetchval("SELECT state FROM ministry_report WHERE id = $1", report_id)
        if (received, state) != (size, "ANSWERED"):
            raise RuntimeError(f"{received} received of {size}, {state}")
    finally:
        await owner.close()
        await close_database()
    return found


async def _timed(doing: Awaitable[None]) -> float:
    began = time.monotonic()
    await doing
    return round(time.monotonic() - began, 2)


async def _send(owner: asyncpg.Connection, work: MinistryWork) -> None:
    while await owner.fetchval("SELECT EXISTS (SELECT FROM ministry_part WHERE state <> 'ANSWERED')"):
        await owner.execute("UPDATE ministry_part SET next_at = now() WHERE state <> 'ANSWERED'")
        for row in await owner.fetch(
            "SELECT id, code FROM ministry_part WHERE state <> 'ANSWERED' ORDER BY id"
        ):
            if row["code"]:
                raise RuntimeError(row["code"])
            await work.send(SendPart(row["id"]))


async def _reconcile(period_id: int) -> None:
    counts = await ministry_reading.difference_counts(period_id)
    if any(counts.values()):
        raise RuntimeError(str(counts))


async def _make_files(urls: PostgresUrls, store: ObjectStore, xml_bytes: int) -> None:
    """Each locked revision's final XML: as large as a real one, and no two alike."""
    owner = await asyncpg.connect(urls.owner)
    try:
        rows = await owner.fetch("SELECT revision_id FROM ledger_entry ORDER BY index")
        for start in range(0, len(rows), 1_000):
            made = []
            for row in rows[start : start + 1_000]:
                seed = hashlib.sha256(str(row["revision_id"]).encode()).hexdigest()
                text = f"<HOC_BA>{seed}{(seed * (xml_bytes // len(seed)))}</HOC_BA>".encode()
                made.append((row["revision_id"], hashlib.sha256(text).hexdigest(), len(text), text))
            for place in range(0, len(made), AT_ONCE):
                await asyncio.gather(*(store.put(item[3]) for item in made[place : place + AT_ONCE]))
            await owner.executemany(
                "INSERT INTO artefact (revision_id, role, kind, digest, size, created_at)"
                " VALUES ($1, 'LOCK_SEAL', 'XML', $2, $3, now())",
                [item[:3] for item in made],
            )
    finally:
        await owner.close()


async def _register(urls: PostgresUrls) -> None:
    """The department's certificate; what a signature itself costs is measured with the ledger's heads."""
    await open_database(urls.owner, pool=1)
    async with unscoped():
        unit = await _department(urls)
        await provisioning.ensure_credential("department", self_signed("Sở GDĐT"), unit_id=unit)
    await close_database()


async def _department(urls: PostgresUrls) -> int:
    """The department."""
    owner = await asyncpg.connect(urls.owner)
    try:
        key: int = await owner.fetchval("SELECT id FROM org_unit WHERE kind = 'DEPARTMENT'")
        return key
    finally:
        await owner.close()


async def _sign_nothing(_text: str, _credential: Credential) -> SignedHead:
    return SignedHead(signature=b"cms", timestamp=b"tst", signed_at=datetime.now(UTC))
