"""Several providers: staff and parents sign in at their own, and what they are comes from us, not from the token."""

from urllib.parse import parse_qs, urlsplit

import pytest

from tests.fixtures.servers import PARENTS
from tests.web.conftest import COOKIE, ORIGIN, Site

WHO = "{ viewer { name role assignments { id } } records(first: 5) { edges { node { id } } } }"


async def test_each_provider_is_asked_on_its_own_terms(site: Site) -> None:
    """Its own issuer, callback address, scope, state, nonce and challenge; an unknown one is not there."""
    queries = {}
    for provider in ("staff", "vneid"):
        async with site.browser() as browser:
            sent = await browser.client.get(f"{site.address}/auth/login", params={"provider": provider})
        queries[provider] = sent.headers["location"], parse_qs(urlsplit(sent.headers["location"]).query)
    assert queries["staff"][0].startswith(site.issuer)
    assert queries["vneid"][0].startswith(site.parents_issuer)
    assert queries["staff"][1]["redirect_uri"] == [f"{ORIGIN}/auth/callback"]
    assert queries["vneid"][1]["redirect_uri"] == [f"{ORIGIN}/auth/callback/vneid"]
    assert "citizen" not in queries["staff"][1]["scope"][0]
    async with site.browser() as browser:
        for path in ("/auth/login?provider=other", "/auth/callback/other"):
            assert (await browser.client.get(site.address + path)).status_code == 404


async def test_a_parent_is_a_guardian_and_has_no_assignment(site: Site) -> None:
    """Who signs in at the parents' provider is a guardian by the verified number, whatever else they are."""
    async with site.browser(site.parents_issuer) as browser:
        assert (await site.sign_in_parent(browser, str(PARENTS[0]["sub"]))).status_code == 303
        viewer = (await site.ask(browser, "{ viewer { name role assignments { id } } }"))["data"]["viewer"]
    assert viewer == {"name": "Phụ huynh Một", "role": "GUARDIAN", "assignments": []}


async def test_an_account_without_a_verified_number_is_no_guardian(site: Site) -> None:
    """No session begins, and nothing is remembered of the login."""
    async with site.browser(site.parents_issuer) as browser:
        before = await site.sessions()
        answer = await site.sign_in_parent(browser, str(PARENTS[2]["sub"]))
        assert await site.sessions() == before
    assert (answer.status_code, answer.json()["code"]) == (400, "SIGN_IN_FAILED")
    assert COOKIE not in answer.headers.get("set-cookie", "")
    kept = await site.owner.run("SELECT id FROM guardian_login WHERE subject = $1", PARENTS[2]["sub"])
    assert kept == []


@pytest.mark.parametrize("path", ["/auth/callback", "/auth/callback/vneid"])
async def test_an_answer_of_one_provider_is_none_of_the_other(site: Site, path: str) -> None:
    """Neither an answer that is brought to the wrong address nor one that names another issuer begins a session."""
    parents = path == "/auth/callback"
    issuer = site.parents_issuer if parents else site.issuer
    async with site.browser(issuer) as browser:
        provider = "vneid" if parents else "staff"
        sent = await browser.client.get(f"{site.address}/auth/login", params={"provider": provider})
        login = str(PARENTS[0]["sub"]) if parents else "gv.dao"
        back = urlsplit(await browser.sign_in(sent.headers["location"], login, "demo-password"))
        other = site.issuer if parents else site.parents_issuer
        before = await site.sessions()
        named = await browser.client.get(f"{site.address}{path}?{back.query}")
        unnamed = {name: values[0] for name, values in parse_qs(back.query).items()} | {"iss": other}
        renamed = await browser.client.get(f"{site.address}{path}", params=unnamed)
        assert await site.sessions() == before
    assert (named.status_code, named.json()["code"]) == (400, "ISSUER_MISMATCH")
    assert (renamed.status_code, renamed.json()["code"]) == (400, "SIGN_IN_FAILED")
