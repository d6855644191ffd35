"""Asking the person at the PC: whether to sign, and for the token's PIN.

In the terminal, or through a program with a window of its own (``zenity --question --text``, ``zenity --password``).
"""

import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from getpass import getpass

Confirm = Callable[[str], bool]
ReadPin = Callable[[], bytes]
QUESTION = "{site} đề nghị ký {count} giá trị băm cho: {purpose}\nKý bằng khóa {key}?"
PURPOSE_MAX = 200


@dataclass(frozen=True, slots=True)
class Asked:
    """What a page wants signed, as the person is told."""

    site: str
    purpose: str
    count: int
    key: str

    @property
    def sentence(self) -> str:
        purpose = "".join(letter for letter in self.purpose[:PURPOSE_MAX] if letter.isprintable())
        return QUESTION.format(site=self.site, count=self.count, purpose=purpose, key=self.key)


def confirm_in_terminal(sentence: str) -> bool:
    """Yes only when the person types it."""
    sys.stderr.write(f"\n{sentence} [c/K] ")
    sys.stderr.flush()
    return sys.stdin.readline().strip().casefold() in {"c", "co", "có", "y", "yes"}


def confirm_by(program: Sequence[str]) -> Confirm:
    """Ask by a program that is given the sentence and succeeds for yes."""
    return lambda sentence: subprocess.run([*program, sentence], check=False).returncode == 0  # noqa: S603 - the person's own choice


def pin_in_terminal() -> bytes:
    return getpass("PIN: ").encode()


def pin_by(program: Sequence[str]) -> ReadPin:
    """Ask by a program that prints the PIN."""

    def read_pin() -> bytes:
        return subprocess.run(program, check=True, capture_output=True).stdout.strip()  # noqa: S603 - the person's own choice

    return read_pin
