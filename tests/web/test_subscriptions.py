"""Sockets and event streams as clients speak them: the reference client of graphql-transport-ws, and plain SSE."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

import httpx2
import pytest
import websockets

from backend.web.connections import PER_PERSON
from backend.web.gateway import SUBSCRIPTIONS_MAX
from tests.web.conftest import COOKIE, ORIGIN, Site

FOLDER = Path(__file__).parent / "protocol"
SECONDS = 10
RECORDS = """subscription Records($after: String) {
  recordChanges(after: $after) { cursor kind node { ... on Record { id state } } } }"""
TOUCH = (
    "UPDATE revision SET updated_at = now() FROM year_record y JOIN org_unit u ON u.id = y.school_id"
    " WHERE y.working_revision_id = revision.id AND u.code = '22193401' AND y.sort_key = ("
    " SELECT sort_key FROM year_record x WHERE x.school_id = u.id ORDER BY sort_key LIMIT 1)"
)


class Client:
    """The reference client in a process of its own."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process
        self.seen: list[dict[str, Any]] = []

    async def tell(self, **command: Any) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(command).encode() + b"\n")
        await self._process.stdin.drain()

    async def until(self, *keys: str) -> dict[str, Any]:
        """The next line that has one of these keys."""
        assert self._process.stdout is not None
        async with asyncio.timeout(SECONDS):
            while True:
                line = json.loads(await self._process.stdout.readline())
                self.seen.append(line)
                if any(key in line for key in keys):
                    return line

    async def change(self) -> dict[str, Any]:
        """The next change that is shown."""
        shown = (await self.until("next"))["next"]
        assert "errors" not in shown, shown
        return shown["data"]["recordChanges"]


@asynccontextmanager
async def _client(
    site: Site, cookie: str, *, origin: str = ORIGIN, attempts: int = 0
) -> AsyncIterator[Client]:
    url = site.address.replace("http", "ws", 1) + "/graphql"
    process = await asyncio.create_subprocess_exec(
        "node",
        str(FOLDER / "client.mjs"),
        url,
        origin,
        cookie,
        str(attempts),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    try:
        yield Client(process)
    finally:
        if process.stdin is not None:
            process.stdin.close()
        await process.wait()


@pytest.fixture
async def cookie(site: Site) -> AsyncIterator[str]:
    """A session of the principal's own."""
    async with site.browser() as browser:
        await site.sign_in(browser)
        yield f"{COOKIE}={browser.client.cookies[COOKIE]}"


async def test_the_reference_client_watches_and_leaves(site: Site, cookie: str) -> None:
    """It is told where the stream begins, then of a change as soon as it is committed; another may stay."""
    async with _client(site, cookie) as client:
        await client.tell(subscribe="a", query=RECORDS)
        await client.tell(subscribe="b", query=RECORDS)
        assert (await client.until("connected"))["connected"] == "graphql-transport-ws"
        assert {(await client.change())["kind"], (await client.change())["kind"]} == {"OPENED"}
        await site.owner.run(TOUCH)
        first, second = await client.change(), await client.change()
        assert first == second
        assert first["kind"] == "CHANGED"
        assert first["node"]["state"]
        await client.tell(unsubscribe="a")
        await client.until("complete")
        await site.owner.run(TOUCH)
        later = await client.until("next")
        assert later["id"] == "b"
        assert int(later["next"]["data"]["recordChanges"]["cursor"]) == int(first["cursor"]) + 1


async def test_a_torn_socket_comes_back_without_gap_or_repetition(site: Site, cookie: str) -> None:
    """The network is lost again and again while records change; in the end every cursor came once."""
    async with _client(site, cookie, attempts=50) as client:
        await client.tell(subscribe="a", query=RECORDS, resume=True)
        begin = int((await client.change())["cursor"])
        cursors: list[int] = []
        for _ in range(4):
            await site.owner.run(TOUCH)
            await client.tell(drop=True)
            await site.owner.run(TOUCH)
            cursors += [int((await client.change())["cursor"]), int((await client.change())["cursor"])]
        assert len([line for line in client.seen if "closed" in line]) >= 3
    assert cursors == list(range(begin + 1, begin + 9))


async def test_a_foreign_page_watches_nothing(site: Site, cookie: str) -> None:
    """Its Origin is refused at the handshake, whatever cookie the browser sends along."""
    async with _client(site, cookie, origin="https://evil.example") as client:
        await client.tell(subscribe="a", query=RECORDS)
        assert (await client.until("refused"))["refused"] == 403


async def test_a_socket_has_ten_subscriptions(site: Site, cookie: str) -> None:
    """One more is refused alone; after one has left there is room again."""
    async with _client(site, cookie) as client:
        for number in range(SUBSCRIPTIONS_MAX):
            await client.tell(subscribe=str(number), query=RECORDS)
            await client.change()
        await client.tell(subscribe="more", query=RECORDS)
        refused = await client.until("error")
        assert (refused["id"], refused["error"][0]["message"]) == ("more", "Subscription limit reached")
        await client.tell(unsubscribe="0")
        await client.until("complete")
        await client.tell(subscribe="again", query=RECORDS)
        assert (await client.change())["kind"] == "OPENED"


async def test_nobody_signed_in_watches_nothing(site: Site) -> None:
    """A stranger's socket is open to the public's questions and to no stream of changes."""
    async with _client(site, "") as client:
        await client.tell(subscribe="a", query=RECORDS)
        shown = (await client.until("next"))["next"]
    assert shown["data"] is None
    assert shown["errors"][0]["extensions"]["code"] == "NOT_SIGNED_IN"


async def test_a_session_that_ends_takes_its_sockets_along(site: Site, cookie: str) -> None:
    """Signing out in one window closes the streams of every other one, with a code that asks for a new sign-in."""
    async with _client(site, cookie, attempts=5) as client, httpx2.AsyncClient() as window:
        await client.tell(subscribe="a", query=RECORDS)
        await client.change()
        await window.get(f"{site.address}/auth/logout", headers={"cookie": cookie})
        assert (await client.until("closed"))["closed"] == 4401
        assert (await client.until("error"))["error"]["code"] == 4401


async def test_a_session_that_runs_out_takes_its_sockets_along(site: Site, cookie: str) -> None:
    """Nobody says so: the sweep finds it within seconds."""
    async with _client(site, cookie) as client:
        await client.tell(subscribe="a", query=RECORDS)
        await client.change()
        await site.forget_session(cookie.partition("=")[2])
        assert (await client.until("closed"))["closed"] == 4401


async def test_a_person_has_so_many_windows(site: Site, cookie: str) -> None:
    """One socket more is refused before it opens; another person's is not."""
    url = site.address.replace("http", "ws", 1) + "/graphql"
    protocols = [websockets.Subprotocol("graphql-transport-ws")]
    origin = websockets.Origin(ORIGIN)
    async with AsyncExitStack() as stack:

        def connect(headers: dict[str, str]) -> Any:
            return websockets.connect(url, subprotocols=protocols, origin=origin, additional_headers=headers)

        for _ in range(PER_PERSON):
            await stack.enter_async_context(connect({"cookie": cookie}))
        with pytest.raises(websockets.InvalidStatus) as refused:
            await stack.enter_async_context(connect({"cookie": cookie}))
        assert refused.value.response.status_code == 429
        assert json.loads(refused.value.response.body)["code"] == "TOO_MANY_WATCHERS"
        await stack.enter_async_context(connect({}))


async def test_server_sent_events_tell_the_same(site: Site, cookie: str) -> None:
    """Where sockets do not pass: the same query over POST, resumed from a cursor, ended with the session."""
    headers = {"accept": "text/event-stream", "cookie": cookie}
    async with httpx2.AsyncClient(timeout=SECONDS) as client:
        url, body = f"{site.address}/graphql", {"query": RECORDS}
        async with client.stream("POST", url, json=body, headers=headers) as answer:
            assert answer.headers["content-type"].startswith("text/event-stream")
            events = _events(answer)
            opened = await anext(events)
            await site.owner.run(TOUCH)
            changed = await anext(events)
        assert (opened["kind"], changed["kind"]) == ("OPENED", "CHANGED")
        resumed = {"query": RECORDS, "variables": {"after": opened["cursor"]}}
        async with client.stream("POST", url, json=resumed, headers=headers) as answer:
            events = _events(answer)
            assert await anext(events) == changed
            await client.get(f"{site.address}/auth/logout", headers={"cookie": cookie})
            with pytest.raises(StopAsyncIteration):
                await anext(events)


async def _events(answer: httpx2.Response) -> AsyncIterator[dict[str, Any]]:
    """Changes of an event stream; it ends with ``complete``."""
    event = ""
    async for line in answer.aiter_lines():
        if line.startswith("event:"):
            event = line.partition(":")[2].strip()
        if line.startswith("data:") and event == "next":
            yield json.loads(line.partition(":")[2])["data"]["recordChanges"]
        if event == "complete":
            return
