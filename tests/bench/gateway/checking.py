"""Before anything is measured: both sides give the same answer, apart from names, ids and instants."""

import json
import urllib.error
import urllib.request
from collections import Counter
from collections.abc import Iterator
from typing import Any

from tests.bench.driving import Figures, Request, Target

CHECKED = 12
"""Questions of each operation that are compared."""

OTHERWISE_WRITTEN = {
    *("id", "updatedAt", "signedAt", "effectiveFrom", "endCursor"),
    *("level", "outcome", "group", "groupCode"),
}
"""Fields whose values are spelt differently: global ids, cursors, instants; enums that are stored as letters."""

OTHER_ROWS = {"page_100", "mutation"}
"""Operations of which both sides read other rows (their keyset is by id, ours by class and name)."""


class AnswersDifferError(AssertionError):
    """Two sides that do not do the same work cannot be compared."""


def ask(target: Target, request: Request) -> Any:
    """The data of one answer.

    Raises:
        AnswersDifferError: when it has errors.
    """
    headers = {"content-type": "application/json", **dict(request.headers)}
    call = urllib.request.Request(target.url, request.body.encode(), headers)
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(call, timeout=30) as answer:
            said = json.loads(answer.read())
    except urllib.error.HTTPError as refusal:
        raise AnswersDifferError(f"{target.name}: {refusal.code} {refusal.read()[:500]!r}") from refusal
    if said.get("errors") or not said.get("data"):
        raise AnswersDifferError(f"{target.name}: {json.dumps(said, ensure_ascii=False)[:500]}")
    return said["data"]


def compare(operation: str, ours: Any, theirs: Any) -> int:
    """How many leaves the answer has.

    Raises:
        AnswersDifferError: when the answers have other leaves.
    """
    left, right = list(leaves(ours)), list(leaves(theirs))
    if len(left) != len(right):
        raise AnswersDifferError(f"{operation}: {len(left)} leaves against {len(right)}")
    if operation not in OTHER_ROWS and (mine := _values(left)) != (other := _values(right)):
        raise AnswersDifferError(f"{operation}: {mine - other} against {other - mine}")
    return len(left)


def require_answers(target: Target, figures: Figures, size: int) -> None:
    """What was measured were answers: no other status, and none so short that it can only be an error.

    Raises:
        AnswersDifferError: otherwise.
    """
    if figures.failed or figures.bytes_each < size / 2:
        raise AnswersDifferError(
            f"{target.name}: {figures.failed} failed, {figures.bytes_each:.0f} bytes each instead of {size}"
        )


def require_changes(target: Target, figures: Figures, done: int, connections: int) -> None:
    """Every answer to a mutation stands for one change; those under way at the end may have been made or not.

    Raises:
        AnswersDifferError: otherwise.
    """
    if not figures.requests <= done <= figures.requests + connections:
        raise AnswersDifferError(f"{target.name}: {figures.requests} answers, {done} changes")


def leaves(data: Any, name: str = "") -> Iterator[tuple[str, Any]]:
    """Scalars with the field they stand in; a list of scalars counts as one."""
    match data:
        case dict():
            for key, value in data.items():
                yield from leaves(value, key)
        case [dict(), *_]:
            for value in data:
                yield from leaves(value, name)
        case []:
            return
        case _:
            yield name, data


def _values(found: list[tuple[str, Any]]) -> Counter[str]:
    return Counter(_plain(value) for name, value in found if name not in OTHERWISE_WRITTEN)


def _plain(value: Any) -> str:
    """A value as both sides write it: PostgreSQL's bigint comes as text, null lists as null."""
    return ",".join(map(str, value)) if isinstance(value, list) else str(value)
