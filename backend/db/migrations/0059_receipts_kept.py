"""Every receipt that was ever written stays known: one that proves more takes another's place, and both stay files."""

from tortoise import migrations
from tortoise.migrations import operations as ops

READERS = "hocba_public, hocba_guardian, hocba_integrator, hocba_school, hocba_district, hocba_department, hocba_worker"
STATEMENTS = [
    """
CREATE TABLE proven_receipt (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  submission_id bigint NOT NULL REFERENCES submission (id),
  receipt_digest text NOT NULL,
  timestamp_digest text NOT NULL,
  proven_count int NOT NULL CHECK (proven_count > 0),
  written_at timestamptz NOT NULL DEFAULT clock_timestamp())""",
    "CREATE INDEX proven_receipt_submission ON proven_receipt (submission_id)",
    "INSERT INTO proven_receipt (submission_id, receipt_digest, timestamp_digest, proven_count)"
    " SELECT id, final_receipt_digest, final_timestamp_digest, proven_count FROM submission"
    " WHERE final_receipt_digest IS NOT NULL",
    *(f"ALTER TABLE proven_receipt {mode} ROW LEVEL SECURITY" for mode in ("ENABLE", "FORCE")),
    # others see the newest, on the packet itself
    f"GRANT SELECT ON proven_receipt TO {READERS}",
    "CREATE POLICY read_hocba_worker ON proven_receipt FOR SELECT TO hocba_worker USING (true)",
    "CREATE POLICY insert_hocba_worker ON proven_receipt FOR INSERT TO hocba_worker WITH CHECK (true)",
    "GRANT INSERT ON proven_receipt TO hocba_worker",
    "CREATE TRIGGER only_grows BEFORE UPDATE OR DELETE ON proven_receipt FOR EACH ROW EXECUTE FUNCTION append_only()",
    "CREATE TRIGGER never_emptied BEFORE TRUNCATE ON proven_receipt"
    " FOR EACH STATEMENT EXECUTE FUNCTION append_only()",
]


class Migration(migrations.Migration):
    dependencies = [("models", "0058_prints")]
    operations = [ops.RunSQL(STATEMENTS)]
