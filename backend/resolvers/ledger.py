"""The ledger's heads and proofs, for everybody."""

import strawberry
from strawberry import relay

from backend.adapters.addresses import network_of
from backend.context import Context
from backend.db.repositories import ledger as tables
from backend.db.repositories import ledger_checks
from backend.db.repositories.ledger import InclusionRow
from backend.db.scope import scoped_apart
from backend.domain.errors import LookupCodeUnknownError, NotFoundError
from backend.domain.lifecycle import Action
from backend.domain.policy import Actor, Role
from backend.domain.rate_limits import By, Operation
from backend.domain.school_year import SchoolYear
from backend.resolvers.answering import Info
from backend.schema.ledger import (
    ConsistencyProof,
    InclusionProof,
    LedgerCheck,
    LedgerHead,
    LedgerState,
    head_url,
)
from backend.schema.paging import connection, encode_cursor, page_size, row_after
from backend.services import ledger
from backend.services import lookup as lookup_cases
from backend.services.acting import require_right
from backend.services.ledger import Inclusion
from backend.services.lookup import Question

CHECKS = 30
"""About a month of nights."""


async def head(info: Info, size: int | None = None) -> LedgerHead | None:
    """The signed head of a size, or the newest."""
    row = await tables.head(size)
    return None if row is None else _head(row, info.context)


async def heads(
    info: Info, first: int | None = None, after: str | None = None
) -> relay.Connection[LedgerHead]:
    """Signed heads, the newest first."""
    limit = page_size(first)
    rows = await tables.heads(below=row_after(after), limit=limit + 1)
    nodes = [_head(row, info.context) for row in rows]
    return connection(nodes, limit, lambda item: encode_cursor(item.size), after=after)


async def state(info: Info) -> LedgerState:
    """How far the ledger is, and how far it is signed."""
    return LedgerState.of(await tables.newest(), await tables.head(), await tables.waiting(), info.context)


async def inclusion(
    info: Info,
    leaf_index: int | None = None,
    leaf_hash: str | None = None,
    code: str | None = None,
    school_year: str | None = None,
    size: int | None = None,
) -> InclusionProof:
    """The proof of a leaf, by its number, its hash, or the code of its book and the school year (else the newest)."""
    index = leaf_index
    if code is not None:
        index = (await _by_code(info.context, code, school_year)).index
    elif leaf_hash is not None:
        index = await _by_hash(leaf_hash)
    if index is None:
        raise NotFoundError(field="leafIndex")
    return _proof(await ledger.include(index, size), info.context)


async def consistency(first_size: int, second_size: int) -> ConsistencyProof:
    """The proof between two sizes."""
    found = await ledger.compare(first_size, second_size)
    return ConsistencyProof(
        first_size=found.first.size,
        first_root=found.first.root.hex(),
        second_size=found.second.size,
        second_root=found.second.root.hex(),
        path=[step.hex() for step in found.path],
    )


async def checks(info: Info) -> list[LedgerCheck]:
    """What the last looks at the whole ledger found, the newest first."""
    require_right(info.context.staff, Action.LOCK)
    return [LedgerCheck.of(row) for row in await ledger_checks.newest(CHECKS)]


async def _by_hash(text: str) -> int | None:
    try:
        return await tables.number_of(bytes.fromhex(text))
    except ValueError as error:
        raise NotFoundError(field="leafHash") from error


async def _by_code(context: Context, text: str, school_year: str | None) -> InclusionRow:
    """The leaf of a book's year; a look at the book like any other, counted and written down."""
    code = lookup_cases.read_code(text)
    await context.services.limits.require(
        Operation.LOOKUP, {By.CODE: code.value, By.ADDRESS: context.address}
    )
    async with scoped_apart(Actor(role=Role.PUBLIC, lookup_code=code.value), write=True):
        found = await lookup_cases.look_up(Question(code=code, network=network_of(context.address)))
    if found is None:
        raise LookupCodeUnknownError(field="code")
    locked = [year for year in found.years if year.inclusion is not None]
    wanted = [
        year.inclusion
        for year in locked
        if school_year is None or str(SchoolYear(year.shown.school_year)) == school_year
    ]
    if not wanted or wanted[-1] is None:
        raise NotFoundError(field="schoolYear" if locked else "code")
    return wanted[-1]


def _head(row: tables.HeadRow, context: Context) -> LedgerHead:
    return LedgerHead.of(row, context.services.settings.origin)


def _proof(found: Inclusion, context: Context) -> InclusionProof:
    return InclusionProof(
        leaf_index=found.index,
        leaf_hash=found.leaf_hash.hex(),
        leaf=None,
        size=found.size,
        root_hash=found.root.hex(),
        path=found.path,
        signed_at=found.head.signed_at if found.head else None,
        head_url=head_url(found.size, context.services.settings.origin) if found.head else None,
        url=None,
    )


@strawberry.type
class LedgerQueries:
    ledger_head: LedgerHead | None = strawberry.field(
        resolver=head, description="A signed head of the ledger. Right: everybody."
    )
    ledger_heads: relay.Connection[LedgerHead] = strawberry.field(
        resolver=heads, description="Signed heads, the newest first. Right: everybody."
    )
    ledger_state: LedgerState = strawberry.field(
        resolver=state, description="How far the ledger is signed. Right: everybody."
    )
    ledger_checks: list[LedgerCheck] = strawberry.field(
        resolver=checks,
        description="What the nightly looks at the whole ledger found, the newest first. Right: department.",
    )
    inclusion_proof: InclusionProof = strawberry.field(
        resolver=inclusion,
        description="That a leaf stands in the ledger. Right: everybody; by a book's code it is an access event.",
    )
    consistency_proof: ConsistencyProof = strawberry.field(
        resolver=consistency,
        description="That the ledger only grew between two sizes. Right: everybody.",
    )
