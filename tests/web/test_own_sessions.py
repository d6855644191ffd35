"""A person's sessions: begun anew at each login, seen and ended by their owner, ended by the provider."""

from typing import Any

import httpx2
import pytest

from backend.web.devices import device_of
from tests.fixtures.browser import Browser
from tests.web.conftest import COOKIE, Site

SESSIONS = "{ viewer { name sessions { id beganAt lastSeenAt device current viewerActions viewerRefusals { code } } } }"
REVOKE = (
    "mutation R($id: ID!) { sessionRevoke(sessionId: $id) { sessions { id } userErrors { code field } } }"
)
OTHERS = "mutation { sessionRevokeOthers { sessions { id current } userErrors { code } } }"


async def shown(site: Site, browser: Browser) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = (await site.ask(browser, SESSIONS))["data"]["viewer"]["sessions"]
    return found


async def name_of(site: Site, browser: Browser) -> str | None:
    name: str | None = (await site.ask(browser, "{ viewer { name } }"))["data"]["viewer"]["name"]
    return name


async def end_all(site: Site, browser: Browser) -> None:
    """Leave nothing to the next test: sessions of a person outlive a browser."""
    await site.ask(browser, OTHERS)
    await browser.client.get(f"{site.address}/auth/logout")


async def test_signing_in_again_ends_the_session_that_the_browser_had(site: Site) -> None:
    """A key that somebody has planted or kept is worth nothing after the login."""
    async with site.browser() as browser:
        await site.sign_in(browser)
        old = browser.client.cookies[COOKIE]
        before = await site.sessions()
        await site.sign_in(browser)
        assert browser.client.cookies[COOKIE] != old
        after = await site.sessions()
        assert len(after) == len(before)
        assert after != before
        async with httpx2.AsyncClient(headers={"Cookie": f"{COOKIE}={old}"}) as kept:
            answer = await kept.post(f"{site.address}/graphql", json={"query": "{ viewer { name } }"})
        assert answer.json()["data"]["viewer"]["name"] is None
        await end_all(site, browser)


async def test_a_person_sees_where_they_are_signed_in_and_ends_one(site: Site) -> None:
    """Each with its device and times, the own marked; the ended one is nobody at once, the other goes on."""
    async with site.browser() as here, site.browser() as there:
        there.client.headers["user-agent"] = "Mozilla/5.0 (Windows NT 10.0) Gecko/20100101 Firefox/140.0"
        await site.sign_in(there)
        await site.sign_in(here)
        listed = await shown(site, here)
        assert [item["current"] for item in listed] == [True, False]
        assert listed[1]["device"] == "Firefox · Windows"
        assert all(item["beganAt"] <= item["lastSeenAt"] for item in listed)
        assert all((item["viewerActions"], item["viewerRefusals"]) == (["REVOKE"], []) for item in listed)
        ended = await site.ask(here, REVOKE, id=listed[1]["id"])
        assert ended["data"]["sessionRevoke"] == {"sessions": [{"id": listed[0]["id"]}], "userErrors": []}
        assert await name_of(site, there) is None
        assert await name_of(site, here) is not None
        await end_all(site, here)


async def test_a_person_ends_all_others(site: Site) -> None:
    """The one that asks is left."""
    async with site.browser() as here, site.browser() as there:
        await site.sign_in(there)
        await site.sign_in(here)
        answer = (await site.ask(here, OTHERS))["data"]["sessionRevokeOthers"]
        assert ([item["current"] for item in answer["sessions"]], answer["userErrors"]) == ([True], [])
        assert await name_of(site, there) is None
        await end_all(site, here)


async def test_nobody_ends_somebody_elses_session(site: Site) -> None:
    """A name that one has seen over a shoulder is not found, and so is none at all; the session goes on."""
    async with site.browser() as own, site.browser(site.parents_issuer) as other:
        await site.sign_in(own)
        await site.sign_in_parent(other, "ph.mot")
        [target] = await shown(site, own)
        for attempt in (target["id"], "unknown"):
            refused = (await site.ask(other, REVOKE, id=attempt))["data"]["sessionRevoke"]
            assert refused["userErrors"] == [{"code": "NOT_FOUND", "field": ["sessionId"]}]
        assert await name_of(site, own) is not None
        await end_all(site, own)
        await end_all(site, other)


async def test_who_is_not_signed_in_has_no_sessions(site: Site) -> None:
    """Nothing is listed and nothing ended."""
    async with site.browser() as browser:
        before = await site.sessions()
        assert await shown(site, browser) == []
        refused = (await site.ask(browser, REVOKE, id="x"))["data"]["sessionRevoke"]
        assert refused["userErrors"][0]["code"] == "NOT_SIGNED_IN"
        assert await site.sessions() == before


async def test_signing_out_at_the_provider_ends_the_session_here(site: Site) -> None:
    """The provider tells us by the back channel, signed; the browser need not come by."""
    async with site.browser() as browser:
        await site.sign_in(browser)
        assert await name_of(site, browser) is not None
        page = await browser.open(f"{site.issuer}/session/end")
        await browser.submit(page, {"logout": "yes"})
        assert await name_of(site, browser) is None


@pytest.mark.parametrize(
    ("user_agent", "device"),
    [
        (
            "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/140.0 Safari/537.36",
            "Chrome · Windows",
        ),
        (
            "Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/140.0 Safari/537.36 Edg/140.0",
            "Edge · Windows",
        ),
        (
            "Mozilla/5.0 (Linux; Android 15) AppleWebKit/537.36 Chrome/140.0 Mobile Safari/537.36",
            "Chrome · Android",
        ),
        (
            "Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) Version/19.0 Safari/604.1",
            "Safari · iPhone",
        ),
        ("curl/8.5", ""),
        ("", ""),
        ("<script>Linux", "Linux"),
    ],
)
def test_a_device_is_named_coarsely(user_agent: str, device: str) -> None:
    """Browser and system and nothing that tells one person's machine from another's."""
    assert device_of(user_agent) == device
