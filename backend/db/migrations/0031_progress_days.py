"""How counts stood at the end of each day, kept by the counters themselves.

A counter knows the day on which it last changed. The first change of a later day writes down what stood at the end of
the day before: one row for each counter and day on which it moved, exact, whoever is up or down at midnight.
"""

from tortoise import migrations
from tortoise.migrations import operations as ops

TODAY = "(now() AT TIME ZONE 'Asia/Ho_Chi_Minh')::date"
TABLES = [
    """
CREATE TABLE progress_day (
  school_id bigint NOT NULL,
  school_year smallint NOT NULL,
  state varchar(16) NOT NULL,
  day date NOT NULL,
  count int NOT NULL CHECK (count >= 0),
  PRIMARY KEY (school_year, school_id, state, day))""",
    f"ALTER TABLE school_count ADD COLUMN counted_on date NOT NULL DEFAULT {TODAY}",
    f"INSERT INTO progress_day SELECT school_id, school_year, state, {TODAY} - 1, 0 FROM school_count",
]
KEEP = f"""
CREATE FUNCTION keep_day() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
BEGIN
  IF OLD.counted_on < {TODAY} THEN
    INSERT INTO progress_day VALUES (OLD.school_id, OLD.school_year, OLD.state, {TODAY} - 1, OLD.count);
    NEW.counted_on := {TODAY};
  END IF;
  RETURN NEW;
END $$"""
BEGIN = """
CREATE FUNCTION begin_day() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
BEGIN
  INSERT INTO progress_day VALUES (NEW.school_id, NEW.school_year, NEW.state, NEW.counted_on - 1, 0);
  RETURN NULL;
END $$"""
SCHOOLS = "school_id = ANY ((SELECT scope_schools())::bigint[]) AND (SELECT scope_classes()) IS NULL"
READS = {
    "hocba_school": SCHOOLS,
    "hocba_district": SCHOOLS,
    "hocba_department": "true",
    "hocba_worker": "true",
}
RIGHTS = [
    *(f"ALTER TABLE progress_day {mode} ROW LEVEL SECURITY" for mode in ("ENABLE", "FORCE")),
    *(
        statement
        for role, rows in READS.items()
        for statement in (
            f"CREATE POLICY read_{role} ON progress_day FOR SELECT TO {role} USING ({rows})",
            f"GRANT SELECT ON progress_day TO {role}",
        )
    ),
]
TRIGGERS = [
    "CREATE TRIGGER keep_day BEFORE UPDATE ON school_count FOR EACH ROW"
    " WHEN (OLD.count IS DISTINCT FROM NEW.count) EXECUTE FUNCTION keep_day()",
    "CREATE TRIGGER begin_day AFTER INSERT ON school_count FOR EACH ROW EXECUTE FUNCTION begin_day()",
    "CREATE TRIGGER only_grows BEFORE UPDATE OR DELETE ON progress_day FOR EACH ROW EXECUTE FUNCTION append_only()",
]
# Sums over whole districts, for everybody; the use case hides what is small.
DOOR = [
    """
CREATE FUNCTION public_progress(year smallint) RETURNS TABLE (unit_id bigint, state text, count int)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS $$
  SELECT u.parent_id, n.state, sum(n.count)::int FROM school_count n JOIN org_unit u ON u.id = n.school_id
   WHERE n.school_year = year AND n.count > 0 AND u.parent_id IS NOT NULL GROUP BY 1, 2 ORDER BY 1, 2
$$""",
    "REVOKE ALL ON FUNCTION public_progress FROM PUBLIC",
    "GRANT EXECUTE ON FUNCTION public_progress TO hocba_public, hocba_guardian, hocba_integrator, hocba_school,"
    " hocba_district, hocba_department",
]


class Migration(migrations.Migration):
    dependencies = [("models", "0030_reads_together")]
    operations = [ops.RunSQL([*TABLES, KEEP, BEGIN, *TRIGGERS, *RIGHTS, *DOOR])]
