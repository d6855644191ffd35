"""Counts of whole schools, kept from the counts of their classes in the same transaction; and the scope of a single
statement, for reads that enter their scope and ask their question in one round trip.
"""

from tortoise import fields, migrations
from tortoise.migrations import operations as ops

from backend.domain.lifecycle import State

# Sorted, as the counts of classes are, so that two transactions cannot wait for each other in a ring.
SUM = """
CREATE FUNCTION sum_school_counts() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
BEGIN
  IF TG_OP = 'INSERT' THEN
    INSERT INTO school_count AS c (school_id, school_year, state, count)
    SELECT school_id, school_year, state, sum(count) FROM after_rows GROUP BY 1, 2, 3 ORDER BY 1, 2, 3
    ON CONFLICT (school_year, school_id, state) DO UPDATE SET count = c.count + excluded.count;
  ELSE
    INSERT INTO school_count AS c (school_id, school_year, state, count)
    SELECT a.school_id, a.school_year, a.state, sum(a.count - b.count) FROM after_rows a JOIN before_rows b USING (id)
     GROUP BY 1, 2, 3 HAVING sum(a.count - b.count) <> 0 ORDER BY 1, 2, 3
    ON CONFLICT (school_year, school_id, state) DO UPDATE SET count = c.count + excluded.count;
  END IF;
  RETURN NULL;
END $$"""

# Volatile, so that a statement that joins it evaluates it first and never folds it away.
ENTER = """
CREATE FUNCTION enter_scope(schools text, classes text, staff text, code text) RETURNS boolean
LANGUAGE plpgsql VOLATILE AS $$
BEGIN
  PERFORM set_config('app.schools', schools, true), set_config('app.classes', classes, true),
          set_config('app.staff', staff, true), set_config('app.code', code, true);
  RETURN true;
END $$"""

SCHOOL_ROWS = "school_id = ANY ((SELECT scope_schools())::bigint[]) AND (SELECT scope_classes()) IS NULL"
READS = {"hocba_school": SCHOOL_ROWS, "hocba_district": SCHOOL_ROWS, "hocba_department": "true"}


def reading() -> list[str]:
    return [
        statement
        for role, rows in READS.items()
        for statement in (
            f"CREATE POLICY read_{role} ON school_count FOR SELECT TO {role} USING ({rows})",
            f"GRANT SELECT ON school_count TO {role}",
        )
    ]


class Migration(migrations.Migration):
    dependencies = [("models", "0005_row_security")]
    operations = [
        ops.CreateModel(
            name="SchoolCount",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("school_id", fields.BigIntField()),
                ("school_year", fields.SmallIntField()),
                (
                    "state",
                    fields.CharEnumField(
                        description="\n".join(f"{state.name}: {state.value}" for state in State),
                        enum_type=State,
                        max_length=16,
                    ),
                ),
                ("count", fields.IntField()),
            ],
            options={
                "table": "school_count",
                "app": "models",
                "unique_together": (("school_year", "school_id", "state"),),
                "pk_attr": "id",
                "table_description": "The sum of a school's ``StateCount`` rows, so that a province is read from hundreds"
                " of rows, not thousands.",
            },
            bases=["Model"],
        ),
        ops.RunSQL(
            [
                SUM,
                "INSERT INTO school_count (school_id, school_year, state, count)"
                " SELECT school_id, school_year, state, sum(count) FROM state_count GROUP BY 1, 2, 3",
                "CREATE TRIGGER summed_inserted AFTER INSERT ON state_count"
                " REFERENCING NEW TABLE AS after_rows FOR EACH STATEMENT EXECUTE FUNCTION sum_school_counts()",
                "CREATE TRIGGER summed_updated AFTER UPDATE ON state_count"
                " REFERENCING OLD TABLE AS before_rows NEW TABLE AS after_rows"
                " FOR EACH STATEMENT EXECUTE FUNCTION sum_school_counts()",
                "ALTER TABLE school_count ENABLE ROW LEVEL SECURITY",
                "ALTER TABLE school_count FORCE ROW LEVEL SECURITY",
                *reading(),
                ENTER,
            ]
        ),
    ]
