"""The work queue at the command line."""

from collections.abc import Sequence
from typing import Any

import orjson
from rich.console import Console
from rich.table import Table

from backend.db.connection import close_database, open_database
from backend.db.repositories import queue
from backend.db.scope import unscoped


async def show(worker_url: str) -> None:
    """Print how many jobs wait, run or are parked, and why those were parked."""
    await open_database(worker_url, pool=2, application_name="hocba-jobs")
    async with unscoped():
        overview, parked = await queue.overview(), await queue.parked()
    await close_database()
    console = Console()
    console.print(
        _table(("job", "state", "count", "oldest"), [tuple(map(str, row.values())) for row in overview])
    )
    if parked:
        console.print(
            _table(
                ("id", "job", "payload", "tries", "since", "reason"),
                [
                    (
                        str(row["id"]),
                        row["entrypoint"],
                        row["payload"],
                        str(row["attempts"] + 1),
                        f"{row['updated']:%d/%m/%Y %H:%M}",
                        reason(row),
                    )
                    for row in parked
                ],
            )
        )


async def retry(worker_url: str, job_ids: Sequence[int] | None) -> None:
    """Put parked jobs back into the queue."""
    await open_database(worker_url, pool=2, application_name="hocba-jobs")
    async with unscoped():
        count = await queue.retry(job_ids)
    await close_database()
    Console().print(f"{count} jobs queued again")


def reason(row: dict[str, Any]) -> str:
    """The last line of what a parked job raised."""
    if row["trace"] is None:
        return ""
    trace = orjson.loads(row["trace"])
    return f"{trace.get('exception_type', '')}: {trace.get('exception_message', '')}"


def _table(columns: Sequence[str], rows: Sequence[tuple[str, ...]]) -> Table:
    table = Table(*columns, box=None)
    for row in rows:
        table.add_row(*row)
    return table
