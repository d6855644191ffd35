"""What runs in a drawing process: limits first, then the renderer, then one sheet after the other.

A sheet is text that somebody typed, so the process that lays it out holds no secret, may use only so much memory
and time, and ends when its owner ends. WeasyPrint is loaded here and never in the worker itself.
"""

import gc
import importlib
import os
import resource
import signal
import tempfile
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import cache, partial
from multiprocessing import parent_process
from pathlib import Path
from typing import TYPE_CHECKING

from backend.domain.report_table import ReportTable
from signing_worker.render.fonts import FontMissingError
from signing_worker.render.sheet import DrawnBatch, FormSheet, RenderedReport

if TYPE_CHECKING:  # it loads WeasyPrint
    from signing_worker.render.quick import QuickDrawing

KEPT_VARIABLES = frozenset(
    {"PATH", "LANG", "LC_ALL", "HOME", "XDG_CACHE_HOME", "FONTCONFIG_FILE", "FONTCONFIG_PATH"}
)
"""What fontconfig and the C library need; everything else, among it every secret, is removed."""

_OBJECTS_BETWEEN_COLLECTIONS = 50_000
"""Python's 700 makes the collector walk the page boxes dozens of times for one form."""

_quick: list[Callable[[], "QuickDrawing"]] = []
_report: list[Callable[[ReportTable], RenderedReport]] = []


@dataclass(frozen=True, slots=True)
class RenderLimits:
    """How much one drawing may use, and after how many a process is replaced."""

    seconds: float = 30
    batch_seconds: float = 120
    report_seconds: float = 120
    start_seconds: float = 60
    memory_bytes: int = 1 << 30
    pages: int = 12
    sheets_per_process: int = 2_000


def start(limits: RenderLimits, folder: str, forms: str) -> None:
    """Prepare this process; the pool calls it once in each.

    Args:
        limits: what a drawing may use.
        folder: for temporary files.
        forms: where laid-out forms are kept.
    """
    threading.Thread(target=_end_with_owner, daemon=True).start()
    for name in set(os.environ) - KEPT_VARIABLES:
        del os.environ[name]
    tempfile.tempdir = folder
    resource.setrlimit(resource.RLIMIT_AS, (limits.memory_bytes, limits.memory_bytes))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    with _time_limit(limits.start_seconds), suppress(FontMissingError):
        # late on purpose: only this process may carry the renderer
        quick = importlib.import_module("signing_worker.render.quick")
        _quick.append(cache(partial(quick.QuickDrawing.kept_in, Path(forms))))
        # a missing typeface is told with the first drawing, to somebody who hears it
        _quick[0]()
    _report.append(importlib.import_module("signing_worker.render.report").render_report)
    gc.collect()
    gc.freeze()
    gc.set_threshold(_OBJECTS_BETWEEN_COLLECTIONS, 20, 100)


def ready() -> None:
    """Answer as soon as the process has started, so that the start is not counted as drawing."""


def draw(sheet: FormSheet, limits: RenderLimits) -> DrawnBatch:
    """Draw one sheet within its time; past it the kernel ends this process, whatever it is doing."""
    with _time_limit(limits.seconds):
        return _quick[0]().draw([sheet], pages_max=limits.pages)


def draw_batch(sheets: Sequence[FormSheet], limits: RenderLimits) -> DrawnBatch:
    """Draw several sheets within their time together."""
    with _time_limit(limits.batch_seconds):
        return _quick[0]().draw(sheets, pages_max=limits.pages)


def draw_report(table: ReportTable, limits: RenderLimits) -> RenderedReport:
    """Draw a report within its time."""
    with _time_limit(limits.report_seconds):
        return _report[0](table)


@contextmanager
def _time_limit(seconds: float) -> Iterator[None]:
    # SIGALRM keeps its default action, so that the limit holds inside C code too
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)


def _end_with_owner() -> None:
    owner = parent_process()
    if owner is not None:
        owner.join()
        os.kill(os.getpid(), signal.SIGKILL)
