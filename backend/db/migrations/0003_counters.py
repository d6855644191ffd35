"""The state of a year record and the counts by state, exact in the transaction that changes them.

A year record shows the state of its standing revision, else of its working one. Counts move by
statement-level triggers: one statement that changes 35 records changes each count once.
"""

from tortoise import migrations
from tortoise.migrations import operations as ops

HEADLINE = """
CREATE FUNCTION year_record_headline() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
BEGIN
  IF TG_OP = 'UPDATE' AND OLD.state = 'LOCKED' THEN
    RAISE EXCEPTION 'year record % is locked', OLD.id USING ERRCODE = 'HB002';
  END IF;
  NEW.state := coalesce(
    (SELECT r.state FROM revision r WHERE r.id = NEW.standing_revision_id AND r.year_record_id = NEW.id),
    (SELECT r.state FROM revision r WHERE r.id = NEW.working_revision_id AND r.year_record_id = NEW.id),
    'DRAFT');
  RETURN NEW;
END $$"""

NO_DELETE = """
CREATE FUNCTION year_record_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'a year record is never deleted' USING ERRCODE = 'HB001';
END $$"""

# A changed revision touches its year record; the row trigger above then names the new state.
FOLLOW = """
CREATE FUNCTION revision_moved() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
BEGIN
  UPDATE year_record y SET updated_at = now()
    FROM after_rows a JOIN before_rows b USING (id)
   WHERE y.id = a.year_record_id AND a.state <> b.state AND y.state <> 'LOCKED'
     AND a.id IN (y.standing_revision_id, y.working_revision_id);
  RETURN NULL;
END $$"""

# Sorted so that two transactions touch counts in the same order and cannot wait for each other in a ring.
COUNT = """
CREATE FUNCTION count_states() RETURNS trigger
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
      FROM after_rows a WHERE NOT EXISTS (
        SELECT FROM state_count s WHERE s.school_class_id = a.school_class_id AND s.state = a.state)
     GROUP BY 1, 2, 3, 4, 5 ORDER BY 4, 5
    ON CONFLICT (school_class_id, state) DO NOTHING;
    WITH moved AS (
      SELECT a.school_class_id AS to_class, a.state AS to_state, b.school_class_id AS from_class, b.state AS from_state
        FROM after_rows a JOIN before_rows b USING (id)
       WHERE (a.school_class_id, a.state) IS DISTINCT FROM (b.school_class_id, b.state)
    ), delta AS (
      SELECT school_class_id, state, sum(n) AS n FROM (
        SELECT to_class AS school_class_id, to_state AS state, 1 AS n FROM moved
        UNION ALL SELECT from_class, from_state, -1 FROM moved) x
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
    dependencies = [("models", "0002_integrity")]
    operations = [
        ops.RunSQL(
            [
                HEADLINE,
                NO_DELETE,
                FOLLOW,
                COUNT,
                "CREATE TRIGGER headline BEFORE INSERT OR UPDATE ON year_record"
                " FOR EACH ROW EXECUTE FUNCTION year_record_headline()",
                "CREATE TRIGGER stays BEFORE DELETE ON year_record"
                " FOR EACH ROW EXECUTE FUNCTION year_record_stays()",
                "CREATE TRIGGER moved AFTER UPDATE ON revision"
                " REFERENCING OLD TABLE AS before_rows NEW TABLE AS after_rows"
                " FOR EACH STATEMENT EXECUTE FUNCTION revision_moved()",
                "CREATE TRIGGER count_inserted AFTER INSERT ON year_record"
                " REFERENCING NEW TABLE AS after_rows FOR EACH STATEMENT EXECUTE FUNCTION count_states()",
                "CREATE TRIGGER count_updated AFTER UPDATE ON year_record"
                " REFERENCING OLD TABLE AS before_rows NEW TABLE AS after_rows"
                " FOR EACH STATEMENT EXECUTE FUNCTION count_states()",
            ]
        )
    ]
