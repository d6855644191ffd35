"""The worker's part in a lock, alone in a process that may be killed: ``… DATABASE_URL PERIOD``."""

import asyncio
import sys

from backend.db.connection import close_database, open_database
from backend.jobs import SealPeriod
from backend.observability import configure_logging
from signing_worker import locks


async def _work(url: str, period_id: int) -> None:
    await open_database(url, pool=2, application_name="hocba-bench")
    await locks.lock_period(SealPeriod(period_id), lambda: None)
    await close_database()


if __name__ == "__main__":
    configure_logging("warning", "worker")
    asyncio.run(_work(sys.argv[1], int(sys.argv[2])))
