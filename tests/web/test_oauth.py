"""The token endpoint and the gateway's bearer tokens: what proves a client, and what is refused."""

import base64
import json
import secrets
import time
from collections.abc import Iterator
from dataclasses import replace

import httpx2
import pytest
from joserfc import jwt
from joserfc.jwk import ECKey, KeySet, OctKey

from backend.domain.integrators import Scope
from tests.fixtures.integrators import SECRET, Client
from tests.web.conftest import ORIGIN, Site

VIEWER = {"query": "{ viewer { role } }"}


def _name() -> str:
    return f"client-{secrets.token_hex(4)}"


async def _ask(site: Site, token: str, document: dict = VIEWER) -> httpx2.Response:
    async with httpx2.AsyncClient() as http:
        return await http.post(
            f"{site.address}/graphql", json=document, headers={"authorization": f"Bearer {token}"}
        )


async def _token(site: Site, client: Client) -> str:
    return (await client.token(site.address)).json()["access_token"]


async def test_a_secret_buys_a_token_that_the_gateway_takes(site: Site) -> None:
    """The token is an RFC 9068 JWT for ten minutes; with it a program is an integrator."""
    client = await Client(_name(), scopes=("record.verify",)).register(site.owner_url)
    answer = await client.token(site.address)
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "no-store"
    body = answer.json()
    assert (body["token_type"], body["expires_in"], body["scope"]) == ("Bearer", 600, "record.verify")
    header, claims = (json.loads(_unpadded(part)) for part in body["access_token"].split(".")[:2])
    assert (header["typ"], header["alg"]) == ("at+jwt", "ES256")
    assert {"iss", "sub", "client_id", "aud", "exp", "iat", "jti", "scope"} == set(claims)
    assert (claims["iss"], claims["aud"]) == (ORIGIN, f"{ORIGIN}/graphql")
    assert (await _ask(site, body["access_token"])).json()["data"]["viewer"]["role"] == "INTEGRATOR"


def _unpadded(part: str) -> bytes:
    return base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))


async def test_what_is_wrong_with_a_client_is_not_told_apart(site: Site) -> None:
    """Unknown, wrong secret, revoked, ended, foreign network: one answer, and no token."""
    known = await Client(_name()).register(site.owner_url)
    revoked = await Client(_name()).register(site.owner_url)
    await site.owner.run("UPDATE integrator_client SET revoked_at = now() WHERE id = $1", revoked.key)
    answers = [
        await Client(_name()).token(site.address),
        await known.token(site.address, secret="wrong"),
        await revoked.token(site.address),
        await (await Client(_name(), days=-1).register(site.owner_url)).token(site.address),
        await (await Client(_name(), networks=("203.0.113.0/24",)).register(site.owner_url)).token(
            site.address
        ),
    ]
    assert {(answer.status_code, answer.text) for answer in answers} == {(401, answers[0].text)}
    assert answers[0].json()["error"] == "invalid_client"
    assert "access_token" not in answers[0].text


@pytest.mark.parametrize(
    ("form", "error"),
    [
        ({"grant_type": "password"}, "unsupported_grant_type"),
        ({"grant_type": "client_credentials", "scope": "record.all"}, "invalid_scope"),
        ({"grant_type": "client_credentials", "scope": "record.wallet"}, "invalid_scope"),
    ],
)
async def test_a_good_client_may_still_ask_for_too_much(site: Site, form: dict, error: str) -> None:
    """Another grant, an unknown scope, a scope of others."""
    client = await Client(_name(), scopes=("record.verify",)).register(site.owner_url)
    async with httpx2.AsyncClient() as http:
        answer = await http.post(f"{site.address}/oauth/token", data=form, auth=(client.client_id, SECRET))
    assert (answer.status_code, answer.json()["error"]) == (400, error)


def _assertion(key: ECKey, client_id: str, **changes) -> dict[str, str]:
    now = int(time.time())
    claims = {
        "iss": client_id, "sub": client_id, "aud": f"{ORIGIN}/oauth/token", "exp": now + 60, "iat": now,
        "jti": secrets.token_hex(8),
    } | changes  # fmt: skip
    return {
        "grant_type": "client_credentials",
        "client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
        "client_assertion": jwt.encode({"alg": "ES256"}, claims, key),
    }


async def test_a_private_key_buys_a_token_once(site: Site) -> None:
    """An assertion works once; with another key, audience or end it does not work at all."""
    key, other = ECKey.generate_key("P-256"), ECKey.generate_key("P-256")
    public = KeySet([key]).as_dict(private=False)
    client = await Client(_name(), public_keys=public).register(site.owner_url)
    good = _assertion(key, client.client_id)
    wrong = [
        _assertion(other, client.client_id),
        _assertion(key, client.client_id, aud="https://elsewhere.example"),
        _assertion(key, client.client_id, exp=int(time.time()) - 3600),
        _assertion(key, client.client_id, iss="somebody"),
    ]
    async with httpx2.AsyncClient() as http:
        url = f"{site.address}/oauth/token"
        assert (await http.post(url, data=good)).status_code == 200
        for form in (good, *wrong):
            answer = await http.post(url, data=form)
            assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client")
        by_secret = await http.post(
            url, data={"grant_type": "client_credentials"}, auth=(client.client_id, SECRET)
        )
    assert by_secret.status_code == 401


def _forged(token: str, site_keys: dict) -> Iterator[str]:
    """Tokens that look like ours: other algorithm, type, issuer, audience, end, key."""
    header, body, signature = token.split(".")
    claims = json.loads(_unpadded(body))
    none = base64.urlsafe_b64encode(b'{"alg":"none","typ":"at+jwt"}').decode().rstrip("=")
    yield f"{none}.{body}."
    yield f"{header}.{body}.{signature[:-4]}AAAA"
    stranger = ECKey.generate_key("P-256")
    kid = site_keys["keys"][0]["kid"]
    yield jwt.encode({"alg": "ES256", "typ": "at+jwt", "kid": kid}, claims, stranger)
    public = json.dumps(site_keys["keys"][0]).encode()
    yield jwt.encode({"alg": "HS256", "typ": "at+jwt", "kid": kid}, claims, OctKey.import_key(public))
    yield "not.a.token"


async def test_only_our_own_tokens_are_taken(site: Site) -> None:
    """A forged token is refused with the challenge of RFC 6750 before any operation runs."""
    client = await Client(_name()).register(site.owner_url)
    token = await _token(site, client)
    async with httpx2.AsyncClient() as http:
        keys = (await http.get(f"{site.address}/oauth/jwks")).json()
    for forged in _forged(token, keys):
        answer = await _ask(site, forged)
        assert answer.status_code == 401
        assert 'error="invalid_token"' in answer.headers["www-authenticate"]


@pytest.mark.parametrize(
    "change", [{"iss": "https://x"}, {"aud": "https://x"}, {"exp": 1}, {"client_id": "nobody"}]
)
async def test_a_token_of_our_key_must_still_say_the_right_things(site: Site, change: dict) -> None:
    """Issuer, audience, end and client are each looked at; and so is the type."""
    key = ECKey.import_key(json.loads(site.oauth_keys.read_text())["keys"][0])
    client = await Client(_name()).register(site.owner_url)
    _, body, _ = (await _token(site, client)).split(".")
    claims = json.loads(_unpadded(body))
    good = jwt.encode({"alg": "ES256", "typ": "at+jwt", "kid": key.kid}, claims, key)
    assert (await _ask(site, good)).status_code == 200
    wrong = jwt.encode({"alg": "ES256", "typ": "at+jwt", "kid": key.kid}, claims | change, key)
    untyped = jwt.encode({"alg": "ES256", "typ": "JWT", "kid": key.kid}, claims, key)
    assert [(await _ask(site, token)).status_code for token in (wrong, untyped)] == [401, 401]


async def test_revoking_a_client_ends_its_tokens_at_once(site: Site) -> None:
    """A token that was good a moment ago is refused by the next request."""
    client = await Client(_name()).register(site.owner_url)
    token = await _token(site, client)
    assert (await _ask(site, token)).status_code == 200
    await site.owner.run("UPDATE integrator_client SET revoked_at = now() WHERE id = $1", client.key)
    assert (await _ask(site, token)).status_code == 401


async def test_the_server_describes_itself(site: Site) -> None:
    """RFC 8414 metadata and a key set without private parts."""
    async with httpx2.AsyncClient() as http:
        about = (await http.get(f"{site.address}/.well-known/oauth-authorization-server")).json()
        keys = (await http.get(f"{site.address}/oauth/jwks")).json()["keys"]
    assert about["issuer"] == ORIGIN
    assert about["token_endpoint"] == f"{ORIGIN}/oauth/token"
    assert set(about["scopes_supported"]) == set(Scope)
    assert {key["kty"] for key in keys} == {"EC", "OKP"}
    assert all("d" not in key for key in keys)


async def test_a_client_is_told_of_its_end(site: Site) -> None:
    """With every token when it ends, and a word in its last month."""
    late = await Client(_name(), days=20).register(site.owner_url)
    early = replace(late, client_id=_name(), days=300)
    early = await early.register(site.owner_url)
    assert "ends in 19 days" in (await late.token(site.address)).json()["notice"]
    assert "notice" not in (await early.token(site.address)).json()
    assert "client_expires_at" in (await early.token(site.address)).json()


async def test_no_secret_reaches_the_log(site: Site) -> None:
    """Neither secrets nor tokens are written down."""
    client = await Client(_name()).register(site.owner_url)
    token = await _token(site, client)
    await client.token(site.address, secret="a-wrong-secret-of-a-test")
    log = site.log_file.read_text()
    assert "token_issued" in log
    assert token not in log
    assert SECRET not in log
    assert "a-wrong-secret" not in log
