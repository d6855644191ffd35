"""Signing and locking need a fresh login of the same person; everything else goes on without it."""

from base64 import b64encode
from collections.abc import AsyncIterator
from typing import Any

import orjson
import pytest
from redis import asyncio as aioredis

from backend.adapters import sessions
from backend.adapters.redis_client import open_redis
from tests.fixtures.browser import Browser
from tests.fixtures.servers import ACCOUNTS
from tests.web.conftest import COOKIE, LOGIN, PASSWORD, Site

OTHER = str(ACCOUNTS[1]["sub"])
ERRORS = "userErrors { code url field }"
CEREMONY, PERIOD = (b64encode(f"{kind}:999999999".encode()).decode() for kind in ("Ceremony", "LockPeriod"))
GUARDED = {
    "ceremonyStart": f"mutation {{ ceremonyStart(role: PRINCIPAL, recordIds: []) {{ {ERRORS} }} }}",
    "ceremonyRetry": f'mutation {{ ceremonyRetry(ceremonyId: "{CEREMONY}") {{ {ERRORS} }} }}',
    "lockPeriodSeal": f'mutation {{ lockPeriodSeal(lockPeriodId: "{PERIOD}") {{ {ERRORS} }} }}',
    "lockPeriodSchedule": 'mutation { lockPeriodSchedule(schoolYear: "2024-2025", window: MAIN,'
    f' locksAt: "2100-01-01T00:00:00+07:00") {{ {ERRORS} }} }}',
}
STEP_UP = {"code": "STEP_UP_REQUIRED", "url": "/auth/step-up", "field": []}


@pytest.fixture
async def redis(site: Site) -> AsyncIterator[aioredis.Redis]:
    client = open_redis(site.redis_url)
    yield client
    await client.aclose()


async def age(redis: aioredis.Redis, browser: Browser, seconds: float) -> None:
    """Let the login of the browser's session be that much older."""
    name = sessions.PREFIX + sessions.public_name(browser.client.cookies[COOKIE])
    session = orjson.loads(await redis.get(name))
    session["authenticated_at"] -= seconds
    await redis.set(name, orjson.dumps(session), keepttl=True)


async def errors(site: Site, browser: Browser, name: str) -> list[dict[str, Any]]:
    answer = await site.ask(browser, GUARDED[name])
    found: list[dict[str, Any]] = answer["data"][name]["userErrors"]
    return found


async def step_up(site: Site, browser: Browser, login: str = LOGIN) -> Any:
    """Prove again who one is, and come back."""
    back = await site.called_back(browser, "/ky", "/auth/step-up", login)
    return await browser.client.get(back)


@pytest.mark.parametrize("name", sorted(GUARDED))
async def test_an_old_login_is_asked_to_prove_itself(site: Site, redis: aioredis.Redis, name: str) -> None:
    """The error says where; a fresh login gets as far as the act itself; reading needs none."""
    async with site.browser() as browser:
        await site.sign_in(browser)
        assert STEP_UP not in await errors(site, browser, name)
        await age(redis, browser, 31 * 60)
        assert await errors(site, browser, name) == [STEP_UP]
        viewer = await site.ask(browser, "{ viewer { role } records(first: 1) { edges { node { id } } } }")
        assert viewer["data"]["viewer"]["role"] == "PRINCIPAL"
        assert viewer["data"]["records"]["edges"]
        await browser.client.get(f"{site.address}/auth/logout")


async def test_the_same_person_comes_back_and_goes_on(site: Site, redis: aioredis.Redis) -> None:
    """The provider asks for the password although it knows the browser; the session is a new one with a new time."""
    async with site.browser() as browser:
        await site.sign_in(browser)
        await age(redis, browser, 31 * 60)
        old, count = browser.client.cookies[COOKIE], len(await site.sessions())
        sent = await browser.client.get(f"{site.address}/auth/step-up", params={"next": "/ky"})
        page = await browser.open(sent.headers["location"])
        assert page.status_code == 200
        answered = await browser.submit(page, {"login": LOGIN, "password": PASSWORD})
        done = await browser.client.get(site.here(answered.headers["location"]))
        assert (done.status_code, done.headers["location"]) == (303, "/ky")
        assert browser.client.cookies[COOKIE] != old
        assert len(await site.sessions()) == count
        assert STEP_UP not in await errors(site, browser, "ceremonyStart")
        await browser.client.get(f"{site.address}/auth/logout")


async def test_somebody_else_does_not_come_back(site: Site, redis: aioredis.Redis) -> None:
    """Another person's proof is refused and begins no session; the provider has ended the one that was."""
    async with site.browser() as browser:
        await site.sign_in(browser)
        before = await site.sessions()
        sent = await browser.client.get(f"{site.address}/auth/step-up")
        page = await browser.open(sent.headers["location"])
        changing = await browser.submit(page, {"login": OTHER, "password": PASSWORD})
        answered = await browser.submit(
            changing, {}
        )  # the provider's own page, which a browser sends on by itself
        answer = await browser.client.get(site.here(answered.headers["location"]))
        assert (answer.status_code, answer.json()["code"]) == (403, "OTHER_PERSON")
        assert await site.sessions() < before
        assert (await site.ask(browser, "{ viewer { name } }"))["data"]["viewer"]["name"] is None


async def test_who_is_not_signed_in_is_sent_to_sign_in(site: Site) -> None:
    """There is nothing to step up from, and the guarded acts say who must sign in."""
    async with site.browser() as browser:
        assert [error["code"] for error in await errors(site, browser, "lockPeriodSeal")] == ["NOT_SIGNED_IN"]
        sent = await browser.client.get(f"{site.address}/auth/step-up")
        assert "prompt=login" not in sent.headers["location"]
        assert (await step_up(site, browser)).status_code == 303
        await browser.client.get(f"{site.address}/auth/logout")


async def test_what_is_sent_asks_for_a_new_login(site: Site) -> None:
    """``max_age=0`` and ``prompt=login``: a provider that heeds either asks again."""
    async with site.browser() as browser:
        await site.sign_in(browser)
        sent = await browser.client.get(f"{site.address}/auth/step-up")
        assert {"max_age=0", "prompt=login"} <= set(sent.headers["location"].split("?")[1].split("&"))
        await browser.client.get(f"{site.address}/auth/logout")
