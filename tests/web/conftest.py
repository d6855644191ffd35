"""The API process under its real server, with real Redis, PostgreSQL and identity provider, and no worker."""

import json
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx2
import pytest

from backend.adapters import sessions
from backend.adapters.redis_client import open_redis
from backend.cli.processes import api_plan
from backend.embedded.guarded import GuardedServer, accepts_connections
from backend.embedded.identity import DevelopmentIdentity, OidcClient
from backend.embedded.ports import free_port
from backend.embedded.postgres import EmbeddedPostgres
from backend.embedded.token_keys import ensure_keys
from backend.settings import process_environment
from tests.fixtures.browser import Browser
from tests.fixtures.collector import Collector
from tests.fixtures.database import Login
from tests.fixtures.hostile import CLIENT_ID, CLIENT_SECRET, STRONG, HostileProvider
from tests.fixtures.servers import ACCOUNTS
from tests.fixtures.world import MARKS, World

ORIGIN = "http://127.0.0.1:8000"
"""The address that the provider knows and people would type; behind it the server listens on any free port."""

LOGIN, PASSWORD = str(ACCOUNTS[0]["sub"]), "demo-password"
COOKIE = "hocba_session"


@dataclass(frozen=True, slots=True)
class Site:
    """A running API process."""

    address: str
    issuer: str
    metrics: str
    parents_issuer: str
    redis_url: str
    log_file: Path
    owner: Login
    worker: Login
    owner_url: str
    superuser: Login
    oauth_keys: Path
    settings: dict[str, str]

    def here(self, url: str) -> str:
        """The same path and query at the address where the server listens."""
        parts = urlsplit(url)
        return self.address + parts.path + (f"?{parts.query}" if parts.query else "")

    @asynccontextmanager
    async def browser(self, issuer: str = "") -> AsyncIterator[Browser]:
        async with Browser(issuer or self.issuer) as browser:
            yield browser

    async def called_back(
        self,
        browser: Browser,
        next_path: str = "/",
        path: str = "/auth/login",
        login: str = LOGIN,
        **more: str,
    ) -> str:
        """Sign in at the provider; the address at which it then calls the site back."""
        sent = await browser.client.get(f"{self.address}{path}", params={"next": next_path})
        assert sent.status_code == 302, sent.text
        return self.here(await browser.sign_in(sent.headers["location"], login, PASSWORD, **more))

    async def sign_in_parent(self, browser: Browser, login: str) -> httpx2.Response:
        """A parent signs in at their provider; the site's answer."""
        sent = await browser.client.get(f"{self.address}/auth/login", params={"provider": "vneid"})
        back = await browser.sign_in(sent.headers["location"], login, PASSWORD)
        return await browser.client.get(self.here(back))

    async def ask(self, browser: Browser, document: str, **variables: Any) -> dict[str, Any]:
        """Run an operation with the browser's session."""
        body = {"query": document, "variables": variables}
        answer = await browser.client.post(f"{self.address}/graphql", json=body)
        result: dict[str, Any] = answer.json()
        return result

    async def sign_in(self, browser: Browser, next_path: str = "/") -> httpx2.Response:
        """Sign in; the answer that sets the session's cookie."""
        answer = await browser.client.get(await self.called_back(browser, next_path))
        assert answer.status_code == 303, answer.text
        return answer

    async def forget_session(self, key: str) -> None:
        """Let a session run out, as time does."""
        redis = open_redis(self.redis_url)
        await redis.delete(sessions.PREFIX + sessions.public_name(key))
        await redis.aclose()

    async def sessions(self) -> set[bytes]:
        """The keys of every session that Redis holds."""
        redis = open_redis(self.redis_url)
        found = {key async for key in redis.scan_iter("hocba:session:*")}
        await redis.aclose()
        return found


@pytest.fixture(scope="session")
def hostile() -> Iterator[HostileProvider]:
    """A provider that lies when a test tells it to."""
    provider = HostileProvider(free_port())
    with provider.running():
        yield provider


@pytest.fixture(scope="session")
async def site(
    postgres: EmbeddedPostgres,
    world_template: World,
    redis_url: str,
    idp: DevelopmentIdentity,
    vneid: DevelopmentIdentity,
    hostile: HostileProvider,
    site_port: int,
    oidc_client: OidcClient,
    collector: Collector,
    server_data: Path,
) -> AsyncIterator[Site]:
    """The site whose own address is ``ORIGIN``; what only the worker needs is named and not there."""
    urls = postgres.create_database("site", urlsplit(world_template.urls.owner).path.lstrip("/"))
    port = site_port
    oauth_keys = ensure_keys(server_data / "oauth-keys.json")
    parents = {
        "id": "vneid",
        "issuer": vneid.issuer,
        "clientId": vneid.client.client_id,
        "clientSecret": vneid.client.client_secret,
        "audience": "GUARDIAN",
        "label": "VNeID (máy chủ mẫu)",
        "scope": "openid profile citizen",
    }
    liar = {
        "id": "gia",
        "issuer": hostile.issuer,
        "clientId": CLIENT_ID,
        "clientSecret": CLIENT_SECRET,
        "audience": "STAFF",
        "label": "Máy chủ giả",
        "stepUpAcr": STRONG,
    }
    settings = {
        "HOCBA_PUBLIC_URL": ORIGIN,
        "HOCBA_HOST": "127.0.0.1",
        "HOCBA_PORT": str(port),
        "DATABASE_URL": urls.app,
        "DATABASE_OWNER_URL": urls.app,
        "DATABASE_WORKER_URL": urls.app,
        "REDIS_URL": redis_url,
        "STORE_URL": f"file://{server_data}/site-store",
        "OIDC_ISSUER": idp.issuer,
        "OIDC_CLIENT_ID": oidc_client.client_id,
        "OIDC_CLIENT_SECRET": oidc_client.client_secret,
        "OIDC_PROVIDERS": json.dumps([parents, liar]),
        "OAUTH_KEYS": str(oauth_keys),
        "SESSION_SECRET": "a-session-secret-of-a-test",
        "CITIZEN_NUMBER_KEYS": " ".join(MARKS.keys),
        "PKI_TRUST_ROOTS": "none.pem",
        "PKI_TSA_URL": "http://127.0.0.1:9/tsa",
        "OTLP_ENDPOINT": collector.endpoint,
        "METRICS_ADDRESS": f"127.0.0.1:{free_port()}",
    }
    await Login(urls.owner).run(
        "UPDATE staff SET issuer = $1, subject = $2 WHERE subject = '22193401.ht'", idp.issuer, LOGIN
    )
    server = GuardedServer(server_data, "site")
    server.start(api_plan(process_environment() | settings), lambda: accepts_connections(port))
    log_file = server_data / "log" / "site.log"
    yield Site(
        address=f"http://127.0.0.1:{port}",
        issuer=idp.issuer,
        metrics=settings["METRICS_ADDRESS"],
        parents_issuer=vneid.issuer,
        redis_url=redis_url,
        log_file=log_file,
        owner=Login(urls.owner),
        worker=Login(urls.worker),
        owner_url=urls.owner,
        superuser=Login(urls.superuser),
        oauth_keys=oauth_keys,
        settings=settings | {"METRICS_ADDRESS": ""},
    )
    server.stop()
    postgres.drop_database("site")


@pytest.fixture(scope="session")
def closed_site(site: Site, server_data: Path) -> Iterator[Site]:
    """Another process over the same data that takes only the frontend's documents, as in production."""
    with also_served(site, "closed-site", server_data, GRAPHQL_OPEN="no") as running:
        yield running


@pytest.fixture(scope="session")
def hasty_site(site: Site, server_data: Path) -> Iterator[Site]:
    """Another process over the same data that gives an operation a twentieth of its time."""
    with also_served(site, "hasty-site", server_data, OPERATION_SECONDS_FACTOR="0.05") as running:
        yield running


@contextmanager
def also_served(site: Site, name: str, server_data: Path, **settings: str) -> Iterator[Site]:
    """One more process over the same data, with other settings."""
    port = free_port()
    changed = site.settings | settings | {"HOCBA_PORT": str(port)}
    server = GuardedServer(server_data, name)
    server.start(api_plan(process_environment() | changed), lambda: accepts_connections(port))
    log_file = server_data / "log" / f"{name}.log"
    yield replace(site, address=f"http://127.0.0.1:{port}", log_file=log_file, settings=changed)
    server.stop()
