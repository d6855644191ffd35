"""Who writes the calendar, and what the database itself refuses of it.

Dates take two people, and so does an exception: the row must name, or be, what somebody else has confirmed. Once a
lock has begun neither changes any more. A school's submission, withdrawal or replacement of a closed window is refused
by a trigger with the condition that reads use (``backend.db.windows``), whatever a program asked before.
"""

from tortoise import migrations
from tortoise.migrations import operations as ops

from backend.db.windows import closed

SCHOOL = "ANY ((SELECT scope_schools())::bigint[])"
CLASSES = (
    "((SELECT scope_classes()) IS NULL OR school_class_id IS NULL"
    " OR school_class_id = ANY ((SELECT scope_classes())::bigint[]))"
)
TAKES_TWO = "NOT confirmed OR (decided_at IS NOT NULL AND decided_by_id IS NOT NULL AND decided_by_id <> proposed_by_id)"
PROPOSALS = ("calendar_change", "lock_exception")
TABLES = (*PROPOSALS, "lock_rehearsal", "seal_obstacle", "worker_clock")
NOBODYS = ("hocba_public", "hocba_guardian", "hocba_integrator")
READS = {
    ("calendar_change", "hocba_department"): "true",
    ("lock_rehearsal", "hocba_department"): "true",
    ("worker_clock", "hocba_department"): "true",
    ("lock_exception", "hocba_department"): "true",
    ("lock_exception", "hocba_district"): f"confirmed AND school_id = {SCHOOL}",
    ("lock_exception", "hocba_school"): f"confirmed AND school_id = {SCHOOL} AND {CLASSES}",
    **{("seal_obstacle", role): "true" for role in ("hocba_department", "hocba_worker")},
    **{
        ("seal_obstacle", role): "EXISTS (SELECT FROM revision r WHERE r.id = revision_id)"
        for role in ("hocba_school", "hocba_district")
    },
    **{(table, "hocba_worker"): "true" for table in TABLES},
    # what these roles may ask for and never find
    **{
        (table, role): "false"
        for table in ("lock_exception", "lock_rehearsal", "seal_obstacle")
        for role in NOBODYS
    },
    **{
        (table, role): "false" for table in ("lock_rehearsal",) for role in ("hocba_school", "hocba_district")
    },
    **{("worker_clock", role): "false" for role in (*NOBODYS, "hocba_school", "hocba_district")},
}


def _rights() -> list[str]:
    statements = [
        f"ALTER TABLE {table} {mode} ROW LEVEL SECURITY" for table in TABLES for mode in ("ENABLE", "FORCE")
    ]
    for (table, role), rows in READS.items():
        statements += [
            f"CREATE POLICY read_{role} ON {table} FOR SELECT TO {role} USING ({rows})",
            f"GRANT SELECT ON {table} TO {role}",
        ]
    for table in PROPOSALS:
        statements += [
            f"ALTER TABLE {table} ADD CONSTRAINT takes_two CHECK ({TAKES_TWO})",
            f"CREATE POLICY insert_hocba_department ON {table} FOR INSERT TO hocba_department"
            " WITH CHECK (proposed_by_id = (SELECT scope_staff()) AND decided_at IS NULL)",
            f"CREATE POLICY update_hocba_department ON {table} FOR UPDATE TO hocba_department"
            " USING (decided_at IS NULL) WITH CHECK (decided_by_id = (SELECT scope_staff()))",
            f"GRANT INSERT, UPDATE (decided_by_id, decided_at, confirmed) ON {table} TO hocba_department",
        ]
    for table, columns in (
        ("lock_rehearsal", "finished_at, record_count, seconds, root_hash, blockers"),
        ("seal_obstacle", "code, tried_at"),
        ("worker_clock", "ahead, at"),
    ):
        statements += [
            f"CREATE POLICY {act.lower()}_hocba_worker ON {table} FOR {act} TO hocba_worker {rows}"
            for act, rows in (
                ("INSERT", "WITH CHECK (true)"),
                ("UPDATE", "USING (true) WITH CHECK (true)"),
                ("DELETE", "USING (true)"),
            )
        ]
        statements.append(f"GRANT INSERT, UPDATE ({columns}), DELETE ON {table} TO hocba_worker")
    return [
        *statements,
        "CREATE POLICY insert_hocba_department ON lock_rehearsal FOR INSERT TO hocba_department"
        " WITH CHECK (asked_by_id = (SELECT scope_staff()) AND finished_at IS NULL)",
        "GRANT INSERT ON lock_rehearsal TO hocba_department",
        "GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO hocba_department, hocba_worker",
        "GRANT UPDATE (change_id, began_at, run_at, locked_count) ON lock_period TO hocba_department",
        "CREATE POLICY insert_hocba_worker ON lock_period FOR INSERT TO hocba_worker WITH CHECK (began_at IS NULL)",
        "GRANT INSERT ON lock_period TO hocba_worker",
        "GRANT UPDATE (gaps) ON revision TO hocba_school",
    ]


KEYS = [
    "ALTER TABLE seal_obstacle ADD CONSTRAINT fk_seal_obstacle_revision FOREIGN KEY (revision_id) REFERENCES revision",
    "ALTER TABLE lock_period ADD CONSTRAINT fk_lock_period_change FOREIGN KEY (change_id) REFERENCES calendar_change",
    "ALTER TABLE lock_exception ADD CONSTRAINT fk_lock_exception_school FOREIGN KEY (school_id) REFERENCES org_unit",
    "ALTER TABLE lock_exception ADD CONSTRAINT fk_lock_exception_class"
    " FOREIGN KEY (school_class_id) REFERENCES school_class",
    "ALTER TABLE lock_period ADD CONSTRAINT ck_lock_period_seal CHECK (sealed_at IS NULL OR began_at IS NOT NULL)",
]

# Dates by one person alone are the plan's own, which the worker writes; the owner repairs by law.
PERIOD_GUARD = """
CREATE OR REPLACE FUNCTION lock_period_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'DELETE' THEN
    RAISE EXCEPTION 'a lock period is never deleted' USING ERRCODE = 'HB002';
  END IF;
  IF TG_OP = 'UPDATE' THEN
    IF OLD.sealed_at IS NOT NULL THEN
      RAISE EXCEPTION 'a sealed lock period cannot change' USING ERRCODE = 'HB002';
    END IF;
    IF OLD.began_at IS NOT NULL AND (NEW.locks_at, NEW.reports_at, NEW.grades, NEW.began_at)
       IS DISTINCT FROM (OLD.locks_at, OLD.reports_at, OLD.grades, OLD.began_at) THEN
      RAISE EXCEPTION 'a lock that has begun cannot change' USING ERRCODE = 'HB002';
    END IF;
    IF (NEW.locks_at, NEW.reports_at, NEW.grades) IS NOT DISTINCT FROM (OLD.locks_at, OLD.reports_at, OLD.grades) THEN
      RETURN NEW;
    END IF;
  END IF;
  IF current_performer() = 'DEPARTMENT' AND NOT EXISTS (
       SELECT FROM calendar_change c WHERE c.id = NEW.change_id AND c.confirmed AND c.school_year = NEW.school_year
       AND c."window" = NEW."window" AND c.locks_at = NEW.locks_at AND c.reports_at = NEW.reports_at) THEN
    RAISE EXCEPTION 'dates of the calendar take two people' USING ERRCODE = 'HB004';
  END IF;
  RETURN NEW;
END $$"""

EXCEPTION_GUARD = """
CREATE FUNCTION lock_exception_guard() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
BEGIN
  IF TG_OP = 'DELETE' OR (TG_OP = 'UPDATE' AND OLD.decided_at IS NOT NULL) THEN
    RAISE EXCEPTION 'an exception that is decided cannot change' USING ERRCODE = 'HB001';
  END IF;
  IF NEW.confirmed THEN
    PERFORM FROM lock_period WHERE id = NEW.lock_period_id AND began_at IS NULL FOR SHARE;
    IF NOT FOUND THEN
      RAISE EXCEPTION 'no exception once the lock has begun' USING ERRCODE = 'HB002';
    END IF;
  END IF;
  RETURN NEW;
END $$"""

_CLOSED = closed("p", year="year", school="school", school_class="class", clock="at")
WINDOWS_CLOSED = f"""
CREATE OR REPLACE FUNCTION windows_closed(year smallint, school bigint, class bigint, at timestamptz) RETURNS text[]
LANGUAGE plpgsql STABLE AS $$
BEGIN
  RETURN (SELECT array_agg(p."window" ORDER BY p."window") FROM lock_period p
           WHERE p.school_year = year AND {_CLOSED});
END $$"""

# What a school does before a deadline: submit, withdraw, and open a replacement while the accepted revision stands.
# Two conditions, because what a condition asks is asked of everybody who comes to it.
DEADLINE = """
CREATE FUNCTION revision_deadline() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE bound boolean := CASE TG_OP WHEN 'INSERT' THEN NEW.opened_by = 'REPLACE'
  ELSE NEW.state <> OLD.state AND (NEW.state = 'SUBMITTED'
       OR NEW.state = 'WITHDRAWN' AND OLD.state IN ('SUBMITTED', 'ACCEPTED')) END;
BEGIN
  IF bound AND current_performer() = 'SCHOOL' THEN
    IF NEW."window" = ANY (windows_closed(NEW.school_year, NEW.school_id, NEW.school_class_id, now())) THEN
      RAISE EXCEPTION 'the window of revision % is closed', NEW.id USING ERRCODE = 'HB005';
    END IF;
  END IF;
  RETURN NEW;
END $$"""

# Whether each class's teacher, each school's leader and its seal could sign until an instant: facts about keys that a
# district may know, though not the certificates themselves.
SIGNERS = """
CREATE FUNCTION signer_obstacles(year smallint, until timestamptz)
RETURNS TABLE (school_id bigint, school_class_id bigint, role text, obstacle text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS $$
  WITH reach AS (
    SELECT u.id FROM org_unit u WHERE u.kind = 'SCHOOL'
       AND (current_setting('role', true) = 'hocba_department' OR u.id = ANY (scope_schools()))
  ), signers AS (
    SELECT c.school_id, c.id AS class_id, 'HOMEROOM_TEACHER' AS role, a.staff_id, NULL::bigint AS unit_id
      FROM school_class c JOIN reach ON reach.id = c.school_id
      JOIN assignment a ON a.school_class_id = c.id AND a.role = 'HOMEROOM_TEACHER'
       AND a.valid_from <= current_date AND (a.valid_to IS NULL OR a.valid_to >= current_date)
     WHERE c.school_year = year
    UNION ALL
    SELECT a.unit_id, NULL, 'PRINCIPAL', a.staff_id, NULL
      FROM assignment a JOIN reach ON reach.id = a.unit_id
     WHERE (a.role = 'PRINCIPAL' OR a.role = 'DEPUTY_PRINCIPAL' AND a.may_sign_for_principal)
       AND a.valid_from <= current_date AND (a.valid_to IS NULL OR a.valid_to >= current_date)
    UNION ALL
    SELECT id, NULL, 'SCHOOL_SEAL', NULL, id FROM reach
  ), judged AS (
    SELECT s.school_id, s.class_id, s.role,
           CASE WHEN k.id IS NULL THEN 'CERTIFICATE_MISSING'
                WHEN k.not_after <= greatest(until, now()) THEN 'CERTIFICATE_EXPIRED'
                WHEN EXISTS (SELECT FROM signing_ceremony m JOIN ceremony_item i ON i.ceremony_id = m.id
                              WHERE m.credential_id = k.id AND i.state = 'FAILED' AND i.code = 'CERTIFICATE_REVOKED')
                THEN 'CERTIFICATE_REVOKED' END AS obstacle
      FROM signers s
      LEFT JOIN LATERAL (SELECT k.id, k.not_after FROM signing_credential k
                          WHERE k.active AND (k.staff_id = s.staff_id OR k.unit_id = s.unit_id)
                          ORDER BY k.not_after DESC LIMIT 1) k ON true
  )
  -- one who can sign is enough
  SELECT school_id, class_id, role, min(obstacle) FROM judged
   GROUP BY 1, 2, 3 HAVING bool_and(obstacle IS NOT NULL)
$$"""

TRIGGERS = [
    "CREATE TRIGGER guard_new BEFORE INSERT ON lock_period FOR EACH ROW EXECUTE FUNCTION lock_period_guard()",
    "CREATE TRIGGER guard BEFORE INSERT OR UPDATE OR DELETE ON lock_exception"
    " FOR EACH ROW EXECUTE FUNCTION lock_exception_guard()",
    "CREATE TRIGGER deadline BEFORE INSERT OR UPDATE OF state ON revision"
    " FOR EACH ROW EXECUTE FUNCTION revision_deadline()",
]
SCOPES = "hocba_school, hocba_district, hocba_department"
DOORS = [
    "REVOKE ALL ON FUNCTION signer_obstacles FROM PUBLIC",
    f"GRANT EXECUTE ON FUNCTION signer_obstacles TO {SCOPES}",
]

# What drafts lack: whether results or comments nobody knows afterwards, so the former; the code stands in the content.
BACKFILL = [
    "ALTER TABLE revision DISABLE TRIGGER USER",
    "UPDATE revision SET gaps = CASE WHEN complete THEN 0 ELSE 1 END"
    " + CASE WHEN coalesce(content #>> '{pupil,pupilCode}', '') = '' THEN 4 ELSE 0 END WHERE state <> 'LOCKED'",
    "ALTER TABLE revision ENABLE TRIGGER USER",
    "ALTER TABLE lock_period DISABLE TRIGGER USER",
    "UPDATE lock_period SET began_at = sealed_at, locked_count = coalesce(sealed_count, 0) WHERE sealed_at IS NOT NULL",
    "ALTER TABLE lock_period ENABLE TRIGGER USER",
]


class Migration(migrations.Migration):
    dependencies = [("models", "0032_calendar")]
    operations = [
        ops.RunSQL(
            [
                *BACKFILL,
                *KEYS,
                *_rights(),
                PERIOD_GUARD,
                EXCEPTION_GUARD,
                WINDOWS_CLOSED,
                DEADLINE,
                SIGNERS,
                *TRIGGERS,
                *DOORS,
            ]
        )
    ]
