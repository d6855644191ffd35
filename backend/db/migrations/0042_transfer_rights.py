"""Who sees and writes what of a transfer, its life as the database keeps it, and the hand-over itself.

Nobody writes another school's rows: the book changes hands in ``hand_over``, which sees to it that the managing
school has released it, that nothing is on its way, and that the school which wrote a year loses writing.
"""

from tortoise import migrations
from tortoise.migrations import operations as ops

from backend.domain.transfer import BLOCKS, OPEN, OPEN_WORK_OF, TRANSITIONS, OpenWork

SCHOOLS = "ANY ((SELECT scope_schools())::bigint[])"
WHOLE = "(SELECT scope_classes()) IS NULL"
BOOKS = "ANY ((SELECT scope_books())::bigint[])"
EITHER = f"(from_school_id = {SCHOOLS} OR to_school_id = {SCHOOLS})"
OF_TRANSFER = "EXISTS (SELECT FROM transfer t WHERE t.id = transfer_snapshot.transfer_id)"
OPEN_STATES = ", ".join(f"'{state}'" for state in OPEN)

READS = {
    "transfer": {
        "hocba_school": f"{EITHER} AND {WHOLE}",
        "hocba_district": EITHER,
        "hocba_department": "true",
        "hocba_guardian": f"book_id = {BOOKS}",
        "hocba_worker": "true",
        # may ask and find nothing, so that a thing out of sight is answered like one that is not there
        "hocba_public": "false",
        "hocba_integrator": "false",
    },
    # marks that were never issued are the two schools' and the family's
    "transfer_snapshot": {
        "hocba_school": OF_TRANSFER,
        "hocba_guardian": OF_TRANSFER,
        "hocba_worker": "true",
        "hocba_district": "false",
        "hocba_department": "false",
        "hocba_public": "false",
        "hocba_integrator": "false",
    },
}

LIFE = [
    "CREATE TABLE transfer_transition (from_state text, to_state text, side text, PRIMARY KEY (from_state, to_state, side))",
    "INSERT INTO transfer_transition VALUES "
    + ", ".join(
        sorted(
            f"('{before}', '{after}', '{side}')"
            for (before, _), (after, may) in TRANSITIONS.items()
            for side in may
        )
    ),
    "GRANT SELECT ON transfer_transition TO hocba_school, hocba_guardian",
    f"CREATE UNIQUE INDEX ux_transfer_open ON transfer (book_id) WHERE state IN ({OPEN_STATES})",
    """
CREATE FUNCTION transfer_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'DELETE' OR (NEW.id, NEW.book_id, NEW.from_school_id, NEW.to_school_id, NEW.pupil_name)
     IS DISTINCT FROM (OLD.id, OLD.book_id, OLD.from_school_id, OLD.to_school_id, OLD.pupil_name) THEN
    RAISE EXCEPTION 'a transfer stays that of its book and its schools' USING ERRCODE = 'HB001';
  END IF;
  IF NEW.state <> OLD.state AND NOT EXISTS (
       SELECT FROM transfer_transition t WHERE t.from_state = OLD.state AND t.to_state = NEW.state
          AND CASE current_user
              WHEN 'hocba_guardian' THEN t.side = 'FAMILY'
              WHEN 'hocba_school' THEN t.side = 'RELEASING' AND OLD.from_school_id = ANY (scope_schools())
                OR t.side = 'RECEIVING' AND OLD.to_school_id = ANY (scope_schools())
              ELSE true END) THEN
    RAISE EXCEPTION 'transfer % may not go from % to %', OLD.id, OLD.state, NEW.state USING ERRCODE = 'HB003';
  END IF;
  RETURN NEW;
END $$""",
    "CREATE TRIGGER guard BEFORE UPDATE OR DELETE ON transfer FOR EACH ROW EXECUTE FUNCTION transfer_guard()",
    "CREATE TRIGGER only_grows BEFORE UPDATE OR DELETE ON transfer_snapshot FOR EACH ROW EXECUTE FUNCTION append_only()",
    "CREATE TRIGGER never_emptied BEFORE TRUNCATE ON transfer FOR EACH STATEMENT EXECUTE FUNCTION append_only()",
    "CREATE TRIGGER never_emptied BEFORE TRUNCATE ON transfer_snapshot FOR EACH STATEMENT EXECUTE FUNCTION append_only()",
]

OWN = f"{EITHER} AND {WHOLE}"
MOVED = "state, answer, open_work, asked_at, released_at, asked_by_id, released_by_id, updated_at"
WRITES = [
    "CREATE POLICY insert_hocba_school ON transfer FOR INSERT TO hocba_school"
    f" WITH CHECK (to_school_id = {SCHOOLS} AND {WHOLE} AND state = 'ASKED')",
    f"CREATE POLICY update_hocba_school ON transfer FOR UPDATE TO hocba_school USING ({OWN})"
    f" WITH CHECK ({OWN} AND state <> 'ACCEPTED')",
    "CREATE POLICY insert_hocba_guardian ON transfer FOR INSERT TO hocba_guardian"
    f" WITH CHECK (book_id = {BOOKS} AND state = 'REQUESTED'"
    " AND EXISTS (SELECT FROM record_book b WHERE b.id = book_id AND b.managing_school_id = from_school_id))",
    f"CREATE POLICY update_hocba_guardian ON transfer FOR UPDATE TO hocba_guardian USING (book_id = {BOOKS})"
    f" WITH CHECK (book_id = {BOOKS} AND state = 'CANCELLED')",
    "ALTER POLICY insert_hocba_guardian ON audit_event WITH CHECK (staff_id IS NULL"
    " AND action IN ('SHARE', 'UNSHARE', 'GRANT', 'UNGRANT', 'TRANSFER_REQUEST', 'TRANSFER_CANCEL'))",
    "GRANT INSERT ON transfer TO hocba_school, hocba_guardian",
    f"GRANT UPDATE ({MOVED}) ON transfer TO hocba_school",
    "GRANT UPDATE (state, answer, updated_at) ON transfer TO hocba_guardian",
    "GRANT USAGE ON SEQUENCE transfer_id_seq TO hocba_school, hocba_guardian",
]

_OF_STATE = " ".join(f"WHEN '{state}' THEN '{work}'" for state, work in OPEN_WORK_OF.items())
WORK = f"""
CREATE FUNCTION transfer_work(keys bigint[]) RETURNS TABLE (transfer_id bigint, work text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS $$
  SELECT DISTINCT t.id, w.work
    FROM transfer t JOIN year_record y ON y.book_id = t.book_id AND y.school_id = t.from_school_id AND NOT y.left_behind
    JOIN revision r ON r.year_record_id = y.id AND r.id IN (y.working_revision_id, y.standing_revision_id)
    CROSS JOIN LATERAL (VALUES
      (CASE r.state {_OF_STATE} END),
      (CASE WHEN EXISTS (SELECT FROM ceremony_item i WHERE i.revision_id = r.id AND i.state IN ('QUEUED', 'SIGNING'))
            THEN '{OpenWork.CEREMONY_UNDER_WAY}' END)) AS w(work)
   WHERE t.id = ANY (keys) AND t.state IN ({OPEN_STATES}) AND w.work IS NOT NULL
$$"""

# Both the code and the birth date, as the parent shows them: nobody finds a pupil of another school by looking about.
FIND = """
CREATE FUNCTION book_to_transfer(code text, born date)
RETURNS TABLE (book_id bigint, managing_school_id bigint, pupil_name text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS $$
  SELECT b.id, b.managing_school_id, p.full_name FROM record_book b JOIN pupil p ON p.id = b.pupil_id
   WHERE b.lookup_code = code AND p.birth_date = born
$$"""

_BARS = ", ".join(f"'{work}'" for work in sorted(BLOCKS))
HAND_OVER = f"""
CREATE FUNCTION hand_over(key bigint, class_key bigint) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
DECLARE
  t transfer;
BEGIN
  SELECT * INTO t FROM transfer
   WHERE id = key AND state = 'RELEASED' AND to_school_id = ANY (scope_schools()) AND scope_classes() IS NULL FOR UPDATE;
  IF NOT FOUND OR NOT EXISTS (SELECT FROM school_class c WHERE c.id = class_key AND c.school_id = t.to_school_id) THEN
    RETURN false;
  END IF;
  PERFORM FROM record_book b WHERE b.id = t.book_id AND b.managing_school_id = t.from_school_id FOR UPDATE;
  IF NOT FOUND THEN
    RETURN false;
  END IF;
  PERFORM FROM year_record y WHERE y.book_id = t.book_id ORDER BY y.id FOR UPDATE;
  PERFORM FROM revision r WHERE r.book_id = t.book_id ORDER BY r.id FOR UPDATE;
  IF EXISTS (SELECT FROM transfer_work(ARRAY[key]) w WHERE w.work IN ({_BARS})) THEN
    RETURN false;
  END IF;
  INSERT INTO transfer_snapshot (transfer_id, year_record_id, revision_id, school_year, state, content_digest, content, taken_at)
  SELECT key, y.id, r.id, y.school_year, r.state, r.content_digest, r.content, now()
    FROM year_record y JOIN revision r ON r.id = y.working_revision_id
   WHERE y.book_id = t.book_id AND y.school_id = t.from_school_id AND y.standing_revision_id IS NULL AND NOT y.left_behind;
  UPDATE transfer SET open_work = coalesce((SELECT jsonb_agg(w.work ORDER BY w.work) FROM transfer_work(ARRAY[key]) w), '[]')
   WHERE id = key;
  UPDATE year_record y SET left_behind = true, updated_at = now()
    FROM transfer_snapshot s WHERE s.transfer_id = key AND y.id = s.year_record_id;
  UPDATE year_record y SET left_behind = false, updated_at = now()
   WHERE y.book_id = t.book_id AND y.school_id = t.to_school_id AND y.left_behind;
  UPDATE record_book SET managing_school_id = t.to_school_id, school_class_id = class_key, has_foreign_years = true
   WHERE id = t.book_id;
  UPDATE transfer SET state = 'ACCEPTED', accepted_at = now(), accepted_by_id = scope_staff(), to_class_id = class_key,
         updated_at = now() WHERE id = key;
  RETURN true;
END $$"""

# Books that a school wrote years of and has handed over: few, so an array is cheap.
DEPARTED = """
CREATE FUNCTION scope_departed_books() RETURNS bigint[] LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS $$
  SELECT coalesce(array_agg(DISTINCT b.id), '{}') FROM transfer t JOIN record_book b ON b.id = t.book_id
   WHERE t.from_school_id = ANY (scope_schools()) AND t.state = 'ACCEPTED'
     AND b.managing_school_id <> ALL (scope_schools())
$$"""
STILL_HERE = "book_id <> ALL ((SELECT scope_departed_books())::bigint[])"


def _reading() -> list[str]:
    statements = []
    for table, roles in READS.items():
        statements += [f"ALTER TABLE {table} {mode} ROW LEVEL SECURITY" for mode in ("ENABLE", "FORCE")]
        for role, rows in roles.items():
            statements += [
                f"CREATE POLICY read_{role} ON {table} FOR SELECT TO {role} USING ({rows})",
                f"GRANT SELECT ON {table} TO {role}",
            ]
    return statements


class Migration(migrations.Migration):
    dependencies = [("models", "0041_transfers")]
    operations = [
        ops.RunSQL(
            [
                *_reading(),
                *LIFE,
                *WRITES,
                WORK,
                FIND,
                HAND_OVER,
                DEPARTED,
                "REVOKE ALL ON FUNCTION transfer_work, book_to_transfer, hand_over FROM PUBLIC",
                "GRANT EXECUTE ON FUNCTION transfer_work TO hocba_school, hocba_district, hocba_department, hocba_guardian,"
                " hocba_public, hocba_integrator",
                "GRANT EXECUTE ON FUNCTION book_to_transfer, hand_over TO hocba_school",
                *(
                    f"CREATE POLICY still_here ON {table} AS RESTRICTIVE FOR UPDATE TO hocba_school USING ({STILL_HERE})"
                    for table in ("year_record", "revision")
                ),
            ]
        )
    ]
