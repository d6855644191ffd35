"""Loopback ports, chosen once and kept, so that addresses in certificates, tokens and bookmarks stay true.

They are drawn below the range from which the system takes ports for outgoing connections: a port of ours is
then never lent to somebody's client between two runs.
"""

import secrets
import socket
from collections.abc import Set as AbstractSet
from pathlib import Path

from backend.embedded.data_folder import DataFolder
from backend.embedded.errors import PortTakenError

LOOPBACK = "127.0.0.1"
RANGE = range(20_000, 32_000)
ATTEMPTS = 100


class Ports:
    """The ports of one data folder, by server name."""

    def __init__(self, data_dir: Path) -> None:
        self._folder = DataFolder(data_dir)

    def reserve(self, name: str) -> int:
        """The port a server has or will have, whether it runs or not."""
        with self._folder.state() as state:
            ports = state.setdefault("ports", {})
            if name not in ports:
                ports[name] = free_port(exclude=set(ports.values()))
            return int(ports[name])

    def port(self, name: str, *, fixed: bool = False) -> int:
        """The port of a server that is not running yet.

        A kept port that a foreign process has taken meanwhile is replaced, unless it is ``fixed``: the PKI's
        address is written into certificates that have already signed records.

        Raises:
            PortTakenError: when a fixed port is taken.
        """
        with self._folder.state() as state:
            ports = state.setdefault("ports", {})
            kept = ports.get(name)
            if kept is not None and is_free(kept):
                return int(kept)
            if kept is not None and fixed:
                raise PortTakenError(_taken(name, kept, self._folder.path))
            ports[name] = free_port(exclude=set(ports.values()))
            return int(ports[name])


def _taken(name: str, port: int, folder: Path) -> str:
    return (
        f"Port {port} on {LOOPBACK} is in use by another program, and {name} must keep it: certificates in"
        f" {folder} carry it. End that program (ss -ltnp 'sport = :{port}' names it) or use another data folder."
    )


def is_free(port: int) -> bool:
    """Whether a server could listen on the port now; a connection in TIME_WAIT does not count."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
        except OSError:
            return False
        return True


def free_port(exclude: AbstractSet[int] = frozenset()) -> int:
    """A port of the range that nobody uses now."""
    for _ in range(ATTEMPTS):
        port = RANGE.start + secrets.randbelow(len(RANGE))
        if port not in exclude and is_free(port):
            return port
    raise PortTakenError(f"no free port found on {LOOPBACK} between {RANGE.start} and {RANGE.stop}")
