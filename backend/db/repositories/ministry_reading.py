"""What the department sees of its reports: records, what the Ministry says that it holds, and every difference."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from backend.db import sql
from backend.domain.calendar import Window
from backend.domain.ministry import Difference, ReportedState, period_name


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemRow:
    """A record of a report; ``year_record_id`` is its record's key."""

    id: int
    part_id: int
    revision_id: int
    year_record_id: int
    digest: str
    state: ReportedState
    code: str
    reason: str
    answered_at: datetime | None


_ITEM = """
SELECT i.id, i.part_id, i.revision_id, r.year_record_id, i.digest, i.state, i.code, i.reason, i.answered_at
  FROM ministry_item i JOIN revision r ON r.id = i.revision_id"""


def _item(row: sql.Row) -> ItemRow:
    return ItemRow(**{**row, "state": ReportedState(row["state"])})


async def items(report_id: int, state: ReportedState | None, *, after: int, limit: int) -> list[ItemRow]:
    """Records of a report after an id, in the order in which they were packed."""
    found = await sql.rows(
        f"{_ITEM} JOIN ministry_part a ON a.id = i.part_id WHERE a.report_id = $1"
        " AND ($2::text IS NULL OR i.state = $2) AND i.id > $3 ORDER BY i.id LIMIT $4",
        report_id,
        state,
        after,
        limit,
    )
    return [_item(row) for row in found]


async def newest(revision_ids: Sequence[int]) -> dict[int, ItemRow]:
    """What became of revisions at the Ministry, by their newest report; as far as the scope shows them."""
    found = await sql.rows(
        _ITEM.replace("SELECT", "SELECT DISTINCT ON (i.revision_id)", 1)
        + " WHERE i.revision_id = ANY ($1::bigint[]) ORDER BY i.revision_id, i.id DESC",
        list(revision_ids),
    )
    return {row["revision_id"]: _item(row) for row in found}


# --- what the Ministry holds -----------------------------------------------------------------------------------------


async def name_of_period(period_id: int) -> str:
    """How a window is called."""
    row = await sql.one('SELECT school_year, "window" FROM lock_period WHERE id = $1', period_id)
    assert row is not None  # a foreign key holds it
    return period_name(row["school_year"], Window(row["window"]))


async def ask_inventory(period_id: int) -> None:
    """Note that somebody wants to know what the Ministry holds."""
    await sql.rows(
        "INSERT INTO ministry_inventory (lock_period_id, asked_at) VALUES ($1, now())"
        " ON CONFLICT (lock_period_id) DO UPDATE SET asked_at = excluded.asked_at",
        period_id,
    )


async def keep_inventory(period_id: int, held: Mapping[str, ReportedState]) -> None:
    """Keep what the Ministry holds of a window, by digest, instead of what it said before."""
    await sql.rows("DELETE FROM ministry_holding WHERE lock_period_id = $1", period_id)
    await sql.rows(
        "INSERT INTO ministry_holding (lock_period_id, digest, state)"
        " SELECT $1, * FROM unnest($2::text[], $3::text[])",
        period_id,
        list(held),
        [str(state) for state in held.values()],
    )
    await sql.rows(
        "UPDATE ministry_inventory SET taken_at = now(), code = '' WHERE lock_period_id = $1", period_id
    )


async def inventory_waits(period_id: int, code: str) -> None:
    await sql.rows("UPDATE ministry_inventory SET code = $2 WHERE lock_period_id = $1", period_id, code)


@dataclass(frozen=True, slots=True, kw_only=True)
class InventoryRow:
    """When the Ministry was asked, when it last answered whole, and what the question waits for."""

    asked_at: datetime
    taken_at: datetime | None
    code: str


async def inventory(period_id: int) -> InventoryRow | None:
    row = await sql.one(
        "SELECT asked_at, taken_at, code FROM ministry_inventory WHERE lock_period_id = $1", period_id
    )
    return None if row is None else InventoryRow(**row)


# --- differences -----------------------------------------------------------------------------------------------------

_KINDS = {
    # issued or further at the school, and the window is sealed without it
    Difference.NOT_LOCKED: """
  SELECT r.id AS key, r.id AS revision_id, NULL::text AS digest FROM p JOIN year_record y
      ON y.school_year = p.school_year JOIN revision r ON r.id = coalesce(y.standing_revision_id, y.working_revision_id)
   WHERE p.sealed_at IS NOT NULL AND r."window" = ANY (CASE p."window" WHEN 'MAIN' THEN ARRAY['MAIN']
         ELSE ARRAY['MAIN', 'SUPPLEMENTARY'] END) AND r.state IN ('ISSUED', 'SUBMITTED', 'ACCEPTED')""",
    Difference.NOT_REPORTED: """
  SELECT l.revision_id, l.revision_id, l.registry FROM l WHERE l.item_id IS NULL""",
    Difference.NOT_ANSWERED: """
  SELECT l.revision_id, l.revision_id, l.digest FROM l WHERE l.state IN ('WAITING', 'SENT')""",
    Difference.REFUSED: """
  SELECT l.revision_id, l.revision_id, l.digest FROM l WHERE l.state = 'REFUSED'""",
    # what was sent is not what the registry holds as final
    Difference.DIGEST_DIFFERS: """
  SELECT l.revision_id, l.revision_id, l.digest FROM l WHERE l.digest IS DISTINCT FROM l.registry
     AND l.item_id IS NOT NULL""",
    Difference.MINISTRY_LACKS: """
  SELECT l.revision_id, l.revision_id, l.digest FROM l CROSS JOIN p WHERE l.state = 'RECEIVED'
     AND EXISTS (SELECT FROM ministry_inventory v WHERE v.lock_period_id = p.id AND v.taken_at > l.answered_at)
     AND NOT EXISTS (SELECT FROM ministry_holding h WHERE h.lock_period_id = p.id AND h.digest = l.digest
                        AND h.state = 'RECEIVED')""",
    # the Ministry holds what no report of the window has, or has not acknowledged what it holds
    Difference.MINISTRY_ALONE: """
  SELECT h.id, NULL::bigint, h.digest FROM p JOIN ministry_holding h ON h.lock_period_id = p.id
   WHERE h.state = 'RECEIVED' AND NOT EXISTS (SELECT FROM ministry_item i WHERE i.digest = h.digest)""",
}
_LEVELS = (
    """
WITH p AS (SELECT * FROM lock_period WHERE id = $1), l AS (
  SELECT e.revision_id, i.id AS item_id, i.state, i.digest, i.answered_at, a.digest AS registry
    FROM ledger_entry e
    LEFT JOIN LATERAL (SELECT * FROM ministry_item n WHERE n.revision_id = e.revision_id ORDER BY n.id DESC LIMIT 1) i
      ON true
    LEFT JOIN artefact a ON a.revision_id = e.revision_id AND a.kind = 'XML' AND a.role = 'LOCK_SEAL'
   WHERE e.lock_period_id = $1
), d (place, kind, key, revision_id, digest) AS (
"""
    + " UNION ALL ".join(
        f"SELECT {place}, '{kind}', t.* FROM ({statement}) t"
        for place, (kind, statement) in enumerate(_KINDS.items())
    )
    + ")"
)
PLACES = {kind: place for place, kind in enumerate(_KINDS)}


@dataclass(frozen=True, slots=True, kw_only=True)
class DifferenceRow:
    """One difference: of a record, or of a digest that only the Ministry knows."""

    place: int
    key: int
    kind: Difference
    year_record_id: int | None
    digest: str | None
    item: ItemRow | None = None


_PAGE = f"""
{_LEVELS} SELECT d.place, d.key, d.kind, d.digest, r.year_record_id FROM d LEFT JOIN revision r ON r.id = d.revision_id
 WHERE (d.place, d.key) > ($2, $3) AND ($4::text IS NULL OR d.kind = $4) ORDER BY d.place, d.key LIMIT $5"""


async def differences(
    period_id: int, kind: Difference | None, *, after: tuple[int, int], limit: int
) -> list[DifferenceRow]:
    """Differences of a window by kind and record, after a place."""
    found = await sql.rows(_PAGE, period_id, *after, kind, limit)
    return [DifferenceRow(**{**row, "kind": Difference(row["kind"])}) for row in found]


async def difference_counts(period_id: int) -> dict[Difference, int]:
    """How many differences of each kind a window has; every kind is named."""
    found = await sql.rows(f"{_LEVELS} SELECT kind, count(*) AS count FROM d GROUP BY kind", period_id)
    counts = {Difference(row["kind"]): row["count"] for row in found}
    return {kind: counts.get(kind, 0) for kind in Difference}
