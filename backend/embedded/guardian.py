"""Runs one server and ends it when its owner is gone, however the owner went.

PostgreSQL and Redis do not notice that whoever started them was killed. So the owner starts this script
instead, holding the other end of its standard input: when the owner stops, crashes or is killed with -9, the
input ends and the server is told to stop in its own graceful way. The server also carries a parent-death
signal, for the case that this script itself is killed.

Standard library only and no site packages: it starts in about 30 ms and stays at a few megabytes. Its one
argument is a JSON object: command, cwd, user, group, stop_signal, grace. The server gets this script's own
environment.
"""

import ctypes
import json
import os
import select
import signal
import sys
import time
from typing import Any

PR_SET_PDEATHSIG = 1
OWNER = 0  # standard input: readable only when the owner's end is closed


def main() -> int:
    plan = json.loads(sys.argv[1])
    signals = _signals_as_bytes()
    server = _start(plan)
    ended = _wait(server, signals, until=None)
    if ended is None:
        os.kill(server, plan["stop_signal"])
        ended = _wait(server, signals, until=time.monotonic() + plan["grace"])
    if ended is None:
        os.kill(server, signal.SIGKILL)
        _, ended = os.waitpid(server, 0)
    return os.waitstatus_to_exitcode(ended) & 0xFF


def _signals_as_bytes() -> int:
    """A file descriptor on which every signal of interest appears as a byte, so that one select sees all."""
    reader, writer = os.pipe()
    os.set_blocking(reader, False)
    os.set_blocking(writer, False)
    signal.set_wakeup_fd(writer, warn_on_full_buffer=False)
    for number in (signal.SIGCHLD, signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, lambda *_: None)
    return reader


def _wait(server: int, signals: int, until: float | None) -> int | None:
    """The server's exit status; None when it is time to stop it, or when ``until`` passes."""
    while True:
        pid, status = os.waitpid(server, os.WNOHANG)
        if pid:
            return status
        if until is not None and time.monotonic() >= until:
            return None
        watched = [signals] if until is not None else [signals, OWNER]
        ready, _, _ = select.select(watched, [], [], 1.0)
        wakeups = os.read(signals, 64) if signals in ready else b""
        if until is None and (OWNER in ready or set(wakeups) - {signal.SIGCHLD}):
            return None


def _start(plan: dict[str, Any]) -> int:
    guardian = os.getpid()
    server = os.fork()
    if server:
        return server
    try:
        _become(plan)
        if os.getppid() != guardian:
            os._exit(1)  # the guardian died before the death signal was set
        os.execv(plan["command"][0], plan["command"])  # noqa: S606 - the owner's own command
    except BaseException as error:  # noqa: BLE001 - in a fork: say why and leave, never return into main
        os.write(2, f"{plan['command'][0]}: {error}\n".encode())
    os._exit(127)


def _become(plan: dict[str, Any]) -> None:
    """Turn the fork into the server's surroundings; the death signal last, as changing the user clears it."""
    signal.set_wakeup_fd(-1)
    for number in (signal.SIGCHLD, signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, signal.SIG_DFL)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    if plan["user"] is not None:
        os.setgroups([])
        os.setgid(plan["group"])
        os.setuid(plan["user"])
    os.umask(0o077)
    os.chdir(plan["cwd"])
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, plan["stop_signal"], 0, 0, 0)


if __name__ == "__main__":
    raise SystemExit(main())
