"""The kit for webhook receivers: the example keeps every promise, and whoever does not is told which."""

import asyncio
import json
import os
import socket
import sys
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from backend.cli import conformance, receiving
from tests.architecture.sources import ROOT

EXAMPLE = ROOT / "infra" / "examples" / "python" / "receiver.py"


@pytest.fixture
def keys(tmp_path: Path) -> Path:
    file = tmp_path / "kit.json"
    receiving.make_keys(file)
    return file


@asynccontextmanager
async def _example(keys: Path, journal: Path) -> AsyncIterator[str]:
    environment = os.environ | {"REGISTRY_KEYS": str(keys.with_name("kit.public.json"))}
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        str(EXAMPLE),
        "127.0.0.1:0",
        str(journal),
        env=environment,
        stdout=asyncio.subprocess.PIPE,
    )
    assert process.stdout is not None
    try:
        yield f"http://{(await process.stdout.readline()).decode().split()[-1]}/hook"
    finally:
        process.terminate()
        await process.communicate()


async def test_the_example_receiver_keeps_every_promise(keys: Path, tmp_path: Path) -> None:
    """All checks pass; each change is kept once however often it came, and nothing that was refused is kept."""
    journal = tmp_path / "changes.jsonl"
    async with _example(keys, journal) as url:
        results = await receiving.run(url, keys)
    assert [result for result in results if result[2]] == []
    assert len(results) == 11
    positions = [json.loads(line)["position"] for line in journal.read_text().splitlines()]
    assert positions == sorted(set(positions))
    taken = 1 + 1 + 1 + receiving.LARGEST + 1 + 1
    assert len(positions) == taken


async def test_the_example_receiver_goes_on_after_a_restart(keys: Path, tmp_path: Path) -> None:
    """What it has kept it does not keep again when it is started anew."""
    journal = tmp_path / "changes.jsonl"
    for _ in range(2):
        async with _example(keys, journal) as url:
            await receiving.run(url, keys)
    positions = [json.loads(line)["position"] for line in journal.read_text().splitlines()]
    assert positions == sorted(set(positions))


class _Careless(BaseHTTPRequestHandler):
    """Believes everybody."""

    status = 204

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["content-length"]))
        self.send_response(self.status)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Stays silent."""


@contextmanager
def _served(status: int) -> Iterator[str]:
    handler = type("Handler", (_Careless,), {"status": status})
    server = HTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/hook"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.mark.parametrize(("status", "broken"), [(204, "refuses"), (401, "takes"), (500, ""), (302, "")])
async def test_a_broken_promise_is_named(keys: Path, status: int, broken: str) -> None:
    """Who believes everybody, nobody, or answers with a fault or a redirect breaks just those promises."""
    with _served(status) as url:
        results = await receiving.run(url, keys)
    failed = [name for name, _, seen in results if seen]
    assert failed == [name for name, _, _ in results if name.startswith(broken)]
    assert all(str(status) in seen for _, _, seen in results if seen)
    assert conformance.show(results, url) == len(failed)


async def test_a_slow_receiver_keeps_nothing(keys: Path) -> None:
    """One that takes the message and never answers has delivered nothing and refused nothing."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        url = f"http://127.0.0.1:{listening.getsockname()[1]}/hook"
        results = await receiving.run(url, keys, seconds=0.05)
    assert all("Timeout" in seen for _, _, seen in results)
    assert len(results) == 11


def test_the_kit_shows_only_the_public_half_of_its_keys(keys: Path) -> None:
    """What the receiver is given to trust signs nothing; making the keys again changes none."""
    before = keys.read_bytes()
    public = receiving.make_keys(keys)
    assert keys.read_bytes() == before
    assert not any("d" in key for key in json.loads(public.read_bytes())["keys"])
