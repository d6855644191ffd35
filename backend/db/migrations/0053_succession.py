"""What a school that ends in the middle of a year leaves to its successor.

What it has issued stays under its name and seal: its successor sees it, submits it and answers for it. What it has not is
gone on with by the successor: a class of its own that names the one it goes on from, and a record there with the marks
given so far; the old record is left behind. A transfer under way becomes the successor's, and is released anew.
"""

from tortoise import fields, migrations
from tortoise.migrations import operations as ops

from backend.domain.transfer import OPEN, life

_OPEN_STATES = ", ".join(f"'{state}'" for state in OPEN)
LIFE = [
    "DELETE FROM transfer_transition",
    "INSERT INTO transfer_transition VALUES "
    + ", ".join(f"('{before}', '{after}', '{side}')" for before, after, side in life()),
    # its schools change only where one of them has ended and another stands for it
    """
CREATE FUNCTION succeeds(now_unit bigint, then_unit bigint) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS $$
  WITH RECURSIVE line AS (
    SELECT then_unit AS id
    UNION
    SELECT u.successor_id FROM line l JOIN org_unit u ON u.id = l.id
     WHERE u.valid_to < today() AND u.successor_id IS NOT NULL
  ) SELECT EXISTS (SELECT FROM line WHERE id = now_unit)
$$""",
    """
CREATE OR REPLACE FUNCTION transfer_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'DELETE' OR (NEW.id, NEW.book_id, NEW.pupil_name) IS DISTINCT FROM (OLD.id, OLD.book_id, OLD.pupil_name)
     OR (NEW.from_school_id, NEW.to_school_id) IS DISTINCT FROM (OLD.from_school_id, OLD.to_school_id)
        AND NOT (succeeds(NEW.from_school_id, OLD.from_school_id) AND succeeds(NEW.to_school_id, OLD.to_school_id)) THEN
    RAISE EXCEPTION 'a transfer stays that of its book and its schools' USING ERRCODE = 'HB001';
  END IF;
  IF NEW.state <> OLD.state AND NOT EXISTS (
       SELECT FROM transfer_transition t WHERE t.from_state = OLD.state AND t.to_state = NEW.state
          AND CASE current_user
              WHEN 'hocba_guardian' THEN t.side = 'FAMILY'
              WHEN 'hocba_school' THEN t.side = 'RELEASING' AND OLD.from_school_id = ANY (scope_schools())
                OR t.side = 'RECEIVING' AND OLD.to_school_id = ANY (scope_schools())
              WHEN 'hocba_worker' THEN t.side = 'WORKER'
              ELSE true END) THEN
    RAISE EXCEPTION 'transfer % may not go from % to %', OLD.id, OLD.state, NEW.state USING ERRCODE = 'HB003';
  END IF;
  RETURN NEW;
END $$""",
]

# Both sides may have gone into one school: then there is nothing left to hand over.
UP_TO_DATE = f"""
CREATE OR REPLACE FUNCTION bring_units_up_to_date() RETURNS int
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
DECLARE changed int;
BEGIN
  -- one at a time; whoever comes second finds nothing left to do
  PERFORM pg_advisory_xact_lock(hashtext('units_up_to_date'));
  UPDATE org_unit u SET (name, parent_id, commune, district, province, place) =
         (v.name, v.parent_id, v.commune, v.district, v.province, v.place)
    FROM (SELECT DISTINCT ON (unit_id) * FROM org_unit_version WHERE valid_from <= today()
           ORDER BY unit_id, valid_from DESC) v
   WHERE v.unit_id = u.id AND (u.name, u.parent_id, u.commune, u.district, u.province, u.place) IS DISTINCT FROM
         (v.name, v.parent_id, v.commune, v.district, v.province, v.place);
  GET DIAGNOSTICS changed = ROW_COUNT;
  UPDATE record_book b SET managing_school_id = u.successor_id
    FROM org_unit u
   WHERE u.id = b.managing_school_id AND u.kind = 'SCHOOL' AND u.valid_to < today() AND u.successor_id IS NOT NULL;
  UPDATE transfer t SET updated_at = now(), from_school_id = n.giver, to_school_id = n.taker,
         state = CASE WHEN n.giver = n.taker THEN 'CANCELLED' WHEN t.state = 'REQUESTED' THEN t.state ELSE 'ASKED' END,
         obstacle = '', to_class_id = NULL
    FROM (SELECT x.id, coalesce(f.successor_id, x.from_school_id) AS giver, coalesce(o.successor_id, x.to_school_id) AS taker
            FROM transfer x
            LEFT JOIN org_unit f ON f.id = x.from_school_id AND f.valid_to < today()
            LEFT JOIN org_unit o ON o.id = x.to_school_id AND o.valid_to < today()
           WHERE x.state IN ({_OPEN_STATES}) AND (f.successor_id IS NOT NULL OR o.successor_id IS NOT NULL)) n
   WHERE t.id = n.id;
  RETURN changed;
END $$"""

LEAVE = """
CREATE FUNCTION leave_to_successor(record_keys bigint[], old_classes bigint[], new_classes bigint[]) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
BEGIN
  UPDATE year_record SET left_behind = true, updated_at = now() WHERE id = ANY (record_keys);
  UPDATE ceremony_item i SET state = 'CANCELLED', code = '', updated_at = now()
    FROM revision r WHERE r.id = i.revision_id AND r.year_record_id = ANY (record_keys) AND i.state = 'QUEUED';
  -- a class keeps its teacher
  INSERT INTO assignment (staff_id, unit_id, role, school_class_id, post, may_sign_for_principal, valid_from, valid_to)
  SELECT a.staff_id, c.school_id, a.role, c.id, a.post, false, greatest(a.valid_from, today()), a.valid_to
    FROM unnest(old_classes, new_classes) AS m(was, is_now) JOIN school_class c ON c.id = m.is_now
    JOIN assignment a ON a.school_class_id = m.was AND a.role = 'HOMEROOM_TEACHER'
         AND a.valid_from <= today() AND (a.valid_to IS NULL OR a.valid_to >= today())
   WHERE NOT EXISTS (SELECT FROM assignment o WHERE o.school_class_id = c.id AND o.staff_id = a.staff_id);
END $$"""

STATEMENTS = [
    *LIFE,
    UP_TO_DATE,
    LEAVE,
    "REVOKE ALL ON FUNCTION succeeds, leave_to_successor FROM PUBLIC",
    "GRANT EXECUTE ON FUNCTION succeeds TO hocba_school, hocba_district, hocba_department, hocba_guardian, hocba_public,"
    " hocba_integrator, hocba_worker",
    "GRANT EXECUTE ON FUNCTION leave_to_successor TO hocba_worker",
    "CREATE UNIQUE INDEX ux_class_predecessor ON school_class (predecessor_id) WHERE predecessor_id IS NOT NULL",
]


class Migration(migrations.Migration):
    dependencies = [("models", "0052_final_receipts")]
    operations = [
        ops.AddField("SchoolClass", "predecessor_id", fields.BigIntField(null=True)),
        ops.RunSQL(STATEMENTS),
    ]
