"""Programs of other institutions: registering them, granting them books, and what a read of theirs does.

A read is counted before it looks, refused reads included; what is unusual reaches the department's audit, the log
and no code with it. The caller refuses after the transaction has committed, so that nothing counted is lost.
"""

import hashlib
import ipaddress
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

from backend.db.repositories import audit, changes, integrators
from backend.db.repositories.integrators import ClientRow, Credentials, GrantRow, NewClient
from backend.domain.access import AccessPurpose
from backend.domain.errors import (
    IntegratorExistsError,
    IntegratorUnknownError,
    NetworkInvalidError,
    NotFoundError,
    NotPermittedError,
    QuotaUsedError,
    ScopeMissingError,
    SecondFactorRequiredError,
    SecondFactorWrongError,
    ShareDaysError,
    WebhookUrlInvalidError,
)
from backend.domain.identifiers import LookupCode
from backend.domain.integrators import (
    GRANT_DAYS_MAX,
    PURPOSES,
    Alarm,
    Detail,
    PurposeRule,
    Scope,
    alarm,
)
from backend.domain.policy import Actor, Refusal, Role
from backend.domain.revoking import program_refusal, shared_refusal
from backend.domain.scraping import Asker
from backend.observability import counted, log
from backend.services.acting import allow
from backend.services.lookup import Found, Question, look_up
from backend.services.sharing import places, require_share_right, shareable

SECRET_BYTES = 32


@dataclass(frozen=True, slots=True, kw_only=True)
class Registration:
    """What a new client is to be; without public keys it gets a secret."""

    client_id: str
    name: str
    scopes: Sequence[Scope]
    days: int
    networks: Sequence[str] = ()
    public_keys: Mapping[str, Any] | None = None
    daily_reads: int | None = None
    webhook_url: str = ""
    secret: str | None = None


@dataclass(frozen=True, slots=True)
class Registered:
    """A new client; its secret is seen once."""

    client: ClientRow
    secret: str | None


def secret_hash(secret: str) -> str:
    """What is kept of a secret: it is 256 random bits, so a plain hash cannot be guessed back."""
    return hashlib.sha256(secret.encode()).hexdigest()


async def register(actor: Actor, wanted: Registration) -> Registered:
    """Add a client.

    Raises:
        NotPermittedError: unless the actor is the department.
        NetworkInvalidError, WebhookUrlInvalidError, IntegratorExistsError: by what is wanted.
    """
    _require_department(actor)
    for network in wanted.networks:
        _check_network(network)
    _check_webhook(wanted.webhook_url)
    secret = None
    if wanted.public_keys is None:
        secret = wanted.secret or secrets.token_urlsafe(SECRET_BYTES)
    row = await integrators.add(
        NewClient(
            client_id=wanted.client_id,
            name=wanted.name,
            scopes=wanted.scopes,
            lasts=timedelta(days=wanted.days),
            secret_hash=None if secret is None else secret_hash(secret),
            public_keys=wanted.public_keys,
            networks=wanted.networks,
            daily_reads=wanted.daily_reads,
            webhook_url=wanted.webhook_url,
        ),
        position=await changes.last_position(),
    )
    if row is None:
        raise IntegratorExistsError(field="clientId")
    await audit.append(actor, "INTEGRATOR_ADD", [(None, None)], client=row.id)
    return Registered(row, secret)


async def end(actor: Actor, client_id: str) -> ClientRow:
    """End a client at once: its tokens are refused from the next request on.

    Raises:
        NotPermittedError: unless the actor is the department, or when it has ended already.
        IntegratorUnknownError: when there is none.
    """
    _require_department(actor)
    found = await integrators.by_client_id(client_id)
    if found is None:
        raise IntegratorUnknownError(field="clientId")
    allow(program_refusal(actor, revoked=found.revoked_at is not None), "clientId")
    row = await integrators.revoke(client_id)
    if row is None:
        raise IntegratorUnknownError(field="clientId")
    await audit.append(actor, "INTEGRATOR_REVOKE", [(None, None)], client=row.id)
    return row


def may_come_from(client: Credentials, address: str) -> bool:
    """Whether a client may call from an address; without networks it may from everywhere."""
    if not client.networks:
        return True
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return False
    return any(parsed in ipaddress.ip_network(network) for network in client.networks)


async def grant(actor: Actor, record_id: int, client_id: str, purpose: AccessPurpose, days: int) -> GrantRow:
    """Let a client read the book of a record for a purpose, as its family asked.

    Raises:
        NotFoundError, NotPermittedError: by policy.
        IntegratorUnknownError: when there is no such client, or not for this purpose.
        ShareDaysError: when it would last no day, or too many.
    """
    if not 1 <= days <= GRANT_DAYS_MAX:
        raise ShareDaysError(field="validDays", max=GRANT_DAYS_MAX)
    record = await shareable(actor, record_id)
    client = await integrators.by_client_id(client_id)
    if client is None or purpose not in PURPOSES or PURPOSES[purpose].scope not in client.scopes:
        raise IntegratorUnknownError(field="clientId")
    row = await integrators.grant(client.id, record.book_id, purpose, actor.staff_id, timedelta(days=days))
    await audit.append(
        actor, "GRANT", [(record.managing_school_id, record.working.id)], grant=row.id, client=client.id
    )
    return row


async def take_back(actor: Actor, grant_id: int) -> GrantRow:
    """End a grant.

    Raises:
        NotFoundError: when it lies outside the actor's scope.
        NotPermittedError: when the actor may not share, or when it has ended already.
    """
    require_share_right(actor)
    found = (await integrators.find_grants([grant_id])).get(grant_id)
    if found is None:
        raise NotFoundError(field="grantId")
    allow(shared_refusal(actor, found.facts), "grantId")
    row = await integrators.revoke_grant(grant_id)
    if row is None:
        raise NotPermittedError(Refusal.STATE, field="grantId")
    await audit.append(actor, "UNGRANT", places(actor), grant=row.id)
    return row


def rule_for(client: Credentials, token_scopes: frozenset[Scope], purpose: AccessPurpose) -> PurposeRule:
    """What a purpose allows, when the token and the client still have its scope.

    Raises:
        ScopeMissingError: when they do not.
    """
    rule = PURPOSES.get(purpose)
    if rule is None or rule.scope not in token_scopes & client.scopes:
        raise ScopeMissingError(field="purpose", scope="–" if rule is None else rule.scope)
    return rule


def require_factor(rule: PurposeRule, question: Question | None) -> None:
    """More than the minimum needs more than the code.

    Raises:
        SecondFactorRequiredError: when there is only a code.
    """
    only_code = question is not None and question.birth_date is None and question.share_code is None
    if rule.detail is not Detail.MINIMUM and only_code:
        raise SecondFactorRequiredError(field="birthDate")


@dataclass(frozen=True, slots=True)
class Opening:
    """What an integrator opens a book with: a code and perhaps a factor, or a grant."""

    purpose: AccessPurpose
    question: Question | None
    grant_id: int | None
    network: str


@dataclass(frozen=True, slots=True)
class Reading:
    """What a read came to; an error is raised once the counts are committed."""

    found: Found | None
    error: type[QuotaUsedError | SecondFactorWrongError] | None
    most: int


async def read(client: Credentials, rule: PurposeRule, opening: Opening) -> Reading:
    """Read a locked book in the scope of the client: counted, looked up, written down."""
    most = client.daily_reads or rule.daily_reads
    quota = await integrators.take_quota(opening.purpose, most)
    await _tell(client, opening.purpose, alarm(quota.reads, quota.refused, most))
    if not quota.taken:
        return Reading(None, QuotaUsedError, most)
    question = opening.question or await _granted(opening)
    found = None if question is None else await look_up(question)
    if found is None:
        await integrators.count_miss(opening.purpose)
        return Reading(None, SecondFactorWrongError, most)
    return Reading(found, None, most)


async def _granted(opening: Opening) -> Question | None:
    if opening.grant_id is None:
        return None
    code = await integrators.open_grant(opening.grant_id, opening.purpose)
    if code is None:
        return None
    return Question(code=LookupCode(code), granted=True, purpose=opening.purpose, network=opening.network)


async def _tell(client: Credentials, purpose: AccessPurpose, raised: Alarm | None) -> None:
    if raised is None:
        return
    await integrators.raise_alarm(raised, purpose)
    counted("alarm", asker=Asker.PROGRAM, sign=raised)
    log.warning("integrator_alarm", client=client.id, alarm=raised, purpose=purpose)


def _require_department(actor: Actor) -> None:
    if actor.role is not Role.DEPARTMENT_OFFICER:
        raise NotPermittedError(Refusal.ROLE)


def _check_network(network: str) -> None:
    try:
        ipaddress.ip_network(network)
    except ValueError as error:
        raise NetworkInvalidError(field="networks") from error


def _check_webhook(url: str) -> None:
    """A receiver is reached by TLS; on the same machine, as in development, it need not be."""
    parts = urlsplit(url)
    on_this_machine = parts.scheme == "http" and parts.hostname in {"127.0.0.1", "localhost"}
    if url and not (parts.hostname and (parts.scheme == "https" or on_this_machine)):
        raise WebhookUrlInvalidError(field="webhookUrl")
