"""Requests that carry a key: each is carried out once, and its answer, sealed, given again for a day."""

from dataclasses import dataclass

from backend.db import sql


@dataclass(frozen=True, slots=True)
class Claim:
    """Whether a request is new; if not, whether the same was asked before, and what was answered."""

    is_new: bool
    is_same: bool
    answer: str | None


async def claim(request: str, digest: str) -> Claim:
    """Claim a request until the transaction ends; waits for another transaction that holds the same one."""
    found = await sql.rows("SELECT * FROM claim_request($1, $2)", request, digest)
    return Claim(**found[0])


async def keep(request: str, answer: str | None) -> None:
    """Keep the answer to a claimed request; without one the claim is given up."""
    await sql.rows("SELECT keep_answer($1, $2)", request, answer)


async def forget() -> int:
    """Remove what is a day old, in a scope that may write; how many answers."""
    count: int = await sql.value("SELECT forget_requests()")
    return count
