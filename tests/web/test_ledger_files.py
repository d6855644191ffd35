"""Heads are files for everybody, for ever; a proof is a file behind a link that ends."""

from collections.abc import AsyncIterator

import httpx2
import pytest
from starlette.applications import Starlette
from starlette.routing import Route

from backend.adapters.links import proof_url
from backend.domain.calendar import Window
from backend.domain.ledger import Proof, SignedNote
from backend.domain.merkle import root_from_inclusion
from backend.web.ledger import LedgerFiles
from tests.fixtures.asking import Api
from tests.fixtures.ledger import give_department_key, lock, put_head, submit_own
from tests.fixtures.world import World


@pytest.fixture
async def http(api: Api) -> AsyncIterator[httpx2.AsyncClient]:
    """The routes of the ledger over the test's database."""
    ledger = LedgerFiles(api.services)
    site = Starlette(
        routes=[
            Route("/files/proofs/{token}", ledger.proof),
            Route("/ledger/heads/newest", ledger.newest),
            Route("/ledger/heads/{size}", ledger.head),
        ]
    )
    async with httpx2.AsyncClient(
        transport=httpx2.ASGITransport(site), base_url="http://127.0.0.1:8000"
    ) as client:
        yield client


@pytest.fixture
async def locked(world: World) -> list[int]:
    """Five records in the ledger, and a head over the first three."""
    ids = await submit_own(world)
    await give_department_key(world)
    await lock(world, Window.MAIN, *ids[:3])
    await put_head(world)
    await lock(world, Window.SUPPLEMENTARY, *ids[3:5])
    return ids


@pytest.mark.usefixtures("locked")
async def test_a_head_is_a_file_that_stays(http: httpx2.AsyncClient, world: World) -> None:
    """The head of a size may be kept for ever, the newest must be asked for again."""
    sized, newest = await http.get("/ledger/heads/3"), await http.get("/ledger/heads/newest")
    assert sized.content == newest.content
    assert SignedNote.parse(sized.content).note.size == 3
    assert "immutable" in sized.headers["cache-control"]
    assert newest.headers["cache-control"] == "no-cache"
    assert await put_head(world) == 5
    assert SignedNote.parse((await http.get("/ledger/heads/newest")).content).note.previous_size == 3


@pytest.mark.usefixtures("locked")
@pytest.mark.parametrize("size", ["0", "4", "5", "-3", "three", "9" * 30, "٣"])
async def test_a_size_without_a_head_is_not_found(http: httpx2.AsyncClient, size: str) -> None:
    """A size that is not signed, or is none."""
    assert (await http.get(f"/ledger/heads/{size}")).status_code == 404


async def test_a_proof_is_a_file_behind_a_link(
    http: httpx2.AsyncClient, api: Api, world: World, locked: list[int]
) -> None:
    """It leads to the head's root; a forged link, another content's digest and a leaf without a head do not."""
    rows = await world.owner.run(
        "SELECT e.index, r.content_digest FROM ledger_entry e JOIN revision r ON r.id = e.revision_id ORDER BY 1"
    )
    settings = api.services.settings
    url = proof_url(settings, 1, rows[1]["content_digest"])
    answer = await http.get(url)
    assert answer.headers["cache-control"] == "private, no-store"
    proof = Proof.parse(answer.content)
    head = SignedNote.parse((await http.get(f"/ledger/heads/{proof.size}")).content)
    assert root_from_inclusion(proof.leaf.hash, proof.index, proof.size, proof.path) == head.note.root
    refused = (
        url[:-2],
        proof_url(settings, 1, rows[0]["content_digest"]),
        proof_url(settings, 4, rows[4]["content_digest"]),
        proof_url(settings, 9, rows[0]["content_digest"]),
    )
    assert [(await http.get(item)).status_code for item in refused] == [404] * 4
    assert len(locked) == 6
