"""Who sees and writes what of the schools' taking part, and the life of a declaration as the database keeps it."""

from tortoise import migrations
from tortoise.migrations import operations as ops

from backend.domain.participation import TRANSITIONS, Condition

SCHOOLS = "ANY ((SELECT scope_schools())::bigint[])"
WHOLE = "(SELECT scope_classes()) IS NULL"
STAFF = ("hocba_school", "hocba_district", "hocba_department")
# who may ask and finds nothing, so that a thing out of sight is answered like one that is not there
NEVER_FIND = ("hocba_public", "hocba_guardian", "hocba_integrator")
OWN_UNIT = (
    f"{WHOLE} AND EXISTS (SELECT FROM assignment a WHERE a.staff_id = (SELECT scope_staff()) AND a.unit_id = {{table}}.unit_id"
    " AND a.valid_from <= current_date AND (a.valid_to IS NULL OR a.valid_to >= current_date))"
)


def _through(table: str, key: str, owner: str) -> str:
    return f"EXISTS (SELECT FROM {owner} o WHERE o.id = {table}.{key})"


READS = {
    "participation": f"school_id = {SCHOOLS}",
    "readiness": _through("readiness", "participation_id", "participation"),
    "working_group_member": f"unit_id = {SCHOOLS} OR {OWN_UNIT.format(table='working_group_member')}",
    # a school writes down who of its people was at its own trainings, and at those of the offices
    "training_session": f"unit_id = {SCHOOLS} OR EXISTS (SELECT FROM org_unit u WHERE u.id = training_session.unit_id"
    " AND u.kind <> 'SCHOOL')",
    "training_attendance": f"school_id = {SCHOOLS}",
    "supervision_visit": f"school_id = {SCHOOLS}",
    "supervision_proposal": _through("supervision_proposal", "visit_id", "supervision_visit"),
    "participation_report": f"unit_id = {SCHOOLS} OR {OWN_UNIT.format(table='participation_report')}",
}

OWN_STAFF = (
    "EXISTS (SELECT FROM assignment a WHERE a.staff_id = training_attendance.staff_id"
    " AND a.unit_id = training_attendance.school_id)"
)
ON_ATTENDANCE = f"school_id = {SCHOOLS} AND {WHOLE}"


def _insert(role: str, table: str, check: str) -> list[str]:
    return [
        f"CREATE POLICY insert_{role} ON {table} FOR INSERT TO {role} WITH CHECK ({check})",
        f"GRANT INSERT ON {table} TO {role}",
    ]


def _update(role: str, table: str, columns: str, rows: str, check: str) -> list[str]:
    return [
        f"CREATE POLICY update_{role} ON {table} FOR UPDATE TO {role} USING ({rows}) WITH CHECK ({check})",
        f"GRANT UPDATE ({columns}) ON {table} TO {role}",
    ]


def _delete(role: str, table: str, rows: str) -> list[str]:
    return [
        f"CREATE POLICY delete_{role} ON {table} FOR DELETE TO {role} USING ({rows})",
        f"GRANT DELETE ON {table} TO {role}",
    ]


def _reading() -> list[str]:
    statements = []
    for table, rows in READS.items():
        statements += [f"ALTER TABLE {table} {mode} ROW LEVEL SECURITY" for mode in ("ENABLE", "FORCE")]
        for role in (*STAFF, "hocba_worker"):
            seen = rows if role in {"hocba_school", "hocba_district"} else "true"
            statements += [
                f"CREATE POLICY read_{role} ON {table} FOR SELECT TO {role} USING ({seen})",
                f"GRANT SELECT ON {table} TO {role}",
            ]
        for role in NEVER_FIND:
            statements += [
                f"CREATE POLICY read_{role} ON {table} FOR SELECT TO {role} USING (false)",
                f"GRANT SELECT ON {table} TO {role}",
            ]
    return statements


def _declaring() -> list[str]:
    own, moved = f"school_id = {SCHOOLS} AND {WHOLE}", "state, reason, updated_at"
    declared = f"{own} AND state IN ('DECLARED', 'WITHDRAWN')"
    answers = f"{_through('readiness', 'participation_id', 'participation')} AND {WHOLE}"
    return [
        *_insert("hocba_school", "participation", f"{own} AND state = 'DECLARED'"),
        *_update("hocba_school", "participation", f"{moved}, declared_at", own, declared),
        *_insert("hocba_school", "readiness", answers),
        *_update("hocba_school", "readiness", "met, evidence", answers, answers),
        *_update(
            "hocba_district",
            "participation",
            moved,
            f"school_id = {SCHOOLS}",
            f"school_id = {SCHOOLS} AND state IN ('PROPOSED', 'RETURNED')",
        ),
        *_update(
            "hocba_department",
            "participation",
            moved,
            "true",
            "state IN ('PROPOSED', 'APPROVED', 'RETURNED')",
        ),
    ]


def _organising() -> list[str]:
    statements = []
    for role in STAFF:
        for table in ("working_group_member", "training_session", "participation_report"):
            statements += _insert(role, table, OWN_UNIT.format(table=table))
        statements += _delete(role, "working_group_member", OWN_UNIT.format(table="working_group_member"))
    return [
        *statements,
        *_insert("hocba_school", "training_attendance", f"{ON_ATTENDANCE} AND {OWN_STAFF}"),
        *_delete("hocba_school", "training_attendance", ON_ATTENDANCE),
        *_update(
            "hocba_worker", "participation_report", "pdf_digest, xlsx_digest", "pdf_digest IS NULL", "true"
        ),
    ]


def _supervising() -> list[str]:
    of_visit = f"{_through('supervision_proposal', 'visit_id', 'supervision_visit')} AND {WHOLE}"
    statements = []
    for role in STAFF:
        side = "by_school" if role == "hocba_school" else "NOT by_school"
        other = "NOT by_school" if role == "hocba_school" else "by_school"
        statements += _insert(role, "supervision_proposal", f"{of_visit} AND {side} AND answered_at IS NULL")
        statements += _update(
            role,
            "supervision_proposal",
            "answer, answered_at",
            f"{of_visit} AND {other} AND answered_at IS NULL",
            "answered_at IS NOT NULL",
        )
    return [
        *_insert("hocba_district", "supervision_visit", f"school_id = {SCHOOLS}"),
        *_insert("hocba_department", "supervision_visit", "true"),
        *statements,
    ]


def _moves() -> list[str]:
    pairs = ", ".join(
        f"('{'' if before is None else before}', '{after}')" for (before, _), after in TRANSITIONS.items()
    )
    return [
        f"""
CREATE FUNCTION participation_moves() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE before text := CASE TG_OP WHEN 'INSERT' THEN '' ELSE OLD.state END;
BEGIN
  IF (before, NEW.state) NOT IN ({pairs}) THEN
    RAISE EXCEPTION 'participation cannot go from % to %', before, NEW.state USING ERRCODE = '23514';
  END IF;
  IF NEW.state IN ('PROPOSED', 'APPROVED') AND (
       SELECT count(*) FROM readiness r WHERE r.participation_id = NEW.id AND r.met AND r.evidence <> ''
     ) < {len(Condition)} THEN
    RAISE EXCEPTION 'a condition is not met' USING ERRCODE = '23514';
  END IF;
  RETURN NEW;
END $$""",
        "CREATE TRIGGER moves BEFORE INSERT OR UPDATE OF state ON participation"
        " FOR EACH ROW EXECUTE FUNCTION participation_moves()",
        "ALTER TABLE supervision_proposal ADD CONSTRAINT answered CHECK ((answered_at IS NULL) = (answer = ''))",
    ]


# A district writes nothing of a record; what it does for its schools' taking part is recorded like all else.
AUDIT = _insert("hocba_district", "audit_event", f"school_id IS NULL OR school_id = {SCHOOLS}")

DOOR = [
    """
CREATE FUNCTION enqueue_participation_report(report bigint) RETURNS bigint
LANGUAGE sql SECURITY DEFINER SET search_path = public AS $$
  SELECT enqueue_jobs('participation.report/1', ARRAY[jsonb_build_object('report_id', report)],
    ARRAY['report:' || report], 0)
$$""",
    "REVOKE ALL ON FUNCTION enqueue_participation_report FROM PUBLIC",
    # Counts only: who holds which certificate stays hidden from the district.
    """
CREATE FUNCTION school_readiness(schools bigint[], year int)
RETURNS TABLE (school_id bigint, teachers int, teachers_signing int, teachers_trained int, leaders int,
               leaders_signing int, has_seal boolean)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS $$
  WITH seen AS (
    SELECT s AS id FROM unnest(schools) AS s
     WHERE current_setting('role') = 'hocba_department' OR s = ANY (scope_schools())
  ), people AS (
    SELECT DISTINCT a.unit_id, a.staff_id, a.role = 'HOMEROOM_TEACHER' AS teaches,
           EXISTS (SELECT FROM signing_credential c WHERE c.staff_id = a.staff_id AND c.active
                      AND now() BETWEEN c.not_before AND c.not_after) AS signs,
           EXISTS (SELECT FROM training_attendance t JOIN training_session m ON m.id = t.session_id
                    WHERE t.staff_id = a.staff_id AND t.school_id = a.unit_id AND m.school_year = year) AS trained
      FROM assignment a JOIN seen ON seen.id = a.unit_id
     WHERE a.role IN ('HOMEROOM_TEACHER', 'PRINCIPAL', 'DEPUTY_PRINCIPAL')
       AND a.valid_from <= current_date AND (a.valid_to IS NULL OR a.valid_to >= current_date)
  )
  SELECT seen.id, count(*) FILTER (WHERE p.teaches)::int, count(*) FILTER (WHERE p.teaches AND p.signs)::int,
         count(*) FILTER (WHERE p.teaches AND p.trained)::int, count(*) FILTER (WHERE NOT p.teaches)::int,
         count(*) FILTER (WHERE NOT p.teaches AND p.signs)::int,
         EXISTS (SELECT FROM signing_credential c WHERE c.unit_id = seen.id AND c.active
                    AND now() BETWEEN c.not_before AND c.not_after)
    FROM seen LEFT JOIN people p ON p.unit_id = seen.id GROUP BY seen.id
$$""",
    "REVOKE ALL ON FUNCTION school_readiness FROM PUBLIC",
    f"GRANT EXECUTE ON FUNCTION school_readiness TO {', '.join(STAFF)}",
    f"GRANT EXECUTE ON FUNCTION enqueue_participation_report TO {', '.join(STAFF)}",
    f"GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO {', '.join(STAFF)}",
]


class Migration(migrations.Migration):
    dependencies = [("models", "0027_participation")]
    operations = [
        ops.RunSQL([*_reading(), *_declaring(), *_organising(), *_supervising(), *_moves(), *AUDIT, *DOOR])
    ]
