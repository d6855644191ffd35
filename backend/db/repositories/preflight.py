"""What would miss a lock and why: one statement over the records of a period, whatever their number.

Contents are not read: ``revision.gaps`` sums up what they lack. Whose certificate is in the way is a function's answer
(``signer_obstacles``), because a district may know that, and not the certificates.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from backend.db import sql
from backend.db.repositories.periods import PeriodRow
from backend.db.repositories.records import Position
from backend.domain.content_rules import Gap
from backend.domain.preflight import Blocker
from backend.domain.signing import SignatureRole
from backend.domain.transfer import OPEN

# A draft whose results are not whole may still belong to either window. A school answers for its own years, not for
# those that a pupil brought along, and nobody for a year that was left behind unfinished.
_OF_PERIOD = f"""
  FROM year_record y
  JOIN revision w ON w.id = y.working_revision_id
 WHERE y.school_year = $1 AND NOT y.left_behind AND y.grade = ANY ($2::smallint[])
   AND (w."window" = ANY ($3::text[]) OR w.state = 'DRAFT' AND w.gaps & {int(Gap.RESULTS | Gap.COMMENT)} > 0)
   AND ($4::bigint IS NULL OR y.school_id IN (SELECT u.id FROM org_unit u WHERE u.id = $4 OR u.parent_id = $4))
   AND ((SELECT current_setting('role', true)) IS DISTINCT FROM 'hocba_school'
        OR y.school_id = ANY ((SELECT scope_schools())::bigint[]))"""

_LACKS = "CASE WHEN c.state = 'DRAFT' AND c.gaps & {gap} > 0 THEN '{blocker}' END"
_IN_STATE = "CASE WHEN c.state = '{state}' THEN '{blocker}' END"
_MOVING = ", ".join(f"'{state}'" for state in OPEN)
_DATA = Gap.RESULTS | Gap.COMMENT
_BLOCKERS = ", ".join(
    (
        _LACKS.format(gap=int(Gap.RESULTS), blocker=Blocker.NOT_ENTERED),
        _LACKS.format(gap=int(Gap.COMMENT), blocker=Blocker.COMMENT_MISSING),
        f"CASE WHEN c.state = 'DRAFT' AND c.gaps & {int(_DATA)} = 0 THEN '{Blocker.UNSIGNED_BY_TEACHER}' END",
        _IN_STATE.format(state="TEACHER_SIGNED", blocker=Blocker.UNSIGNED_BY_PRINCIPAL),
        _IN_STATE.format(state="PRINCIPAL_SIGNED", blocker=Blocker.UNSIGNED_BY_SCHOOL),
        _IN_STATE.format(state="ISSUED", blocker=Blocker.NOT_SUBMITTED),
        _IN_STATE.format(state="SUBMITTED", blocker=Blocker.NOT_ACCEPTED),
        f"CASE WHEN c.state = 'DRAFT' AND c.opened_by = 'REJECT' THEN '{Blocker.REJECTED}' END",
        f"CASE WHEN c.gaps & {int(Gap.PUPIL_CODE)} > 0 THEN '{Blocker.PUPIL_CODE_MISSING}' END",
        f"CASE WHEN c.moving THEN '{Blocker.TRANSFER_OPEN}' END",
        "CASE WHEN c.state = 'DRAFT' THEN t.obstacle END",
        "CASE WHEN c.state IN ('DRAFT', 'TEACHER_SIGNED') THEN l.obstacle END",
        "CASE WHEN c.state IN ('DRAFT', 'TEACHER_SIGNED', 'PRINCIPAL_SIGNED') THEN s.obstacle END",
    )
)


def _blocked(records: str) -> str:
    """Records with their blockers; ``records`` says which, as the rows ``y`` with their working revisions ``w``."""
    return f"""
WITH c AS (
  SELECT y.id, y.school_id, y.school_class_id, y.sort_key, w.state, w.gaps, w.opened_by,
         EXISTS (SELECT FROM transfer x WHERE x.book_id = y.book_id AND x.state IN ({_MOVING})) AS moving
    FROM (SELECT y.*, w.id AS working_id {records} AND y.state NOT IN ('ACCEPTED', 'LOCKED')) y
    JOIN revision w ON w.id = y.working_id
), obstacles AS MATERIALIZED (SELECT * FROM signer_obstacles($1::smallint, now())),
blocked AS (
  SELECT c.id, c.school_id, c.school_class_id, c.sort_key, c.state, x.blocker, x.place
    FROM c
    LEFT JOIN obstacles t ON t.school_class_id = c.school_class_id AND t.role = 'HOMEROOM_TEACHER'
    LEFT JOIN obstacles l ON l.school_id = c.school_id AND l.role = 'PRINCIPAL'
    LEFT JOIN obstacles s ON s.school_id = c.school_id AND s.role = 'SCHOOL_SEAL',
         unnest(ARRAY[{_BLOCKERS}]) WITH ORDINALITY AS x(blocker, place)
   WHERE x.blocker IS NOT NULL
)"""


@dataclass(frozen=True, slots=True, kw_only=True)
class PreflightRow:
    """Records of a period's scope: all, those that the lock would take or has taken, those that would miss it."""

    total: int
    ready: int
    missing: int
    by_blocker: dict[Blocker, int]


async def count(period: PeriodRow, unit_id: int | None) -> PreflightRow:
    """How many records would miss a lock, and how many of them for which reason, as far as the scope shows them."""
    scope = _scope(period, unit_id)
    totals = await sql.one(
        "SELECT count(*) AS total, count(*) FILTER (WHERE y.state IN ('ACCEPTED', 'LOCKED')) AS ready"
        + _OF_PERIOD,
        *scope,
    )
    found = await sql.rows(
        f"{_blocked(_OF_PERIOD)} SELECT blocker, count(DISTINCT id) AS count FROM blocked GROUP BY 1", *scope
    )
    assert totals is not None
    counts = {row["blocker"]: row["count"] for row in found}
    return PreflightRow(
        total=totals["total"],
        ready=totals["ready"],
        missing=totals["total"] - totals["ready"],
        by_blocker={blocker: counts[blocker] for blocker in Blocker if blocker in counts},
    )


_PAGE = f"""{_blocked(_OF_PERIOD)}
SELECT DISTINCT school_class_id, sort_key, id FROM blocked
 WHERE ($5::text IS NULL OR blocker = $5)
   AND ($6::bigint IS NULL OR (school_class_id, sort_key, id) > ($6, $7::text, $8::bigint))
 ORDER BY school_class_id, sort_key, id LIMIT $9"""


async def page(
    period: PeriodRow, unit_id: int | None, blocker: Blocker | None, *, after: Position | None, limit: int
) -> list[int]:
    """Ids of up to ``limit`` records that would miss a lock, in the order class, name."""
    found = await sql.rows(_PAGE, *_scope(period, unit_id), blocker, *(after or (None, None, None)), limit)
    return [row["id"] for row in found]


@dataclass(frozen=True, slots=True)
class BlockerRow:
    """A blocker of one record; ``signer`` is whose signature or certificate it is about, with a name when known."""

    blocker: Blocker
    signer: SignatureRole | None
    signer_name: str


_SIGNER_OF_BLOCKER = {
    Blocker.UNSIGNED_BY_TEACHER: SignatureRole.HOMEROOM_TEACHER,
    Blocker.UNSIGNED_BY_PRINCIPAL: SignatureRole.PRINCIPAL,
    Blocker.UNSIGNED_BY_SCHOOL: SignatureRole.SCHOOL_SEAL,
}
_SIGNER_OF_PLACE = dict(
    zip(
        range(_BLOCKERS.count("CASE ") - 2, _BLOCKERS.count("CASE ") + 1),
        (SignatureRole.HOMEROOM_TEACHER, SignatureRole.PRINCIPAL, SignatureRole.SCHOOL_SEAL),
        strict=True,
    )
)
"""The last three places are what stands in the way of a teacher, a leader and the school's seal."""

_HOLDS = "a.valid_from <= today() AND (a.valid_to IS NULL OR a.valid_to >= today())"
_OF_RECORDS = f"""{
    _blocked(
        "FROM year_record y JOIN revision w ON w.id = y.working_revision_id WHERE y.school_year = $1 AND y.id = ANY ($2::bigint[])"
    )
}
SELECT k.id, k.blocker, k.place, u.name AS school,
       (SELECT string_agg(p.full_name, ', ') FROM assignment a JOIN staff p ON p.id = a.staff_id
         WHERE a.school_class_id = k.school_class_id AND a.role = 'HOMEROOM_TEACHER' AND {_HOLDS}) AS teacher,
       (SELECT string_agg(p.full_name, ', ') FROM assignment a JOIN staff p ON p.id = a.staff_id
         WHERE a.unit_id = k.school_id AND a.role = 'PRINCIPAL' AND {_HOLDS}) AS principal
  FROM blocked k JOIN org_unit u ON u.id = k.school_id ORDER BY k.id, k.place"""


async def blockers(record_ids: Sequence[int]) -> dict[int, list[BlockerRow]]:
    """What keeps each of these records from its lock, as far as the scope shows it."""
    by_record: dict[int, list[BlockerRow]] = {record_id: [] for record_id in record_ids}
    years = await sql.rows(
        "SELECT DISTINCT school_year FROM year_record WHERE id = ANY ($1::bigint[])", list(record_ids)
    )
    for year in years:
        for row in await sql.rows(_OF_RECORDS, year["school_year"], list(record_ids)):
            by_record[row["id"]].append(_blocker(row))
    return by_record


def _blocker(row: sql.Row) -> BlockerRow:
    blocker = Blocker(row["blocker"])
    signer = _SIGNER_OF_BLOCKER.get(blocker) or _SIGNER_OF_PLACE.get(row["place"])
    names = {
        SignatureRole.HOMEROOM_TEACHER: row["teacher"],
        SignatureRole.PRINCIPAL: row["principal"],
        SignatureRole.SCHOOL_SEAL: row["school"],
    }
    return BlockerRow(blocker, signer, (names.get(signer) or "") if signer else "")


def _scope(period: PeriodRow, unit_id: int | None) -> tuple[int, list[int], list[str], int | None]:
    return period.school_year, sorted(period.grades), period.takes, unit_id
