"""``python -m tests.bench locking``: a lock of 10,000 and of 138,000 accepted records, whole and killed half-way.

One worker process goes on with the lock batch by batch, as the job of the worker does; it is measured with its database
process, and its memory at the peak. The second run is ended with SIGKILL half-way and taken up by another process; the
ledger must then hold every record once and lead to the root that the period was sealed with. The figures go to
``build/bench-locking.json``.
"""

import argparse
import asyncio
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import asyncpg
from rich.console import Console
from rich.table import Table

from backend.domain.merkle import root_of
from backend.embedded.postgres import EmbeddedPostgres, PostgresUrls
from tests.bench import processor, servers
from tests.bench.data import loading
from tests.bench.data.province import YEAR

SIZES = (10_000, 138_000)
LOOK_SECONDS = 0.2


@dataclass(frozen=True, slots=True)
class Locked:
    """What one lock took; memory is the worker's at its peak, processor milliseconds are for each record."""

    way: str
    records: int
    seconds: float
    peak_mb: float
    worker_ms: float
    database_ms: float
    killed_at: int = 0


def run(arguments: Sequence[str]) -> int:
    options = _options(arguments)
    console = Console(width=120)
    found: list[Locked] = []
    with servers.database() as postgres:
        for size in options.sizes:
            asyncio.run(loading.ensure_database(postgres, size, console.print, state="ACCEPTED"))
            for kills in (False, True):
                found.append(_measured(postgres, size, kills=kills))
                console.print(found[-1])
    _show(found, console)
    path = servers.ROOT / "build" / "bench-locking.json"
    rows = {"runs": [asdict(item) for item in found], "load": processor.load(), "cpus": os.cpu_count()}
    path.write_text(json.dumps(rows, indent=2) + "\n")
    console.print(f"load {processor.load():.1f}; {path}")
    return 0


def _options(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.bench locking")
    parser.add_argument("--sizes", nargs="+", type=int, default=SIZES, help="records to lock")
    return parser.parse_args(arguments)


def _measured(postgres: EmbeddedPostgres, size: int, *, kills: bool) -> Locked:
    name = "bench_locking_run"
    postgres.drop_database(name)
    urls = postgres.create_database(name, f"bench_{size}_accepted")
    try:
        period_id = asyncio.run(_make_due(urls))
        done = _lock(urls, period_id, size, kills=kills)
        asyncio.run(_check(urls, period_id, size))
    finally:
        postgres.drop_database(name)
    return done


async def _make_due(urls: PostgresUrls) -> int:
    """The second window takes what either has left, so its lock takes everything."""
    connection = await asyncpg.connect(urls.owner)
    try:
        period_id: int = await connection.fetchval(
            "UPDATE lock_period SET locks_at = now() - interval '1 minute'"
            " WHERE school_year = $1 AND \"window\" = 'SUPPLEMENTARY' RETURNING id",
            YEAR.start,
        )
        return period_id
    finally:
        await connection.close()


def _lock(urls: PostgresUrls, period_id: int, size: int, *, kills: bool) -> Locked:
    database = (servers.database_process(),)
    before, began, peak, worker = processor.seconds(database), time.monotonic(), 0.0, 0.0
    killed_at = 0
    if kills:
        killed_at, used, peak = _run_until(urls, period_id, size // 2)
        worker += used
    _, used, peak_after = _run_until(urls, period_id, None)
    seconds, after = time.monotonic() - began, processor.seconds(database)
    return Locked(
        "killed and resumed" if kills else "whole",
        size,
        round(seconds, 1),
        round(max(peak, peak_after), 1),
        round(1000 * (worker + used) / size, 3),
        round(1000 * (after - before) / size, 3),
        killed_at,
    )


def _run_until(urls: PostgresUrls, period_id: int, locked: int | None) -> tuple[int, float, float]:
    """Run the worker to its end, or kill it when so many are locked: locked, processor seconds, peak megabytes."""
    command = [sys.executable, "-m", "tests.bench.locking_worker", urls.worker, str(period_id)]
    with subprocess.Popen(command, cwd=servers.ROOT) as process:
        peak = used = 0.0
        while process.poll() is None:
            peak = max(peak, _peak_mb(process.pid))
            used = max(used, processor.seconds((process.pid,)))
            if locked is not None and asyncio.run(_locked(urls, period_id)) >= locked:
                process.send_signal(signal.SIGKILL)
                process.wait()
                return asyncio.run(_locked(urls, period_id)), used, peak
            time.sleep(LOOK_SECONDS)
        if process.returncode:
            raise RuntimeError(f"the worker ended with {process.returncode}")
    return asyncio.run(_locked(urls, period_id)), used, peak


def _peak_mb(pid: int) -> float:
    try:
        status = Path(f"/proc/{pid}/status").read_text("ascii")
    except OSError:
        return 0.0
    peaks = [line for line in status.splitlines() if line.startswith("VmHWM")]
    return int(peaks[0].split()[1]) / 1024 if peaks else 0.0


async def _locked(urls: PostgresUrls, period_id: int) -> int:
    connection = await asyncpg.connect(urls.owner)
    try:
        count: int = await connection.fetchval(
            "SELECT locked_count FROM lock_period WHERE id = $1", period_id
        )
        return count
    finally:
        await connection.close()


async def _check(urls: PostgresUrls, period_id: int, size: int) -> None:
    """Every record is locked once, at one effective date, and the leaves lead to the sealed root."""
    connection = await asyncpg.connect(urls.owner)
    try:
        period = await connection.fetchrow("SELECT * FROM lock_period WHERE id = $1", period_id)
        leaves = await connection.fetch("SELECT index, leaf_hash FROM ledger_entry ORDER BY index")
        locked = await connection.fetchval("SELECT count(*) FROM year_record WHERE state = 'LOCKED'")
        dates = await connection.fetchval(
            "SELECT count(DISTINCT effective_from) FROM revision WHERE state = 'LOCKED'"
        )
        jobs = await connection.fetchval("SELECT count(*) FROM pgqueuer WHERE entrypoint = 'revision.seal/1'")
    finally:
        await connection.close()
    root = root_of([bytes.fromhex(row["leaf_hash"]) for row in leaves]).hex()
    counts = {size, len(leaves), locked, period["sealed_count"], jobs}
    if len(counts) != 1 or dates != 1 or root != period["root_hash"] or period["sealed_at"] is None:
        raise RuntimeError(f"{counts} records, {dates} dates, {root} for {period['root_hash']}")


def _show(found: list[Locked], console: Console) -> None:
    table = Table("lock", "records", "seconds", "records/s", "peak MB", "worker ms", "database ms", box=None)
    for item in found:
        way = f"{item.way} at {item.killed_at:,}" if item.killed_at else item.way
        rate = f"{item.records / item.seconds:,.0f}"
        measured = (f"{item.peak_mb:.0f}", f"{item.worker_ms:.2f}", f"{item.database_ms:.2f}")
        table.add_row(way, f"{item.records:,}", f"{item.seconds:.1f}", rate, *measured)
    console.print(table)
