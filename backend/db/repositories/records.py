"""Year records with their working and standing revisions."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson

from backend.db import sql
from backend.db.windows import BEING_CHECKED, CLOSED_FOR_RECORD
from backend.domain.calendar import Window
from backend.domain.canonical import Json
from backend.domain.content_rules import Gap
from backend.domain.errors import ConflictError, NotFoundError
from backend.domain.lifecycle import Action, State
from backend.domain.policy import RecordFacts


@dataclass(frozen=True, slots=True, kw_only=True)
class RevisionRow:
    """A revision without its content."""

    id: int
    number: int
    state: State
    content_digest: str
    window: Window
    complete: bool
    version: int
    opened_by: Action | None
    reason: str
    predecessor_id: int | None
    effective_from: datetime | None
    updated_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordRow:
    """A year record as the rules need it; ``pupil_name`` is for people with a right to it."""

    id: int
    book_id: int
    school_id: int
    school_class_id: int
    class_name: str
    school_year: int
    grade: int
    pupil_name: str
    sort_key: str
    state: State
    lookup_code: str
    managing_school_id: int
    working: RevisionRow
    standing: RevisionRow | None
    open_windows: frozenset[Window]
    being_checked: bool
    left_behind: bool

    def facts(self, revision: RevisionRow) -> RecordFacts:
        """What the policy asks about acting on one of the revisions."""
        standing = self.standing
        return RecordFacts(
            state=revision.state,
            school_id=self.school_id,
            class_id=self.school_class_id,
            managing_school_id=self.managing_school_id,
            book_id=self.book_id,
            lookup_code=self.lookup_code,
            window_open=revision.window in self.open_windows,
            has_standing=standing is not None and standing.id != revision.id,
            has_successor=standing is not None and self.working.id != standing.id,
            record_locked=standing is not None and standing.state is State.LOCKED,
            complete=revision.complete,
            being_checked=self.being_checked and revision.id == self.working.id,
            left_behind=self.left_behind,
        )

    @property
    def revisions(self) -> tuple[RevisionRow, ...]:
        """The working revision and, when it is another, the standing one."""
        if self.standing is None or self.standing.id == self.working.id:
            return (self.working,)
        return (self.working, self.standing)


_REVISION_COLUMNS = [
    "id",
    "number",
    "state",
    "content_digest",
    "window",
    "complete",
    "version",
    "opened_by",
    "reason",
    "predecessor_id",
    "effective_from",
    "updated_at",
]


def _columns(alias: str) -> str:
    return ", ".join(f'{alias}."{name}" AS {alias}_{name}' for name in _REVISION_COLUMNS)


FROM = """FROM year_record y
  JOIN record_book b ON b.id = y.book_id
  JOIN school_class c ON c.id = y.school_class_id
  LEFT JOIN revision w ON w.id = y.working_revision_id
  LEFT JOIN revision s ON s.id = y.standing_revision_id"""
"""The rows that every read of records starts from."""

SELECT = f"""
SELECT y.id, y.book_id, y.school_id, y.school_class_id, c.name AS class_name, y.school_year, y.grade,
       y.pupil_name, y.sort_key, y.state, b.lookup_code, b.managing_school_id,
       {_columns("w")}, {_columns("s")},
       (SELECT array_agg(p."window") FROM lock_period p WHERE {CLOSED_FOR_RECORD}) AS closed,
       {BEING_CHECKED} AS being_checked, y.left_behind
  {FROM}"""


def record_row(row: Mapping[str, Any]) -> RecordRow:
    """Read a row of ``SELECT``; to whom only the standing revision is shown, that is the one at hand."""
    closed = {Window(name) for name in row["closed"] or ()}
    standing = None if row["s_id"] is None else _revision(row, "s")
    working = _revision(row, "s" if row["w_id"] is None else "w")
    return RecordRow(
        id=row["id"],
        book_id=row["book_id"],
        school_id=row["school_id"],
        school_class_id=row["school_class_id"],
        class_name=row["class_name"],
        school_year=row["school_year"],
        grade=row["grade"],
        pupil_name=row["pupil_name"],
        sort_key=row["sort_key"],
        state=State(row["state"]),
        lookup_code=row["lookup_code"],
        managing_school_id=row["managing_school_id"],
        working=working,
        standing=standing,
        open_windows=frozenset(Window) - closed,
        # an act answers with what it saw before it moved the record
        being_checked=bool(row["being_checked"]) and working.state is State.SUBMITTED,
        left_behind=bool(row["left_behind"]),
    )


def _revision(row: Mapping[str, Any], alias: str) -> RevisionRow:
    opened_by = row[f"{alias}_opened_by"]
    return RevisionRow(
        id=row[f"{alias}_id"],
        number=row[f"{alias}_number"],
        state=State(row[f"{alias}_state"]),
        content_digest=row[f"{alias}_content_digest"],
        window=Window(row[f"{alias}_window"]),
        complete=row[f"{alias}_complete"],
        version=row[f"{alias}_version"],
        opened_by=None if opened_by is None else Action(opened_by),
        reason=row[f"{alias}_reason"],
        predecessor_id=row[f"{alias}_predecessor_id"],
        effective_from=row[f"{alias}_effective_from"],
        updated_at=row[f"{alias}_updated_at"],
    )


async def find(record_ids: Sequence[int]) -> dict[int, RecordRow]:
    """Records by id, as far as the scope shows them."""
    found = await sql.rows(f"{SELECT} WHERE y.id = ANY ($1::bigint[])", list(record_ids))
    return {row["id"]: record_row(row) for row in found}


async def lock(record_ids: Sequence[int]) -> list[RecordRow]:
    """Records in the order of their ids, their rows locked against every other change of state."""
    held = await sql.rows(
        "SELECT id FROM year_record WHERE id = ANY ($1::bigint[]) ORDER BY id FOR UPDATE", list(record_ids)
    )
    found = await find([row["id"] for row in held])
    return [found[row["id"]] for row in held if row["id"] in found]


async def get(record_id: int) -> RecordRow:
    """One record as it is now, for whoever holds its row already.

    Raises:
        NotFoundError: when it does not exist or lies outside the scope.
    """
    found = await find([record_id])
    if record_id not in found:
        raise NotFoundError(field="recordId")
    return found[record_id]


_PAGE = (
    SELECT
    + """
 WHERE ($1::bigint IS NULL OR y.school_id = $1) AND ($2::bigint IS NULL OR y.school_class_id = $2)
   AND ($3::smallint IS NULL OR y.school_year = $3) AND ($4::text[] IS NULL OR y.state = ANY ($4))
   AND ($5::text IS NULL OR y.name_fold LIKE '%' || $5 || '%')
   AND ($6::bigint IS NULL OR (y.school_class_id, y.sort_key, y.id) > ($6, $7::text, $8::bigint))
 ORDER BY y.school_class_id, y.sort_key, y.id LIMIT $9"""
)


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordFilter:
    """What a list of records is narrowed to; ``name`` is searched without diacritics."""

    school_id: int | None = None
    class_id: int | None = None
    school_year: int | None = None
    states: tuple[State, ...] = ()
    name: str | None = None


Position = tuple[int, str, int]
"""Class, sort key and id of the last row of a page."""


async def page(wanted: RecordFilter, *, after: Position | None, limit: int) -> list[RecordRow]:
    """Up to ``limit`` records in the order class, name."""
    found = await sql.rows(
        _PAGE,
        wanted.school_id,
        wanted.class_id,
        wanted.school_year,
        [str(state) for state in wanted.states] or None,
        wanted.name,
        *(after or (None, None, None)),
        limit,
    )
    return [record_row(row) for row in found]


async def contents(revision_ids: Sequence[int]) -> dict[int, dict[str, Any]]:
    """The documents of revisions."""
    found = await sql.rows(
        "SELECT id, content FROM revision WHERE id = ANY ($1::bigint[])", list(revision_ids)
    )
    return {row["id"]: orjson.loads(row["content"]) for row in found}


_SAVE = """
UPDATE revision SET content = $3::jsonb, content_digest = $4, "window" = $5, complete = $6,
       gaps = $7, version = version + 1, updated_at = now()
 WHERE id = $1 AND version = $2 AND state = 'DRAFT' RETURNING version"""


async def save_draft(
    revision: RevisionRow,
    document: Mapping[str, Json],
    digest: str,
    window: Window,
    *,
    complete: bool,
    lacks: Gap,
) -> None:
    """Write the content of a draft.

    Raises:
        ConflictError: when somebody wrote it since it was read.
    """
    text = orjson.dumps(document).decode()
    saved = await sql.one(_SAVE, revision.id, revision.version, text, digest, window, complete, int(lacks))
    if saved is None:
        raise ConflictError(field="version")


async def move(revision_ids: Sequence[int], state: State) -> None:
    """Change the state of revisions; the database refuses what the lifecycle does not know."""
    await sql.rows(
        "UPDATE revision SET state = $2, updated_at = now() WHERE id = ANY ($1::bigint[])",
        list(revision_ids),
        state,
    )


async def point(record_id: int, *, working: int, standing: int | None) -> None:
    """Set which revision is worked on and which one stands."""
    await sql.rows(
        "UPDATE year_record SET working_revision_id = $2, standing_revision_id = $3, updated_at = now() WHERE id = $1",
        record_id,
        working,
        standing,
    )


_HISTORY = """
SELECT r.id, r.number, r.state, r.content_digest, r."window", r.complete, r.version, r.opened_by, r.reason,
       r.predecessor_id, r.effective_from, r.updated_at, r.year_record_id
  FROM revision r WHERE r.year_record_id = ANY ($1::bigint[]) ORDER BY r.number"""


async def revisions(record_ids: Sequence[int]) -> dict[int, list[RevisionRow]]:
    """Every revision of records, oldest first."""
    by_record: dict[int, list[RevisionRow]] = {record_id: [] for record_id in record_ids}
    for row in await sql.rows(_HISTORY, list(record_ids)):
        prefixed = {f"r_{name}": row[name] for name in _REVISION_COLUMNS}
        by_record[row["year_record_id"]].append(_revision(prefixed, "r"))
    return by_record
