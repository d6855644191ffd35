"""A year that its pupil left unfinished is no longer counted: nobody waits for it.

It comes back into the count when the pupil comes back.
"""

from tortoise import migrations
from tortoise.migrations import operations as ops

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
      SELECT school_class_id, state, 1 AS n FROM after_rows WHERE NOT left_behind
      UNION ALL SELECT school_class_id, state, -1 FROM before_rows WHERE NOT left_behind) x
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
     WHERE NOT a.left_behind AND NOT EXISTS (
        SELECT FROM state_count s WHERE s.school_class_id = a.school_class_id AND s.state = a.state)
     GROUP BY 1, 2, 3, 4, 5 ORDER BY 4, 5;
  END IF;
  RETURN NULL;
END $$"""


class Migration(migrations.Migration):
    dependencies = [("models", "0042_transfer_rights")]
    operations = [ops.RunSQL([COUNT])]
