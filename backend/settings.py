"""Every setting, in one table; the only module that reads the environment.

``SETTINGS`` is what the operations guide documents (a test compares both). A missing value of a production
setting is named together with every other missing one, so that a server is configured in one go.
"""

import json
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any

from backend.domain.citizen_marks import CitizenMarks
from backend.domain.scraping import Thresholds


@dataclass(frozen=True, slots=True)
class Setting:
    """One environment variable.

    ``default`` None means that the value is required unless the embedded default supplies it.
    """

    env: str
    name: str
    meaning: str
    parse: Callable[[str], Any] = str
    default: Any = None
    secret: bool = False


def _environment(text: str) -> str:
    # a misspelt "production" must not quietly mean development
    if text not in {"development", "production"}:
        raise ValueError(text)
    return text


def _yes_or_no(text: str) -> str:
    if text not in {"yes", "no"}:
        raise ValueError(text)
    return text


def _paths(text: str) -> tuple[Path, ...]:
    return tuple(Path(part) for part in text.split(os.pathsep) if part)


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.replace(",", " ").split())


class Audience(StrEnum):
    """Whom a provider signs in: people with assignments, or parents by their citizen number."""

    STAFF = "STAFF"
    GUARDIAN = "GUARDIAN"


@dataclass(frozen=True, slots=True)
class Provider:
    """An OpenID provider that people may sign in at.

    ``label`` names it on the sign-in page, in Vietnamese; ``citizen_claim`` is where a provider of guardians puts
    the verified citizen number; ``step_up_acr`` is the level that signing and locking ask for, if any.
    """

    id: str
    issuer: str
    client_id: str
    client_secret: str = field(repr=False)
    audience: Audience
    label: str
    scope: str = "openid profile"
    citizen_claim: str = "citizen_id"
    step_up_acr: str = ""


STAFF_PROVIDER, STAFF_LABEL = "staff", "Tài khoản cán bộ, giáo viên"
_PROVIDER_KEYS = {
    "clientId": "client_id",
    "clientSecret": "client_secret",
    "citizenClaim": "citizen_claim",
    "stepUpAcr": "step_up_acr",
}


def _providers(text: str) -> tuple[Provider, ...]:
    """Providers from JSON, given itself or as the path of a file; keys are those of ``Provider`` in camel case."""
    try:
        rows = json.loads(text if text.lstrip()[:1] in {"[", "{"} else Path(text).read_text("utf-8"))
        found = [{_PROVIDER_KEYS.get(key, key): value for key, value in row.items()} for row in rows]
        providers = tuple(Provider(**{**row, "audience": Audience(row["audience"])}) for row in found)
    except (OSError, TypeError, KeyError, AttributeError) as error:
        raise ValueError("not a list of providers") from error
    if not providers:
        raise ValueError("not a list of providers")
    return providers


SETTINGS: tuple[Setting, ...] = (
    Setting("HOCBA_ENV", "environment", "development or production", _environment, "development"),
    Setting("HOCBA_DATA", "data_dir", "folder of the embedded servers", Path, Path(".hocba")),
    Setting("HOCBA_HOST", "host", "address the API listens on", default="127.0.0.1"),
    Setting("HOCBA_PORT", "port", "port the API listens on", int, 8000),
    Setting("HOCBA_PUBLIC_URL", "public_url", "address people and QR codes use", default=""),
    Setting("DATABASE_URL", "database_url", "PostgreSQL as the application role", secret=True),
    Setting("DATABASE_OWNER_URL", "database_owner_url", "PostgreSQL as its owner, to migrate", secret=True),
    Setting("DATABASE_WORKER_URL", "database_worker_url", "PostgreSQL as the worker role", secret=True),
    Setting("DATABASE_POOL", "database_pool", "connections per process, at most", int, 10),
    Setting("REDIS_URL", "redis_url", "Redis for sessions, live events and limits", secret=True),
    Setting("STORE_URL", "store_url", "write-once store: file:///folder or s3://bucket"),
    Setting("OIDC_ISSUER", "oidc_issuer", "issuer of the identity provider"),
    Setting("OIDC_CLIENT_ID", "oidc_client_id", "this system's client at the provider", default="hocba"),
    Setting("OIDC_CLIENT_SECRET", "oidc_client_secret", "secret of that client", secret=True),
    Setting("OIDC_STEP_UP_ACR", "oidc_step_up_acr", "level that signing asks it for, if any", default=""),
    Setting(
        "OIDC_PROVIDERS",
        "oidc_providers",
        "further providers, parents' among them: JSON or the path of a JSON file",
        _providers,
        (),
        secret=True,
    ),
    Setting("STEP_UP_MINUTES", "step_up_minutes", "signing needs a login at most this old", int, 30),
    Setting(
        "SESSION_SECRET",
        "session_secret",
        "signs the cookie of a login under way, seals answers kept for repeats",
        secret=True,
    ),
    Setting(
        "CITIZEN_NUMBER_KEYS",
        "citizen_number_keys",
        "mark guardians' citizen numbers: secrets, the oldest first, none ever taken out",
        _words,
        secret=True,
    ),
    Setting("OAUTH_KEYS", "oauth_keys", "JWK set file of integrators' tokens and webhooks", default=""),
    Setting("SESSION_IDLE_MINUTES", "session_idle_minutes", "idle end of a session", int, 60),
    Setting("SESSION_HOURS", "session_hours", "absolute end of a session", int, 12),
    Setting("PKI_TRUST_ROOTS", "pki_trust_roots", "root certificates (PEM), separated by :", _paths),
    Setting(
        "PKI_INTERMEDIATES", "pki_intermediates", "issuing certificates (PEM), separated by :", _paths, ()
    ),
    Setting("PKI_TSA_URL", "pki_tsa_url", "timestamp service (RFC 3161)"),
    Setting("PKI_KEYS", "pki_keys", "folder of PKCS#12 keys, development only", Path, Path(".hocba/keys")),
    Setting("PKI_KEYS_PASSWORD", "pki_keys_password", "password of those files", default="", secret=True),
    Setting("PKI_CUSTODY", "pki_custody", "tokens, signing services, dates of roots (TOML file)", default=""),
    Setting("WORKER_PROCESSES", "worker_processes", "processes drawing, signing", int, os.cpu_count() or 2),
    Setting("WORKER_CONCURRENCY", "worker_concurrency", "jobs under way in one worker", int, 8),
    Setting("FORMS_FOLDER", "forms_folder", "laid-out forms are kept here; empty: for one run", default=""),
    Setting("MINISTRY_URL", "ministry_url", "where reports to the Ministry go; empty: nowhere", default=""),
    Setting("MINISTRY_ACCOUNT", "ministry_account", "the department's account there", default=""),
    Setting("MINISTRY_PASSWORD", "ministry_password", "password of that account", default="", secret=True),
    Setting(
        "MINISTRY_CERTIFICATE", "ministry_certificate", "certificate registered there (PEM file)", default=""
    ),
    Setting("MINISTRY_KEY", "ministry_key", "private key of that certificate (PEM file)", default=""),
    Setting("MINISTRY_CA", "ministry_authority", "authority of the Ministry's server (PEM file)", default=""),
    Setting(
        "MINISTRY_PART_MEGABYTES",
        "ministry_part_megabytes",
        "size of the records in one file of a report, at most",
        int,
        40,
    ),
    Setting(
        "LOCK_DAY_COUNTS",
        "lock_day_counts",
        "yes: records are locked at the end of 30/6 and 15/8; no: at the end of the day before",
        _yes_or_no,
        "no",
    ),
    Setting(
        "CHECK_ACCEPTS", "check_accepts", "yes: a clean check accepts; no: an officer does", _yes_or_no, "yes"
    ),
    Setting(
        "CLOCK_TOLERANCE_SECONDS",
        "clock_tolerance_seconds",
        "difference between a worker's clock and the database's from which on it is said",
        float,
        1.0,
    ),
    Setting("TRUSTED_PROXIES", "trusted_proxies", "addresses whose X-Forwarded-For is believed", _words, ()),
    Setting(
        "GRAPHQL_OPEN",
        "graphql_open",
        "yes: anybody's documents and introspection; no: neither; empty: yes in development only",
        _yes_or_no,
        "",
    ),
    Setting(
        "OPERATION_SECONDS_FACTOR",
        "operation_seconds_factor",
        "multiplies the time that an operation may take",
        float,
        1.0,
    ),
    Setting(
        "RATE_LIMIT_FACTOR",
        "rate_limit_factor",
        "multiplies every rate limit; 0 switches them off",
        float,
        1.0,
    ),
    Setting(
        "ALARM_NETWORK_MISSES",
        "alarm_network_misses",
        "lookups of a network that open nothing in an hour, from which on an alarm is raised; 0: never",
        int,
        60,
    ),
    Setting(
        "ALARM_NETWORK_PUPILS",
        "alarm_network_pupils",
        "different books that a network opens in an hour, likewise",
        int,
        600,
    ),
    Setting(
        "ALARM_PROGRAM_MISSES",
        "alarm_program_misses",
        "reads of an integrator's program that open nothing in a day, likewise",
        int,
        20,
    ),
    Setting(
        "ALARM_PROGRAM_PUPILS",
        "alarm_program_pupils",
        "different books that such a program opens in a day, likewise",
        int,
        2000,
    ),
    Setting("OTLP_ENDPOINT", "otlp_endpoint", "collector of traces and metrics (OTLP/HTTP)", default=""),
    Setting(
        "METRICS_ADDRESS", "metrics_address", "host:port where Prometheus reads, never public", default=""
    ),
    Setting("LOG_LEVEL", "log_level", "debug, info, warning or error", default="info"),
)


class SettingsMissingError(RuntimeError):
    """Required settings are absent; the message names all of them."""


@dataclass(frozen=True, slots=True)
class Settings:
    """The values; every field is a row of ``SETTINGS``."""

    environment: str
    data_dir: Path
    host: str
    port: int
    public_url: str
    database_url: str = field(repr=False)
    database_owner_url: str = field(repr=False)
    database_worker_url: str = field(repr=False)
    database_pool: int
    redis_url: str = field(repr=False)
    store_url: str
    oidc_issuer: str
    oidc_client_id: str
    oidc_client_secret: str = field(repr=False)
    oidc_step_up_acr: str
    oidc_providers: tuple[Provider, ...] = field(repr=False)
    step_up_minutes: int
    session_secret: str = field(repr=False)
    citizen_number_keys: tuple[str, ...] = field(repr=False)
    oauth_keys: str
    session_idle_minutes: int
    session_hours: int
    pki_trust_roots: tuple[Path, ...]
    pki_intermediates: tuple[Path, ...]
    pki_tsa_url: str
    pki_keys: Path
    pki_keys_password: str = field(repr=False)
    pki_custody: str
    worker_processes: int
    worker_concurrency: int
    forms_folder: str
    ministry_url: str
    ministry_account: str
    ministry_password: str = field(repr=False)
    ministry_certificate: str
    ministry_key: str
    ministry_authority: str
    ministry_part_megabytes: int
    lock_day_counts: str
    check_accepts: str
    clock_tolerance_seconds: float
    trusted_proxies: tuple[str, ...]
    graphql_open: str
    operation_seconds_factor: float
    rate_limit_factor: float
    alarm_network_misses: int
    alarm_network_pupils: int
    alarm_program_misses: int
    alarm_program_pupils: int
    otlp_endpoint: str
    metrics_address: str
    log_level: str

    def __post_init__(self) -> None:
        # a login is known by its issuer, so no two providers may speak for one
        ids, issuers = ({getattr(item, name) for item in self.providers} for name in ("id", "issuer"))
        if min(len(ids), len(issuers)) < len(self.providers):
            raise ValueError("OIDC_PROVIDERS: two providers share an id or an issuer")

    @property
    def providers(self) -> tuple[Provider, ...]:
        """Every provider; the first is the staff's, which the single settings describe."""
        staff = Provider(
            id=STAFF_PROVIDER,
            issuer=self.oidc_issuer,
            client_id=self.oidc_client_id,
            client_secret=self.oidc_client_secret,
            audience=Audience.STAFF,
            label=STAFF_LABEL,
            step_up_acr=self.oidc_step_up_acr,
        )
        return (staff, *self.oidc_providers)

    @property
    def alarm_thresholds(self) -> Thresholds:
        """From how many reads on somebody should look."""
        return Thresholds(
            network_misses=self.alarm_network_misses,
            network_pupils=self.alarm_network_pupils,
            program_misses=self.alarm_program_misses,
            program_pupils=self.alarm_program_pupils,
        )

    @property
    def citizen_marks(self) -> CitizenMarks:
        """What is kept of a guardian's citizen number."""
        return CitizenMarks(self.citizen_number_keys)

    @property
    def is_production(self) -> bool:
        return self.environment == "production"

    @property
    def takes_any_document(self) -> bool:
        """Whether the API shows its schema and runs whatever document it is sent, within the limits."""
        return self.graphql_open == "yes" or (not self.graphql_open and not self.is_production)

    @property
    def origin(self) -> str:
        """Where people reach the system, without a final slash."""
        return (self.public_url or f"http://{self.host}:{self.port}").rstrip("/")


def from_env(environ: Mapping[str, str] | None = None) -> Settings:
    """Read every setting.

    Raises:
        SettingsMissingError: naming every required setting that is absent.
        ValueError: when a value is not of its kind.
    """
    source = os.environ if environ is None else environ
    missing = [item.env for item in SETTINGS if item.default is None and not source.get(item.env)]
    if missing:
        raise SettingsMissingError(", ".join(missing))
    return Settings(**{item.name: _value(item, source) for item in SETTINGS})


def value_of(env: str, environ: Mapping[str, str]) -> str:
    """One setting, for a command that needs no other.

    Raises:
        SettingsMissingError: when it is absent.
    """
    if not environ.get(env):
        raise SettingsMissingError(env)
    return environ[env]


def given(environ: Mapping[str, str] | None = None) -> dict[str, str]:
    """The settings that the environment sets, by variable: what the embedded default must leave alone."""
    source = os.environ if environ is None else environ
    return {item.env: source[item.env] for item in SETTINGS if source.get(item.env)}


def process_environment() -> dict[str, str]:
    """A copy of the whole environment, for child processes."""
    return dict(os.environ)


def _value(item: Setting, source: Mapping[str, str]) -> Any:
    text = source.get(item.env)
    if not text:
        return item.default
    try:
        return item.parse(text)
    except ValueError as error:
        raise ValueError(f"{item.env}: {item.meaning}") from error
