"""PostgreSQL 18 from its wheel: one cluster in the data folder, TCP on loopback, a password for every role."""

import signal
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from backend.embedded import postgres_cluster as cluster_files
from backend.embedded.guarded import GuardedServer, ServerPlan
from backend.embedded.ports import LOOPBACK, Ports
from backend.embedded.psql import run_sql
from backend.embedded.system_user import SystemUser, let_run, let_through, unprivileged_user
from backend.embedded.wheels import wheel_trees

SCRIPTS = Path(__file__).parents[2] / "infra" / "database"
DATABASE = "hocba"
UNLOGGED = "SET log_min_duration_statement = -1; SET log_min_error_statement = panic;\n"
OWNER, APP, WORKER = "hocba_owner", "hocba_app", "hocba_worker"


@dataclass(frozen=True, slots=True)
class PostgresUrls:
    """How each role reaches one database; the superuser is for tests and repairs only."""

    owner: str
    app: str
    worker: str
    superuser: str

    def for_database(self, name: str) -> "PostgresUrls":
        roles = (self.owner, self.app, self.worker, self.superuser)
        return PostgresUrls(*(urlsplit(url)._replace(path=f"/{name}").geturl() for url in roles))


class EmbeddedPostgres:
    """The cluster of one data folder."""

    def __init__(self, data_dir: Path, *, durable: bool = True) -> None:
        self._server = GuardedServer(data_dir, "postgres")
        self._ports = Ports(data_dir)
        self._cluster = self._server.folder.path / "postgres"
        self._durable = durable

    @property
    def urls(self) -> PostgresUrls:
        """The addresses, whether this object, another process or nobody yet has started the cluster."""
        return PostgresUrls(*(self._url(role) for role in (OWNER, APP, WORKER, cluster_files.SUPERUSER)))

    @property
    def is_running(self) -> bool:
        return self._server.is_running

    def start(self) -> PostgresUrls:
        """Start the cluster, making it, its roles and its database where they are absent."""
        self._server.claim()
        try:
            user = unprivileged_user()
            self._prepare(user)
            port = self._ports.port("postgres")
            self._server.start(self._plan(user, port), lambda: cluster_files.is_ready(self._cluster))
            self._apply_roles()
        except BaseException:
            self.stop()
            raise
        return self.urls

    def stop(self) -> None:
        self._server.stop()

    def create_database(self, name: str, template: str = "template0") -> PostgresUrls:
        """A database owned like the main one; a copy of ``template``, to which nobody may be connected."""
        self._run((SCRIPTS / "database.sql",), variables={"database": name, "template": template})
        return self.urls.for_database(name)

    def drop_database(self, name: str) -> None:
        """Drop a database, ending the connections to it."""
        self._run(
            statements='DROP DATABASE IF EXISTS :"database" WITH (FORCE);', variables={"database": name}
        )

    def _prepare(self, user: SystemUser | None) -> None:
        folder = self._server.folder
        folder.folder("run")
        if user is not None:
            let_run(cluster_files.program("postgres"), wheel_trees(cluster_files.PACKAGE), user)
            let_through(folder.path)
        password = folder.secret(_secret_name(cluster_files.SUPERUSER))
        cluster_files.ensure_cluster(self._cluster, password, user)

    def _plan(self, user: SystemUser | None, port: int) -> ServerPlan:
        return ServerPlan(
            command=cluster_files.server_command(self._cluster, port, durable=self._durable),
            cwd=self._cluster,
            user=user,
            stop_signal=signal.SIGINT,  # PostgreSQL's fast shutdown: ends connections, writes a checkpoint
        )

    def _apply_roles(self) -> None:
        """Roles, the database and passwords as this version has them, whatever version made the cluster."""
        passwords = "".join(
            f"ALTER ROLE {role} PASSWORD '{self._password(role)}';\n" for role in (OWNER, APP, WORKER)
        )
        self._run(
            (SCRIPTS / "roles.sql", SCRIPTS / "database.sql"),
            statements=UNLOGGED + passwords,
            variables={"database": DATABASE, "template": "template0"},
        )

    def _run(
        self,
        files: tuple[Path, ...] = (),
        *,
        statements: str = "",
        variables: dict[str, str],
    ) -> None:
        url = self.urls.for_database("postgres").superuser
        run_sql(cluster_files.program("psql"), url, files=files, statements=statements, variables=variables)

    def _url(self, role: str) -> str:
        port = self._ports.reserve("postgres")
        return f"postgresql://{role}:{self._password(role)}@{LOOPBACK}:{port}/{DATABASE}"

    def _password(self, role: str) -> str:
        return self._server.folder.secret(_secret_name(role))


def _secret_name(role: str) -> str:
    return f"postgres.{role}"
