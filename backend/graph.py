"""The schema, assembled; how an operation runs, and what of its faults anybody learns."""

from collections.abc import AsyncIterator, Iterator
from contextlib import suppress
from functools import partial
from typing import Any

import orjson
import strawberry
from graphql import ExecutionResult, GraphQLError
from strawberry import relay
from strawberry.exceptions import MissingQueryError
from strawberry.extensions import MaskErrors, SchemaExtension
from strawberry.schema.config import StrawberryConfig
from strawberry.schema.exceptions import (
    CannotGetOperationTypeError,
    InvalidOperationTypeError,
)
from strawberry.types import ExecutionContext
from strawberry.types.graphql import OperationType

from backend.context import AnswersAtOnce, Context, Services, choose_actor, operation_variables
from backend.db.repositories import audit, people
from backend.db.scope import enter, snapshot, unscoped
from backend.documents.limits import Audience
from backend.documents.prepared import PreparedDocuments
from backend.domain.errors import DomainError, RateLimitedError, TooManyTriesError
from backend.domain.messages import Language, sentence
from backend.loading import reads_end
from backend.operations.beginning import check_document, count, in_time
from backend.operations.preparing import PrepareDocument, without_suggestion
from backend.resolvers import (
    administration,
    auditing,
    burn_up,
    calendar,
    department,
    identity,
    imports,
    integrators,
    ledger,
    live,
    live_progress,
    ministry,
    opened,
    participation,
    preflight,
    preparing,
    public,
    records,
    sessions,
    sharing,
    signing,
    transfers,
)
from backend.resolvers.measuring import Measured
from backend.resolvers.repeating import key_of, once_per_key
from backend.schema.access import AccessEvent, ShareCode
from backend.schema.administration import AssignmentProposal, HeldRole
from backend.schema.audit import AuditEvent
from backend.schema.calendar import CalendarChange, LockException
from backend.schema.changes import RegistryChanges
from backend.schema.department import LockPeriod, Submission, Verification
from backend.schema.describing import describe
from backend.schema.errors import shown_fault
from backend.schema.integrators import Integrator, IntegratorGrant
from backend.schema.ledger import LedgerHead
from backend.schema.lookup import LookupResult
from backend.schema.organisation import (
    ClassProgress,
    DistrictProgress,
    OrgUnit,
    SchoolClass,
    SchoolProgress,
)
from backend.schema.records import Record
from backend.schema.registry import RegistryRecord
from backend.schema.signing import Ceremony, CeremonyItem
from backend.schema.viewer import SignInProvider, Viewer


@strawberry.type
class Query(
    participation.ParticipationQueries,
    preparing.PreparingQueries,
    transfers.TransferQueries,
    burn_up.ProgressQueries,
    preflight.PreflightQueries,
    ledger.LedgerQueries,
    ministry.MinistryQueries,
):
    node: relay.Node | None = relay.node(description="Anything with an id, as far as the viewer may see it.")
    viewer: Viewer = strawberry.field(resolver=identity.viewer, description="Who asks. Right: everybody.")
    sign_in_providers: list[SignInProvider] = strawberry.field(
        resolver=sessions.providers, description="Where people sign in. Right: everybody."
    )
    records: relay.Connection[Record] = strawberry.field(
        resolver=records.list_records, description="Records by class and name. Right: staff, their scope."
    )
    ceremonies: list[Ceremony] = strawberry.field(
        resolver=signing.recent,
        description="The newest signing ceremonies. Right: the signer, their school's leaders.",
    )
    ceremony_items: relay.Connection[CeremonyItem] = strawberry.field(
        resolver=signing.items, description="Records of a ceremony. Right: as for the ceremony."
    )
    submissions: relay.Connection[Submission] = strawberry.field(
        resolver=department.list_submissions,
        description="Class packets. Right: school, district, department.",
    )
    lock_periods: list[LockPeriod] = strawberry.field(
        resolver=department.list_periods, description="Lock periods. Right: everybody."
    )
    calendar_changes: list[CalendarChange] = strawberry.field(
        resolver=calendar.changes,
        description="Changes of the calendar's dates, the newest first. Right: department.",
    )
    lock_exceptions: relay.Connection[LockException] = strawberry.field(
        resolver=calendar.exceptions,
        description="Exceptions to deadlines. Right: department; when granted also the school and its district.",
    )
    progress: list[ClassProgress] = strawberry.field(
        resolver=department.progress,
        description="Records by class and state. Right: school, district, department.",
    )
    school_progress: list[SchoolProgress] = strawberry.field(
        resolver=department.school_progress,
        description="Records by school and state. Right: school, district, department.",
    )
    district_progress: list[DistrictProgress] = strawberry.field(
        resolver=department.district_progress,
        description="Records by district and state. Right: district, department.",
    )
    audit_events: relay.Connection[AuditEvent] = strawberry.field(
        resolver=auditing.events,
        description="Who did what, the newest first. Right: the school's leaders and clerk, district, department.",
    )
    held_roles: list[HeldRole] = strawberry.field(
        resolver=administration.held_roles,
        description="Roles held in a unit. Right: whoever hands out roles there.",
    )
    assignment_proposals: list[AssignmentProposal] = strawberry.field(
        resolver=administration.proposals,
        description="Roles that wait for a second person. Right: department.",
    )
    lookup: LookupResult = strawberry.field(
        resolver=public.lookup,
        description="A book by its code (plan, part II). Right: everybody; masked without a second factor, which is the birth date or a share code; each look is an access event.",
    )
    registry_record: RegistryRecord = strawberry.field(
        resolver=integrators.registry_record,
        description="A locked book for a purpose, counted and written down. Right: integrators with its scope.",
    )
    integrator_grants: relay.Connection[IntegratorGrant] = strawberry.field(
        resolver=integrators.grants,
        description="Grants that hold now. Right: the integrator they were given to.",
    )
    changes: RegistryChanges = strawberry.field(
        resolver=integrators.follow,
        description="The registry's changes after a cursor. Right: integrators with changes.read.",
    )
    integrators: list[Integrator] = strawberry.field(
        resolver=integrators.every, description="Programs of other institutions. Right: department."
    )
    verify: Verification = strawberry.field(
        resolver=public.verify, description="Whether an uploaded PDF or XML is genuine. Right: everybody."
    )


@strawberry.type(
    description="Everything that changes something; each answers with a payload and its user errors. With an"
    " Idempotency-Key (a header, or extensions.idempotencyKey) the same request is carried out once in 24 hours."
)
class Mutation(
    records.RecordMutations,
    signing.SigningMutations,
    department.DepartmentMutations,
    calendar.CalendarMutations,
    preflight.PreflightMutations,
    ministry.MinistryMutations,
    identity.IdentityMutations,
    imports.ImportMutations,
    sharing.SharingMutations,
    sessions.SessionMutations,
    integrators.IntegratorMutations,
    administration.AdministrationMutations,
    participation.ParticipationMutations,
    preparing.PreparingMutations,
    transfers.TransferMutations,
):
    """Everything that changes something; each answers with a payload and its user errors."""


@strawberry.type
class Subscription(live.LiveSubscriptions, live_progress.ProgressSubscriptions):
    signing_progress = strawberry.subscription(
        resolver=signing.progress,
        description="How far a ceremony is, until it is done. Right: as for the ceremony.",
    )


class OperationTransaction(SchemaExtension):
    """One operation is one transaction in the viewer's scope; a mutation with a fault leaves nothing behind.

    A subscription opens a transaction for each event instead: one for its whole life would hold a connection.
    """

    async def on_execute(self) -> AsyncIterator[None]:
        operation = self.execution_context
        context: Context = operation.context
        kind = operation.operation_type
        await count(context, kind)
        if kind is OperationType.SUBSCRIPTION:
            context.begin()
            operation_variables.set(operation.variables or {})
            await _check_subscriber(context)
            yield
            return
        async with in_time(context, kind, operation.operation_name):
            if await _answered_at_once(operation):
                yield
                if kind is OperationType.MUTATION:
                    context.services.relay.wake()
                return
            context.begin()
            if _needs_no_scope(context, operation.operation_name):
                yield
                return
            with suppress(_RollBackError):
                writes = kind is OperationType.MUTATION
                # an act waits for whoever holds its rows and goes on from what they left; a read sees one moment
                async with unscoped() if writes else snapshot(), reads_end():
                    await _take_scope(context, write=writes)
                    async with once_per_key(operation):
                        yield
                    _roll_back_if(bool(getattr(operation.result, "errors", None)))
            await opened.write_down(context)
        if kind is OperationType.MUTATION:
            context.services.relay.wake()


OWN_SCOPE = frozenset({"lookup", "verify"})
"""Root fields that open the scope they need: for these alone another transaction would only be begun and ended."""


def _needs_no_scope(context: Context, operation_name: str | None) -> bool:
    chosen = None if context.prepared is None else context.prepared.chosen(operation_name)
    return context.audience is Audience.PUBLIC and chosen is not None and chosen.root_fields <= OWN_SCOPE


async def _answered_at_once(operation: ExecutionContext) -> bool:
    """Whether a compiled read or act has answered; then nothing is left to execute."""
    compiled = _compiled(operation)
    if compiled is None or operation.context.asks_freely or operation.context.priced is not None:
        return False
    data = await compiled.answer(
        operation.context,
        operation.query or "",
        operation.graphql_document,
        operation.operation_name,
        operation.variables,
    )
    if data is None:
        return False
    finished: Any = orjson.Fragment(data)
    operation.result = ExecutionResult(data=finished)
    return True


def _compiled(operation: ExecutionContext) -> AnswersAtOnce | None:
    """What might answer at once; an act that is to be remembered by its key is not for it."""
    services: Services = operation.context.services
    match operation.operation_type:
        case OperationType.QUERY:
            return services.compiled
        case OperationType.MUTATION if key_of(operation) is None:
            return services.acts
        case _:
            return None


class _RollBackError(Exception):
    """Ends a transaction without a trace; never leaves this module."""


def _roll_back_if(failed: bool) -> None:
    if failed:
        raise _RollBackError


async def _take_scope(context: Context, *, write: bool) -> None:
    audit.came_from.set(context.origin)
    if context.integrator is not None:
        context.actor = context.integrator.actor
    elif context.identity is not None:
        context.login = await people.find_login(context.identity.issuer, context.identity.subject)
        context.actor = choose_actor(context.login, context.identity.assignment_id)
    check_document(context)
    await enter(context.actor, write=write)


async def _check_subscriber(context: Context) -> None:
    """A document of one's own needs its right also where no transaction is opened."""
    if context.asks_freely:
        async with unscoped():
            await _take_scope(context, write=False)


_NO_OPERATION = (MissingQueryError, CannotGetOperationTypeError, InvalidOperationTypeError)
"""What Strawberry's view says itself: there is no operation, or not one that this kind of request may run."""


class MaskFaults(MaskErrors):
    """A domain error shows its code and sentence; any other exception only an id that the log knows too."""

    def __init__(self) -> None:
        super().__init__(should_mask_error=_is_fault, error_message="")

    def on_operation(self) -> Iterator[None]:
        # what fails around an operation, not in it, comes as an exception: no connection, no commit, no time left
        try:
            yield from super().on_operation()
        except _NO_OPERATION:
            raise
        except Exception as error:
            found = error if isinstance(error, GraphQLError) else GraphQLError("", original_error=error)
            language = self.execution_context.context.language
            raise (self.anonymise_error(found) if _is_fault(found) else told(found, language)) from error

    def anonymise_error(self, error: GraphQLError) -> GraphQLError:
        return shown_fault(error, self.execution_context.context.language)


def _is_fault(error: GraphQLError) -> bool:
    original = error.original_error
    return original is not None and not isinstance(original, GraphQLError | DomainError)


class DomainErrors(SchemaExtension):
    """Gives a domain error that reached the top of a query its code and its sentence."""

    def on_operation(self) -> Iterator[None]:
        yield
        self._name(self.execution_context.result)

    def on_stream_result(self, result: object) -> Iterator[None]:
        self._name(result)
        yield

    def _name(self, result: object) -> None:
        language = self.execution_context.context.language
        hide = not self.execution_context.context.services.takes_any_document
        for error in getattr(result, "errors", None) or ():
            if isinstance(error.original_error, DomainError):
                told(error, language)
            elif hide:
                error.message = without_suggestion(error.message)


def told(error: GraphQLError, language: Language) -> GraphQLError:
    """The same error; one of the domain bears its code and its sentence."""
    original = error.original_error
    if isinstance(original, DomainError):
        error.message = sentence(original.reason, language, **original.params)
        error.extensions = {"code": original.reason, "field": original.field}
        if isinstance(original, RateLimitedError | TooManyTriesError):
            error.extensions["retryAfter"] = int(original.params.get("seconds", "60"))
    return error


schema = strawberry.Schema(
    Query,
    Mutation,
    Subscription,
    types=[
        OrgUnit,
        SchoolClass,
        Record,
        Ceremony,
        Submission,
        LockPeriod,
        LockException,
        LedgerHead,
        AccessEvent,
        ShareCode,
        Integrator,
        IntegratorGrant,
    ],
    config=StrawberryConfig(),
    extensions=[
        Measured,
        MaskFaults,
        DomainErrors,
        partial(PrepareDocument, PreparedDocuments()),
        OperationTransaction,
    ],
)
describe(schema._schema)  # noqa: SLF001 - Strawberry's own graphql-core schema
