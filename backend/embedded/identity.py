"""The identity provider of development: npm's ``oidc-provider`` with demo accounts, run by node.

Its signing key and its cookies' key stay in the data folder, so that a restart ends nobody's session with the
application. Its sessions are in memory: after a restart it asks for the password once more.
"""

import shutil
from dataclasses import dataclass
from pathlib import Path

from backend.embedded.errors import ProgramMissingError
from backend.embedded.guarded import GuardedServer, ServerPlan, accepts_connections
from backend.embedded.ports import LOOPBACK, Ports

STAND_IN = Path(__file__).parents[2] / "infra" / "standins" / "idp"


@dataclass(frozen=True, slots=True)
class OidcClient:
    """The one client that the provider knows."""

    client_id: str
    client_secret: str
    redirect_uris: tuple[str, ...]
    post_logout_redirect_uris: tuple[str, ...] = ()
    backchannel_logout_uri: str = ""


@dataclass(frozen=True, slots=True)
class DemoLogin:
    """Who may log in (a JSON array of ``{sub, name, …claims}``, re-read when it changes), and with what."""

    accounts: Path
    password: str
    one_time_code: str = "000000"


STAFF_NAME, STAFF_TITLE = "idp", "Đăng nhập cán bộ, giáo viên"
PARENTS_NAME, PARENTS_TITLE = "vneid", "VNeID (máy chủ mẫu)"
"""A stand-in for the national electronic identity, with which parents sign in; nothing of the real one."""


class DevelopmentIdentity:
    """An identity provider of one data folder; several tell themselves apart by name."""

    def __init__(
        self,
        data_dir: Path,
        client: OidcClient,
        login: DemoLogin,
        *,
        name: str = STAFF_NAME,
        title: str = STAFF_TITLE,
    ) -> None:
        self._server = GuardedServer(data_dir, name)
        self._ports = Ports(data_dir)
        self._name, self._title = name, title
        self.client = client
        self.login = login

    @property
    def issuer(self) -> str:
        return f"http://{LOOPBACK}:{self._ports.reserve(self._name)}"

    @property
    def is_running(self) -> bool:
        return self._server.is_running

    def start(self) -> str:
        """Start and return the issuer, which stays the same unless another program took the port."""
        self._server.claim()
        try:
            port = self._ports.port(self._name)
            self._server.start(self._plan(port), lambda: accepts_connections(port))
        except BaseException:
            self.stop()
            raise
        return self.issuer

    def stop(self) -> None:
        self._server.stop()

    def _plan(self, port: int) -> ServerPlan:
        node = shutil.which("node")
        if node is None:
            raise ProgramMissingError("node is not installed: version 20 or newer is needed")
        if not (STAND_IN / "node_modules").exists():
            raise ProgramMissingError(
                f"the packages of {STAND_IN} are not installed: run make, or npm ci there"
            )
        return ServerPlan(
            command=[node, STAND_IN / "idp.mjs"], cwd=STAND_IN, environment=self._environment(port)
        )

    def _environment(self, port: int) -> dict[str, str]:
        client, login = self.client, self.login
        return {
            "NODE_ENV": "production",
            "IDP_PORT": str(port),
            "IDP_NAME": self._name,
            "IDP_TITLE": self._title,
            "IDP_KEYS": str(self._server.folder.folder(self._name) / "keys.json"),
            "IDP_ACCOUNTS": str(login.accounts.absolute()),
            "IDP_PASSWORD": login.password,
            "IDP_ONE_TIME_CODE": login.one_time_code,
            "IDP_CLIENT_ID": client.client_id,
            "IDP_CLIENT_SECRET": client.client_secret,
            "IDP_REDIRECT_URIS": " ".join(client.redirect_uris),
            "IDP_POST_LOGOUT_REDIRECT_URIS": " ".join(client.post_logout_redirect_uris),
            "IDP_BACKCHANNEL_LOGOUT_URI": client.backchannel_logout_uri,
        }
