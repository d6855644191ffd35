"""One measurement: wrk against one server for some seconds, with what the servers and the database used meanwhile."""

import json
import subprocess
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.bench import processor

SCRIPT = Path(__file__).parent / "requests.lua"


@dataclass(frozen=True, slots=True)
class Request:
    """A prepared request: header lines and a JSON body."""

    headers: tuple[tuple[str, str], ...]
    body: str

    @property
    def line(self) -> str:
        return "|".join(f"{name}={value}" for name, value in self.headers) + "\t" + self.body


@dataclass(frozen=True, slots=True)
class Target:
    """A server to measure; ``processes`` are the roots of what it runs."""

    name: str
    url: str
    processes: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Drive:
    """How to ask."""

    seconds: float
    connections: int
    ordered: bool = False


@dataclass(frozen=True, slots=True)
class Figures:
    """What came out; times in milliseconds, processor time for each request."""

    requests: int
    per_second: float
    p50: float
    p99: float
    server_cpu: float
    database_cpu: float
    bytes_each: float
    failed: int


def drive(target: Target, database: int, requests: Sequence[Request], how: Drive) -> Figures:
    """Keep ``how.connections`` requests under way."""
    with tempfile.NamedTemporaryFile("w", suffix=".requests") as file:
        file.writelines(f"{request.line}\n" for request in requests)
        file.flush()
        before = processor.seconds(target.processes), processor.seconds((database,))
        said = _wrk(target, file.name, how)
        after = processor.seconds(target.processes), processor.seconds((database,))
    count = max(1, said["requests"])
    server, data = (1000 * (end - start) / count for start, end in zip(before, after, strict=True))
    return Figures(
        requests=int(said["requests"]),
        per_second=said["requests"] / said["seconds"],
        p50=said["p50"],
        p99=said["p99"],
        server_cpu=server,
        database_cpu=data,
        bytes_each=said["bytes"] / count,
        failed=int(said["failed"]),
    )


def _wrk(target: Target, file: str, how: Drive) -> dict[str, float]:
    origin, _, path = target.url.removeprefix("http://").partition("/")
    command = ["wrk", "-t1", f"-c{how.connections}", f"-d{how.seconds}s", "--timeout", "20s"]
    result = subprocess.run(
        [*command, "-s", SCRIPT, f"http://{origin}/"],
        env={
            "PATH": "/usr/bin:/usr/local/bin",
            "REQUESTS": file,
            "REQUEST_PATH": f"/{path}",
            "ORDERED": str(int(how.ordered)),
        },
        capture_output=True,
        text=True,
        check=True,
    )
    figures: dict[str, float] = json.loads(result.stdout.strip().splitlines()[-1])
    return figures
