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
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from multiprocessing import parent_process

from backend.domain.report_table import ReportTable
from signing_worker.render.fonts import FontMissingError
from signing_worker.render.sheet import FormSheet, RenderedForm, RenderedReport

KEPT_VARIABLES = frozenset(
    {"PATH", "LANG", "LC_ALL", "HOME", "XDG_CACHE_HOME", "FONTCONFIG_FILE", "FONTCONFIG_PATH"}
)
"""What fontconfig and the C library need; everything else, among it every secret, is removed."""

_OBJECTS_BETWEEN_COLLECTIONS = 50_000
"""Python's 700 makes the collector walk the page boxes dozens of times for one form."""

_draw: list[Callable[..., RenderedForm]] = []
_report: list[Callable[[ReportTable], RenderedReport]] = []


@dataclass(frozen=True, slots=True)
class RenderLimits:
    """How much one drawing may use, and after how many a process is replaced."""

    seconds: float = 30
    report_seconds: float = 120
    start_seconds: float = 60
    memory_bytes: int = 1 << 30
    pages: int = 12
    sheets_per_process: int = 500


def start(limits: RenderLimits, folder: str) -> None:
    """Prepare this process; the pool calls it once in each."""
    threading.Thread(target=_end_with_owner, daemon=True).start()
    for name in set(os.environ) - KEPT_VARIABLES:
        del os.environ[name]
    tempfile.tempdir = folder
    resource.setrlimit(resource.RLIMIT_AS, (limits.memory_bytes, limits.memory_bytes))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    with _time_limit(limits.start_seconds), suppress(FontMissingError):
        # late on purpose: only this process may carry the renderer
        form = importlib.import_module("signing_worker.render.form")
        # a missing typeface is told with the first drawing, to somebody who hears it
        form.warm_up()
    _draw.append(form.render_form)
    _report.append(importlib.import_module("signing_worker.render.report").render_report)
    gc.collect()
    gc.freeze()
    gc.set_threshold(_OBJECTS_BETWEEN_COLLECTIONS, 20, 100)


def ready() -> None:
    """Answer as soon as the process has started, so that the start is not counted as drawing."""


def draw(sheet: FormSheet, limits: RenderLimits) -> RenderedForm:
    """Draw one sheet within its time; past it the kernel ends this process, whatever it is doing."""
    with _time_limit(limits.seconds):
        return _draw[0](sheet, pages_max=limits.pages)


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
