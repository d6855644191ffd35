"""How often somebody may ask: one table, and the arithmetic of one bucket.

A bucket is a single number, the time at which it will be full again (the generic cell rate algorithm): it needs no
timer, and two processes that read the same number decide the same. ``backend.adapters.rate_limits`` keeps them.
"""

from dataclasses import dataclass
from enum import StrEnum


class Operation(StrEnum):
    """What is counted. A lookup try is a lookup that names a second factor: it can be wrong about somebody."""

    QUERY = "QUERY"
    MUTATION = "MUTATION"
    SUBSCRIPTION = "SUBSCRIPTION"
    LOOKUP = "LOOKUP"
    LOOKUP_TRY = "LOOKUP_TRY"
    SIGN_IN = "SIGN_IN"
    UPLOAD = "UPLOAD"


class By(StrEnum):
    """Whose bucket it is."""

    PERSON = "PERSON"
    CLIENT = "CLIENT"
    ADDRESS = "ADDRESS"
    CODE = "CODE"


@dataclass(frozen=True, slots=True)
class Limit:
    """``burst`` at once, and as many again in each ``seconds``."""

    burst: int
    seconds: float

    @property
    def interval(self) -> float:
        """Seconds after which one more is allowed."""
        return self.seconds / self.burst


LIMITS: dict[Operation, dict[By, Limit]] = {
    Operation.QUERY: {By.PERSON: Limit(600, 60), By.CLIENT: Limit(3000, 60), By.ADDRESS: Limit(600, 60)},
    Operation.MUTATION: {By.PERSON: Limit(240, 60), By.CLIENT: Limit(600, 60), By.ADDRESS: Limit(60, 60)},
    Operation.SUBSCRIPTION: {By.PERSON: Limit(60, 60), By.CLIENT: Limit(60, 60), By.ADDRESS: Limit(60, 60)},
    Operation.LOOKUP: {By.ADDRESS: Limit(300, 600)},
    Operation.LOOKUP_TRY: {By.CODE: Limit(10, 3600), By.ADDRESS: Limit(60, 3600)},
    Operation.SIGN_IN: {By.ADDRESS: Limit(1200, 600)},
    Operation.UPLOAD: {By.PERSON: Limit(60, 600), By.ADDRESS: Limit(60, 600)},
}
"""The whole truth. A school or a mobile network stands behind one address: a person who is signed in is counted as
a person and an integrator as a client, neither by address."""


def refill(full_at: float, now: float, limit: Limit, tokens: int) -> tuple[float, float]:
    """The bucket after ``tokens`` more, and the seconds to wait (0 when they are allowed); times in seconds.

    A bucket that refuses stays as it was: asking while refused does not lengthen the wait.
    """
    after = max(full_at, now) + tokens * limit.interval
    wait = after - limit.seconds - now
    return (full_at, wait) if wait > 0 else (after, 0.0)
