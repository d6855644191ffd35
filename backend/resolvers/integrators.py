"""What programs of other institutions ask, and how schools and the department manage them."""

from datetime import date

import strawberry
from strawberry import relay

from backend.adapters.addresses import network_of
from backend.context import IntegratorIdentity
from backend.db.repositories import changes, integrators
from backend.db.scope import scoped_apart
from backend.domain.access import AccessPurpose
from backend.domain.errors import NotFoundError, NotPermittedError, ScopeMissingError
from backend.domain.integrators import Scope
from backend.domain.policy import Actor, Refusal, Role
from backend.resolvers.answering import Info, answering, node_key
from backend.resolvers.found import registry_answer
from backend.schema.changes import RegistryChange, RegistryChanges
from backend.schema.integrators import Integrator, IntegratorGrant
from backend.schema.paging import connection, decode_cursor, encode_cursor, page_size
from backend.schema.payloads import GrantPayload, IntegratorPayload
from backend.schema.registry import RegistryRecord
from backend.services import integrators as cases
from backend.services import lookup as lookup_cases
from backend.services.integrators import Opening, Registration
from backend.services.lookup import Question


async def registry_record(
    info: Info,
    purpose: AccessPurpose,
    code: str | None = None,
    birth_date: date | None = None,
    share_code: str | None = None,
    grant_id: relay.GlobalID | None = None,
) -> RegistryRecord:
    """A locked book by its code, with what the purpose needs besides, or by a grant."""
    caller = info.context.require_integrator()
    rule = cases.rule_for(caller.client, caller.scopes, purpose)
    network = network_of(info.context.address)
    question = None
    if code is not None:
        question = Question(
            code=lookup_cases.read_code(code),
            birth_date=birth_date,
            share_code=None if share_code is None else lookup_cases.read_share_code(share_code),
            purpose=purpose,
            network=network,
        )
    cases.require_factor(rule, question)
    grant = None if grant_id is None else node_key(grant_id, "IntegratorGrant", "grantId")
    if question is None and grant is None:
        raise NotFoundError(field="code")
    # a scope that writes, for the counts and the access event; the role itself may write nothing else
    async with scoped_apart(_actor(caller, question), write=True):
        reading = await cases.read(caller.client, rule, Opening(purpose, question, grant, network))
    if reading.error is not None or reading.found is None:
        raise (reading.error or NotFoundError)(max=reading.most)
    return registry_answer(reading.found, purpose, rule.detail, info.context)


def _actor(caller: IntegratorIdentity, question: Question | None) -> Actor:
    code = None if question is None else question.code.value
    return Actor(role=Role.INTEGRATOR, client_key=caller.client.id, lookup_code=code)


async def grants(
    info: Info, first: int | None = None, after: str | None = None
) -> relay.Connection[IntegratorGrant]:
    """Grants of the program that hold now, by id."""
    info.context.require_integrator()
    size = page_size(first)
    rows = await integrators.standing_grants(_position(after), size + 1)
    return connection(
        [IntegratorGrant.of(row) for row in rows], size, lambda item: encode_cursor(int(item.id)), after=after
    )


async def follow(info: Info, first: int | None = None, after: str | None = None) -> RegistryChanges:
    """What has changed in the registry since a cursor, oldest first."""
    if Scope.CHANGES not in info.context.require_integrator().scopes:
        raise ScopeMissingError(scope=Scope.CHANGES)
    seen = _position(after)
    size = page_size(first)
    rows = await changes.after(seen, size + 1)
    shown = rows[:size]
    cursor = encode_cursor(shown[-1].position if shown else seen)
    return RegistryChanges(
        changes=[RegistryChange.of(row) for row in shown], cursor=cursor, has_more=len(rows) > size
    )


def _position(after: str | None) -> int:
    match decode_cursor(after):
        case None:
            return 0
        case [int() as position]:
            return position
        case _:
            raise NotFoundError(field="after")


async def every(info: Info) -> list[Integrator]:
    """Every program, the newest first."""
    if info.context.staff.role is not Role.DEPARTMENT_OFFICER:
        raise NotPermittedError(Refusal.ROLE)
    return [Integrator.of(row) for row in await integrators.every()]


_refused = answering(lambda errors: IntegratorPayload(user_errors=errors))
_grant_refused = answering(lambda errors: GrantPayload(user_errors=errors))


@_refused
async def add(
    info: Info,
    client_id: str,
    name: str,
    scopes: list[str],
    valid_days: int,
    networks: list[str] | None = None,
) -> IntegratorPayload:
    """Register a program; its secret is in this answer and nowhere else."""
    known = {str(scope) for scope in Scope}
    if not scopes or set(scopes) - known:
        raise NotFoundError(field="scopes")
    wanted = Registration(
        client_id=client_id,
        name=name,
        scopes=[Scope(item) for item in scopes],
        days=valid_days,
        networks=networks or (),
    )
    made = await cases.register(info.context.staff, wanted)
    return IntegratorPayload(integrator=Integrator.of(made.client), secret=made.secret)


@_refused
async def revoke(info: Info, client_id: str) -> IntegratorPayload:
    """End a program at once."""
    return IntegratorPayload(integrator=Integrator.of(await cases.end(info.context.staff, client_id)))


@_grant_refused
async def grant_create(
    info: Info, record_id: relay.GlobalID, client_id: str, purpose: AccessPurpose, valid_days: int
) -> GrantPayload:
    """Let a program read the book of a record."""
    key = node_key(record_id, "Record", "recordId")
    row = await cases.grant(info.context.actor, key, client_id, purpose, valid_days)
    return GrantPayload(grant=IntegratorGrant.of(row))


@_grant_refused
async def grant_revoke(info: Info, grant_id: relay.GlobalID) -> GrantPayload:
    """Take a grant back."""
    key = node_key(grant_id, "IntegratorGrant", "grantId")
    return GrantPayload(grant=IntegratorGrant.of(await cases.take_back(info.context.actor, key)))


@strawberry.type
class IntegratorMutations:
    integrator_add: IntegratorPayload = strawberry.mutation(
        resolver=add, description="Register a program of another institution. Right: department."
    )
    integrator_revoke: IntegratorPayload = strawberry.mutation(
        resolver=revoke, description="End a program and its tokens at once. Right: department."
    )
    integrator_grant_create: GrantPayload = strawberry.mutation(
        resolver=grant_create,
        description="Let a program read a book, as its family asked. Right: guardian; leaders and clerk of the managing school.",
    )
    integrator_grant_revoke: GrantPayload = strawberry.mutation(
        resolver=grant_revoke, description="Take a grant back. Right: as for giving one."
    )
