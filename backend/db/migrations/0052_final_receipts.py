"""Receipts that carry proofs of the ledger, and what nightly looks at the whole ledger have found."""

from tortoise import fields, migrations
from tortoise.migrations import operations as ops

STATEMENTS = [
    "GRANT UPDATE (final_receipt_digest, final_timestamp_digest, proven_count) ON submission TO hocba_worker",
    """
CREATE TABLE ledger_check (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  began_at timestamptz NOT NULL,
  ended_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  size bigint NOT NULL,
  root_hash text NOT NULL,
  signed_size bigint NOT NULL,
  count int NOT NULL CHECK (count >= 0),
  faults jsonb NOT NULL)""",
    *(f"ALTER TABLE ledger_check {mode} ROW LEVEL SECURITY" for mode in ("ENABLE", "FORCE")),
    *(
        statement
        for role in ("hocba_department", "hocba_worker")
        for statement in (
            f"CREATE POLICY read_{role} ON ledger_check FOR SELECT TO {role} USING (true)",
            f"GRANT SELECT ON ledger_check TO {role}",
        )
    ),
    # who may ask and finds nothing
    *(
        f"GRANT SELECT ON ledger_check TO {role}"
        for role in ("hocba_public", "hocba_guardian", "hocba_integrator", "hocba_school", "hocba_district")
    ),
    "CREATE POLICY insert_hocba_worker ON ledger_check FOR INSERT TO hocba_worker WITH CHECK (true)",
    "GRANT INSERT ON ledger_check TO hocba_worker",
    "CREATE TRIGGER only_grows BEFORE UPDATE OR DELETE ON ledger_check FOR EACH ROW EXECUTE FUNCTION append_only()",
]


class Migration(migrations.Migration):
    dependencies = [("models", "0051_custody")]
    operations = [
        *(
            ops.AddField("Submission", name, fields.CharField(null=True, max_length=64))
            for name in ("final_receipt_digest", "final_timestamp_digest")
        ),
        ops.AddField("Submission", "proven_count", fields.SmallIntField(default=0, db_default=0)),
        ops.RunSQL(STATEMENTS),
    ]
