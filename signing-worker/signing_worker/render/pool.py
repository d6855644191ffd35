"""Drawing in spawned processes, one executor for each: a sheet that breaks its process hurts no other sheet.

A process that is killed is replaced and the sheet is tried once more; a sheet that runs out of time is not,
because it would again. The event loop only waits.
"""

import asyncio
import multiprocessing
import tempfile
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path
from typing import ParamSpec, TypeVar

from backend.domain.errors import RenderFailedError
from backend.domain.report_table import ReportTable
from backend.observability import counted, log
from signing_worker.render import child
from signing_worker.render.child import RenderLimits
from signing_worker.render.sheet import (
    DrawnBatch,
    FormRefusedError,
    FormSheet,
    RenderedForm,
    RenderedReport,
)

TRIES = 2

P = ParamSpec("P")
S = TypeVar("S")
T = TypeVar("T")


class RenderPool:
    """Draws forms in child processes; one pool for a worker.

    Args:
        processes: sheets drawn at the same time.
        limits: what one drawing may use.
        forms: where laid-out forms are kept from one run to the next; None keeps them as long as the pool.
    """

    def __init__(self, processes: int, limits: RenderLimits | None = None, forms: Path | None = None) -> None:
        self._limits = limits or RenderLimits()
        self._folder = tempfile.TemporaryDirectory(prefix="hocba-render-")
        kept = str(forms or Path(self._folder.name) / "forms")
        self._places = [_Place(self._limits, self._folder.name, kept) for _ in range(processes)]
        self._free: asyncio.LifoQueue[_Place] = asyncio.LifoQueue()
        for place in reversed(self._places):
            self._free.put_nowait(place)

    async def render(self, sheet: FormSheet) -> RenderedForm:
        """Draw one sheet.

        Raises:
            RenderFailedError: its ``cause`` is ``TIME``, ``KILLED``, or the name of what the renderer raised.
        """
        return _form(_told(await self._in_turn(child.draw, sheet, self._limits.seconds)).forms[0])

    async def render_batch(self, sheets: Sequence[FormSheet]) -> list[RenderedForm | RenderFailedError]:
        """Draw several sheets in one process, one sample of them by both ways; a failure is its sheet's alone."""
        try:
            drawn = _told(await self._in_turn(child.draw_batch, sheets, self._limits.batch_seconds))
        except RenderFailedError:
            # whichever sheet it was, the others are drawn
            return [await self._alone(sheet) for sheet in sheets]
        return [_answer(form) for form in drawn.forms]

    async def _alone(self, sheet: FormSheet) -> RenderedForm | RenderFailedError:
        try:
            return await self.render(sheet)
        except RenderFailedError as error:
            return error

    async def report(self, table: ReportTable) -> RenderedReport:
        """Draw a monthly report, as a PDF and as a workbook.

        Raises:
            RenderFailedError: as for a form.
        """
        return await self._in_turn(child.draw_report, table, self._limits.report_seconds)

    def close(self) -> None:
        """End every process; what is being drawn is finished or runs into its limit."""
        for place in self._places:
            place.close()
        self._folder.cleanup()

    async def _in_turn(self, task: Callable[[S, RenderLimits], T], subject: S, seconds: float) -> T:
        place = await self._free.get()
        try:
            return await self._drawn(place, task, subject, seconds)
        finally:
            self._free.put_nowait(place)

    async def _drawn(
        self, place: "_Place", task: Callable[[S, RenderLimits], T], subject: S, seconds: float
    ) -> T:
        for _ in range(TRIES):
            began = time.monotonic()
            try:
                await place.start()
                began = time.monotonic()
                return await place.run(task, subject, self._limits)
            except BrokenProcessPool as error:
                broken = error
                place.replace()
                if time.monotonic() - began >= seconds:
                    raise RenderFailedError(cause="TIME") from error
            except Exception as error:
                raise RenderFailedError(cause=type(error).__name__) from error
        raise RenderFailedError(cause="KILLED") from broken


def _told(drawn: DrawnBatch) -> DrawnBatch:
    for at in range(len(drawn.forms)):
        counted("form", way="stamped" if at < drawn.stamped else "laid out")
    if drawn.difference:
        log.error("stamping_ended", difference=drawn.difference)
    return drawn


def _answer(form: RenderedForm | FormRefusedError) -> RenderedForm | RenderFailedError:
    if isinstance(form, RenderedForm):
        return form
    failed = RenderFailedError(cause=type(form).__name__)
    failed.__cause__ = form
    return failed


def _form(form: RenderedForm | FormRefusedError) -> RenderedForm:
    answer = _answer(form)
    if isinstance(answer, RenderFailedError):
        raise answer
    return answer


class _Place:
    """One process at a time, and the next when it wears out or breaks."""

    def __init__(self, limits: RenderLimits, folder: str, forms: str) -> None:
        self._limits = limits
        self._folder = folder
        self._forms = forms
        self._executor = self._spawn()
        self._started = False

    async def start(self) -> None:
        """Wait for the first process, so that its start is not counted as drawing."""
        if not self._started:
            await self.run(child.ready)
            self._started = True

    async def run(self, task: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        # submitting may start a process, which takes long enough to keep the event loop waiting
        future = await asyncio.to_thread(self._executor.submit, task, *args, **kwargs)
        return await asyncio.wrap_future(future)

    def replace(self) -> None:
        self._executor.shutdown(wait=False, cancel_futures=True)
        self._executor = self._spawn()
        self._started = False

    def close(self) -> None:
        self._executor.shutdown(wait=True, cancel_futures=True)

    def _spawn(self) -> ProcessPoolExecutor:
        return ProcessPoolExecutor(
            max_workers=1,
            mp_context=multiprocessing.get_context("spawn"),
            initializer=child.start,
            initargs=(self._limits, self._folder, self._forms),
            max_tasks_per_child=self._limits.sheets_per_process,
        )
