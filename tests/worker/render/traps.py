"""Sheets that misbehave where they are drawn: each acts when the renderer asks it for its address."""

import os
import signal
import time
from pathlib import Path

from signing_worker.render.sheet import FormRefusedError, FormSheet


class KillingSheet(FormSheet):
    """Kills its process every time."""

    @property
    def address(self) -> str:
        os.kill(os.getpid(), signal.SIGKILL)
        return ""


class KillingOnceSheet(FormSheet):
    """Kills the first process that draws it; ``copy_number`` names a file that remembers."""

    @property
    def address(self) -> str:
        remembered = Path(self.copy_number)
        if not remembered.exists():
            remembered.touch()
            os.kill(os.getpid(), signal.SIGKILL)
        return "https://x.example"


class EndlessSheet(FormSheet):
    """Never comes to an end."""

    @property
    def address(self) -> str:
        while True:
            time.sleep(0)


class GreedySheet(FormSheet):
    """Wants more memory than a process may have."""

    @property
    def address(self) -> str:
        return str(len(bytearray(1 << 31)))


class SpyingSheet(FormSheet):
    """Tells the environment in which it is drawn."""

    @property
    def address(self) -> str:
        raise FormRefusedError(",".join(f"{name}={value}" for name, value in os.environ.items()))
