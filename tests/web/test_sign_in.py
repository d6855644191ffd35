"""Signing in and out: what the browser keeps, and every answer of a provider that must not begin a session."""

from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import httpx2
import pytest

from tests.web.conftest import COOKIE, ORIGIN, Site


async def test_the_browser_keeps_a_key_that_no_script_and_no_foreign_page_can_use(site: Site) -> None:
    """The cookie is HttpOnly and SameSite; Redis holds its hash and never the key itself."""
    async with site.browser() as browser:
        before = await site.sessions()
        answer = await site.sign_in(browser)
        cookie = next(value for value in answer.headers.get_list("set-cookie") if COOKIE in value)
        began = await site.sessions() - before
    assert "HttpOnly" in cookie
    assert "samesite=lax" in cookie.lower()
    key = cookie.split("=", 1)[1].split(";")[0]
    assert len(began) == 1
    assert key.encode() not in began.pop()


async def test_every_sign_in_has_its_own_key_state_and_challenge(site: Site) -> None:
    """Nothing of one sign-in serves for another, and the code is bound to us by S256 and a nonce."""
    queries = []
    for _ in range(2):
        async with site.browser() as browser:
            sent = await browser.client.get(f"{site.address}/auth/login")
            queries.append(parse_qs(urlsplit(sent.headers["location"]).query))
    for query in queries:
        assert query["code_challenge_method"] == ["S256"]
        assert query["redirect_uri"] == [f"{ORIGIN}/auth/callback"]
    assert all(queries[0][name] != queries[1][name] for name in ("state", "nonce", "code_challenge"))


@pytest.mark.parametrize(
    ("asked", "goes"),
    [
        ("/hoc-ba?lop=4A", "/hoc-ba?lop=4A"),
        ("", "/"),
        ("https://evil.example/", "/"),
        ("//evil.example/", "/"),
        ("/\\evil.example", "/"),
        ("javascript:alert(1)", "/"),
        ("/a\r\nSet-Cookie: x=1", "/"),
    ],
)
async def test_after_signing_in_only_a_path_of_this_site_is_opened(site: Site, asked: str, goes: str) -> None:
    """``next`` never leads to another site."""
    async with site.browser() as browser:
        answer = await site.sign_in(browser, asked)
    assert answer.headers["location"] == goes


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"iss": "https://other.example"}, "ISSUER_MISMATCH"),
        ({"iss": ""}, "ISSUER_MISMATCH"),
        ({"state": "forged"}, "SIGN_IN_FAILED"),
        ({"state": ""}, "SIGN_IN_FAILED"),
        ({"code": "forged"}, "SIGN_IN_FAILED"),
        ({"error": "access_denied"}, "SIGN_IN_FAILED"),
    ],
    ids=str,
)
async def test_a_changed_answer_begins_no_session(site: Site, change: dict[str, str], code: str) -> None:
    """Another issuer, a state or code that is not ours, a refusal: one sentence, no cookie, no session."""
    async with site.browser() as browser:
        parts = urlsplit(await site.called_back(browser))
        query = {name: values[0] for name, values in parse_qs(parts.query).items()} | change
        before = await site.sessions()
        url = f"{site.address}{parts.path}?{urlencode({key: text for key, text in query.items() if text})}"
        answer = await browser.client.get(url)
        assert await site.sessions() == before
    assert (answer.status_code, answer.json()["code"]) == (400, code)
    assert COOKIE not in answer.headers.get("set-cookie", "")


async def test_an_answer_is_good_only_in_the_browser_that_asked(site: Site) -> None:
    """Somebody else's browser begins nothing with it."""
    async with site.browser() as asker, site.browser() as thief:
        callback = await site.called_back(asker)
        before = await site.sessions()
        stolen = await thief.client.get(callback)
        assert (stolen.status_code, await site.sessions()) == (400, before)


async def test_an_answer_is_good_once(site: Site) -> None:
    """The same answer a second time begins no second session."""
    async with site.browser() as browser:
        callback = await site.called_back(browser)
        assert (await browser.client.get(callback)).status_code == 303
        began = await site.sessions()
        assert (await browser.client.get(callback)).status_code == 400
        assert await site.sessions() == began


async def test_signing_out_ends_the_session_here_and_at_the_provider(site: Site) -> None:
    """The key stops working at once even where somebody has kept it, and the provider is told whose session ends."""
    async with site.browser() as browser:
        before = await site.sessions()
        answer = await site.sign_in(browser)
        key = next(value for value in answer.headers.get_list("set-cookie") if COOKIE in value).split(";")[0]
        assert (await _viewer(site, key))["name"] == "Người 22193401.ht"
        ended = await browser.client.get(f"{site.address}/auth/logout")
        assert await site.sessions() == before
        assert (await _viewer(site, key))["name"] is None
    assert ended.headers["location"].startswith(site.issuer)
    assert "id_token_hint" in ended.headers["location"]
    assert 'hocba_session=""' in ended.headers["set-cookie"]


async def test_signing_out_without_a_session_just_goes_home(site: Site) -> None:
    """Nothing to end is no fault."""
    async with site.browser() as browser:
        answer = await browser.client.get(f"{site.address}/auth/logout")
    assert (answer.status_code, answer.headers["location"]) == (303, "/")


async def _viewer(site: Site, cookie: str) -> dict[str, Any]:
    async with httpx2.AsyncClient(headers={"Cookie": cookie}) as client:
        answer = await client.post(f"{site.address}/graphql", json={"query": "{ viewer { name } }"})
    viewer: dict[str, Any] = answer.json()["data"]["viewer"]
    return viewer
