"""Logs: one JSON line for an event, its name a constant, its fields ids. Never names, codes or documents.

What an exception says may quote a row or what somebody typed, so a fault is logged as kinds of exceptions and
places in the code. Only what PostgreSQL says of its own objects and of its state is kept in words.
"""

import json
import logging
import sys
import traceback
from typing import Any

import structlog
from structlog.typing import Processor

log: structlog.stdlib.BoundLogger = structlog.get_logger()

SPEAKS_OF_ITSELF = ("08", "40", "42", "53", "55", "57", "58")
"""SQLSTATE classes about connections, locks, names, resources; the others may quote values."""

CONSTANT_MESSAGES = frozenset({"uvicorn.error"})
"""Loggers of libraries whose messages are written by their authors alone."""

SILENT = ("strawberry.execution", "strawberry.ws.task")
"""They log every error a client makes, with what it sent; faults are logged here, under an id."""

FRAMES_MAX = 30


def configure_logging(level: str, component: str) -> None:
    """Write JSON lines to standard error; what libraries log arrives in the same form, without its arguments."""
    number = logging.getLevelNamesMapping()[level.upper()]
    structlog.configure(
        processors=_PROCESSORS,
        wrapper_class=structlog.make_filtering_bound_logger(number),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(LibraryLines())
    logging.basicConfig(level=max(number, logging.WARNING), handlers=[handler], force=True)
    for name in SILENT:
        logging.getLogger(name).disabled = True
    structlog.contextvars.bind_contextvars(component=component)


def fault(error: BaseException) -> list[dict[str, Any]]:
    """An exception and its causes: kinds, places, and words only where they cannot quote anybody."""
    found, seen = [], set[int]()
    current: BaseException | None = error
    while current is not None and id(current) not in seen:
        seen.add(id(current))
        frames = traceback.extract_tb(current.__traceback__)[-FRAMES_MAX:]
        entry: dict[str, Any] = {
            "kind": f"{type(current).__module__}.{type(current).__qualname__}",
            "at": [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames],
        }
        if (state := getattr(current, "sqlstate", None)) is not None:
            entry["sqlstate"] = state
            if str(state).startswith(SPEAKS_OF_ITSELF):
                entry["says"] = str(current)
        found.append(entry)
        current = current.__cause__ or current.__context__
    return found


class LibraryLines(logging.Formatter):
    """A library's record as a JSON line: who logged, how grave, the words without what was filled in."""

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, Any] = {
            "event": "library_log",
            "logger": record.name,
            "level": record.levelname.lower(),
        }
        if isinstance(record.msg, str) and (record.args or record.name in CONSTANT_MESSAGES):
            line["words"] = record.msg.strip()
        if record.exc_info and record.exc_info[1] is not None:
            line["fault"] = fault(record.exc_info[1])
        return json.dumps(line)


def _without_values(
    _logger: Any, _name: str, event: structlog.typing.EventDict
) -> structlog.typing.EventDict:
    given = event.pop("exc_info", None)
    error = sys.exc_info()[1] if given is True else given
    if isinstance(error, BaseException):
        event["exception"] = fault(error)
    return event


_PROCESSORS: list[Processor] = [
    structlog.contextvars.merge_contextvars,
    structlog.processors.add_log_level,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
    _without_values,
    structlog.processors.JSONRenderer(),
]
"""One list for good: loggers keep it, and whoever listens to them puts a listener into it."""
