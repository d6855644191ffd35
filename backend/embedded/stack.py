"""The embedded default: every server that the environment does not name is started here, and ends with us.

Whatever the settings already give (a database, Redis, a store, a provider, a PKI) is left alone; for the rest the
servers of this package are started and their addresses returned as settings for the other processes.
"""

import json
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import Self

from backend.embedded.data_folder import DataFolder, replace
from backend.embedded.identity import (
    PARENTS_NAME,
    PARENTS_TITLE,
    DemoLogin,
    DevelopmentIdentity,
    OidcClient,
)
from backend.embedded.ministry import DevelopmentMinistry
from backend.embedded.pki import DevelopmentPki
from backend.embedded.pki_signers import SignerSpec
from backend.embedded.ports import LOOPBACK, Ports, is_free
from backend.embedded.postgres import EmbeddedPostgres
from backend.embedded.redis_server import EmbeddedRedis
from backend.embedded.token_keys import ensure_keys

CLIENT_ID = "hocba"
RUNNING = "running.json"
"""The settings of the servers under way, for commands in another terminal."""

DEMO_PASSWORD = "hocba"  # noqa: S105 - printed to whoever runs the demonstration


def running_settings(data_dir: Path) -> dict[str, str]:
    """The settings of the stack that runs in a data folder; empty when none does."""
    try:
        settings: dict[str, str] = json.loads((data_dir / RUNNING).read_text())
    except FileNotFoundError:
        return {}
    return settings


class EmbeddedStack:
    """The servers of one data folder, for one run."""

    def __init__(self, data_dir: Path, given: Mapping[str, str], preferred_port: int) -> None:
        self.data_dir = data_dir.absolute()
        self._given = dict(given)
        self._preferred_port = preferred_port
        self._folder = DataFolder(self.data_dir)
        self._servers = ExitStack()
        self._ports = Ports(self.data_dir)
        self.pki = DevelopmentPki(self.data_dir)
        self.redis = EmbeddedRedis(self.data_dir)
        self.accounts_file = self.data_dir / "accounts.json"
        self.parents_file = self.data_dir / "parents.json"
        self.settings: dict[str, str] = {}

    def __enter__(self) -> Self:
        try:
            self.settings = self._start()
            self._publish()
        except BaseException:
            self._servers.close()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._servers.close()

    @property
    def issuer(self) -> str:
        return self.settings["OIDC_ISSUER"]

    @property
    def parents_issuer(self) -> str:
        """The stand-in for VNeID."""
        return self.parents.issuer

    def certify(self, signers: Sequence[SignerSpec]) -> None:
        """Give signers certificates of the development PKI."""
        self.pki.ensure(signers)

    def set_accounts(self, accounts: Sequence[Mapping[str, str]]) -> None:
        """Who may sign in at the development provider."""
        _write(self.accounts_file, accounts)

    def set_parents(self, accounts: Sequence[Mapping[str, str]]) -> None:
        """Which parents may sign in, each with a verified citizen number (``citizen_id``)."""
        _write(self.parents_file, accounts)

    def _publish(self) -> None:
        file = self.data_dir / RUNNING
        replace(file, json.dumps(self.settings, indent=2).encode())
        self._servers.callback(file.unlink, missing_ok=True)

    def _start(self) -> dict[str, str]:
        settings = {"HOCBA_DATA": str(self.data_dir), **self._given}
        settings |= self._address(settings)
        for starts in (self._database, self._redis, self._store, self._pki, self._identity, self._ministry):
            settings |= starts(settings)
        settings.setdefault("OAUTH_KEYS", str(ensure_keys(self.data_dir / "oauth-keys.json")))
        settings.setdefault("FORMS_FOLDER", str(self._folder.folder("forms")))
        settings.setdefault("SESSION_SECRET", self._folder.secret("session"))
        settings.setdefault("CITIZEN_NUMBER_KEYS", self._folder.secret("citizen-numbers"))
        return settings

    def _address(self, settings: Mapping[str, str]) -> dict[str, str]:
        free = self._preferred_port if is_free(self._preferred_port) else None
        port = settings.get("HOCBA_PORT") or free or self._ports.port("api")
        return {"HOCBA_HOST": settings.get("HOCBA_HOST", LOOPBACK), "HOCBA_PORT": str(port)}

    def _database(self, settings: Mapping[str, str]) -> dict[str, str]:
        if "DATABASE_URL" in settings:
            return {}
        postgres = EmbeddedPostgres(self.data_dir)
        urls = postgres.start()
        self._servers.callback(postgres.stop)
        return {
            "DATABASE_URL": urls.app,
            "DATABASE_OWNER_URL": urls.owner,
            "DATABASE_WORKER_URL": urls.worker,
        }

    def _redis(self, settings: Mapping[str, str]) -> dict[str, str]:
        if "REDIS_URL" in settings:
            return {}
        url = self.redis.start()
        self._servers.callback(self.redis.stop)
        return {"REDIS_URL": url}

    def _store(self, settings: Mapping[str, str]) -> dict[str, str]:
        if "STORE_URL" in settings:
            return {}
        return {"STORE_URL": f"file://{self._folder.folder('store')}"}

    def _pki(self, settings: Mapping[str, str]) -> dict[str, str]:
        if "PKI_TSA_URL" in settings:
            return {}
        tsa_url = self.pki.start()
        self._servers.callback(self.pki.stop)
        return {
            "PKI_TSA_URL": tsa_url,
            "PKI_TRUST_ROOTS": ":".join(map(str, self.pki.trust_roots)),
            "PKI_INTERMEDIATES": ":".join(map(str, self.pki.intermediates)),
            "PKI_KEYS": str(self.pki.keys_folder),
            "PKI_KEYS_PASSWORD": self.pki.keys_password,
        }

    def _ministry(self, settings: Mapping[str, str]) -> dict[str, str]:
        if "MINISTRY_URL" in settings:
            return {}
        ministry = DevelopmentMinistry(self.data_dir)
        started = ministry.start()
        self._servers.callback(ministry.stop)
        return started

    def _identity(self, settings: Mapping[str, str]) -> dict[str, str]:
        if "OIDC_ISSUER" in settings:
            return {}
        origin = f"http://{settings['HOCBA_HOST']}:{settings['HOCBA_PORT']}"
        staff = self._client("oidc.client", origin, "")
        self.identity = DevelopmentIdentity(self.data_dir, staff, self._login(self.accounts_file))
        parents = self._client("oidc.parents", origin, f"/{PARENTS_NAME}")
        self.parents = DevelopmentIdentity(
            self.data_dir,
            parents,
            self._login(self.parents_file),
            name=PARENTS_NAME,
            title=PARENTS_TITLE,
        )
        for provider in (self.identity, self.parents):
            provider.start()
            self._servers.callback(provider.stop)
        return {
            "OIDC_ISSUER": self.identity.issuer,
            "OIDC_CLIENT_ID": CLIENT_ID,
            "OIDC_CLIENT_SECRET": staff.client_secret,
            "OIDC_PROVIDERS": settings.get("OIDC_PROVIDERS") or json.dumps([_of_parents(self.parents)]),
        }

    def _client(self, secret: str, origin: str, path: str) -> OidcClient:
        return OidcClient(
            CLIENT_ID,
            self._folder.secret(secret),
            (f"{origin}/auth/callback{path}",),
            (f"{origin}/",),
            f"{origin}/auth/backchannel-logout",
        )

    def _login(self, accounts: Path) -> DemoLogin:
        if not accounts.exists():
            _write(accounts, [])
        return DemoLogin(accounts, DEMO_PASSWORD)


def _of_parents(provider: DevelopmentIdentity) -> dict[str, str]:
    """The provider as the setting has it."""
    return {
        "id": PARENTS_NAME,
        "issuer": provider.issuer,
        "clientId": provider.client.client_id,
        "clientSecret": provider.client.client_secret,
        "audience": "GUARDIAN",
        "label": PARENTS_TITLE,
        "scope": "openid profile citizen",
    }


def _write(file: Path, accounts: Sequence[Mapping[str, str]]) -> None:
    replace(file, json.dumps(list(accounts), ensure_ascii=False).encode())
