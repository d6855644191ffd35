"""One server process under a guardian: started, found ready or explained, stopped.

The server's folder lock travels with it, so a second start waits for the rest of a killed run and refuses to
meddle with a living one.
"""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from backend.embedded import guardian
from backend.embedded.data_folder import DataFolder
from backend.embedded.errors import EmbeddedError, ServerStartError
from backend.embedded.ports import LOOPBACK
from backend.embedded.system_user import SystemUser

START_SECONDS = 60.0
POLL_SECONDS = 0.01
LOG_TAIL = 2_000


@dataclass(frozen=True, slots=True)
class ServerPlan:
    """What to run and how to end it."""

    command: Sequence[str | Path]
    cwd: Path
    environment: Mapping[str, str] = field(default_factory=dict)
    user: SystemUser | None = None
    stop_signal: signal.Signals = signal.SIGTERM
    grace_seconds: float = 20.0

    def as_json(self) -> str:
        return json.dumps(
            {
                "command": [str(part) for part in self.command],
                "cwd": str(self.cwd),
                "user": self.user and self.user.uid,
                "group": self.user and self.user.gid,
                "stop_signal": int(self.stop_signal),
                "grace": self.grace_seconds,
            }
        )


class GuardedServer:
    """At most one running server of a name in a data folder."""

    def __init__(self, data_dir: Path, name: str) -> None:
        self.folder = DataFolder(data_dir)
        self.name = name
        self._lock: int | None = None
        self._process: subprocess.Popen[bytes] | None = None
        self._grace = 0.0
        self._log: Path | None = None

    @property
    def is_running(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def claim(self) -> None:
        """Make sure that nothing of an earlier run is left, before files are touched and a port is chosen.

        Raises:
            DataFolderInUseError: when the data folder is being served by a living process.
        """
        if self._lock is None:
            self._lock = self.folder.lock(self.name)

    def start(self, plan: ServerPlan, is_ready: Callable[[], bool]) -> None:
        """Run the plan and return when it answers.

        Raises:
            ServerStartError: when it ends or stays silent; what it said is in the message.
        """
        self.claim()
        self._log = self.folder.fresh_log(self.name)
        self._grace = plan.grace_seconds
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(  # noqa: S603 - our own command, no shell
                [sys.executable, "-I", "-S", guardian.__file__, plan.as_json()],
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=log,
                env={
                    "LANG": "C.UTF-8",
                    "TZ": "UTC",
                    **plan.environment,
                },  # an argument would show secrets to all
                pass_fds=[] if self._lock is None else [self._lock],
                start_new_session=True,  # Ctrl-C at the terminal is for the owner alone
            )
        self._await(is_ready)

    def stop(self) -> None:
        """End the server gracefully; safe to call twice, or before start."""
        process, self._process = self._process, None
        if process is not None:
            self._end(process)
        lock, self._lock = self._lock, None
        if lock is not None:
            os.close(lock)

    def _await(self, is_ready: Callable[[], bool]) -> None:
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            if not self.is_running:
                self._fail("ended at once")
            if is_ready():
                return
            time.sleep(POLL_SECONDS)
        self._fail(f"did not answer within {START_SECONDS:.0f} seconds")

    def _fail(self, what: str) -> None:
        tail = self._log.read_text(errors="replace")[-LOG_TAIL:] if self._log else ""
        self.stop()
        raise ServerStartError(f"{self.name} {what}; the end of {self._log}:\n{tail}")

    def _end(self, process: "subprocess.Popen[bytes]") -> None:
        if process.stdin is not None:
            process.stdin.close()
        try:
            process.wait(self._grace + 5)
        except subprocess.TimeoutExpired:  # the guardian itself hangs: end its whole session
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def accepts_connections(port: int) -> bool:
    """Whether something listens on the loopback port."""
    try:
        with socket.create_connection((LOOPBACK, port), timeout=1):
            return True
    except OSError:
        return False


def require(path: Path, remedy: str) -> Path:
    """The path, when it exists.

    Raises:
        EmbeddedError: otherwise, with the remedy.
    """
    if not path.exists():
        raise EmbeddedError(f"{path} is missing: {remedy}")
    return path
