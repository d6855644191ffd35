"""The audit's chain: sealing what was committed, and verifying what is sealed."""

import asyncio
from dataclasses import dataclass
from datetime import date

from backend.db.repositories import auditing
from backend.db.scope import unscoped
from backend.domain.audit import Break, Chain, ChainFault
from backend.observability import log

BATCH = 1_000
PAUSE_SECONDS = 1.0
BUSY = -1
GRACE_SECONDS = 60
"""How long an event may wait for its link before that is a fault."""

BEGINNING = (date(1, 1, 1), 0)


class Sealing:
    """Seals every second what this or another process committed; one for a process."""

    def __init__(self) -> None:
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        self._task = asyncio.create_task(self._run(), name="audit-sealing")

    async def stop(self) -> None:
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def _run(self) -> None:
        while True:
            try:
                sealed = await seal()
            except Exception as error:  # noqa: BLE001 - what waits is sealed when the database is back
                log.warning("audit_not_sealed", reason=type(error).__name__)
                sealed = 0
            await asyncio.sleep(0 if sealed == BATCH else PAUSE_SECONDS)


async def seal() -> int:
    """Make up to ``BATCH`` waiting events links of the chain; how many."""
    async with unscoped():
        return await auditing.seal(BATCH)


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a look at the whole chain found."""

    chain: Chain
    count: int
    faults: list[ChainFault]


async def verify() -> Verdict:
    """Compute every link anew from what its event says now."""
    chain, faults, count, after = Chain(), list[ChainFault](), 0, BEGINNING
    async with unscoped():
        while links := await auditing.links(after, BATCH):
            for link in links:
                faults += chain.judge(link)
            count += len(links)
            after = (links[-1].day, links[-1].number)
        faults += [ChainFault(Break.UNSEALED, event) for event in await auditing.unsealed(GRACE_SECONDS)]
    return Verdict(chain, count, faults)
