"""Answering a query by one statement, when that is possible; otherwise saying so, and the resolvers answer."""

import asyncio
import time
from collections import OrderedDict

import asyncpg
from graphql import DocumentNode, GraphQLError, GraphQLSchema

from backend.compiled.late import LateValues
from backend.compiled.plans import Plans
from backend.context import Context, Finished, MakesStatements, SessionIdentity, choose_actor
from backend.db.reading.expressions import NULL_MARK, NotCompiledError
from backend.db.reading.pools import ReadPools
from backend.db.reading.statement import Statement
from backend.db.repositories import people
from backend.db.repositories.people import Login
from backend.domain.errors import DomainError
from backend.domain.policy import Actor
from backend.observability import log

LOGIN_SECONDS, KEPT_LOGINS = 2.0, 10_000
_NULL = NULL_MARK.encode()


class CompiledReads:
    """The compiled reads of one process."""

    def __init__(self, schema: GraphQLSchema, pools: ReadPools) -> None:
        self._plans = Plans(schema)
        self._pools = pools
        self._late = LateValues()
        self.logins = Logins()

    async def answer(
        self, context: Context, query: str, document: DocumentNode, name: str | None, variables: object
    ) -> bytes | None:
        """The JSON of ``data``, or None when resolvers must answer."""
        if context.identity is None:
            return None
        plan = self._plans.find(query, document, name)
        if plan is None:
            return None
        actor = choose_actor(await self.logins.find(context.identity), context.identity.assignment_id)
        if actor.staff_id is None:
            return None
        data = await self.read(actor, plan, variables)
        if data is not None:
            context.finished = Finished(plan, actor.role, data)
        return data

    async def read(self, actor: Actor, plan: MakesStatements, variables: object) -> bytes | None:
        """The JSON that a plan's statement answers in somebody's scope; None when the ordinary way must be gone."""
        statement = _statement(plan, variables)
        if statement is None:
            return None
        try:
            data: bytes = await self._pools.shared_value(actor, statement.text, statement.binds)
        except (asyncpg.PostgresError, asyncpg.InterfaceError, OSError) as error:
            # the ordinary way meets the same trouble and says it in the API's words
            log.warning("compiled_read_failed", reason=type(error).__name__)
            return None
        return None if _NULL in data else self._late.fill(data, actor)


def _statement(plan: MakesStatements, variables: object) -> Statement | None:
    try:
        return plan.statement(variables if isinstance(variables, dict) else None)
    except (NotCompiledError, DomainError, GraphQLError, TypeError, ValueError):
        return None


class Logins:
    """Who somebody is, remembered for a while: by reads for the two seconds in which a right's end must be noticed."""

    def __init__(self, seconds: float = LOGIN_SECONDS) -> None:
        self._seconds = seconds
        self._known: OrderedDict[tuple[str, str], tuple[float, Login | None]] = OrderedDict()
        self._asked: dict[tuple[str, str], asyncio.Task[Login | None]] = {}

    async def find(self, identity: SessionIdentity) -> Login | None:
        """The person of a session, with every assignment that holds today."""
        key = (identity.issuer, identity.subject)
        known = self._known.get(key)
        if known is not None and time.monotonic() - known[0] < self._seconds:
            return known[1]
        asked = self._asked.get(key)
        if asked is None:
            asked = self._asked[key] = asyncio.create_task(self._ask(key))
        # shared by everything the person asks at once, so that nobody's leaving ends it
        return await asyncio.shield(asked)

    async def _ask(self, key: tuple[str, str]) -> Login | None:
        began = time.monotonic()
        try:
            login = await people.find_login(*key)
        finally:
            del self._asked[key]
        self._known[key] = (began, login)
        self._known.move_to_end(key)
        if len(self._known) > KEPT_LOGINS:
            self._known.popitem(last=False)
        return login

    def forget(self, identity: SessionIdentity) -> None:
        """Ask anew the next time."""
        self._known.pop((identity.issuer, identity.subject), None)
