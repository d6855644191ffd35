"""What a provider, or somebody in its name, may say: every forged token is refused and changes nothing."""

import time
from collections.abc import Callable, Iterator
from typing import Any

import httpx2
import pytest

from tests.fixtures.browser import Browser
from tests.fixtures.hostile import CLIENT_ID, STRONG, Claims, HostileProvider
from tests.web.conftest import COOKIE, Site

NAME = "gia"
EVENTS = {"http://schemas.openid.net/event/backchannel-logout": {}}
Forge = Callable[[HostileProvider, Claims], str | None]

FORGED: dict[str, Forge] = {
    "alg none": lambda liar, claims: liar.unsigned(claims),
    "HS256 with the public key": lambda liar, claims: liar.signed_with_the_public_key(claims),
    "another key under the known name": lambda liar, claims: liar.signed(claims, key=liar.other_key),
    "a key that is not published": lambda liar, claims: liar.signed(
        claims, {"alg": "RS256", "kid": "unknown"}, liar.other_key
    ),
    "a changed claim": lambda liar, claims: _with_subject_of_another(liar.signed(claims)),
    "another issuer": lambda liar, claims: liar.signed(claims | {"iss": "https://other.example"}),
    "another audience": lambda liar, claims: liar.signed(claims | {"aud": "other"}),
    "two audiences and no party": lambda liar, claims: liar.signed(claims | {"aud": [CLIENT_ID, "other"]}),
    "another party": lambda liar, claims: liar.signed(claims | {"azp": "other"}),
    "another nonce": lambda liar, claims: liar.signed(claims | {"nonce": "other"}),
    "no nonce": lambda liar, claims: liar.signed(_without(claims, "nonce")),
    "no subject": lambda liar, claims: liar.signed(_without(claims, "sub")),
    "no issuer": lambda liar, claims: liar.signed(_without(claims, "iss")),
    "no audience": lambda liar, claims: liar.signed(_without(claims, "aud")),
    "no end": lambda liar, claims: liar.signed(_without(claims, "exp")),
    "ended": lambda liar, claims: liar.signed(claims | {"exp": claims["iat"] - 120}),
    "from the future": lambda liar, claims: liar.signed(claims | {"iat": claims["iat"] + 600}),
    "no token at all": lambda _liar, _claims: None,
    "no token but words": lambda _liar, _claims: "not.a.token",
}


def _without(claims: Claims, name: str) -> Claims:
    return {key: value for key, value in claims.items() if key != name}


def _with_subject_of_another(token: str) -> str:
    head, _, signature = token.split(".")
    other = HostileProvider(1).unsigned({"sub": "so", "iss": "x"}).split(".")[1]
    return f"{head}.{other}.{signature}"


@pytest.fixture
def liar(site: Site, hostile: HostileProvider) -> Iterator[HostileProvider]:
    yield hostile
    hostile.forge = hostile.signed


async def begin(site: Site, browser: Browser, path: str = f"/auth/login?provider={NAME}") -> httpx2.Response:
    """Go through the provider, which asks nothing; the site's answer to its answer."""
    sent = await browser.client.get(site.address + path)
    back = await browser.client.get(sent.headers["location"])
    return await browser.client.get(site.here(back.headers["location"]))


async def signed_in(site: Site, browser: Browser) -> bool:
    answer = await site.ask(browser, "{ viewer { sessions { id } } }")
    return bool(answer["data"]["viewer"]["sessions"])


async def test_an_honest_token_signs_in(site: Site, liar: HostileProvider) -> None:
    """The same provider, telling the truth: what is refused below is refused for the lie."""
    async with site.browser() as browser:
        assert (await begin(site, browser)).status_code == 303
        assert await signed_in(site, browser)
        await browser.client.get(f"{site.address}/auth/logout")
    assert liar.refused_codes == 0


@pytest.mark.parametrize("lie", sorted(FORGED))
async def test_a_forged_token_signs_nobody_in(site: Site, liar: HostileProvider, lie: str) -> None:
    """One sentence, no cookie, no session; a session that was there goes on."""
    liar.forge = lambda claims: FORGED[lie](liar, claims)
    async with site.browser() as browser:
        before = await site.sessions()
        answer = await begin(site, browser)
        assert await site.sessions() == before
    assert (answer.status_code, answer.json()["code"]) == (400, "SIGN_IN_FAILED")
    assert COOKIE not in answer.headers.get("set-cookie", "")


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"sub": "somebody.else"}, "OTHER_PERSON"),
        ({"acr": "urn:test:weak"}, "STEP_UP_INSUFFICIENT"),
        ({"acr": None}, "STEP_UP_INSUFFICIENT"),
        ({"auth_time": int(time.time()) - 3600}, "STEP_UP_INSUFFICIENT"),
        ({"auth_time": None}, "STEP_UP_INSUFFICIENT"),
    ],
    # the names of tests say no time: two processes that collect them must agree
    ids=("another person", "lower level", "no level", "old login", "no login"),
)
async def test_a_step_up_that_proves_too_little_is_refused(
    site: Site, liar: HostileProvider, changes: dict[str, Any], code: str
) -> None:
    """Another person, a lower level, an old login, none at all: the session stays what it was."""
    async with site.browser() as browser:
        assert (await begin(site, browser)).status_code == 303
        before, key = await site.sessions(), browser.client.cookies[COOKIE]
        liar.forge = lambda claims: liar.signed(
            {name: value for name, value in (claims | changes).items() if value is not None}
        )
        answer = await begin(site, browser, "/auth/step-up")
        assert (answer.status_code, answer.json()["code"]) == (403, code)
        assert (await site.sessions(), browser.client.cookies[COOKIE]) == (before, key)
        await browser.client.get(f"{site.address}/auth/logout")


async def test_the_level_that_a_provider_is_set_to_is_asked_for_and_needed(
    site: Site, liar: HostileProvider
) -> None:
    """A fresh login of a lower level may look and not lock; after the step-up it gets as far as its right."""
    lock = 'mutation { lockPeriodSchedule(schoolYear: "2024-2025", window: MAIN,'
    lock += ' locksAt: "2100-01-01T00:00:00+07:00") { userErrors { code } } }'
    async with site.browser() as browser:
        liar.forge = lambda claims: liar.signed(claims | {"acr": "urn:test:weak"})
        assert (await begin(site, browser)).status_code == 303
        refused = (await site.ask(browser, lock))["data"]["lockPeriodSchedule"]["userErrors"]
        assert [error["code"] for error in refused] == ["STEP_UP_REQUIRED"]
        sent = await browser.client.get(f"{site.address}/auth/step-up")
        assert f"acr_values={STRONG.replace(':', '%3A')}" in sent.headers["location"]
        liar.forge = liar.signed
        assert (await begin(site, browser, "/auth/step-up")).status_code == 303
        refused = (await site.ask(browser, lock))["data"]["lockPeriodSchedule"]["userErrors"]
        assert [error["code"] for error in refused] == ["SIGNER_UNKNOWN"]
        await browser.client.get(f"{site.address}/auth/logout")


def logout_claims(liar: HostileProvider, **changes: Any) -> Claims:
    """A logout token of now."""
    known = {"events": EVENTS, "jti": f"j{time.monotonic_ns()}", "auth_time": None, "acr": None}
    return liar.claims(**known | changes)


FORGED_LOGOUTS: dict[str, Forge] = {
    **{name: FORGED[name] for name in FORGED if name not in {"two audiences and no party", "another party"}},
    "no event": lambda liar, claims: liar.signed(_without(claims, "events")),
    "another event": lambda liar, claims: liar.signed(claims | {"events": {"other": {}}}),
    "an event that is none": lambda liar, claims: liar.signed(claims | {"events": {next(iter(EVENTS)): 1}}),
    "a nonce": lambda liar, claims: liar.signed(claims | {"nonce": "n"}),
    "no id": lambda liar, claims: liar.signed(_without(claims, "jti")),
    "no subject": lambda liar, claims: liar.signed(_without(_without(claims, "sub"), "sid")),
    "holds for a week": lambda liar, claims: liar.signed(claims | {"exp": claims["iat"] + 604_800}),
}
del FORGED_LOGOUTS["another nonce"], FORGED_LOGOUTS["no nonce"], FORGED_LOGOUTS["no token at all"]


async def send_logout(site: Site, token: str) -> httpx2.Response:
    async with httpx2.AsyncClient() as client:
        return await client.post(f"{site.address}/auth/backchannel-logout", data={"logout_token": token})


@pytest.mark.parametrize("lie", sorted(FORGED_LOGOUTS))
async def test_a_forged_logout_ends_nothing(site: Site, liar: HostileProvider, lie: str) -> None:
    """Whoever could end sessions in a provider's name could keep a school from its deadline."""
    async with site.browser() as browser:
        assert (await begin(site, browser)).status_code == 303
        answer = await send_logout(site, str(FORGED_LOGOUTS[lie](liar, logout_claims(liar))))
        assert (answer.status_code, answer.json()["code"]) == (400, "LOGOUT_TOKEN_INVALID")
        assert answer.headers["cache-control"] == "no-store"
        assert await signed_in(site, browser)
        await browser.client.get(f"{site.address}/auth/logout")


@pytest.mark.parametrize("left_out", ["sub", "sid"])
async def test_a_logout_ends_the_session_once(site: Site, liar: HostileProvider, left_out: str) -> None:
    """By the person or by the provider's session; the same token a second time is refused."""
    token = liar.signed(logout_claims(liar, **{left_out: None}))
    async with site.browser() as browser:
        assert (await begin(site, browser)).status_code == 303
        assert (await send_logout(site, token)).status_code == 200
        assert not await signed_in(site, browser)
        assert (await begin(site, browser)).status_code == 303
        assert (await send_logout(site, token)).status_code == 400
        assert await signed_in(site, browser)
        await browser.client.get(f"{site.address}/auth/logout")


@pytest.mark.parametrize(
    "body", [b"", b"logout_token=", b"x=1", b"\xff\xfe", b"logout_token=" + b"a" * 30_000]
)
async def test_a_logout_that_is_none_is_refused(site: Site, body: bytes) -> None:
    """No token, an empty one, bytes, far too much: one answer."""
    async with httpx2.AsyncClient() as client:
        answer = await client.post(f"{site.address}/auth/backchannel-logout", content=body)
    assert (answer.status_code, answer.json()["code"]) == (400, "LOGOUT_TOKEN_INVALID")
