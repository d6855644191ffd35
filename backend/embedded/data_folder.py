"""The folder in which embedded servers keep what must survive: data, ports, secrets, logs.

``secrets.json`` and ``state.json`` are replaced whole (never half-written) under a lock, because a second
process (an import, a test) may ask while servers run. A server's own lock tells whether anything of it still
runs: every process of the server inherits it, so it is free exactly when the last of them has ended.
"""

import fcntl
import json
import os
import secrets
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from backend.embedded.errors import DataFolderInUseError

SHUTDOWN_SECONDS = 30.0
LOG_GENERATIONS = (".log", ".log.1")


class DataFolder:
    """One data folder; cheap to make, holds nothing open."""

    def __init__(self, path: Path) -> None:
        self.path = path.absolute()

    def folder(self, name: str, mode: int = 0o700) -> Path:
        """A sub-folder for one server, made if absent."""
        self._make()
        folder = self.path / name
        folder.mkdir(mode=mode, exist_ok=True)
        return folder

    def secret(self, name: str) -> str:
        """A password, made at the first question and kept; safe inside a URL."""
        with self._json("secrets.json") as values:
            return str(values.setdefault(name, secrets.token_urlsafe(32)))

    @contextmanager
    def state(self) -> Iterator[dict[str, Any]]:
        """What is kept besides secrets; changes are written when the block ends without an exception."""
        with self._json("state.json") as values:
            yield values

    def fresh_log(self, name: str) -> Path:
        """An empty log file for a server about to start; the previous one is kept beside it."""
        current, previous = (self.folder("log") / f"{name}{ending}" for ending in LOG_GENERATIONS)
        if current.exists():
            current.replace(previous)
        current.touch(mode=0o600)
        return current

    def lock(self, name: str) -> int:
        """Take a server's lock and return its file descriptor, to be inherited by the server.

        When the last owner is dead, its server is on its way down: wait for it.

        Raises:
            DataFolderInUseError: when the owner is alive, or the server does not end.
        """
        path = self.folder("run") / f"{name}.lock"
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        deadline = time.monotonic() + SHUTDOWN_SECONDS
        while not _try_lock(descriptor):
            owner = _owner(descriptor)
            if _is_alive(owner) or time.monotonic() > deadline:
                os.close(descriptor)
                raise DataFolderInUseError(
                    f"{self.path} already serves {name} for process {owner}; stop that first, or use another"
                    " data folder."
                )
            time.sleep(0.05)
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, f"{os.getpid():<10}".encode(), 0)
        return descriptor

    @contextmanager
    def _json(self, name: str) -> Iterator[dict[str, Any]]:
        self._make()
        path = self.path / name
        with locked(path.with_suffix(".lock")):
            text = path.read_text() if path.exists() else "{}"
            values: dict[str, Any] = json.loads(text)
            yield values
            if (written := json.dumps(values, indent=2, sort_keys=True) + "\n") != text:
                replace(path, written.encode())

    def _make(self) -> None:
        self.path.mkdir(mode=0o700, parents=True, exist_ok=True)


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Hold an exclusive lock between processes for the length of a block."""
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def replace(path: Path, content: bytes, mode: int = 0o600) -> None:
    """Write a file so that readers, and a crash, see the old content or the new, never a part."""
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)


def _try_lock(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _owner(descriptor: int) -> int:
    """The process that took the lock last; 0 in the instant before it has written its number."""
    return int(os.pread(descriptor, 10, 0) or b"0")


def _is_alive(process: int) -> bool:
    if process <= 0:
        return False
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
