"""The audit at the command line."""

from rich.console import Console
from rich.table import Table

from backend.db.connection import close_database, open_database
from backend.services import auditing


async def verify(worker_url: str, head: str | None) -> int:
    """Print each day's head and every break of the chain; the exit code: 0 when there is none.

    ``head``, kept from an earlier look, must still be the head of a day.
    """
    await open_database(worker_url, pool=2, application_name="hocba-audit")
    verdict = await auditing.verify()
    await close_database()
    console = Console()
    days = Table("day", "events", "head", box=None)
    for day, (number, hash_) in verdict.chain.heads.items():
        days.add_row(day.isoformat(), str(number), hash_)
    console.print(days)
    for fault in verdict.faults:
        place = "" if fault.day is None else f" at {fault.day} no. {fault.number}"
        console.print(f"{fault.kind}: event {fault.event_id}{place}")
    lost = head is not None and head not in {hash_ for _, hash_ in verdict.chain.heads.values()}
    if lost:
        console.print("the given head is not in the chain")
    console.print(f"{verdict.count} events verified, {len(verdict.faults)} breaks")
    return 1 if verdict.faults or lost else 0
