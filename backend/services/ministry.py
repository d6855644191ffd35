"""The department's reports to the Ministry (domain §3.2): built from what is locked, sent once, answered per record.

A report's records are those that its files name: a record belongs to one file at most that was not refused, so neither
a second build nor a crash can send it twice. A file is sent under its digest after asking whether it is there. Whatever
the other side answers that was not agreed changes nothing; the file waits with a code and is asked about again.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import orjson

from backend.db.repositories import audit, ministry, ministry_reading, people, periods, queue, signing
from backend.db.repositories.ministry import FinalFile, PartRow, ReportRow
from backend.db.repositories.people import Credential
from backend.domain.calendar import Window
from backend.domain.errors import CertificateMissingError, LockPeriodUnknownError, NotFoundError
from backend.domain.lifecycle import Action
from backend.domain.merkle import leaf_hash, root_of
from backend.domain.ministry import (
    PART_RECORDS,
    Answer,
    PartAnswer,
    PartState,
    Receipt,
    ReportAction,
    period_name,
    report_refusal,
)
from backend.domain.ministry_errors import (
    LockPeriodNotSealedError,
    MinistryUnconfiguredError,
    NothingToReportError,
    SealsPendingError,
)
from backend.domain.policy import Actor
from backend.jobs import BuildReport, SendPart, TakeInventory
from backend.services.acting import allow, require_right

LEASE_SECONDS = 180.0
"""Longer than any exchange with the Ministry may last (``signing_worker.ministry.link``)."""

FIRST_PAUSE, LONGEST_PAUSE, MOST_DOUBLINGS = 15.0, 3600.0, 8
DUE_AT_ONCE = 500


async def build(actor: Actor, period_id: int, *, dry_run: bool) -> tuple[ReportRow | None, int]:
    """Begin a report of everything of a window that is in no report; how many records it takes.

    Raises:
        NotPermittedError: unless the actor may lock. LockPeriodUnknownError, LockPeriodNotSealedError,
        SealsPendingError, NothingToReportError: when there is nothing to build from.
    """
    require_right(actor, Action.LOCK)
    count = await _count(period_id, None)
    if dry_run:
        return None, count
    return await _begin(actor, period_id, None), count


async def resend(actor: Actor, report_id: int) -> tuple[ReportRow, int]:
    """Begin a report of what another had refused and no later one has; the other stays as it is.

    Raises:
        NotPermittedError: by the right, or while answers are missing. NotFoundError: when there is no such report.
        LockPeriodNotSealedError, SealsPendingError, NothingToReportError: as for ``build``.
    """
    require_right(actor, Action.LOCK)
    report = await _report(report_id)
    allow(report_refusal(actor, ReportAction.RESEND, report.facts(configured=True)), "reportId")
    count = await _count(report.lock_period_id, report_id)
    return await _begin(actor, report.lock_period_id, report_id), count


async def send(actor: Actor, report_id: int, *, configured: bool) -> ReportRow:
    """Let a built report be sent.

    Raises:
        NotPermittedError: by the right or the state. NotFoundError: when there is no such report.
        MinistryUnconfiguredError: when there is no address to send it to.
    """
    require_right(actor, Action.LOCK)
    report = await _report(report_id)
    allow(report_refusal(actor, ReportAction.SEND, report.facts(configured=configured)), "reportId")
    await queue.put([SendPart(part_id) for part_id in await ministry.let_go(report_id)])
    await audit.append(actor, "MINISTRY_SEND", [(None, None)], report=report_id)
    return await _report(report_id)


async def _report(report_id: int) -> ReportRow:
    report = (await ministry.find([report_id])).get(report_id)
    if report is None:
        raise NotFoundError(field="reportId")
    return report


async def _count(period_id: int, again_of: int | None) -> int:
    period = (await periods.find([period_id])).get(period_id)
    if period is None:
        raise LockPeriodUnknownError(field="lockPeriodId")
    if period.sealed_at is None:
        raise LockPeriodNotSealedError(field="lockPeriodId")
    if await ministry.count_unsealed(period_id):
        raise SealsPendingError(field="lockPeriodId")
    count = await ministry.count_to_report(period_id, again_of)
    if not count or await ministry.is_building(period_id):
        raise NothingToReportError(field="lockPeriodId")
    return count


async def _begin(actor: Actor, period_id: int, again_of: int | None) -> ReportRow:
    report_id = await ministry.begin(period_id, actor.staff_id, again_of)
    await queue.put([BuildReport(report_id)])
    await audit.append(actor, "MINISTRY_BUILD", [(None, None)], period=period_id, report=report_id)
    return await _report(report_id)


# --- for the worker --------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """The records of the next file of a report, whole classes where they fit."""

    report: ReportRow
    number: int
    files: list[FinalFile]


async def next_batch(report_id: int, part_bytes: int) -> Batch | None:
    """What goes into the next file; None when the report is built or gone, an empty batch when only the manifest is left."""
    report = (await ministry.find([report_id])).get(report_id)
    if report is None or not await ministry.take_building(report_id):
        return None
    found = await ministry.next_files(report.lock_period_id, report.again_of_id, PART_RECORDS + 1)
    number = await ministry.next_number(report_id)
    return Batch(report=report, number=number, files=cut(found, PART_RECORDS, part_bytes))


def cut(files: Sequence[FinalFile], records: int, size: int) -> list[FinalFile]:
    """As many files as one part may have, ending with a class where it can; one at least."""
    total = 0
    for place, file in enumerate(files):
        total += file.size
        if place and (place == records or total > size):
            break
    else:
        return list(files)
    last = files[place].school_class_id
    whole = [file for file in files[:place] if file.school_class_id != last]
    return whole or list(files[:place])


async def keep_part(batch: Batch, stored: tuple[str, int]) -> None:
    """Keep a file that is in the store; when another worker was first, nothing happens."""
    report_id = batch.report.id
    if await ministry.take_building(report_id) and await ministry.next_number(report_id) == batch.number:
        await ministry.add_part(report_id, batch.number, stored, batch.files)


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """What the department signs of a report: JSON with sorted names, and the key."""

    text: str
    root: str
    credential: Credential


async def manifest(report_id: int) -> Manifest:
    """What a whole report says of itself: its window, its files with counts and digests, the root over its records.

    Raises:
        CertificateMissingError: when no department or no seal is registered.
    """
    report = (await ministry.find([report_id]))[report_id]
    department = await signing.find_department()
    credential = None if department is None else await people.find_credential_of_unit(department.id)
    if department is None or credential is None:
        raise CertificateMissingError
    digests = await ministry.digests(report_id)
    root = root_of([leaf_hash(digest.encode()) for digest in digests]).hex()
    found = await ministry.parts(report_id)
    said = {
        "department": department.code,
        "period": name_of(report),
        "report": report.number,
        "ledgerRoot": report.period_root,
        "records": len(digests),
        "recordsRoot": root,
        "parts": [
            {"number": part.number, "digest": part.digest, "size": part.size, "records": part.record_count}
            for part in found
            if part.number
        ],
    }
    text = orjson.dumps(said, option=orjson.OPT_SORT_KEYS).decode()
    return Manifest(text=text, root=root, credential=credential)


async def finish(report_id: int, root: str, stored: tuple[str, int]) -> None:
    """A report is whole: its manifest, signed, is its file number 0."""
    if not await ministry.take_building(report_id):
        return
    await ministry.add_part(report_id, 0, stored)
    await ministry.built(report_id, root, stored[0])


def name_of(report: ReportRow) -> str:
    """How its window is called."""
    return period_name(report.school_year, Window(report.window))


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    """A file that is due, its window's name, and what was answered of its records so far."""

    part: PartRow
    period: str
    known: dict[str, Receipt]


async def begin_exchange(part_id: int) -> Exchange | None:
    """Take a file that is due; None when there is nothing to do."""
    part = await ministry.lease(part_id, LEASE_SECONDS)
    if part is None:
        return None
    report = (await ministry.find([part.report_id]))[part.report_id]
    return Exchange(part=part, period=name_of(report), known=await ministry.receipts(part_id))


async def heard(exchange: Exchange, answer: Answer) -> None:
    """Keep what the Ministry says of a file that it has."""
    part = exchange.part
    if answer.state is PartAnswer.UNKNOWN:
        raise ValueError("nothing was said")
    if part.state is PartState.SENDING:
        await ministry.mark_sent(part.id)
    is_whole = answer.state is PartAnswer.ANSWERED
    await ministry.receive(part.id, answer.receipts, is_whole=is_whole)
    if not is_whole:
        await ministry.part_waits(part.id, "", pause(part.attempts))


async def waits(exchange: Exchange, code: str) -> None:
    """Say what a file waits for; each try is followed by a longer pause."""
    await ministry.part_waits(exchange.part.id, code, pause(exchange.part.attempts))


def pause(attempts: int) -> float:
    """Seconds before the next try: 15, 30, 60 … one hour."""
    return min(FIRST_PAUSE * (1 << min(max(attempts - 1, 0), MOST_DOUBLINGS)), LONGEST_PAUSE)


async def build_waits(report_id: int, code: str) -> None:
    """Say what the building of a report waits for; the watch asks again."""
    await ministry.build_waits(report_id, code)


async def ask_inventory(actor: Actor, period_id: int, *, configured: bool) -> None:
    """Ask the Ministry what it holds of a window.

    Raises:
        NotPermittedError: unless the actor may lock. LockPeriodUnknownError: when there is no such window.
        MinistryUnconfiguredError: when there is nobody to ask.
    """
    require_right(actor, Action.LOCK)
    if not await periods.find([period_id]):
        raise LockPeriodUnknownError(field="lockPeriodId")
    if not configured:
        raise MinistryUnconfiguredError(field="lockPeriodId")
    await ministry_reading.ask_inventory(period_id)
    await queue.put([TakeInventory(period_id)])
    await audit.append(actor, "MINISTRY_ASK", [(None, None)], period=period_id)


async def look(department: Actor) -> int:
    """Begin the reports of sealed windows and put what is due; how many jobs."""
    for period_id in await ministry.unreported_periods():
        if not await ministry.count_unsealed(period_id):
            await _begin(department, period_id, None)
    put = await queue.put([BuildReport(report_id) for report_id in await ministry.building()])
    put += await queue.put([SendPart(part_id) for part_id in await ministry.due_parts(DUE_AT_ONCE)])
    return put
