"""Who sees the reports to the Ministry, who moves them, and what the database itself refuses of them.

A record is in one report at most that has not refused it: nothing is sent twice. What was answered stays answered. A
school or district sees what became of its own records, and nothing else of a report.
"""

from tortoise import migrations
from tortoise.migrations import operations as ops

NOBODYS = ("hocba_public", "hocba_guardian", "hocba_integrator")
BELOW = ("hocba_school", "hocba_district")
TABLES = ("ministry_report", "ministry_part", "ministry_item", "ministry_holding", "ministry_inventory")
UPDATES = {
    "ministry_report": "state, code, record_count, root_hash, manifest_digest, built_at, sent_at, answered_at",
    "ministry_part": "state, code, attempts, next_at, sent_at, answered_at",
    "ministry_item": "state, code, reason, answered_at",
    "ministry_inventory": "asked_at, taken_at, code",
}
OWN = "EXISTS (SELECT FROM revision r WHERE r.id = revision_id)"


def _reads() -> list[str]:
    statements = [
        f"ALTER TABLE {table} {mode} ROW LEVEL SECURITY" for table in TABLES for mode in ("ENABLE", "FORCE")
    ]
    for table in TABLES:
        rows = dict.fromkeys(("hocba_department", "hocba_worker"), "true")
        rows |= dict.fromkeys(BELOW, OWN if table == "ministry_item" else "false")
        rows |= dict.fromkeys(NOBODYS, "false")
        for role, seen in rows.items():
            statements += [
                f"CREATE POLICY read_{role} ON {table} FOR SELECT TO {role} USING ({seen})",
                f"GRANT SELECT ON {table} TO {role}",
            ]
    return statements


def _writes() -> list[str]:
    statements = [
        f"CREATE POLICY insert_hocba_worker ON {table} FOR INSERT TO hocba_worker WITH CHECK (true)"
        for table in TABLES
    ]
    for table, columns in UPDATES.items():
        statements += [
            f"CREATE POLICY update_hocba_worker ON {table} FOR UPDATE TO hocba_worker USING (true) WITH CHECK (true)",
            f"GRANT UPDATE ({columns}) ON {table} TO hocba_worker",
        ]
    return [
        *statements,
        f"GRANT INSERT ON {', '.join(TABLES)} TO hocba_worker",
        "CREATE POLICY delete_hocba_worker ON ministry_holding FOR DELETE TO hocba_worker USING (true)",
        "GRANT DELETE ON ministry_holding TO hocba_worker",
        "CREATE POLICY insert_hocba_department ON ministry_report FOR INSERT TO hocba_department"
        " WITH CHECK (state = 'BUILDING' AND asked_by_id = (SELECT scope_staff()))",
        "CREATE POLICY update_hocba_department ON ministry_report FOR UPDATE TO hocba_department"
        " USING (state = 'READY') WITH CHECK (state = 'SENDING')",
        "GRANT INSERT, UPDATE (state) ON ministry_report TO hocba_department",
        "CREATE POLICY insert_hocba_department ON ministry_inventory FOR INSERT TO hocba_department WITH CHECK (true)",
        "CREATE POLICY update_hocba_department ON ministry_inventory FOR UPDATE TO hocba_department"
        " USING (true) WITH CHECK (true)",
        "GRANT INSERT, UPDATE (asked_at) ON ministry_inventory TO hocba_department",
        "GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO hocba_department, hocba_worker",
    ]


KEPT = [
    "CREATE UNIQUE INDEX uq_ministry_item_live ON ministry_item (revision_id) WHERE state <> 'REFUSED'",
    "CREATE INDEX ix_ministry_part_due ON ministry_part (next_at) WHERE state <> 'ANSWERED'",
    "CREATE INDEX ix_artefact_sealed ON artefact (revision_id) INCLUDE (digest, size)"
    " WHERE role = 'LOCK_SEAL' AND kind = 'XML'",
    "ALTER TABLE ministry_report ADD CONSTRAINT fk_ministry_report_again FOREIGN KEY (again_of_id)"
    " REFERENCES ministry_report",
    "ALTER TABLE ministry_inventory ADD CONSTRAINT fk_ministry_inventory_period FOREIGN KEY (lock_period_id)"
    " REFERENCES lock_period",
    """
CREATE FUNCTION ministry_moves() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE steps text[] := ARRAY['BUILDING', 'READY', 'WAITING', 'SENDING', 'SENT', 'RECEIVED', 'REFUSED', 'ANSWERED'];
BEGIN
  IF array_position(steps, OLD.state::text) > array_position(steps, NEW.state::text)
     OR (OLD.state IN ('RECEIVED', 'REFUSED', 'ANSWERED') AND NEW.state <> OLD.state) THEN
    RAISE EXCEPTION 'a report cannot go from % to %', OLD.state, NEW.state USING ERRCODE = '23514';
  END IF;
  RETURN NEW;
END $$""",
    *(
        f"CREATE TRIGGER moves BEFORE UPDATE OF state ON {table} FOR EACH ROW EXECUTE FUNCTION ministry_moves()"
        for table in ("ministry_report", "ministry_part", "ministry_item")
    ),
]


class Migration(migrations.Migration):
    dependencies = [("models", "0044_ministry")]
    operations = [ops.RunSQL([*_reads(), *_writes(), *KEPT])]
