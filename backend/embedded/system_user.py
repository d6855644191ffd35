"""The account under which a server runs when the starter is root, since PostgreSQL refuses to run as root.

The account can enter only folders that let others through. Where the data folder or the wheel lies below a
closed folder, that folder gets the single permission needed (``x`` for others: pass through, not list), and
the log says so.
"""

import logging
import os
import pwd
import shutil
import stat
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from backend.embedded.errors import ProgramMissingError

ACCOUNT = "hocba-embedded"

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class SystemUser:
    uid: int
    gid: int

    def as_process_options(self) -> dict[str, Any]:
        """What makes ``subprocess.run`` become this account."""
        return {"user": self.uid, "group": self.gid, "extra_groups": []}

    def give(self, folder: Path) -> None:
        """Make the account own a folder and everything in it."""
        for path in (folder, *folder.rglob("*")):
            os.chown(path, self.uid, self.gid, follow_symlinks=False)


def unprivileged_user() -> SystemUser | None:
    """The account for servers, made if absent; None when the starter is not root and needs none."""
    if os.geteuid() != 0:
        return None
    try:
        entry = pwd.getpwnam(ACCOUNT)
    except KeyError:
        _add_account()
        entry = pwd.getpwnam(ACCOUNT)
    return SystemUser(entry.pw_uid, entry.pw_gid)


def _add_account() -> None:
    useradd = shutil.which("useradd", path="/usr/sbin:/usr/bin:/sbin:/bin")
    if useradd is None:
        raise ProgramMissingError(
            "PostgreSQL does not run as root, and useradd is missing to make an account for it: run as an"
            " ordinary user, or install the package passwd."
        )
    options = ["--system", "--user-group", "--no-create-home", "--shell", "/usr/sbin/nologin"]
    subprocess.run([useradd, *options, ACCOUNT], check=True, capture_output=True)  # noqa: S603 - fixed command


def let_through(folder: Path) -> None:
    """Let others pass through a folder of ours and every folder above it."""
    closed = [path for path in (folder, *folder.parents) if not path.stat().st_mode & stat.S_IXOTH]
    for path in closed:
        path.chmod(path.stat().st_mode | stat.S_IXOTH)
    if foreign := [str(path) for path in closed if path != folder]:
        log.warning("%s has to pass through these folders: chmod o+x %s", ACCOUNT, " ".join(foreign))


def let_run(program: Path, trees: Sequence[Path], user: SystemUser) -> None:
    """Let the account run a program of a wheel: under a strict umask its files are for one user only."""
    for tree in trees:
        let_through(tree)
    options: dict[str, Any] = {**user.as_process_options(), "cwd": "/", "capture_output": True}
    try:
        runs = subprocess.run([program, "--version"], check=False, **options).returncode == 0  # noqa: S603 - ours
    except PermissionError:
        runs = False
    if not runs:
        for tree in trees:
            _let_read(tree)


def _let_read(tree: Path) -> None:
    for path in (tree, *tree.rglob("*")):
        mode = path.stat().st_mode
        run = stat.S_IXOTH if mode & stat.S_IXUSR else 0
        path.chmod(mode | stat.S_IROTH | run)
