"""Counting waits in one line for each school.

A transaction may change counts more than once, in an order that the act decides: a return takes TEACHER_SIGNED before
DRAFT, a signature DRAFT before TEACHER_SIGNED. Held until the commit, the rows of both would wait for each other in a
ring. So whoever counts for a school first takes the school's turn, for a transaction that ends a moment later.
"""

from tortoise import migrations
from tortoise.migrations import operations as ops

COUNT = """
CREATE OR REPLACE FUNCTION count_states() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
BEGIN
  PERFORM pg_advisory_xact_lock(hashtextextended('school_count', t.school_id))
     FROM (SELECT DISTINCT school_id FROM after_rows ORDER BY 1) t;
  IF TG_OP = 'INSERT' THEN
    INSERT INTO state_count AS c (school_id, school_year, grade, school_class_id, state, count)
    SELECT school_id, school_year, grade, school_class_id, state, count(*)
      FROM after_rows GROUP BY 1, 2, 3, 4, 5 ORDER BY 4, 5
    ON CONFLICT (school_class_id, state) DO UPDATE SET count = c.count + excluded.count;
  ELSE
    INSERT INTO state_count AS c (school_id, school_year, grade, school_class_id, state, count)
    SELECT school_id, school_year, grade, school_class_id, state, 0
      FROM (SELECT DISTINCT school_id, school_year, grade, school_class_id, state FROM after_rows) a
     WHERE NOT EXISTS (
        SELECT FROM state_count s WHERE s.school_class_id = a.school_class_id AND s.state = a.state)
     ORDER BY 4, 5
    ON CONFLICT (school_class_id, state) DO NOTHING;
    WITH delta AS (
      SELECT school_class_id, state, sum(n) AS n FROM (
        SELECT school_class_id, state, 1 AS n FROM after_rows
        UNION ALL SELECT school_class_id, state, -1 FROM before_rows) x
      GROUP BY 1, 2 HAVING sum(n) <> 0
    ), held AS (
      SELECT s.id, d.n FROM state_count s JOIN delta d USING (school_class_id, state)
       ORDER BY s.school_class_id, s.state FOR UPDATE OF s
    )
    UPDATE state_count s SET count = s.count + h.n FROM held h WHERE s.id = h.id;
  END IF;
  RETURN NULL;
END $$"""


class Migration(migrations.Migration):
    dependencies = [("models", "0021_journal")]
    operations = [ops.RunSQL([COUNT])]
