"""The conformance kit and the example clients against a running server, as an integrator runs them."""

import asyncio
import hashlib
import os
import secrets
import shutil
import sys
from pathlib import Path

import pytest

from backend.cli import conformance
from backend.cli.conformance import Subject
from tests.architecture.sources import ROOT
from tests.fixtures.integrators import SECRET, Client, lock_by_owner
from tests.web.conftest import Site

EXAMPLES = ROOT / "infra" / "examples"


async def _client(site: Site) -> Client:
    return await Client(f"client-{secrets.token_hex(4)}").register(site.owner_url)


async def test_this_server_keeps_every_promise(site: Site) -> None:
    """All checks pass, the reading of a locked record included."""
    client = await _client(site)
    book = await lock_by_owner(site.owner, 7)
    results = await conformance.run(Subject(site.address, client.client_id, SECRET, book["code"]))
    assert [result for result in results if result[2]] == []
    assert len(results) == 12


async def test_a_broken_promise_is_named(site: Site) -> None:
    """With a secret that does not hold, exactly what needs the token fails; the exit code says so."""
    client = await _client(site)
    subject = Subject(site.address, client.client_id, "wrong")
    results = {name: seen for name, _, seen in await conformance.run(subject)}
    assert "401" in results["gives a token"]
    assert results["publishes keys"] == ""
    assert results["needs a token"] == ""
    assert results["knows the program"]
    assert await conformance.check(subject) == sum(bool(seen) for seen in results.values())


async def test_nobody_there_is_no_pass() -> None:
    """A server that is away keeps none of its promises."""
    results = await conformance.run(Subject("http://127.0.0.1:9", "a", "b"))
    assert all(seen for _, _, seen in results)


async def _run(site: Site, client: Client, *command: str) -> str:
    environment = os.environ | {
        "REGISTRY_URL": site.address,
        "REGISTRY_CLIENT": client.client_id,
        "REGISTRY_SECRET": SECRET,
    }
    process = await asyncio.create_subprocess_exec(
        *command, env=environment, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE
    )
    out, errors = await process.communicate()
    assert process.returncode == 0, errors.decode()
    return out.decode()


@pytest.mark.parametrize(("language", "place"), [("python", 8), ("typescript", 9)])
async def test_an_example_client_reads_and_follows(
    site: Site, tmp_path: Path, language: str, place: int
) -> None:
    """It prints the verdict of the record and finds its lock in the feed by the code's digest."""
    client = await _client(site)
    book = await lock_by_owner(site.owner, place)
    if language == "python":
        command = [sys.executable, str(EXAMPLES / "python" / "registry.py")]
    else:
        command = [shutil.which("node") or "node", str(await _javascript(tmp_path))]
    out = await _run(site, client, *command, book["code"])
    assert "LOCKED" in out.splitlines()[0]
    assert "of this book LOCKED cursor" in out
    digest = hashlib.sha256(book["code"].encode()).hexdigest()
    journal = await site.owner.run("SELECT kind FROM registry_change WHERE code_digest = $1", digest)
    assert [row["kind"] for row in journal] == ["LOCKED"]


async def _javascript(folder: Path) -> Path:
    """The TypeScript example as Node runs it; the compiler finds no fault in its types."""
    (folder / "package.json").write_text('{"type": "module"}')
    process = await asyncio.create_subprocess_exec(
        str(ROOT / "frontend" / "node_modules" / ".bin" / "tsc"),
        str(EXAMPLES / "typescript" / "registry.ts"),
        *("--strict", "--target", "es2022", "--module", "es2022", "--lib", "es2022,dom", "--types", ""),
        *("--ignoreConfig", "--moduleDetection", "force", "--outDir", str(folder)),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    out, _ = await process.communicate()
    assert process.returncode == 0, out.decode()
    return folder / "registry.js"
