"""The ledger says what each leaf is made of, keeps every full subtree, and its heads are signed.

Before this no head had been signed or given to anybody, so the log begins anew: one leaf for each locked revision in
the order of the locks, in the one format that a file can be held against (``backend.domain.ledger``). From here on it only
grows; a leaf's hash is checked by the database itself.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import orjson
from tortoise import fields, migrations
from tortoise.migrations import operations as ops

from backend.domain.ledger import FileMark, Leaf
from backend.domain.merkle import Frontier
from backend.domain.school_year import SchoolYear

BATCH = 2_000

TABLES = [
    """
CREATE TABLE ledger_node (
  level smallint NOT NULL CHECK (level >= 0),
  number bigint NOT NULL CHECK (number >= 0),
  hash bytea NOT NULL CHECK (octet_length(hash) = 32),
  PRIMARY KEY (level, number))""",
    "CREATE INDEX ix_ledger_node_leaf ON ledger_node (hash) WHERE level = 0",
    """
CREATE TABLE signed_head (
  size bigint PRIMARY KEY REFERENCES tree_head (size),
  note text NOT NULL,
  signature bytea NOT NULL,
  "timestamp" bytea NOT NULL,
  signed_at timestamptz NOT NULL,
  signer text NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now())""",
    """
CREATE TABLE head_waiting (
  one boolean PRIMARY KEY DEFAULT true CHECK (one),
  size bigint NOT NULL,
  code text NOT NULL,
  since timestamptz NOT NULL,
  tried_at timestamptz NOT NULL)""",
]

# Hashes and heads are nobody's secret: whoever checks a proof must get them.
READERS = (
    "hocba_public", "hocba_guardian", "hocba_integrator", "hocba_school", "hocba_district", "hocba_department",
    "hocba_worker",
)  # fmt: skip
OPEN = ("ledger_node", "signed_head", "head_waiting")

RIGHTS = [
    *(f"ALTER TABLE {table} {mode} ROW LEVEL SECURITY" for table in OPEN for mode in ("ENABLE", "FORCE")),
    *(
        statement
        for table in OPEN
        for role in READERS
        for statement in (
            f"CREATE POLICY read_{role} ON {table} FOR SELECT TO {role} USING (true)",
            f"GRANT SELECT ON {table} TO {role}",
        )
    ),
    "CREATE POLICY insert_hocba_department ON ledger_node FOR INSERT TO hocba_department WITH CHECK (true)",
    "GRANT INSERT ON ledger_node TO hocba_department",
    "CREATE POLICY insert_hocba_worker ON signed_head FOR INSERT TO hocba_worker WITH CHECK (true)",
    "GRANT INSERT ON signed_head TO hocba_worker",
    "CREATE POLICY write_hocba_worker ON head_waiting FOR ALL TO hocba_worker USING (true) WITH CHECK (true)",
    "GRANT INSERT, UPDATE, DELETE ON head_waiting TO hocba_worker",
]

REBUILT = ("ledger_entry", "tree_head", "lock_period")
BEGIN_ANEW = [
    *(f"ALTER TABLE {table} DISABLE TRIGGER USER" for table in REBUILT),
    "DELETE FROM ledger_entry",
    "DELETE FROM tree_head",
]
FROM_HERE_ON = [
    *(f"ALTER TABLE {table} ENABLE TRIGGER USER" for table in REBUILT),
    "ALTER TABLE ledger_entry ADD CONSTRAINT ck_ledger_leaf CHECK"
    " (leaf_hash = encode(sha256('\\x00'::bytea || convert_to(leaf, 'UTF8')), 'hex'))",
    *(
        statement
        for table in ("ledger_node", "signed_head")
        for statement in (
            f"CREATE TRIGGER only_grows BEFORE UPDATE OR DELETE ON {table}"
            " FOR EACH ROW EXECUTE FUNCTION append_only()",
            f"CREATE TRIGGER never_emptied BEFORE TRUNCATE ON {table}"
            " FOR EACH STATEMENT EXECUTE FUNCTION append_only()",
        )
    ),
]

# A lock gives its instant to the period and to what it locks, in one transaction.
LOCKED = """
SELECT r.id, r.effective_from, r.school_year, r.number, r.content_digest, b.lookup_code,
       x.digest AS xml, x.size AS xml_size, p.digest AS pdf, p.size AS pdf_size,
       (SELECT l.id FROM lock_period l WHERE l.school_year = r.school_year
         ORDER BY (l.sealed_at IS NOT DISTINCT FROM r.effective_from) DESC, (l."window" = r."window") DESC, l.id
         LIMIT 1) AS period_id
  FROM revision r JOIN record_book b ON b.id = r.book_id
  LEFT JOIN artefact x ON x.revision_id = r.id AND x.role = 'SCHOOL_SEAL' AND x.kind = 'XML'
  LEFT JOIN artefact p ON p.revision_id = r.id AND p.role = 'SCHOOL_SEAL' AND p.kind = 'PDF'
 WHERE r.state = 'LOCKED' AND (r.effective_from, r.id) > ($1, $2) AND ($3::timestamptz IS NULL OR r.effective_from <= $3)
 ORDER BY r.effective_from, r.id LIMIT $4"""

ENTRIES = """
INSERT INTO ledger_entry (index, revision_id, lock_period_id, leaf, leaf_hash)
SELECT * FROM unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::text[], $5::text[])"""
NODES = "INSERT INTO ledger_node SELECT * FROM unnest($1::smallint[], $2::bigint[], $3::bytea[])"
HEAD = """
INSERT INTO tree_head (size, root_hash, frontier, created_at) VALUES ($1, $2, $3::jsonb, now())
ON CONFLICT (size) DO NOTHING"""
SEALED = "SELECT id, sealed_at FROM lock_period WHERE sealed_at IS NOT NULL ORDER BY sealed_at, id"
ROOT = "UPDATE lock_period SET root_hash = $2 WHERE id = $1"


@dataclass
class Filling:
    """How far the ledger is: its edge, and the instant and id of its last revision."""

    run: Callable[[str, list[Any]], Awaitable[list[dict[str, Any]]]]
    edge: Frontier = field(default_factory=Frontier)
    last: tuple[datetime, int] = (datetime(1, 1, 1, tzinfo=UTC), 0)

    async def until(self, instant: datetime | None) -> None:
        """Add what was locked up to an instant, or everything; then a head."""
        while rows := await self.run(LOCKED, [*self.last, instant, BATCH]):
            await self._add(rows)
        if self.edge.size:
            roots = orjson.dumps([root.hex() for root in self.edge.roots]).decode()
            await self.run(HEAD, [self.edge.size, self.edge.root.hex(), roots])

    async def _add(self, rows: list[dict[str, Any]]) -> None:
        leaves = [_leaf(row) for row in rows]
        start = self.edge.size
        self.edge, made = self.edge.grow([leaf.hash for leaf in leaves])
        ids, periods = [row["id"] for row in rows], [row["period_id"] for row in rows]
        texts, hashes = [leaf.text for leaf in leaves], [leaf.hash.hex() for leaf in leaves]
        await self.run(ENTRIES, [list(range(start, self.edge.size)), ids, periods, texts, hashes])
        places = [node.place for node in made]
        levels, numbers = [place.level for place in places], [place.number for place in places]
        await self.run(NODES, [levels, numbers, [node.hash for node in made]])
        self.last = (rows[-1]["effective_from"], rows[-1]["id"])


def _leaf(row: dict[str, Any]) -> Leaf:
    return Leaf(
        lookup_code=row["lookup_code"],
        school_year=str(SchoolYear(row["school_year"])),
        revision=row["number"],
        content_digest=row["content_digest"],
        xml=FileMark(row["xml"], row["xml_size"]) if row["xml"] else None,
        pdf=FileMark(row["pdf"], row["pdf_size"]) if row["pdf"] else None,
        effective_from=row["effective_from"],
    )


async def fill(_apps: Any, editor: Any) -> None:
    """One leaf for each locked revision in the order of the locks; each period gets the root after it."""
    filling = Filling(editor.client.execute_query_dict)
    for period in await filling.run(SEALED, []):
        await filling.until(period["sealed_at"])
        await filling.run(ROOT, [period["id"], filling.edge.root.hex()])
    await filling.until(None)


class Migration(migrations.Migration):
    dependencies = [("models", "0023_forgetting")]
    operations = [
        ops.AddField(
            model_name="LedgerEntry", name="leaf", field=fields.TextField(default="", db_default="")
        ),
        ops.RunSQL([*TABLES, *RIGHTS, *BEGIN_ANEW]),
        ops.RunPython(fill),
        ops.RunSQL(FROM_HERE_ON),
    ]
