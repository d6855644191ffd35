"""What follows a change of one record, in fewer statements.

A statement-level trigger runs for a statement that changed no row as well, so what has nothing to do ends at once: a revision
that is no longer pointed to moves without touching its record. Counts are changed by one statement; only a state that a
class has never had takes another. Whoever counts for a school has its turn (0022), so its rows need no order of their own.
"""

from tortoise import migrations
from tortoise.migrations import operations as ops

FOLLOW = """
CREATE OR REPLACE FUNCTION revision_moved() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
DECLARE touched bigint[];
BEGIN
  SELECT array_agg(y.id) INTO touched
    FROM (SELECT id, year_record_id, state FROM after_rows
          EXCEPT ALL SELECT id, year_record_id, state FROM before_rows) moved
    JOIN year_record y ON y.id = moved.year_record_id
   WHERE y.state <> 'LOCKED' AND moved.id IN (y.standing_revision_id, y.working_revision_id);
  IF touched IS NOT NULL THEN
    UPDATE year_record SET updated_at = now() WHERE id = ANY (touched);
  END IF;
  RETURN NULL;
END $$"""

COUNT = """
CREATE OR REPLACE FUNCTION count_states() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
DECLARE missing bigint;
BEGIN
  PERFORM pg_advisory_xact_lock(hashtextextended('school_count', t.school_id))
     FROM (SELECT DISTINCT school_id FROM after_rows ORDER BY 1) t;
  IF NOT FOUND THEN
    RETURN NULL;
  END IF;
  IF TG_OP = 'INSERT' THEN
    INSERT INTO state_count AS c (school_id, school_year, grade, school_class_id, state, count)
    SELECT school_id, school_year, grade, school_class_id, state, count(*)
      FROM after_rows GROUP BY 1, 2, 3, 4, 5 ORDER BY 4, 5
    ON CONFLICT (school_class_id, state) DO UPDATE SET count = c.count + excluded.count;
    RETURN NULL;
  END IF;
  WITH delta AS MATERIALIZED (
    SELECT school_class_id, state, sum(n) AS n FROM (
      SELECT school_class_id, state, 1 AS n FROM after_rows
      UNION ALL SELECT school_class_id, state, -1 FROM before_rows) x
    GROUP BY 1, 2 HAVING sum(n) <> 0
  ), counted AS (
    UPDATE state_count s SET count = s.count + d.n FROM delta d
     WHERE s.school_class_id = d.school_class_id AND s.state = d.state RETURNING 1
  )
  SELECT (SELECT count(*) FROM delta) - (SELECT count(*) FROM counted) INTO missing;
  IF missing > 0 THEN
    -- what a class has never counted had no row before: all that it has now is new
    INSERT INTO state_count (school_id, school_year, grade, school_class_id, state, count)
    SELECT school_id, school_year, grade, school_class_id, state, count(*) FROM after_rows a
     WHERE NOT EXISTS (
        SELECT FROM state_count s WHERE s.school_class_id = a.school_class_id AND s.state = a.state)
     GROUP BY 1, 2, 3, 4, 5 ORDER BY 4, 5;
  END IF;
  RETURN NULL;
END $$"""


class Migration(migrations.Migration):
    dependencies = [("models", "0025_acts")]
    operations = [ops.RunSQL([FOLLOW, COUNT])]
