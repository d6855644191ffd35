"""Packets: sealed by the school, checked by the worker in the department's name, answered by a receipt.

The worker notes how far a packet is; the check's verdicts are the department's. When an officer has decided the last
record of a checked packet, a trigger asks for the receipt: whichever act decided it, none is forgotten.
"""

from typing import Any

from tortoise import fields, migrations
from tortoise.migrations import operations as ops

from backend.domain.submission import SubmissionStage

STAGES = ", ".join(f"'{stage}'" for stage in SubmissionStage)

ANSWER = """
CREATE FUNCTION ask_for_receipt() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
BEGIN
  PERFORM enqueue_jobs('submission.answer/1', ARRAY[jsonb_build_object('submission_id', d.id)],
                       ARRAY['submission-answer:' || d.id])
    FROM (SELECT DISTINCT m.id FROM after_rows a JOIN submission m ON m.id = a.submission_id
           WHERE m.stage = 'DECIDING' AND NOT EXISTS (
             SELECT FROM submission_item i WHERE i.submission_id = m.id AND i.verdict = 'PENDING')) d;
  RETURN NULL;
END $$"""

WORKER_WRITES = (
    "stage, obstacle, manifest_digest, receipt_digest, timestamp_digest, sealed_at, checked_at, answered_at"
)
STATEMENTS = [
    # what was submitted before there were packets waits for an officer, or is done without a receipt
    "UPDATE submission m SET stage = CASE WHEN EXISTS (SELECT FROM submission_item i WHERE i.submission_id = m.id"
    " AND i.verdict = 'PENDING') THEN 'DECIDING' ELSE 'ANSWERED' END",
    f"ALTER TABLE submission ADD CONSTRAINT ck_submission_stage CHECK (stage IN ({STAGES}))",
    "CREATE POLICY update_hocba_worker ON submission FOR UPDATE TO hocba_worker USING (true) WITH CHECK (true)",
    f"GRANT UPDATE ({WORKER_WRITES}) ON submission TO hocba_worker",
    "CREATE POLICY update_hocba_department ON submission FOR UPDATE TO hocba_department USING (true) WITH CHECK (true)",
    "GRANT UPDATE (stage, obstacle, checked_at) ON submission TO hocba_department",
    "GRANT UPDATE (code, field) ON submission_item TO hocba_department",
    "CREATE TRIGGER tell_submissions_update AFTER UPDATE ON submission REFERENCING NEW TABLE AS after_rows"
    " FOR EACH STATEMENT EXECUTE FUNCTION tell_submissions()",
    ANSWER,
    "REVOKE ALL ON FUNCTION ask_for_receipt FROM PUBLIC",
    "CREATE TRIGGER ask_for_receipt AFTER UPDATE ON submission_item REFERENCING NEW TABLE AS after_rows"
    " FOR EACH STATEMENT EXECUTE FUNCTION ask_for_receipt()",
    "CREATE INDEX ix_submission_stage ON submission (stage) WHERE stage <> 'ANSWERED'",
]


def _instant() -> fields.DatetimeField[Any]:
    return fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)


def _digest() -> fields.CharField[Any]:
    return fields.CharField(null=True, max_length=64)


class Migration(migrations.Migration):
    dependencies = [("models", "0045_ministry_rights")]
    operations = [
        ops.AddField("Submission", "nonce", fields.CharField(null=True, unique=True, max_length=32)),
        ops.AddField(
            "Submission",
            "stage",
            fields.CharEnumField(
                description="\n".join(f"{stage}: {stage}" for stage in SubmissionStage),
                enum_type=SubmissionStage,
                max_length=9,
                default=SubmissionStage.SEALING,
                db_default=SubmissionStage.SEALING,
            ),
        ),
        ops.AddField("Submission", "obstacle", fields.CharField(default="", db_default="", max_length=40)),
        *(
            ops.AddField("Submission", name, _digest())
            for name in ("manifest_digest", "receipt_digest", "timestamp_digest")
        ),
        *(
            ops.AddField("Submission", name, _instant())
            for name in ("sealed_at", "checked_at", "answered_at")
        ),
        ops.AddField("SubmissionItem", "code", fields.CharField(default="", db_default="", max_length=40)),
        ops.AddField("SubmissionItem", "field", fields.CharField(default="", db_default="", max_length=100)),
        ops.RunSQL(STATEMENTS),
    ]
