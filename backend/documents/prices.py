"""What a field costs: one table over the schema.

A field costs its price, and its children as often as it can have items. An unpriced field costs 1 when it leads to
an object and nothing when it is a value that comes with its object. Prices are roughly the statements it takes.
"""

from typing import Final

PAGE_MAX: Final = 100
PAGE_DEFAULT: Final = 35
"""Rows of a page: at most, and when nobody asks for a number."""

DEFAULT_ITEMS: Final = 10
"""Items of a list that the table does not know."""

PRICE: Final[dict[str, int]] = {
    "Query.lookup": 20,
    "Query.verify": 50,
    "Query.inclusionProof": 20,
    "Query.consistencyProof": 5,
    "Query.ledgerState": 3,
    "Query.records": 5,
    "Query.ceremonies": 5,
    "Query.ceremonyItems": 5,
    "Query.submissions": 5,
    "Submission.items": 2,
    "Query.progress": 20,
    "Query.schoolProgress": 20,
    "Query.districtProgress": 20,
    "Query.lockPreflight": 20,
    "Query.recordsMissingLock": 20,
    "Record.viewerActions": 1,
    "Record.viewerRefusals": 2,
    "Query.__schema": 20,
    "Query.__type": 5,
}

ITEMS: Final[dict[str, int]] = {
    "Record.revisions": 3,
    "Record.lockBlockers": 3,
    "LockPreflight.blockers": 6,
    "LockPeriod.sealsWaiting": 2,
    "Submission.items": 35,
    "Query.lockPeriods": 2,
    "Query.ceremonies": 20,
    "LookupResult.years": 5,
    "LookupYear.signatures": 4,
    "LookupYear.artefacts": 2,
    "Revision.signatures": 4,
    "Revision.artefacts": 2,
    "Viewer.assignments": 3,
    "__Schema.types": 10,
    "__Type.fields": 5,
    "__Type.inputFields": 2,
    "__Type.enumValues": 2,
    "__Type.possibleTypes": 2,
    "__Type.interfaces": 1,
    "__Field.args": 1,
    "__Schema.directives": 5,
    "__Directive.args": 1,
}
"""How many items a list has as a rule; a connection has as many as ``first`` asks for."""

NEVER_IN_AN_ADDRESS: Final = frozenset({"lookup", "verify", "inclusionProof"})
"""Root fields whose arguments would stand in logs and histories if they came by GET."""

DEFAULT_SECONDS: Final[dict[str, float]] = {"query": 10.0, "mutation": 30.0}
SECONDS: Final[dict[str, float]] = {
    "verify": 30.0,
    "ceremonyStart": 120.0,
    "recordsImport": 300.0,
    "lockPeriodSeal": 600.0,
}
"""How long an operation may take: by its kind, longer for root fields that are long by nature."""


def seconds_for(kind: str, roots: frozenset[str]) -> float:
    """The longest time that one of the operation's root fields may take."""
    return max([DEFAULT_SECONDS.get(kind, 10.0), *(SECONDS[root] for root in roots if root in SECONDS)])
