"""Acts on one record that one statement carries out, and whose answer is written without resolvers.

The statement enters the scope, sees that the assignment still holds, and does what the policy has allowed for the facts that
it finds under the record's lock; whatever else (a refusal, another field, a failure) has done nothing and goes the
ordinary way, which says it in the API's words.
"""

from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import orjson
from graphql import (
    DocumentNode,
    GraphQLError,
    GraphQLObjectType,
    GraphQLSchema,
    OperationType,
    get_named_type,
)
from graphql.execution.values import get_argument_values, get_variable_values
from strawberry import relay

from backend.compiled.documents import children, collect, fragments_of, operation_of
from backend.compiled.payloads import payload
from backend.compiled.reads import Logins
from backend.context import Context, FinishedAct, SessionIdentity, choose_actor
from backend.db.acting_pools import ActingPools, NotDoneError
from backend.db.reading.expressions import NotCompiledError
from backend.db.repositories import acts
from backend.db.repositories.records import RecordRow
from backend.domain.audit import Origin
from backend.domain.errors import DomainError
from backend.domain.lifecycle import Action
from backend.domain.policy import GRANTS, Actor
from backend.observability import log
from backend.resolvers.answering import node_key
from backend.services.acting import require_reason
from backend.services.judgements import judgements

ROOTS = {
    "recordReturn": Action.RETURN,
    "recordWithdraw": Action.WITHDRAW,
    "recordReplace": Action.REPLACE,
    "recordDiscard": Action.DISCARD,
    "recordReject": Action.REJECT,
}
TRIES = 2
"""The second after the policy has been asked about facts that it had not been asked about before."""

LOGIN_SECONDS = 60.0
"""How long a login is remembered here: the statement itself asks whether the assignment still is what it was."""

KEPT_PLANS = 1_000


@dataclass(frozen=True, slots=True)
class Asked:
    """What an act is given."""

    record_id: int
    reason: str


class ActPlan:
    """How one operation of one document acts and answers."""

    def __init__(self, schema: GraphQLSchema, document: DocumentNode, operation_name: str | None) -> None:
        """Raises NotCompiledError when a resolver is needed."""
        self._schema = schema
        self._operation = operation_of(document, operation_name)
        if self._operation.operation is not OperationType.MUTATION or self._operation.directives:
            raise NotCompiledError("operation")
        mutation, fragments = schema.mutation_type, fragments_of(document)
        if mutation is None:
            raise NotCompiledError("mutation")
        roots = collect(self._operation.selection_set, mutation, fragments)
        if len(roots) != 1:
            raise NotCompiledError("roots")
        ((self._key, nodes),) = roots.items()
        self._node, name = nodes[0], nodes[0].name.value
        if len(nodes) != 1 or name not in ROOTS:
            raise NotCompiledError(name)
        self.action, self._field = ROOTS[name], mutation.fields[name]
        named = get_named_type(self._field.type)
        if not isinstance(named, GraphQLObjectType):
            raise NotCompiledError(name)
        self._write = payload(named.name, children(nodes, named, fragments))

    def asked(self, variables: Mapping[str, Any] | None) -> Asked:
        """What is asked with these variables.

        Raises:
            NotCompiledError, GraphQLError, DomainError, ValueError: when its ordinary execution would refuse it.
        """
        values = get_variable_values(
            self._schema, self._operation.variable_definitions or (), dict(variables or {}), max_errors=1
        )
        if isinstance(values, list):
            raise NotCompiledError("variables")
        given = get_argument_values(self._field, self._node, values)
        key = node_key(relay.GlobalID.from_id(given["recordId"]), "Record", "recordId")
        return Asked(key, require_reason(self.action, given["reason"]))

    def written(self, record: RecordRow, actor: Actor) -> bytes:
        """The JSON of ``data``."""
        return orjson.dumps({self._key: self._write(record, actor)})


class CompiledActs:
    """The compiled acts of one process."""

    def __init__(self, schema: GraphQLSchema, pools: ActingPools) -> None:
        self._schema = schema
        self._pools = pools
        self._plans: OrderedDict[tuple[str, str | None], ActPlan | None] = OrderedDict()
        self.logins = Logins(LOGIN_SECONDS)

    async def answer(
        self, context: Context, query: str, document: DocumentNode, name: str | None, variables: object
    ) -> bytes | None:
        """Act, and give the JSON of ``data``; None when nothing was done and the ordinary way must be gone.

        Raises:
            Exception: when the connection was lost and the act may have been carried out.
        """
        if context.identity is None or context.integrator is not None:
            return None
        plan = self._plan(query, document, name)
        if plan is None:
            return None
        data = await self.act(context.identity, plan, variables, context.origin)
        if data is not None:
            context.finished_act = FinishedAct(plan, data)
        return data

    async def act(
        self, identity: SessionIdentity, plan: ActPlan, variables: object, origin: Origin
    ) -> bytes | None:
        """As ``answer``, for a document that has been planned."""
        try:
            asked = plan.asked(variables if isinstance(variables, dict) else None)
        except (NotCompiledError, GraphQLError, DomainError, ValueError, KeyError, TypeError):
            return None
        actor = choose_actor(await self.logins.find(identity), identity.assignment_id)
        is_chosen = identity.assignment_id in (None, actor.assignment_id)
        if not is_chosen or plan.action not in GRANTS[actor.role]:
            self.logins.forget(identity)
            return None
        record = await self._carry_out(actor, identity, plan.action, asked, origin)
        if record is None:
            self.logins.forget(identity)
            return None
        return plan.written(record, actor)

    async def _carry_out(
        self, actor: Actor, identity: SessionIdentity, action: Action, asked: Asked, origin: Origin
    ) -> RecordRow | None:
        held = (
            identity.issuer,
            identity.subject,
            str(actor.role),
            actor.unit_id,
            next(iter(actor.class_ids), None),
            actor.may_sign_for_principal,
        )
        try:
            for _ in range(TRIES):
                known = judgements.known(actor, action)
                given = acts.binds(actor, action, asked.record_id, asked.reason, known, origin)
                seen = acts.read(await self._pools.row(actor, acts.ACT_ALONE, (*given, *held)))
                if seen is None:
                    return None
                if seen.done:
                    return seen.record
                judgements.judge(actor, action, seen)
        except NotDoneError as error:
            log.warning("compiled_act_failed", reason=type(error.__cause__).__name__)
        except DomainError:
            # the ordinary way says why not
            return None
        return None

    def _plan(self, query: str, document: DocumentNode, name: str | None) -> ActPlan | None:
        key = (query, name)
        if key in self._plans:
            return self._plans[key]
        try:
            plan = ActPlan(self._schema, document, name)
        except NotCompiledError:
            plan = None
        self._plans[key] = plan
        if len(self._plans) > KEPT_PLANS:
            self._plans.popitem(last=False)
        return plan
