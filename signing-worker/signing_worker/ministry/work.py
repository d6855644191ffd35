"""The jobs of reports to the Ministry. What one waits for is kept on its row, so none is ever parked."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from backend.db.repositories import ministry_reading
from backend.db.repositories.ministry import FinalFile
from backend.db.repositories.people import Credential
from backend.db.scope import unscoped
from backend.domain.errors import DomainError, UnexpectedFailureError
from backend.domain.ministry import Answer, PartAnswer, ReportedState
from backend.domain.ministry_errors import MinistryNonsenseError
from backend.jobs import BuildReport, SendPart, TakeInventory
from backend.observability import log
from backend.ports import ArtefactStore
from backend.services import ministry
from backend.services.locking import CALENDAR
from backend.services.ministry import Batch, Exchange
from signing_worker.ministry import packing
from signing_worker.ministry.link import MinistryLink
from signing_worker.sign.work import SignedHead

AT_ONCE = 16
"""Files that are read from the store together."""

HELD_MAX = 1_000_000
"""Records that no province has in a window: whoever lists more has lost their way."""

Signs = Callable[[str, Credential], Awaitable[SignedHead]]


@dataclass(frozen=True, slots=True)
class MinistryWork:
    """Builds reports and brings them to the Ministry; ``part_bytes`` bounds the XML of one file."""

    store: ArtefactStore
    sign: Signs
    link: MinistryLink
    part_bytes: int

    async def build(self, job: BuildReport) -> None:
        """Pack file after file and sign the manifest; each file is kept before the next begins."""
        try:
            while await self._pack_next(job.report_id):
                pass
        except Exception as error:  # noqa: BLE001 - whatever it was, the report must say that it waits
            async with unscoped():
                await ministry.build_waits(job.report_id, _code(error, "report"))

    async def send(self, job: SendPart) -> None:
        """Ask the Ministry for a file; send it when it is not there."""
        async with unscoped():
            exchange = await ministry.begin_exchange(job.part_id)
        if exchange is None:
            return
        try:
            answer = await self._brought(exchange)
            async with unscoped():
                await ministry.heard(exchange, answer)
        except Exception as error:  # noqa: BLE001 - whatever it was, the file must say that it waits
            async with unscoped():
                await ministry.waits(exchange, _code(error, "part"))
            return
        log.info("part_heard", part=job.part_id, state=answer.state, receipts=len(answer.receipts))

    async def inventory(self, job: TakeInventory) -> None:
        """Ask the Ministry for everything it holds of a window, page by page, and keep it as one."""
        try:
            async with unscoped():
                period = await ministry_reading.name_of_period(job.period_id)
            held = await self._everything(period)
            async with unscoped():
                await ministry_reading.keep_inventory(job.period_id, held)
        except Exception as error:  # noqa: BLE001 - whatever it was, the inventory must say that it waits
            async with unscoped():
                await ministry_reading.inventory_waits(job.period_id, _code(error, "inventory"))

    async def watch(self) -> None:
        """Begin the reports of sealed windows and put what is due."""
        async with unscoped():
            put = await ministry.look(CALENDAR)
        if put:
            log.info("ministry_due", jobs=put)

    async def _everything(self, period: str) -> dict[str, ReportedState]:
        held: dict[str, ReportedState] = {}
        after, more = "", True
        while more:
            page, more = await self.link.held(period, after)
            held |= page
            after = max(page, default=after)
            if len(held) > HELD_MAX:
                raise MinistryNonsenseError
        return held

    async def _pack_next(self, report_id: int) -> bool:
        async with unscoped():
            batch = await ministry.next_batch(report_id, self.part_bytes)
        if batch is None:
            return False
        if not batch.files:
            await self._finish(report_id)
            return False
        data = await self._packed(batch)
        digest = await self.store.put(data)
        async with unscoped():
            await ministry.keep_part(batch, (digest, len(data)))
        log.info("part_packed", report=report_id, number=batch.number, records=len(batch.files))
        return True

    async def _packed(self, batch: Batch) -> bytes:
        said = packing.list_of(ministry.name_of(batch.report), batch.report.number, batch.number, batch.files)
        entries = [(packing.LIST, said)]
        for start in range(0, len(batch.files), AT_ONCE):
            entries += await asyncio.gather(*map(self._entry, batch.files[start : start + AT_ONCE]))
        return await asyncio.to_thread(packing.archive, entries)

    async def _entry(self, file: FinalFile) -> tuple[str, bytes]:
        return packing.place_of(file), await self.store.get(file.digest)

    async def _finish(self, report_id: int) -> None:
        async with unscoped():
            manifest = await ministry.manifest(report_id)
        signed = await self.sign(manifest.text, manifest.credential)
        data = packing.archive(
            [
                (packing.MANIFEST, manifest.text.encode()),
                (packing.SIGNATURE, signed.signature),
                (packing.TIMESTAMP, signed.timestamp),
            ]
        )
        digest = await self.store.put(data)
        async with unscoped():
            await ministry.finish(report_id, manifest.root, (digest, len(data)))
        log.info("report_built", report=report_id)

    async def _brought(self, exchange: Exchange) -> Answer:
        part = exchange.part
        answer = await self.link.ask(exchange.period, part.digest, exchange.known)
        if answer.state is not PartAnswer.UNKNOWN:
            return answer
        data = await self.store.get(part.digest)
        return await self.link.send(exchange.period, part.digest, data, exchange.known)


def _code(error: Exception, what: str) -> str:
    known = error if isinstance(error, DomainError) else UnexpectedFailureError()
    if known is error:
        log.warning("ministry_waits", what=what, code=known.reason)
    else:
        log.exception("ministry_fault", what=what)
    return known.reason
