"""The counting triggers without a join of their two transition tables.

A statement of a trigger is planned once in a session, for as many rows as its first call changed; after one record's
change a join of the rows before and after was a nested loop, and the lock of a province would have compared each of
its records with each. Adding the rows after and subtracting those before needs no join: it is linear under every plan.
"""

from tortoise import migrations
from tortoise.migrations import operations as ops

FOLLOW = """
CREATE OR REPLACE FUNCTION revision_moved() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
BEGIN
  UPDATE year_record y SET updated_at = now()
    FROM (SELECT id, year_record_id, state FROM after_rows
          EXCEPT ALL SELECT id, year_record_id, state FROM before_rows) moved
   WHERE y.id = moved.year_record_id AND y.state <> 'LOCKED'
     AND moved.id IN (y.standing_revision_id, y.working_revision_id);
  RETURN NULL;
END $$"""

# Sorted so that two transactions touch counts in the same order and cannot wait for each other in a ring.
COUNT = """
CREATE OR REPLACE FUNCTION count_states() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
BEGIN
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

SUM = """
CREATE OR REPLACE FUNCTION sum_school_counts() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
BEGIN
  IF TG_OP = 'INSERT' THEN
    INSERT INTO school_count AS c (school_id, school_year, state, count)
    SELECT school_id, school_year, state, sum(count) FROM after_rows GROUP BY 1, 2, 3 ORDER BY 1, 2, 3
    ON CONFLICT (school_year, school_id, state) DO UPDATE SET count = c.count + excluded.count;
  ELSE
    INSERT INTO school_count AS c (school_id, school_year, state, count)
    SELECT school_id, school_year, state, sum(n) FROM (
      SELECT school_id, school_year, state, count AS n FROM after_rows
      UNION ALL SELECT school_id, school_year, state, -count FROM before_rows) x
     GROUP BY 1, 2, 3 HAVING sum(n) <> 0 ORDER BY 1, 2, 3
    ON CONFLICT (school_year, school_id, state) DO UPDATE SET count = c.count + excluded.count;
  END IF;
  RETURN NULL;
END $$"""


class Migration(migrations.Migration):
    dependencies = [("models", "0016_integrator_rights")]
    operations = [ops.RunSQL([FOLLOW, COUNT, SUM])]
