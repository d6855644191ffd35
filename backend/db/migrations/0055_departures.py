"""Pupils who leave: noted by the managing school through one door, which leaves their unfinished years behind.

What was left behind is written by nobody: the policy asks ``left_behind`` with every record, and so do the tables.
"""

from importlib import import_module

from tortoise import fields, migrations
from tortoise.fields.base import OnDelete
from tortoise.indexes import Index
from tortoise.migrations import operations as ops

from backend.db.windows import BEING_CHECKED
from backend.domain.departure import DepartureReason
from backend.domain.transfer import BLOCKS, OPEN, OPEN_WORK_OF

ACTS = import_module("backend.db.migrations.0025_acts")
CHECKED = import_module("backend.db.migrations.0048_checked_first")

SCHOOLS = "ANY ((SELECT scope_schools())::bigint[])"
READS = {
    "hocba_school": f"school_id = {SCHOOLS} AND (SELECT scope_classes()) IS NULL",
    "hocba_district": f"school_id = {SCHOOLS}",
    "hocba_department": "true",
    "hocba_guardian": "book_id = ANY ((SELECT scope_books())::bigint[])",
    "hocba_worker": "true",
    # may ask and find nothing, so that a thing out of sight is answered like one that is not there
    "hocba_public": "false",
    "hocba_integrator": "false",
}
_OPEN_STATES = ", ".join(f"'{state}'" for state in OPEN)
_BUSY = ", ".join(sorted(f"'{state}'" for state, work in OPEN_WORK_OF.items() if work in BLOCKS))

LEAVE = f"""
CREATE FUNCTION pupil_leaves(book bigint, why text, said text, day date, trial boolean) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
DECLARE
  b record_book;
  made bigint;
BEGIN
  SELECT * INTO b FROM record_book
   WHERE id = book AND managing_school_id = ANY (scope_schools()) AND scope_classes() IS NULL FOR UPDATE;
  IF NOT FOUND THEN RETURN -1; END IF;
  IF EXISTS (SELECT FROM departure d WHERE d.book_id = book AND d.returned_on IS NULL) THEN RETURN -2; END IF;
  IF EXISTS (SELECT FROM transfer t WHERE t.book_id = book AND t.state IN ({_OPEN_STATES})) THEN RETURN -3; END IF;
  PERFORM FROM year_record y WHERE y.book_id = book ORDER BY y.id FOR UPDATE;
  IF EXISTS (SELECT FROM year_record y JOIN revision r ON r.year_record_id = y.id
                AND r.id IN (y.working_revision_id, y.standing_revision_id)
              WHERE y.book_id = book AND (r.state IN ({_BUSY}) OR EXISTS (
                SELECT FROM ceremony_item i WHERE i.revision_id = r.id AND i.state IN ('QUEUED', 'SIGNING')))) THEN
    RETURN -4;
  END IF;
  IF trial THEN RETURN 0; END IF;
  INSERT INTO departure (book_id, school_id, pupil_name, reason, note, left_on, recorded_by_id, recorded_at)
  SELECT b.id, b.managing_school_id, p.full_name, why, said, day, scope_staff(), now() FROM pupil p WHERE p.id = b.pupil_id
  RETURNING id INTO made;
  UPDATE year_record y SET left_behind = true, updated_at = now()
   WHERE y.book_id = book AND y.school_id = b.managing_school_id AND y.standing_revision_id IS NULL AND NOT y.left_behind;
  RETURN made;
END $$"""

RETURN = """
CREATE FUNCTION pupil_returns(key bigint, day date) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
DECLARE d departure;
BEGIN
  UPDATE departure SET returned_on = day, returned_by_id = scope_staff()
   WHERE id = key AND returned_on IS NULL AND school_id = ANY (scope_schools()) AND scope_classes() IS NULL
  RETURNING * INTO d;
  IF NOT FOUND THEN RETURN false; END IF;
  UPDATE year_record y SET left_behind = false, updated_at = now()
   WHERE y.book_id = d.book_id AND y.school_id = d.school_id AND y.left_behind;
  RETURN true;
END $$"""

HAS_LEFT = """
CREATE FUNCTION has_left(book bigint) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS $$
  SELECT EXISTS (SELECT FROM departure d WHERE d.book_id = book AND d.returned_on IS NULL)
$$"""


def _left_too(act: str) -> str:
    """The act on one record, with whether its pupil has left among what it is judged by and answers."""
    for old, new in (
        (f"({BEING_CHECKED})::text)", f"({BEING_CHECKED})::text, y.left_behind::text)"),
        (f"closed.windows, {BEING_CHECKED} INTO r", f"closed.windows, {BEING_CHECKED}, y.left_behind INTO r"),
    ):
        if act.count(old) != 1:
            raise ValueError(old)
        act = act.replace(old, new)
    return act


STATEMENTS = [
    "CREATE UNIQUE INDEX ux_departure_open ON departure (book_id) WHERE returned_on IS NULL",
    *(f"ALTER TABLE departure {mode} ROW LEVEL SECURITY" for mode in ("ENABLE", "FORCE")),
    *(
        statement
        for role, rows in READS.items()
        for statement in (
            f"CREATE POLICY read_{role} ON departure FOR SELECT TO {role} USING ({rows})",
            f"GRANT SELECT ON departure TO {role}",
        )
    ),
    LEAVE,
    RETURN,
    HAS_LEFT,
    "REVOKE ALL ON FUNCTION pupil_leaves, pupil_returns, has_left FROM PUBLIC",
    "GRANT EXECUTE ON FUNCTION pupil_leaves, pupil_returns TO hocba_school",
    "GRANT EXECUTE ON FUNCTION has_left TO hocba_school, hocba_guardian",
    "CREATE TRIGGER never_emptied BEFORE TRUNCATE ON departure FOR EACH STATEMENT EXECUTE FUNCTION append_only()",
    "CREATE POLICY not_left ON year_record AS RESTRICTIVE FOR UPDATE TO hocba_school USING (NOT left_behind)",
    "ALTER TYPE acted_record ADD ATTRIBUTE left_behind boolean",
    _left_too(CHECKED._facts_too(ACTS.ACT)),  # noqa: SLF001 - the act is written once and grows by migrations
]


class Migration(migrations.Migration):
    dependencies = [("models", "0054_citizen_marks")]
    operations = [
        ops.CreateModel(
            name="Departure",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                (
                    "book",
                    fields.ForeignKeyField(
                        "models.RecordBook",
                        source_field="book_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="departures",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("school_id", fields.BigIntField()),
                ("pupil_name", fields.CharField(max_length=60)),
                (
                    "reason",
                    fields.CharEnumField(
                        description="\n".join(f"{item.name}: {item.value}" for item in DepartureReason),
                        enum_type=DepartureReason,
                        max_length=11,
                    ),
                ),
                ("note", fields.CharField(default="", max_length=500)),
                ("left_on", fields.DateField()),
                ("recorded_by_id", fields.BigIntField(null=True)),
                ("recorded_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("returned_on", fields.DateField(null=True)),
                ("returned_by_id", fields.BigIntField(null=True)),
            ],
            options={
                "table": "departure",
                "app": "models",
                "indexes": [Index(fields=["school_id", "left_on"])],
                "pk_attr": "id",
                "table_description": "A pupil who left, until they come back; the book stays with the school that noted it.",
            },
            bases=["Model"],
        ),
        ops.RunSQL(STATEMENTS),
    ]
