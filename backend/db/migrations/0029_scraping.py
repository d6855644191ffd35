"""Alarms on scraping, from what every read leaves behind: nothing is counted on the way of a read.

A window is an hour for a network and a day of Vietnam for a program. The last window is looked at too, so that its end
and a pause of the worker hide nothing.
"""

from tortoise import migrations
from tortoise.migrations import operations as ops

TABLE = [
    "CREATE TABLE scraping_alarm (asker text NOT NULL CHECK (asker IN ('NETWORK', 'PROGRAM')), sign text NOT NULL"
    " CHECK (sign IN ('MISSES', 'PUPILS')), subject text NOT NULL, since timestamptz NOT NULL, seen bigint NOT NULL,"
    " PRIMARY KEY (asker, sign, subject, since))",
    "ALTER TABLE scraping_alarm ENABLE ROW LEVEL SECURITY",
    "ALTER TABLE scraping_alarm FORCE ROW LEVEL SECURITY",
    # events come in the order of time: a handful of pages for each hour, and next to nothing to write
    "CREATE INDEX ix_access_event_at ON access_event USING brin (at) WITH (pages_per_range = 16)",
    "CREATE INDEX ix_access_event_program ON access_event (at) WHERE reader = 'INTEGRATOR'",
]

WATCH = """
CREATE FUNCTION watch_reads(network_misses bigint, network_pupils bigint, program_misses bigint, program_pupils bigint)
RETURNS TABLE (asker text, sign text, seen bigint)
LANGUAGE sql SECURITY DEFINER SET search_path = public AS $$
  WITH counted AS (
    SELECT 'NETWORK' AS asker, e.network AS subject, date_trunc('hour', e.at) AS since,
           count(*) FILTER (WHERE e.outcome = 'REFUSED') AS misses,
           count(DISTINCT e.book_id) FILTER (WHERE e.outcome <> 'REFUSED') AS pupils
      FROM access_event e
     WHERE e.at >= date_trunc('hour', now()) - interval '1 hour' AND e.reader = 'PUBLIC' AND e.network <> ''
     GROUP BY 1, 2, 3
    UNION ALL
    SELECT 'PROGRAM', e.reader_name, date_trunc('day', e.at, 'Asia/Ho_Chi_Minh'),
           count(*) FILTER (WHERE e.outcome = 'REFUSED'),
           count(DISTINCT e.book_id) FILTER (WHERE e.outcome <> 'REFUSED')
      FROM access_event e
     WHERE e.at >= date_trunc('day', now(), 'Asia/Ho_Chi_Minh') - interval '1 day' AND e.reader = 'INTEGRATOR'
     GROUP BY 1, 2, 3
  ), too_many AS (
    SELECT c.asker, s.sign, c.subject, c.since, s.seen
      FROM counted c
     CROSS JOIN LATERAL (VALUES
           ('MISSES', c.misses, CASE c.asker WHEN 'NETWORK' THEN network_misses ELSE program_misses END),
           ('PUPILS', c.pupils, CASE c.asker WHEN 'NETWORK' THEN network_pupils ELSE program_pupils END)
         ) AS s(sign, seen, most)
     WHERE s.most > 0 AND s.seen >= s.most
  ), raised AS (
    INSERT INTO scraping_alarm AS a (asker, sign, subject, since, seen)
    SELECT t.asker, t.sign, t.subject, t.since, t.seen FROM too_many t
    ON CONFLICT DO NOTHING RETURNING a.asker, a.sign, a.subject, a.since, a.seen
  ), told AS (
    INSERT INTO audit_event (at, action, detail, door)
    SELECT now(), 'SCRAPING_' || r.sign,
           jsonb_build_object(lower(r.asker), r.subject, 'seen', r.seen, 'since', r.since), 'WORKER'
      FROM raised r RETURNING 1
  )
  SELECT r.asker, r.sign, r.seen FROM raised r
$$"""


class Migration(migrations.Migration):
    dependencies = [("models", "0028_participation_rights")]
    operations = [
        ops.RunSQL(
            [
                *TABLE,
                WATCH,
                "REVOKE ALL ON FUNCTION watch_reads FROM PUBLIC",
                "GRANT EXECUTE ON FUNCTION watch_reads TO hocba_worker",
            ]
        )
    ]
