"""Owners of servers in processes of their own, to be killed in every way a process can be."""

import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

SERVER = """
import sys, time
from pathlib import Path
from backend.embedded.{module} import {name}
server = {name}(Path(sys.argv[1]))
print(server.start(), flush=True)
time.sleep(600)
"""


@contextmanager
def owner_of(module: str, name: str, data: Path) -> Iterator[subprocess.Popen[str]]:
    """A process that has started ``backend.embedded.<module>.<name>`` and waits; killed at the end if alive."""
    with run_owner(SERVER.format(module=module, name=name), str(data)) as owner:
        assert owner.stdout is not None
        assert owner.stdout.readline(), "the server did not start"
        yield owner


@contextmanager
def run_owner(program: str, *arguments: str) -> Iterator[subprocess.Popen[str]]:
    with subprocess.Popen(
        [sys.executable, "-c", program, *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as owner:
        try:
            yield owner
        finally:
            owner.send_signal(signal.SIGKILL)
