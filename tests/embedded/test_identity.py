"""The development provider: code flow with PKCE only, the right people only, tokens that outlive a restart."""

import asyncio
import json
import secrets
import time
from base64 import urlsafe_b64encode
from hashlib import sha256
from urllib.parse import parse_qs, urlencode, urlsplit

import httpx2
import pytest
from joserfc import jwt
from joserfc.jwk import KeySet

from backend.embedded.identity import DemoLogin, DevelopmentIdentity, OidcClient
from tests.embedded.owners import run_owner
from tests.fixtures.browser import Browser
from tests.fixtures.processes import LOOPBACK_ADDRESS, eventually, listening_addresses, mentioning

OTP = "urn:hocba:acr:otp"
OWNER = """
import sys, time
from pathlib import Path
from backend.embedded.identity import DemoLogin, DevelopmentIdentity, OidcClient
data = Path(sys.argv[1])
data.mkdir(parents=True, exist_ok=True)
(data / "accounts.json").write_text("[]")
client = OidcClient("c", "s" * 32, ("http://127.0.0.1:1/callback",))
print(DevelopmentIdentity(data, client, DemoLogin(data / "accounts.json", "pw")).start(), flush=True)
time.sleep(600)
"""


class Flow:
    """One sign-in as the application makes it."""

    def __init__(self, idp: DevelopmentIdentity, **parameters: str) -> None:
        self.idp = idp
        self.verifier = secrets.token_urlsafe(48)
        self.nonce = secrets.token_urlsafe(16)
        challenge = urlsafe_b64encode(sha256(self.verifier.encode()).digest()).rstrip(b"=").decode()
        self.parameters = {
            "client_id": idp.client.client_id,
            "response_type": "code",
            "redirect_uri": idp.client.redirect_uris[0],
            "scope": "openid profile citizen",
            "state": "s1",
            "nonce": self.nonce,
            "code_challenge": challenge,
            "code_challenge_method": "S256",
            **parameters,
        }

    @property
    def url(self) -> str:
        kept = {name: value for name, value in self.parameters.items() if value}
        return f"{self.idp.issuer}/auth?{urlencode(kept)}"

    async def sign_in(self, browser: Browser, login: str = "gv.dao", **more: str) -> dict[str, str]:
        callback = await browser.sign_in(self.url, login, self.idp.login.password, **more)
        assert callback.startswith(self.idp.client.redirect_uris[0])
        return {name: values[0] for name, values in parse_qs(urlsplit(callback).query).items()}

    async def exchange(self, code: str, verifier: str | None = None, secret: str | None = None):
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": self.parameters["redirect_uri"],
            "code_verifier": verifier or self.verifier,
        }
        auth = (self.idp.client.client_id, secret or self.idp.client.client_secret)
        async with httpx2.AsyncClient() as client:
            return await client.post(f"{self.idp.issuer}/token", data=form, auth=auth)

    async def tokens(self, browser: Browser, login: str = "gv.dao", **more: str) -> dict[str, str]:
        answer = await self.exchange((await self.sign_in(browser, login, **more))["code"])
        assert answer.status_code == 200, answer.text
        return answer.json()


async def claims_of(idp: DevelopmentIdentity, id_token: str) -> dict[str, object]:
    async with httpx2.AsyncClient() as client:
        keys = KeySet.import_key_set((await client.get(f"{idp.issuer}/jwks")).json())
    return jwt.decode(id_token, keys, algorithms=["RS256"]).claims


async def test_discovery_says_what_is_supported(idp):
    """Code flow, S256 and both levels of login; nothing implicit."""
    async with httpx2.AsyncClient() as client:
        found = (await client.get(f"{idp.issuer}/.well-known/openid-configuration")).json()
    assert found["issuer"] == idp.issuer
    assert found["response_types_supported"] == ["code"]
    assert found["code_challenge_methods_supported"] == ["S256"]
    assert OTP in found["acr_values_supported"]
    assert found["backchannel_logout_supported"] is True


async def test_code_flow_with_pkce_tells_who_signed_in(idp):
    """The signed token carries subject, name, citizen number, nonce and level; the answer names its issuer."""
    flow = Flow(idp)
    async with Browser(idp.issuer) as browser:
        answer = await flow.sign_in(browser)
    assert answer["state"] == "s1"
    assert answer["iss"] == idp.issuer
    tokens = (await flow.exchange(answer["code"])).json()
    claims = await claims_of(idp, tokens["id_token"])
    assert claims["sub"] == "gv.dao"
    assert claims["name"] == "Nguyễn Thị Đào"
    assert claims["citizen_id"] == "022190001234"
    assert claims["nonce"] == flow.nonce
    assert claims["aud"] == idp.client.client_id
    assert claims["acr"] == "urn:hocba:acr:password"
    async with httpx2.AsyncClient() as client:
        headers = {"Authorization": f"Bearer {tokens['access_token']}"}
        assert (await client.get(f"{idp.issuer}/me", headers=headers)).json()["name"] == "Nguyễn Thị Đào"


async def test_scope_limits_what_is_told(idp):
    """Without the scope there is no citizen number."""
    async with Browser(idp.issuer) as browser:
        tokens = await Flow(idp, scope="openid profile").tokens(browser)
    assert "citizen_id" not in await claims_of(idp, tokens["id_token"])


@pytest.mark.parametrize(
    "change",
    [
        {"code_challenge": "", "code_challenge_method": ""},
        {"code_challenge_method": "plain"},
        {"response_type": "id_token"},
    ],
    ids=["no PKCE", "plain PKCE", "implicit"],
)
async def test_weaker_flows_are_refused(idp, change):
    """The client is sent back with an error instead of a login page."""
    async with Browser(idp.issuer) as browser:
        answer = await browser.open(Flow(idp, **change).url)
    assert "error=" in answer.headers["location"]


@pytest.mark.parametrize("change", [{"redirect_uri": "http://127.0.0.1:9/callback"}, {"client_id": "other"}])
async def test_strangers_are_not_sent_anywhere(idp, change):
    """A foreign address or client gets an error page here, never a redirect."""
    async with Browser(idp.issuer) as browser:
        answer = await browser.open(Flow(idp, **change).url)
    assert answer.status_code == 400
    assert "Không thể đăng nhập" in answer.text


async def test_code_is_for_its_holder_once(idp):
    """A wrong verifier, a wrong secret and a second use are all refused."""
    flow = Flow(idp)
    async with Browser(idp.issuer) as browser:
        first = (await flow.sign_in(browser))["code"]
        assert (await flow.exchange(first, verifier="w" * 64)).json()["error"] == "invalid_grant"
        second = (await flow.sign_in(browser))["code"]
        assert (await flow.exchange(second, secret="wrong")).json()["error"] == "invalid_client"
        assert (await flow.exchange(second)).status_code == 200
        assert (await flow.exchange(second)).json()["error"] == "invalid_grant"


@pytest.mark.parametrize(
    ("login", "password"),
    [
        ("gv.dao", "wrong"),
        ("gv.dao", ""),
        ("nobody", "demo-password"),
        ("", ""),
        ("__proto__", "demo-password"),
    ],
)
async def test_wrong_login_stays_on_the_page(idp, login, password):
    """The same sentence whether the name or the password is wrong."""
    async with Browser(idp.issuer) as browser:
        page = await browser.open(Flow(idp).url)
        answer = await browser.submit(page, {"login": login, "password": password})
    assert answer.status_code == 401
    assert "Tên đăng nhập hoặc mật khẩu không đúng" in answer.text


async def test_login_page_is_vietnamese_escaped_and_closed(idp):
    """It suggests the accounts, repeats input harmlessly and may load nothing."""
    async with Browser(idp.issuer) as browser:
        page = await browser.open(Flow(idp, login_hint='"><script>').url)
    assert '<html lang="vi">' in page.text
    assert '<option value="gv.dao">Nguyễn Thị Đào</option>' in page.text
    assert "<script>" not in page.text
    policy = page.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "form-action 'self' http://127.0.0.1:8000;" in policy
    assert "frame-ancestors 'none'" in policy


async def test_session_is_reused_until_more_is_asked(idp):
    """A second sign-in needs no password, unless ``max_age`` or ``prompt`` or a higher level wants one."""
    async with Browser(idp.issuer) as browser:
        await Flow(idp).sign_in(browser)
        assert (await browser.open(Flow(idp).url)).status_code == 303
        await asyncio.sleep(1.1)
        for asked in ({"max_age": "0"}, {"prompt": "login"}, {"acr_values": OTP}):
            assert (await browser.open(Flow(idp, **asked).url)).status_code == 200, asked
        assert (
            "login_required"
            in (await browser.open(Flow(idp, max_age="0", prompt="none").url)).headers["location"]
        )


async def test_fresh_login_is_told_with_its_time(idp):
    """``max_age=0`` forces a login, and the token says when it was."""
    async with Browser(idp.issuer) as browser:
        await Flow(idp).sign_in(browser)
        await asyncio.sleep(1.1)
        tokens = await Flow(idp, max_age="0").tokens(browser)
    assert time.time() - (await claims_of(idp, tokens["id_token"]))["auth_time"] < 5


async def test_higher_level_needs_the_one_time_code(idp):
    """The code is asked for, checked, and the level is in the token; afterwards the session has it."""
    flow = Flow(idp, acr_values=OTP)
    async with Browser(idp.issuer) as browser:
        page = await browser.open(flow.url)
        assert "Mã xác thực một lần" in page.text
        fields = {"login": "gv.dao", "password": idp.login.password, "code": "111111"}
        refused = await browser.submit(page, fields)
        assert refused.status_code == 401
        tokens = await flow.tokens(browser, code=idp.login.one_time_code)
        claims = await claims_of(idp, tokens["id_token"])
        assert claims["acr"] == OTP
        assert claims["amr"] == ["pwd", "otp"]
        assert (await browser.open(Flow(idp, acr_values=OTP).url)).status_code == 303


async def test_logout_started_by_the_application(idp):
    """After the confirmation the person is sent back, and the next sign-in asks for the password."""
    async with Browser(idp.issuer) as browser:
        tokens = await Flow(idp).tokens(browser)
        target = idp.client.post_logout_redirect_uris[0]
        query = urlencode(
            {"id_token_hint": tokens["id_token"], "post_logout_redirect_uri": target, "state": "bye"}
        )
        page = await browser.open(f"{idp.issuer}/session/end?{query}")
        assert "Kết thúc phiên đăng nhập" in page.text
        answer = await browser.submit(page, {"logout": "yes"})
        assert answer.headers["location"] == f"{target}?state=bye"
        assert (await browser.open(Flow(idp).url)).status_code == 200


async def test_logout_tells_the_application_by_the_back_channel(own_data):
    """The provider posts a signed logout token to the application, on loopback."""
    received: asyncio.Queue[bytes] = asyncio.Queue()

    async def application(reader, writer):
        head = await reader.readuntil(b"\r\n\r\n")
        length = int(
            next(line for line in head.lower().split(b"\r\n") if b"content-length" in line).split(b":")[1]
        )
        received.put_nowait(await reader.readexactly(length))
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
        await writer.drain()
        writer.close()

    async with await asyncio.start_server(application, "127.0.0.1", 0) as listener:
        origin = f"http://127.0.0.1:{listener.sockets[0].getsockname()[1]}"
        idp = provider(own_data, origin, backchannel_logout_uri=f"{origin}/auth/backchannel")
        idp.start()
        async with Browser(idp.issuer) as browser:
            tokens = await Flow(idp).tokens(browser)
            page = await browser.open(f"{idp.issuer}/session/end?id_token_hint={tokens['id_token']}")
            await browser.submit(page, {"logout": "yes"})
        body = await asyncio.wait_for(received.get(), 5)
        logout = await claims_of(idp, parse_qs(body.decode())["logout_token"][0])
        assert logout["sub"] == "gv.dao"
        assert "http://schemas.openid.net/event/backchannel-logout" in logout["events"]
        assert logout["sid"] == (await claims_of(idp, tokens["id_token"]))["sid"]
        idp.stop()


async def test_restart_keeps_issuer_and_keys(own_data):
    """A token from before the restart still verifies, and still ends the session at the provider."""
    idp = provider(own_data, "http://127.0.0.1:8000")
    issuer = idp.start()
    async with Browser(issuer) as browser:
        tokens = await Flow(idp).tokens(browser)
        idp.stop()
        assert idp.start() == issuer
        assert (await claims_of(idp, tokens["id_token"]))["sub"] == "gv.dao"
        page = await browser.open(f"{issuer}/session/end?id_token_hint={tokens['id_token']}")
        assert page.status_code == 200
    assert (own_data / "idp" / "keys.json").stat().st_mode & 0o777 == 0o600
    idp.stop()


async def test_new_account_is_known_without_a_restart(own_data):
    """The accounts' file is read again when it changes."""
    idp = provider(own_data, "http://127.0.0.1:8000")
    idp.start()
    idp.login.accounts.write_text(json.dumps([{"sub": "ht.moi", "name": "Hiệu trưởng Mới"}]))
    async with Browser(idp.issuer) as browser:
        tokens = await Flow(idp).tokens(browser, login="ht.moi")
    assert (await claims_of(idp, tokens["id_token"]))["name"] == "Hiệu trưởng Mới"
    idp.stop()


def test_listens_on_loopback_only(idp):
    """No other machine can reach it."""
    assert listening_addresses(urlsplit(idp.issuer).port) == {LOOPBACK_ADDRESS}


def test_secrets_are_on_no_command_line(idp):
    """Client secret and password are in the environment only."""
    assert not mentioning(idp.client.client_secret)
    assert not mentioning(idp.login.password)


def test_killed_owner_leaves_nothing_running(own_data):
    """The owner's death ends node."""
    with run_owner(OWNER, str(own_data)) as owner:
        assert owner.stdout.readline().startswith("http://127.0.0.1:")
        port = json.loads((own_data / "state.json").read_text())["ports"]["idp"]
        assert listening_addresses(port)
        owner.kill()
        owner.wait()
        assert eventually(lambda: not listening_addresses(port))


def provider(data, origin: str, **options: str) -> DevelopmentIdentity:
    data.mkdir(parents=True, exist_ok=True)
    accounts = data / "accounts.json"
    accounts.write_text(json.dumps([{"sub": "gv.dao", "name": "Nguyễn Thị Đào"}]))
    client = OidcClient("own", "s" * 40, (f"{origin}/auth/callback",), (f"{origin}/",), **options)
    return DevelopmentIdentity(data, client, DemoLogin(accounts, "demo-password"))
