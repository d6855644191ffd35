"""The work queue: PgQueuer's tables, and the one door through which a request may put a job into them.

A job is put in the transaction that made it necessary, so it exists exactly when that change committed.
"""

from pgqueuer.adapters.persistence.schema_ddl import render_install
from pgqueuer.domain.settings import DBSettings
from tortoise import migrations
from tortoise.migrations import operations as ops

ENQUEUE = """
CREATE FUNCTION enqueue_jobs(kind text, payloads jsonb[], keys text[], urgency int DEFAULT 0) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
DECLARE put bigint;
BEGIN
  WITH new_jobs AS (
    INSERT INTO pgqueuer (entrypoint, payload, priority, dedupe_key, status)
    SELECT kind, convert_to(p.payload::text, 'UTF8'), urgency, p.key, 'queued'
      FROM unnest(payloads, keys) AS p(payload, key)
    ON CONFLICT DO NOTHING RETURNING id, entrypoint, priority
  ), logged AS (
    INSERT INTO pgqueuer_log (job_id, status, entrypoint, priority)
    SELECT id, 'queued', entrypoint, priority FROM new_jobs RETURNING 1
  )
  SELECT count(*) INTO put FROM logged;
  RETURN put;
END $$"""


class Migration(migrations.Migration):
    dependencies = [("models", "0003_counters")]
    operations = [
        ops.RunSQL(
            [
                render_install(DBSettings()),
                ENQUEUE,
                "REVOKE ALL ON FUNCTION enqueue_jobs FROM PUBLIC",
                "GRANT EXECUTE ON FUNCTION enqueue_jobs TO hocba_school, hocba_department, hocba_worker",
                "GRANT SELECT, INSERT, UPDATE, DELETE ON pgqueuer, pgqueuer_log, pgqueuer_schedules,"
                " pgqueuer_statistics TO hocba_worker",
                "GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO hocba_worker",
            ]
        )
    ]
