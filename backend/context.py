"""What a resolver has at hand: who asks, in which language, and loaders that batch reads of one operation."""

import time
from collections.abc import Awaitable, Callable, Hashable, Mapping, Sequence
from contextvars import ContextVar
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Protocol, TypeVar

from redis import asyncio as aioredis
from starlette.requests import HTTPConnection

from backend.adapters.addresses import UNKNOWN
from backend.adapters.channels import Audience as ChangesAudience
from backend.adapters.hub import Hub
from backend.adapters.rate_limits import RateLimits
from backend.adapters.replies import Replies
from backend.adapters.store import ObjectStore
from backend.adapters.tokens import TokenKeys
from backend.db.reading.statement import Statement
from backend.db.repositories import (
    access,
    auditing,
    calendar,
    calendar_watch,
    ceremonies,
    departures,
    families,
    integrators,
    ledger,
    ministry,
    ministry_reading,
    organisation,
    participation,
    participation_reports,
    periods,
    preflight,
    preparing,
    prints,
    records,
    submissions,
    transfers,
    units,
)
from backend.db.repositories.access import AccessRow
from backend.db.repositories.integrators import Credentials
from backend.db.repositories.organisation import CountRow
from backend.db.repositories.participation import DistrictRow, ParticipationRow, ReadinessRow
from backend.db.repositories.people import AssignmentRow, Login
from backend.db.repositories.records import RecordRow
from backend.documents.limits import Audience
from backend.documents.measuring import Measured
from backend.documents.prepared import Prepared
from backend.documents.trusted import TrustedDocuments
from backend.domain.access import AccessMeans, AccessOutcome, AccessPurpose
from backend.domain.audit import UNKNOWN_ORIGIN, Origin
from backend.domain.errors import NotSignedInError, SignerUnknownError, StepUpRequiredError
from backend.domain.integrators import Scope
from backend.domain.lifecycle import Action
from backend.domain.live import Topic
from backend.domain.messages import Language
from backend.domain.policy import PUBLIC, Actor, Refusal, Role
from backend.domain.rate_limits import By, Operation
from backend.loading import Loaded
from backend.services import locking
from backend.services.acting import refusal_for
from backend.services.relaying import Relay
from backend.settings import Settings

Row = TypeVar("Row")

operation_variables: ContextVar[dict[str, Any]] = ContextVar("operation_variables")
"""Variables of the operation at hand as the client sent them, for a selection that is executed again."""
ClassCountKey = tuple[int, int]
"""School id and the year in which a school year starts."""

AccessPage = tuple[int, int | None, int]
"""A book, the event before which a page begins, and how many rows it has."""


class AnswersAtOnce(Protocol):
    """Answers a whole query or mutation without resolvers, or says that it cannot (``backend.compiled``)."""

    async def answer(
        self, context: "Context", query: str, document: Any, name: str | None, variables: object
    ) -> bytes | None: ...


SubscriptionText = tuple[str, Any, str | None]
"""A subscription's document as text and parsed, and the name of the operation that is meant."""


class ReadsChanges(Protocol):
    """Reads what a subscription shows of changes by statements (``backend.compiled.changes``)."""

    def audience(
        self,
        subscription: SubscriptionText,
        topics: frozenset[Topic],
        actor: Actor,
        otherwise: ChangesAudience,
    ) -> tuple[Hashable, ChangesAudience] | None:
        """Who shares the reading, and the reader; None when the selection must be executed.

        ``otherwise`` executes it, and is asked in doubt.
        """
        ...


@dataclass(slots=True)
class Services:
    """What lives as long as the process; ``compiled`` and ``changes`` are None where resolvers answer everything."""

    settings: Settings
    redis: aioredis.Redis
    store: ObjectStore
    replies: Replies
    limits: RateLimits
    hub: Hub
    relay: Relay
    compiled: AnswersAtOnce | None = None
    changes: ReadsChanges | None = None
    acts: AnswersAtOnce | None = None
    tokens: TokenKeys | None = None
    trusted: TrustedDocuments = field(default_factory=TrustedDocuments)
    takes_any_document: bool = True
    seconds_factor: float = 1.0


@dataclass(frozen=True, slots=True)
class SessionIdentity:
    """Who a session belongs to: a login at a provider, when and how strongly they proved who they are (seconds since
    1970, level), and the assignment chosen to act in.
    """

    issuer: str
    subject: str
    assignment_id: int | None
    authenticated_at: float = 0
    acr: str = ""


@dataclass(frozen=True, slots=True)
class IntegratorIdentity:
    """A program that shows an access token, and the scopes that both it and the token still have."""

    client: Credentials
    scopes: frozenset[Scope]

    @property
    def actor(self) -> Actor:
        return Actor(role=Role.INTEGRATOR, client_key=self.client.id)


class Loaders:
    """Batched reads; one set for one operation, so that nothing read for one actor reaches another."""

    def __init__(self) -> None:
        self.records = _loader(records.find)
        self.contents = _loader(records.contents)
        self.revisions = _loader(records.revisions)
        self.signatures = _loader(ceremonies.signatures)
        self.artefacts = _loader(ceremonies.artefacts)
        self.ceremonies = _loader(ceremonies.find)
        self.ceremony_items = _loader(ceremonies.find_items)
        self.submissions = _loader(submissions.find)
        self.submission_items = _loader(submissions.items)
        self.periods = _loader(periods.find)
        self.units = _loader(organisation.find_units)
        self.unit_spans = _loader(units.find_spans)
        self.unit_versions = _loader(units.find_versions)
        self.classes = _loader(organisation.find_classes)
        self.class_counts: Loaded[ClassCountKey, list[CountRow] | None] = Loaded(
            partial(_in_order, organisation.counts_of)
        )
        self.family_records = _loader(families.records_of)
        self.participations = _loader(participation.find)
        self.readiness: Loaded[tuple[int, int], ReadinessRow | None] = Loaded(
            partial(_in_order, participation.readiness)
        )
        self.not_taking_part: Loaded[tuple[int, int], list[int]] = Loaded(
            partial(_in_order, participation.missing)
        )
        self.declared: Loaded[tuple[int, int], ParticipationRow | None] = Loaded(
            partial(_in_order, participation.of_schools)
        )
        self.taking_part: Loaded[tuple[int, int], DistrictRow | None] = Loaded(
            partial(_in_order, participation.standing)
        )
        self.trainings = _loader(preparing.find_trainings)
        self.visits = _loader(preparing.find_visits)
        self.visit_proposals = _loader(preparing.proposals_of)
        self.reports = _loader(participation_reports.find)
        self.transfers = _loader(transfers.find)
        self.departures = _loader(departures.find)
        self.prints_of = _loader(prints.of_records)
        self.transfer_snapshots = _loader(transfers.snapshots)
        self.seals_pending = _loader(periods.seals_pending)
        self.seals_waiting = _loader(calendar_watch.seals_waiting)
        self.lock_blockers = _loader(preflight.blockers)
        self.seal_obstacles = _loader(calendar_watch.obstacles)
        self.lock_exceptions = _loader(calendar.find_exceptions)
        self.due_counts = _loader(locking.due_counts)
        self.ministry_reports = _loader(ministry.find)
        self.ministry_states = _loader(ministry_reading.newest)
        self.heads = _loader(ledger.find_heads)
        self.inclusions = _loader(ledger.inclusions)
        self.access_events = _loader(access.find)
        self.audit_events = _loader(auditing.find)
        self.share_codes = _loader(access.find_shares)
        self.integrators = _loader(integrators.find)
        self.grants = _loader(integrators.find_grants)
        self.grants_of = _loader(integrators.grants_of)
        self.shares_of = _loader(access.shares_of)
        self.access_pages: Loaded[AccessPage, list[AccessRow]] = Loaded(_access_pages)


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownBook:
    """What an answer that is one lookup and nothing else rests on (``backend.web.known_answers``)."""

    code: str = field(repr=False)
    fingerprint: str
    purpose: AccessPurpose
    means: AccessMeans
    outcome: AccessOutcome
    counted: Operation


class MakesStatements(Protocol):
    """A document's plan (``backend.compiled.plans``)."""

    def statement(self, variables: Mapping[str, Any] | None) -> Statement: ...


@dataclass(frozen=True, slots=True)
class Finished:
    """What a compiled read answered, by which plan and for whom (``backend.web.repeated``)."""

    plan: MakesStatements
    role: Role
    data: bytes


@dataclass(frozen=True, slots=True)
class FinishedAct:
    """What a compiled act answered, and by which plan (``backend.compiled.acts``)."""

    plan: Any
    data: bytes


@dataclass(slots=True)
class Context:
    """One request, or one socket; ``actor`` and ``loaders`` belong to the operation at hand."""

    connection: HTTPConnection
    services: Services
    language: Language
    identity: SessionIdentity | None
    address: str = UNKNOWN
    origin: Origin = UNKNOWN_ORIGIN
    by_get: bool = False
    prepared: Prepared | None = None
    priced: Measured | None = None
    """The operation by the real values of its variables, where the price for every value would be too much."""
    asks_freely: bool = False
    """Whether the document is one of the asker's own where that needs a right."""
    session_key: str | None = None
    integrator: IntegratorIdentity | None = None
    login: Login | None = None
    actor: Actor = PUBLIC
    acted: bool = False
    """Whether a mutation of the operation at hand has done something."""
    opened: set[int] = field(default_factory=set)
    """Revisions whose content the operation at hand has shown."""
    known_book: KnownBook | None = None
    finished: Finished | None = None
    finished_act: FinishedAct | None = None
    _loaders: Loaders | None = None

    @property
    def loaders(self) -> Loaders:
        """Those of the operation at hand, made when something is first read by them."""
        if self._loaders is None:
            self._loaders = Loaders()
        return self._loaders

    def begin(self) -> None:
        """Another operation begins: it reads everything for itself."""
        self._loaders = None

    @property
    def audience(self) -> Audience:
        """By whose limits a document is measured."""
        if self.integrator is not None:
            return Audience.INTEGRATOR
        return Audience.PUBLIC if self.identity is None else Audience.STAFF

    @property
    def whose(self) -> dict[By, str]:
        """The bucket in which what is asked counts: the program's or the person's, else the address's."""
        if self.integrator is not None:
            return {By.CLIENT: str(self.integrator.client.id)}
        if self.identity is None:
            return {By.ADDRESS: self.address}
        return bucket_of(self.identity)

    @property
    def staff(self) -> Actor:
        """The acting member of staff.

        Raises:
            NotSignedInError: when nobody is signed in.
            SignerUnknownError: when the person has no assignment today.
        """
        if self.identity is None:
            raise NotSignedInError
        if self.actor.staff_id is None:
            raise SignerUnknownError
        return self.actor

    def require_recent_login(self) -> None:
        """See that whoever acts has proved it lately, at the level that their provider is set to.

        Raises:
            StepUpRequiredError: when not. Who is not signed in is told so by the act itself.
        """
        if self.identity is None:
            return
        settings = self.services.settings
        provider = next((item for item in settings.providers if item.issuer == self.identity.issuer), None)
        levels = provider.step_up_acr.split() if provider else []
        is_recent = time.time() - self.identity.authenticated_at <= settings.step_up_minutes * 60
        if not is_recent or (levels and self.identity.acr not in levels):
            raise StepUpRequiredError(minutes=settings.step_up_minutes)

    def require_integrator(self) -> IntegratorIdentity:
        """The program that asks.

        Raises:
            NotSignedInError: when no program shows a token.
        """
        if self.integrator is None:
            raise NotSignedInError
        return self.integrator

    def refusal(self, action: Action, record: RecordRow) -> Refusal | None:
        """Why the actor may not do this to the record now, or None."""
        return refusal_for(self.actor, action, record)

    @property
    def assignment(self) -> AssignmentRow | None:
        """The assignment the person acts in."""
        held = self.login.assignments if self.login else ()
        return next((item for item in held if item.actor == self.actor), None)


def bucket_of(identity: SessionIdentity) -> dict[By, str]:
    """The bucket of a person, whichever session they ask in."""
    return {By.PERSON: f"{identity.issuer} {identity.subject}"}


def choose_actor(login: Login | None, assignment_id: int | None) -> Actor:
    """The actor a person is now: the chosen assignment while it holds, else the first that does."""
    if login is None:
        return PUBLIC
    chosen = (item.actor for item in login.assignments if item.actor.assignment_id == assignment_id)
    first = (item.actor for item in login.assignments)
    return next(chosen, None) or next(first, None) or login.guardian or PUBLIC


def _loader(find: Callable[[Sequence[int]], Awaitable[dict[int, Row]]]) -> Loaded[int, Row | None]:
    return Loaded(partial(_in_order, find))


async def _in_order(find: Callable[[Sequence[Any]], Awaitable[dict[Any, Any]]], keys: list[Any]) -> list[Any]:
    found = await find(keys)
    return [found.get(key) for key in keys]


async def _access_pages(keys: list[AccessPage]) -> list[list[AccessRow]]:
    read: dict[tuple[int | None, int], dict[int, list[AccessRow]]] = {}
    for before, limit in {key[1:] for key in keys}:
        books = [key[0] for key in keys if key[1:] == (before, limit)]
        read[before, limit] = await access.pages(books, before=before, limit=limit)
    return [read[before, limit][book] for book, before, limit in keys]
