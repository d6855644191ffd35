"""An act on one record in one statement.

``act_on_record`` locks the record, looks at the facts that the policy asks for, and goes on only when these are among
those that were judged beforehand: ``courses`` has what is to be done for each. Otherwise it changes nothing and answers
with what it saw, so that the policy can say what it thinks of it. It runs with the rights of whoever calls it: row
security and the grants of the role hold inside.

The record points to its new draft before the old revision moves: so its state, the counts and the event of its change
are made once.
"""

from tortoise import migrations
from tortoise.migrations import operations as ops

REVISION = {
    "id": "bigint",
    "number": "smallint",
    "state": "text",
    "content_digest": "text",
    "window": "text",
    "complete": "boolean",
    "version": "int",
    "opened_by": "text",
    "reason": "text",
    "predecessor_id": "bigint",
    "effective_from": "timestamptz",
    "updated_at": "timestamptz",
}
RECORD = {
    "y.id": "bigint",
    "y.book_id": "bigint",
    "y.school_id": "bigint",
    "y.school_class_id": "bigint",
    "c.name AS class_name": "text",
    "y.school_year": "smallint",
    "y.grade": "smallint",
    "y.pupil_name": "text",
    "y.sort_key": "text",
    "y.state": "text",
    "b.lookup_code": "text",
    "b.managing_school_id": "bigint",
}


def _name(column: str) -> str:
    return column.rpartition(" ")[2].rpartition(".")[2]


def _of(alias: str) -> str:
    return ", ".join(f'{alias}."{name}"' for name in REVISION)


ROW = ", ".join(
    [
        "done boolean, facts text",
        *(f"{_name(column)} {kind}" for column, kind in RECORD.items()),
        *(f"{alias}_{name} {kind}" for alias in "ws" for name, kind in REVISION.items()),
        "closed text[]",
    ]
)
"""What the repository reads records as, with whether it was done and the facts it was judged by."""

# What closes a window of a year for a school and a class stands here alone; acts ask it under the locks of its periods.
CLOSED = """
CREATE FUNCTION windows_closed(year smallint, school bigint, class bigint, at timestamptz) RETURNS text[]
LANGUAGE plpgsql STABLE AS $$
BEGIN
  RETURN (SELECT array_agg(p."window" ORDER BY p."window") FROM lock_period p
           WHERE p.school_year = year AND (p.sealed_at IS NOT NULL OR p.locks_at <= at));
END $$"""

# The same facts in the same order as in compiled reads; a test compares both.
FACTS = """concat_ws(E'\\x1f', w.state, w."window", w.complete::text, (s.id IS NOT NULL AND s.id <> w.id)::text,
   coalesce(s.state, ''), coalesce(s."window", ''), coalesce(s.complete::text, ''),
   (y.school_id = ANY (scope_schools()))::text, coalesce((y.school_class_id = ANY (scope_classes()))::text, ''),
   (b.managing_school_id = ANY (scope_schools()))::text, coalesce(array_to_string(closed.windows, ','), ''))"""

FRESH = "; ".join(f'r.w_{name} := fresh."{name}"' for name in REVISION)
BACK = "; ".join(f"r.w_{name} := r.s_{name}" for name in REVISION)
NONE = "; ".join(f"r.s_{name} := NULL" for name in REVISION)

ACT = f"""
CREATE FUNCTION act_on_record(
  record bigint, act text, courses jsonb, holds boolean, why text, staff bigint, assignment bigint, door text,
  network text, device text)
RETURNS acted_record LANGUAGE plpgsql AS $$
DECLARE
  r acted_record;
  fresh revision;
  course jsonb;
  acted bigint;
BEGIN
  IF holds THEN
    -- before the record: a lock takes its period first and then its records
    PERFORM FROM lock_period p WHERE p.school_year = (SELECT y.school_year FROM year_record y WHERE y.id = record)
      ORDER BY p.id FOR SHARE;
  END IF;
  PERFORM FROM year_record y WHERE y.id = record FOR UPDATE;
  IF NOT FOUND THEN RETURN NULL; END IF;
  SELECT false, {FACTS}, {", ".join(column.partition(" AS ")[0] for column in RECORD)}, {_of("w")}, {_of("s")},
         closed.windows INTO r
    FROM year_record y JOIN record_book b ON b.id = y.book_id JOIN school_class c ON c.id = y.school_class_id
    JOIN revision w ON w.id = y.working_revision_id LEFT JOIN revision s ON s.id = y.standing_revision_id,
         LATERAL windows_closed(y.school_year, y.school_id, y.school_class_id, clock_timestamp()) AS closed(windows)
   WHERE y.id = record;
  course := courses -> r.facts;
  IF course IS NULL THEN RETURN r; END IF;
  acted := CASE WHEN (course -> 'onStanding')::boolean THEN r.s_id ELSE r.w_id END;
  IF (course -> 'opens')::boolean THEN
    SELECT * INTO fresh FROM revision o WHERE o.id = acted;
    fresh.id := nextval(pg_get_serial_sequence('revision', 'id'));
    fresh.number := (SELECT max(n.number) + 1 FROM revision n WHERE n.year_record_id = record);
    fresh.state := 'DRAFT'; fresh.version := 1; fresh.effective_from := NULL;
    fresh.predecessor_id := acted; fresh.opened_by := act; fresh.reason := why;
    fresh.created_at := now(); fresh.updated_at := now();
    INSERT INTO revision SELECT fresh.*;
    {FRESH};
  ELSIF (course -> 'goesBack')::boolean THEN
    {BACK};
  END IF;
  IF NOT (course -> 'keepsStanding')::boolean THEN
    {NONE};
  END IF;
  UPDATE year_record y SET working_revision_id = r.w_id, standing_revision_id = r.s_id, updated_at = now()
   WHERE y.id = record RETURNING y.state INTO r.state;
  UPDATE revision o SET state = course ->> 'becomes', updated_at = now()
   WHERE o.id = acted AND o.state <> course ->> 'becomes';
  IF course ->> 'verdict' IS NOT NULL THEN
    UPDATE submission_item i
       SET verdict = course ->> 'verdict', reason = why, decided_at = now(), decided_by_id = staff
     WHERE i.revision_id = acted;
  END IF;
  INSERT INTO audit_event (at, staff_id, assignment_id, action, school_id, revision_id, detail, door, network, device)
  VALUES (now(), staff, assignment, act, r.school_id, acted, jsonb_build_object('reason', why), door, network, device);
  r.done := true;
  RETURN r;
END $$"""

# Asked in the statement that acts: whoever has lost an assignment a moment ago acts no more.
HELD = """
CREATE FUNCTION assignment_is(
  assignment bigint, login_issuer text, login_subject text, as_role text, unit bigint, class bigint, signs boolean,
  schools text)
RETURNS boolean LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public AS $$
BEGIN
  RETURN EXISTS (
    SELECT FROM assignment a JOIN staff s ON s.id = a.staff_id
     WHERE a.id = assignment AND s.issuer = login_issuer AND s.subject = login_subject AND a.role = as_role
       AND a.unit_id = unit AND a.school_class_id IS NOT DISTINCT FROM class AND a.may_sign_for_principal = signs
       AND a.valid_from <= current_date AND (a.valid_to IS NULL OR a.valid_to >= current_date)
       AND schools_below(a.unit_id)::text = schools);
END $$"""

ROLES = "hocba_school, hocba_department"


class Migration(migrations.Migration):
    dependencies = [("models", "0024_ledger")]
    operations = [
        ops.RunSQL(
            [
                f"CREATE TYPE acted_record AS ({ROW})",
                CLOSED,
                ACT,
                HELD,
                "REVOKE ALL ON FUNCTION act_on_record, assignment_is, windows_closed FROM PUBLIC",
                f"GRANT EXECUTE ON FUNCTION act_on_record, assignment_is, windows_closed TO {ROLES}",
            ]
        )
    ]
