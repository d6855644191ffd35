"""Processor time of processes and all they started, and how busy the machine is; read from /proc."""

import os
from collections.abc import Iterable
from pathlib import Path

TICKS = os.sysconf("SC_CLK_TCK")


def family(roots: Iterable[int]) -> set[int]:
    """Processes and their descendants."""
    children: dict[int, list[int]] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and (fields := _fields(int(entry.name))):
            children.setdefault(int(fields[1]), []).append(int(entry.name))
    found: set[int] = set()
    waiting = list(roots)
    while waiting:
        process = waiting.pop()
        if process not in found:
            found.add(process)
            waiting += children.get(process, [])
    return found


def seconds(roots: Iterable[int]) -> float:
    """Processor seconds that the families have used, ended children included."""
    return (
        sum(sum(map(int, fields[11:15])) for process in family(roots) if (fields := _fields(process))) / TICKS
    )


def running(processes: Iterable[int]) -> float:
    """Processor seconds of these processes with all their threads, to the nanosecond: for a few requests at a time."""
    return sum(map(_ran, processes)) / 1e9


def waited(roots: Iterable[int]) -> float:
    """Seconds in which the families were ready to run and others had the processor; their first threads only."""
    return sum(map(_waited, family(roots))) / 1e9


def megabytes(roots: Iterable[int]) -> float:
    """Proportional memory of the families."""
    return sum(map(_proportional, family(roots))) / 1024


def load() -> float:
    """Processes that ran or waited to run, over the last minute."""
    return os.getloadavg()[0]


def _fields(process: int) -> list[str]:
    """``/proc/N/stat`` behind the name, which may hold spaces; empty when the process has ended."""
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return []


def _ran(process: int) -> int:
    try:
        return sum(
            int((thread / "schedstat").read_text().split()[0])
            for thread in Path(f"/proc/{process}/task").iterdir()
        )
    except (FileNotFoundError, ProcessLookupError):
        return 0


def _waited(process: int) -> int:
    try:
        return int(Path(f"/proc/{process}/schedstat").read_text().split()[1])
    except (FileNotFoundError, ProcessLookupError):
        return 0


def _proportional(process: int) -> int:
    try:
        lines = Path(f"/proc/{process}/smaps_rollup").read_text().splitlines()
    except (FileNotFoundError, ProcessLookupError, PermissionError):
        return 0
    return next((int(line.split()[1]) for line in lines if line.startswith("Pss:")), 0)
