"""The two processes of our own, API and worker, kept like the servers: they end when we do."""

import sys
from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Self

from backend.embedded.guarded import GuardedServer, ServerPlan, accepts_connections
from backend.settings import process_environment

ROOT = Path(__file__).parents[2]
SOCKETS = "backend.web.sockets:SocketProtocol"
WORKER_READY = "worker_started"


class Processes:
    """API and worker over the settings of a stack."""

    def __init__(self, data_dir: Path, settings: Mapping[str, str]) -> None:
        self._data_dir = data_dir
        self._environment = {**process_environment(), **settings}
        self._running = ExitStack()

    def __enter__(self) -> Self:
        try:
            self._start_api()
            self._start_worker()
        except BaseException:
            self._running.close()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self._running.close()

    def _start_api(self) -> None:
        port = int(self._environment["HOCBA_PORT"])
        server = GuardedServer(self._data_dir, "api")
        server.start(api_plan(self._environment), lambda: accepts_connections(port))
        self._running.callback(server.stop)

    def _start_worker(self) -> None:
        server = GuardedServer(self._data_dir, "worker")
        log = self._data_dir / "log" / "worker.log"
        # an address for metrics belongs to one process: here, to the API
        environment = {**self._environment, "METRICS_ADDRESS": ""}
        plan = ServerPlan([sys.executable, "-m", "signing_worker"], ROOT, environment, grace_seconds=60)
        server.start(plan, lambda: log.exists() and WORKER_READY in log.read_text(errors="replace"))
        self._running.callback(server.stop)


def api_plan(environment: Mapping[str, str]) -> ServerPlan:
    """How one API process is started; ``environment`` gives it every setting."""
    command = [sys.executable, "-m", "uvicorn", "--factory", "backend.web.app:app"]
    address = ["--host", environment["HOCBA_HOST"], "--port", environment["HOCBA_PORT"]]
    options = ["--no-access-log", "--log-level", "warning", "--no-proxy-headers", "--no-server-header"]
    # what a socket may send at once is what a body may have; frames are made for many sockets and sent as they are
    options += ["--ws-max-size", "200000", "--ws", SOCKETS, "--ws-per-message-deflate", "false"]
    return ServerPlan([*command, *address, *options], ROOT, environment)
