"""The few things a machine must have that no wheel brings: the libraries that lay text out.

Run before anything else is installed, by whatever Python is there, so it needs the standard library only:
``python3 backend/embedded/system_libraries.py [--install]``.
"""

from __future__ import annotations

import ctypes
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from typing import NamedTuple


class Requirement(NamedTuple):
    """What is looked for, by the names that WeasyPrint itself tries, and the Debian package that has it."""

    what: str
    package: str
    names: tuple[str, ...]


LIBRARIES = (
    Requirement("Pango", "libpango-1.0-0", ("libpango-1.0.so.0", "libpango-1.0.dylib")),
    Requirement("PangoFT2", "libpangoft2-1.0-0", ("libpangoft2-1.0.so.0", "libpangoft2-1.0.dylib")),
    Requirement("HarfBuzz", "libharfbuzz0b", ("libharfbuzz.so.0", "libharfbuzz.0.dylib")),
    Requirement(
        "HarfBuzz-Subset", "libharfbuzz-subset0", ("libharfbuzz-subset.so.0", "libharfbuzz-subset.0.dylib")
    ),
    Requirement("Fontconfig", "libfontconfig1", ("libfontconfig.so.1", "libfontconfig.1.dylib")),
)


def has_library(name: str) -> bool:
    """Whether the loader finds the library, which is what counts when a page is drawn."""
    try:
        ctypes.CDLL(name)
    except OSError:
        return False
    return True


def missing(library: Callable[[str], bool] = has_library) -> list[Requirement]:
    """The requirements that this machine does not meet."""
    return [item for item in LIBRARIES if not any(library(name) for name in item.names)]


def message(absent: list[Requirement]) -> str:
    """One line in each language, with the command that helps."""
    what = ", ".join(item.what for item in absent)
    packages = " ".join(item.package for item in absent)
    return (
        f"Thiếu thư viện hệ thống: {what}. Hãy cài đặt: apt-get install {packages}\n"
        f"Missing system libraries: {what}. Install them: apt-get install {packages}"
    )


def can_install() -> bool:
    """Whether we may install packages ourselves: root, on a system with apt."""
    return os.geteuid() == 0 and shutil.which("apt-get") is not None


def install(packages: list[str]) -> bool:
    """Install Debian packages without questions; a fresh machine needs its package lists first."""
    command = ["env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "-qq"]
    add = [*command, "install", "-y", "--no-install-recommends", *packages]
    print(f"apt-get install {' '.join(packages)}", file=sys.stderr)  # noqa: T201 - a program's output
    if _run(add, quiet=True):
        return True
    return _run([*command, "update"]) and _run(add)


def _run(command: list[str], *, quiet: bool = False) -> bool:
    output = subprocess.DEVNULL if quiet else sys.stderr
    return subprocess.run(command, check=False, stdout=output, stderr=output).returncode == 0  # noqa: S603 - ours


def main(arguments: list[str]) -> int:
    absent = missing()
    if absent and "--install" in arguments and can_install():
        install([item.package for item in absent])
        absent = missing()
    if absent:
        print(message(absent), file=sys.stderr)  # noqa: T201 - a program's output
    return 1 if absent else 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
