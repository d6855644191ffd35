"""What each job does: open a transaction, ask the use case, make the files, tell the use case.

A reason that will not go away ends the record's turn; one that may go away is shown on the record and the job
runs again later, five times at most, and is then parked for somebody to look at.
"""

from dataclasses import dataclass

from redis import asyncio as aioredis

from backend.adapters import uploads
from backend.adapters.replies import Replies
from backend.db.repositories import changes, participation_reports, prints, requests, scraping, units
from backend.db.scope import unscoped
from backend.domain.errors import DomainError, NotFoundError, SigningFailedError, UnexpectedFailureError
from backend.domain.printing import sheet
from backend.domain.scraping import Thresholds
from backend.domain.signing import ASKED_KEYS
from backend.jobs import (
    MAX_TRIES,
    AnswerSubmission,
    BuildReport,
    CheckSubmission,
    DeliverWebhook,
    DrawPreview,
    DrawPrintSheet,
    DrawReport,
    ForgetAnswers,
    Job,
    JudgeDocument,
    MoveUnits,
    ProveSubmission,
    RehearseLock,
    SealLocked,
    SealPeriod,
    SealSubmission,
    SealTransfer,
    SendPart,
    SignHead,
    SignItem,
    SignRemotely,
    TakeInventory,
    VerifyLedger,
    WatchKeys,
    WatchMinistry,
    WatchReads,
)
from backend.observability import counted, log, measured, traced
from backend.services import ledger, previews, signatures, succession, webhooks
from backend.services.relaying import Relay
from backend.services.signatures import SigningTask
from signing_worker import locks
from signing_worker.asked_keys import AskedKeys
from signing_worker.checking.nightly import LedgerLook
from signing_worker.deliver import Webhooks
from signing_worker.handing_over import HandingOver
from signing_worker.judge.pool import JudgePool
from signing_worker.ministry.work import MinistryWork
from signing_worker.production import Production
from signing_worker.submitting import Submitting


@dataclass(frozen=True, slots=True)
class Handlers:
    """The jobs of ``backend.jobs`` as this worker does them."""

    production: Production
    judges: JudgePool
    relay: Relay
    redis: aioredis.Redis
    replies: Replies
    webhooks: Webhooks
    thresholds: Thresholds
    ministry: MinistryWork
    submitting: Submitting
    handing_over: HandingOver
    look: LedgerLook
    asked_keys: AskedKeys

    async def handle(self, job: Job, tries: int) -> None:
        """Do one job; ``tries`` counts the attempts before this one.

        Raises:
            DomainError: when the job should run again, or be parked after its last try.
        """
        try:
            with traced("job", name=job.name, tries=tries), measured("job", name=job.name):
                await self._do(job, tries)
        finally:
            self.relay.wake()

    async def _do(self, job: Job, tries: int) -> None:
        match job:
            case SignItem():
                await self._sign_item(job, tries)
            case SignRemotely():
                await self.asked_keys.ask(job)
                self.relay.wake()
            case SealLocked() | SealPeriod() | RehearseLock():
                await self._lock(job)
            case SealSubmission() | CheckSubmission() | AnswerSubmission() | ProveSubmission():
                await self.submitting.do(job)
            case JudgeDocument():
                await self._judge(job)
            case DrawPreview():
                await self._preview(job)
            case DeliverWebhook():
                await self._deliver(job)
            case BuildReport() | SendPart() | TakeInventory() | WatchMinistry():
                await self._report(job)
            case DrawReport() | DrawPrintSheet():
                await self._draw(job)
            case _:
                await self._see_to(job)

    async def _see_to(self, job: Job) -> None:
        """What is never parked: it keeps what it waits for, and is asked for again."""
        match job:
            case SignHead():
                await self._sign_head()
            case SealTransfer():
                await self.handing_over.do(job)
            case _:
                await self._keep_up(job)

    async def _keep_up(self, job: Job) -> None:
        """What the clock asks for, not a person."""
        match job:
            case ForgetAnswers():
                async with unscoped():
                    log.info("answers_forgotten", count=await requests.forget())
            case WatchReads():
                await self._watch()
            case WatchKeys():
                await self.asked_keys.watch()
            case VerifyLedger():
                await self.look.run()
            case MoveUnits():
                async with unscoped():
                    log.info("units_moved", count=await units.bring_up_to_date())
                log.info("years_carried_over", count=await succession.carry_over())

    async def _sign_item(self, job: SignItem, tries: int) -> None:
        try:
            async with unscoped():
                task = await signatures.begin_item(job.item_id)
            if task is None:
                return
            self.relay.wake()
            if task.credential.custody in ASKED_KEYS:
                await self.asked_keys.go_on(task)
            else:
                await self._make_and_register(task)
        except DomainError as error:
            await self._item_failed(job.item_id, error, tries)
        except Exception as error:  # noqa: BLE001 - whatever it was, the record must say that it waits
            log.exception("sign_item_fault", item=job.item_id)
            await self._item_failed(job.item_id, UnexpectedFailureError(), tries, cause=error)

    async def _item_failed(
        self,
        item_id: int,
        error: DomainError,
        tries: int,
        cause: BaseException | None = None,
    ) -> None:
        again = isinstance(error, SigningFailedError) and error.transient
        last = tries >= MAX_TRIES - 1
        async with unscoped():
            await signatures.fail_item(item_id, error, final=last or not again)
        log.warning("item_not_signed", item=item_id, code=error.reason, last=last)
        if again:
            raise error from cause

    async def _lock(self, job: SealLocked | SealPeriod | RehearseLock) -> None:
        match job:
            case SealLocked():
                await locks.seal(job, self._make_and_register)
            case SealPeriod():
                await locks.lock_period(job, self.relay.wake)
            case RehearseLock():
                await locks.rehearse(job)

    async def _sign_head(self) -> None:
        try:
            async with unscoped():
                task = await ledger.begin_head()
            if task is None:
                return
            signed = await self.production.sign_head(task)
        except DomainError as error:
            await self._head_waits(error)
            return
        except Exception:  # noqa: BLE001 - whatever it was, everybody must see that the head waits
            log.exception("sign_head_fault")
            await self._head_waits(UnexpectedFailureError())
            return
        async with unscoped():
            await ledger.finish_head(task, signed.signature, signed.timestamp, signed.signed_at)
        log.info("head_signed", size=task.note.size)

    async def _head_waits(self, error: DomainError) -> None:
        # the job is not parked: the schedule asks again
        log.warning("head_waits", code=error.reason)
        async with unscoped():
            await ledger.head_waits(error)

    async def _make_and_register(self, task: SigningTask) -> None:
        files = await self.production.make(task)
        async with unscoped():
            await signatures.finish(task, files)

    async def _judge(self, job: JudgeDocument) -> None:
        kept = await uploads.find(self.redis, job.upload_id)
        if kept is not None:
            judgement = await self.judges.judge(kept[0])
            await self.replies.send(job.upload_id, judgement.as_json())

    async def _preview(self, job: DrawPreview) -> None:
        async with unscoped():
            revision = await previews.begin(job.revision_id)
        try:
            if revision is None:
                raise NotFoundError
            pdf = await self.production.preview(revision)
            answer = {"upload": await uploads.keep(self.redis, pdf, "preview.pdf")}
        except DomainError as error:
            answer = {"code": error.reason}
        await self.replies.send(job.question_id, answer)

    async def _draw(self, job: DrawReport | DrawPrintSheet) -> None:
        match job:
            case DrawReport():
                await self._draw_report(job)
            case DrawPrintSheet():
                await self._draw_print_sheet(job)

    async def _draw_report(self, job: DrawReport) -> None:
        async with unscoped():
            report = (await participation_reports.find([job.report_id])).get(job.report_id)
        if report is None or report.pdf_digest is not None:
            return
        pdf, xlsx = await self.production.report(report.table)
        async with unscoped():
            await participation_reports.finish(job.report_id, pdf, xlsx)

    async def _draw_print_sheet(self, job: DrawPrintSheet) -> None:
        async with unscoped():
            row = (await prints.find([job.print_id])).get(job.print_id)
        if row is None or row.sheet_digest is not None:
            return
        digest = await self.production.print_sheet(sheet(row.copy))
        async with unscoped():
            await prints.finish(row.id, digest)

    async def _deliver(self, job: DeliverWebhook) -> None:
        while True:
            async with unscoped():
                message = await webhooks.next_message(job.client_key)
            if message is None:
                return
            await self.webhooks.post(message)
            async with unscoped():
                await changes.confirm(job.client_key, message.before, message.position)
            log.info("webhook_delivered", client=job.client_key, position=message.position)

    async def _report(self, job: BuildReport | SendPart | TakeInventory | WatchMinistry) -> None:
        match job:
            case BuildReport():
                await self.ministry.build(job)
            case SendPart():
                await self.ministry.send(job)
            case TakeInventory():
                await self.ministry.inventory(job)
            case WatchMinistry():
                await self.ministry.watch()

    async def _watch(self) -> None:
        async with unscoped():
            raised = await scraping.watch(self.thresholds)
        for alarm in raised:
            counted("alarm", asker=alarm.asker, sign=alarm.sign)
            log.warning("scraping_alarm", asker=alarm.asker, sign=alarm.sign, seen=alarm.seen)
