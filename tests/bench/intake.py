"""``python -m tests.bench intake``: how many records a second come in, checked and stored.

Schools' files of each kind go in twice: by the command's own code in processes of their own, and through the API
(upload, then ``recordsImport``) by each school's clerk. Every run begins with an empty database; afterwards every record
must be there and counted. On a machine with other work the processor time of a record is what can be compared. The figures go to ``build/bench-intake.json``.
"""

import argparse
import asyncio
import json
import os
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from urllib.parse import urlsplit

import asyncpg
import httpx2
from rich.console import Console
from rich.table import Table
from strawberry import relay

from backend.cli import importing
from backend.db.migrate import bring_up_to_date
from backend.embedded.postgres import EmbeddedPostgres, PostgresUrls
from backend.synthetic.files import FileKind, write_files
from backend.synthetic.plan import ProvincePlan
from backend.synthetic.schools import generate_province
from tests.bench import processor, servers
from tests.bench.data import province
from tests.bench.data.province import YEAR
from tests.bench.driving import Target
from tests.bench.gateway.samples import Person, people
from tests.bench.gateway.sessions import cookies_of

SCHOOLS, PUPILS_PER_SCHOOL, SEED = 8, 690, 5_000
TEMPLATE = "bench_intake"
FLOOR = 5_000
"""Records a second that are enough."""

KINDS: tuple[FileKind, ...] = ("xlsx", "csv", "json")
IMPORT = """
mutation ($upload: String!, $schoolId: ID!, $schoolYear: String!) {
  recordsImport(upload: $upload, schoolId: $schoolId, schoolYear: $schoolYear, dryRun: false) {
    report { rows created refused }
    userErrors { code field }
  }
}"""


@dataclass(frozen=True, slots=True)
class Intake:
    """What one run brought in; processor milliseconds for each record."""

    records: int
    seconds: float
    server_cpu: float
    database_cpu: float

    @property
    def per_second(self) -> float:
        return self.records / self.seconds


def run(arguments: Sequence[str]) -> int:
    options = _options(arguments)
    console = Console(width=120)
    plan = generate_province(
        SEED, schools=options.schools, pupils=options.schools * options.pupils, school_year=YEAR
    )
    found: dict[str, Intake] = {}
    with servers.database() as postgres:
        asyncio.run(_template(postgres, plan))
        for kind in options.kinds:
            files = write_files(plan, servers.DATA / "intake" / kind, kind)
            for way, bring_in in (("file", _by_command), ("api", _by_api)):
                found[f"{way}_{kind}"] = _measured(postgres, files, bring_in, options.parallel)
                console.print(f"{way} {kind}: {found[f'{way}_{kind}'].per_second:.0f} records/s")
    _show(found, console)
    console.print(f"load {processor.load():.1f}; {_write(found)}")
    return 0


def _options(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.bench intake")
    parser.add_argument("--kinds", nargs="+", choices=KINDS, default=KINDS)
    parser.add_argument("--schools", type=int, default=SCHOOLS)
    parser.add_argument("--pupils", type=int, default=PUPILS_PER_SCHOOL, help="of each school")
    parser.add_argument("--parallel", type=int, default=2, help="files under way at once")
    return parser.parse_args(arguments)


async def _template(postgres: EmbeddedPostgres, plan: ProvincePlan) -> None:
    """A database with units and people and without a record."""
    postgres.drop_database(TEMPLATE)
    urls = postgres.create_database(TEMPLATE)
    await bring_up_to_date(urls.owner)
    connection = await asyncpg.connect(urls.owner)
    await province.write_units(connection, plan)
    await province.write_people(connection, plan)
    await connection.close()


BringIn = Callable[[PostgresUrls, list[Path], int], Intake]


def _measured(postgres: EmbeddedPostgres, files: list[Path], bring_in: BringIn, parallel: int) -> Intake:
    name = f"{TEMPLATE}_run"
    postgres.drop_database(name)
    urls = postgres.create_database(name, TEMPLATE)
    try:
        done = bring_in(urls, files, parallel)
        asyncio.run(_check(urls, done.records))
    finally:
        postgres.drop_database(name)
    return done


async def _check(urls: PostgresUrls, records: int) -> None:
    """Every record is there as a draft, and counted."""
    connection = await asyncpg.connect(urls.owner)
    stored = await connection.fetchval("SELECT count(*) FROM revision WHERE state = 'DRAFT'")
    counted = await connection.fetchval("SELECT sum(count) FROM state_count WHERE state = 'DRAFT'")
    await connection.close()
    if not stored == counted == records:
        raise RuntimeError(f"{records} came in, {stored} are stored, {counted} counted")


def _by_command(urls: PostgresUrls, files: list[Path], parallel: int) -> Intake:
    """A few processes at once, each file as ``hocba import`` does it; starting the command is left out."""
    os.environ["DATABASE_URL"] = urls.app
    with ProcessPoolExecutor(parallel, get_context("spawn"), importing.look_for_garbage_seldom) as pool:
        processes = tuple(set(pool.map(_process, range(20 * parallel))))
        return _clocked(processes, lambda: sum(pool.map(_command, files)))


def _process(_turn: int) -> int:
    """The process it runs in, once that is ready."""
    time.sleep(0.05)
    return os.getpid()


def _command(file: Path) -> int:
    data = file.read_bytes()
    work = importing._import(data, file.name, file.stem, str(YEAR), dry_run=False, all_or_nothing=True)
    report = asyncio.run(work)
    return sum(row.action == "CREATED" for row in report.rows)


def _by_api(urls: PostgresUrls, files: list[Path], parallel: int) -> Intake:
    """One API process; a few clerks at once."""
    with servers.stack(urls) as stack, servers.ours(stack, urls) as api:
        clerks = asyncio.run(people(urls.owner, "CLERK"))
        cookies = asyncio.run(cookies_of(stack.settings["REDIS_URL"], clerks))
        by_school = asyncio.run(_schools(urls, clerks))

        def send(file: Path) -> int:
            clerk = by_school[file.stem]
            return _send(api, file, clerk, cookies[clerk.login])

        with ThreadPoolExecutor(parallel) as pool:
            return _clocked(api.processes, lambda: sum(pool.map(send, files)))


async def _schools(urls: PostgresUrls, clerks: Sequence[Person]) -> dict[str, Person]:
    connection = await asyncpg.connect(urls.owner)
    rows = await connection.fetch("SELECT code, id FROM org_unit WHERE kind = 'SCHOOL'")
    await connection.close()
    by_id = {clerk.school_ids[0]: clerk for clerk in clerks}
    return {row["code"]: by_id[row["id"]] for row in rows}


def _send(api: Target, file: Path, clerk: Person, cookie: str) -> int:
    origin = f"{urlsplit(api.url).scheme}://{urlsplit(api.url).netloc}"
    headers = {"cookie": cookie}
    with httpx2.Client(base_url=origin, headers=headers, trust_env=False, timeout=120) as client:
        kept = client.post(f"/uploads?name={file.name}", content=file.read_bytes())
        kept.raise_for_status()
        school = str(relay.GlobalID(type_name="OrgUnit", node_id=str(clerk.school_ids[0])))
        variables = {"upload": kept.json()["upload"], "schoolId": school, "schoolYear": str(YEAR)}
        said = client.post("/graphql", json={"query": IMPORT, "variables": variables}).json()
    payload = (said.get("data") or {}).get("recordsImport") or {}
    if said.get("errors") or payload.get("userErrors"):
        raise RuntimeError(f"{file.name}: {said}")
    created: int = payload["report"]["created"]
    return created


def _clocked(server: tuple[int, ...], work: Callable[[], int]) -> Intake:
    database = servers.database_process()
    before, began = (processor.seconds(server), processor.seconds((database,))), time.monotonic()
    records = work()
    seconds = time.monotonic() - began
    after = processor.seconds(server), processor.seconds((database,))
    used = [1000 * (end - start) / records for start, end in zip(before, after, strict=True)]
    return Intake(records, seconds, *used)


def _show(found: dict[str, Intake], console: Console) -> None:
    table = Table("way", "records", "records/s", "server ms", "database ms", box=None)
    for name, done in found.items():
        colour = "green" if done.per_second >= FLOOR else "red"
        rate = f"[{colour}]{done.per_second:.0f}[/]"
        table.add_row(name, str(done.records), rate, f"{done.server_cpu:.3f}", f"{done.database_cpu:.3f}")
    console.print(table)


def _write(found: dict[str, Intake]) -> Path:
    path = servers.ROOT / "build" / "bench-intake.json"
    rows = {
        name: {
            "records": done.records,
            "records_per_second": round(done.per_second, 1),
            "server_cpu_ms": round(done.server_cpu, 4),
            "database_cpu_ms": round(done.database_cpu, 4),
        }
        for name, done in found.items()
    }
    path.write_text(json.dumps({**rows, "load": processor.load(), "cpus": os.cpu_count()}, indent=2) + "\n")
    return path
