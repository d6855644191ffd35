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
    for path in (folder, *folder.parents):
        mode = path.stat().st_mode
        if not mode & stat.S_IXOTH:
            if path != folder:
                log.warning("chmod o+x %s: %s has to pass through it", path, ACCOUNT)
            path.chmod(mode | stat.S_IXOTH)


def let_run(program: Path) -> None:
    """Let others run ``tree/bin/program`` and read its tree: a strict umask unpacks wheels for one user only."""
    tree = program.parents[1]
    let_through(tree)
    if all(_others_may_run(path) for path in (tree, program.parent, program)):
        return
    for path in (tree, *tree.rglob("*")):
        mode = path.stat().st_mode
        run = stat.S_IXOTH if mode & stat.S_IXUSR else 0
        path.chmod(mode | stat.S_IROTH | run)


def _others_may_run(path: Path) -> bool:
    wanted = stat.S_IROTH | stat.S_IXOTH
    return path.stat().st_mode & wanted == wanted
