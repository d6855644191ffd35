"""The GraphQL endpoint: what a foreign page, a wrong method or a large body gets, and what a fault tells."""

import json
from contextlib import suppress

import httpx2
import pytest
import websockets
from websockets.exceptions import InvalidStatus

from tests.web.conftest import ORIGIN, Site

VIEWER = json.dumps({"query": "{ viewer { name } }"})
HEADERS = {
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "x-frame-options": "DENY",
}


@pytest.mark.parametrize("path", ["/", "/tra-cuu", "/healthz", "/graphql", "/nowhere/x", "/files/forged"])
async def test_every_answer_carries_the_security_headers(site: Site, path: str) -> None:
    """Also a refusal and a page that is not there; scripts come from this site alone."""
    async with httpx2.AsyncClient() as client:
        answer = await client.get(site.address + path)
    assert {name: answer.headers[name] for name in HEADERS} == HEADERS
    policy = answer.headers["content-security-policy"]
    assert "default-src 'self'" in policy
    assert "script-src 'self'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert "server" not in answer.headers


@pytest.mark.parametrize(
    "content_type", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", ""]
)
async def test_only_json_is_read(site: Site, content_type: str) -> None:
    """The types that a foreign page's form can send without asking are refused, so it can send no mutation."""
    async with httpx2.AsyncClient() as client:
        answer = await client.post(
            f"{site.address}/graphql", content=VIEWER, headers={"content-type": content_type}
        )
    assert answer.status_code in {400, 415}
    assert "viewer" not in answer.text


async def test_a_strangers_address_runs_nothing(closed_site: Site) -> None:
    """Where the frontend's documents are trusted, a link or a picture's address runs no other operation."""
    async with httpx2.AsyncClient() as client:
        answer = await client.get(f"{closed_site.address}/graphql", params={"query": "{ viewer { name } }"})
    assert answer.json()["errors"][0]["extensions"]["code"] == "OPERATION_NOT_TRUSTED"
    assert "viewer" not in answer.text


@pytest.mark.parametrize(
    "query",
    ['mutation { viewerActAs(assignmentId: "1") { userErrors { code } } }', "mutation { __typename }"],
)
async def test_an_address_never_changes_anything(site: Site, query: str) -> None:
    """A mutation must come as POST, whoever may send documents of their own."""
    async with httpx2.AsyncClient() as client:
        answer = await client.get(f"{site.address}/graphql", params={"query": query})
    assert (answer.status_code, answer.headers["allow"]) == (405, "POST")
    assert answer.json()["errors"][0]["extensions"]["code"] == "OPERATION_BY_GET"


async def test_a_lookup_stands_in_no_address(site: Site) -> None:
    """A code in an address would stay in histories and logs: the operation is refused before it is looked up."""
    params = {"query": "query($c: String!) { lookup(code: $c) { maskedName } }", "variables": '{"c": "12"}'}
    async with httpx2.AsyncClient() as client:
        answer = await client.get(f"{site.address}/graphql", params=params)
    assert answer.json()["errors"][0]["extensions"]["code"] == "OPERATION_BY_GET"


async def test_a_large_body_is_refused(site: Site) -> None:
    """Past 200,000 bytes, whether the length is declared or the body comes in pieces."""
    body = json.dumps({"query": "{ viewer { name } }", "variables": {"x": "y" * 200_000}}).encode()

    async def pieces():
        yield body

    async with httpx2.AsyncClient() as client:
        headers = {"content-type": "application/json"}
        declared = await client.post(f"{site.address}/graphql", content=body, headers=headers)
        chunked = await client.post(f"{site.address}/graphql", content=pieces(), headers=headers)
    assert (declared.status_code, chunked.status_code) == (413, 413)


@pytest.mark.parametrize("origin", ["https://evil.example", "null", "http://127.0.0.1"])
async def test_a_foreign_page_opens_no_socket(site: Site, origin: str) -> None:
    """A socket carries the cookie whatever page opens it, so its Origin decides; ours is let in."""
    url = site.address.replace("http", "ws", 1) + "/graphql"
    protocols = [websockets.Subprotocol("graphql-transport-ws")]
    with pytest.raises(InvalidStatus) as refused:
        async with websockets.connect(url, subprotocols=protocols, origin=websockets.Origin(origin)):
            pass
    assert refused.value.response.status_code == 403
    async with websockets.connect(url, subprotocols=protocols, origin=websockets.Origin(ORIGIN)) as socket:
        await socket.send('{"type": "connection_init"}')
        assert json.loads(await socket.recv())["type"] == "connection_ack"


async def test_a_socket_that_says_nothing_is_closed(site: Site) -> None:
    """Without ``connection_init`` a socket lasts three seconds; the old protocol is not spoken at all."""
    url = site.address.replace("http", "ws", 1) + "/graphql"
    origin = websockets.Origin(ORIGIN)
    protocol = websockets.Subprotocol("graphql-transport-ws")
    async with websockets.connect(url, subprotocols=[protocol], origin=origin) as socket:
        with suppress(websockets.ConnectionClosed):
            await socket.recv()
        assert socket.close_code == 4408
    old = websockets.Subprotocol("graphql-ws")
    async with websockets.connect(url, subprotocols=[old], origin=origin) as socket:
        with suppress(websockets.ConnectionClosed):
            await socket.recv()
        assert socket.close_code == 4406


async def test_a_fault_tells_its_number_and_nothing_else(site: Site) -> None:
    """Whoever asked gets an id; what went wrong stands in the log under that id."""
    async with httpx2.AsyncClient() as client:
        await site.owner.run("ALTER TABLE lock_period RENAME TO lock_period_away")
        try:
            answer = await client.post(f"{site.address}/graphql", json={"query": "{ lockPeriods { id } }"})
        finally:
            await site.owner.run("ALTER TABLE lock_period_away RENAME TO lock_period")
    (error,) = answer.json()["errors"]
    assert error["extensions"]["code"] == "INTERNAL"
    assert error["extensions"]["id"] in error["message"]
    assert "lock_period" not in answer.text
    logged = [line for line in site.log_file.read_text().splitlines() if error["extensions"]["id"] in line]
    assert len(logged) == 1
    assert "lock_period" in logged[0]


@pytest.mark.parametrize(
    ("accept", "begins"), [("en-GB,en;q=0.9", "A lookup code"), ("vi", "Mã"), ("fr", "Mã"), ("", "Mã")]
)
async def test_a_refusal_speaks_the_readers_language(site: Site, accept: str, begins: str) -> None:
    """Vietnamese unless English is asked for first; the code is the same."""
    body = {"query": '{ lookup(code: "12") { maskedName } }'}
    async with httpx2.AsyncClient(headers={"accept-language": accept}) as client:
        answer = await client.post(f"{site.address}/graphql", json=body)
    (error,) = answer.json()["errors"]
    assert error["extensions"]["code"] == "LOOKUP_CODE_INVALID"
    assert error["message"].startswith(begins), error["message"]


async def test_an_upload_has_a_limit_and_keeps_only_its_suffix(site: Site) -> None:
    """A stranger may send 10 MB; what is kept has a random id and no name of the sender's."""
    async with httpx2.AsyncClient(timeout=30) as client:
        url = f"{site.address}/uploads"
        large = await client.post(url, content=b"x" * (10 * 1_048_576 + 1))
        kept = await client.post(url, params={"name": "Nguyễn Văn An.PDF"}, content=b"%PDF-")
    assert (large.status_code, large.json()["code"]) == (413, "DOCUMENT_TOO_LARGE")
    assert kept.status_code == 201
    assert len(kept.json()["upload"]) >= 32


@pytest.mark.parametrize("path", ["/files/forged", "/previews/forged"])
async def test_a_forged_link_opens_nothing(site: Site, path: str) -> None:
    """A link of nobody's is not found."""
    async with httpx2.AsyncClient() as client:
        answer = await client.get(site.address + path)
    assert (answer.status_code, answer.json()["code"]) == (404, "NOT_FOUND")
