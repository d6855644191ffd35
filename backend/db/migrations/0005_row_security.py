"""Who sees and writes which rows: one database role for each scope, plain policies that an index can serve.

A transaction takes a scope by setting ``app.schools``, ``app.classes``, ``app.staff`` or ``app.code`` and
becoming one of the roles (``backend.db.scope``). Functions read the settings; each policy calls them
inside a sub-select so that they are evaluated once for a statement, not once for a row.
"""

from typing import NamedTuple

from tortoise import migrations
from tortoise.migrations import operations as ops

SETTINGS = [
    "CREATE FUNCTION scope_schools() RETURNS bigint[] LANGUAGE sql STABLE AS"
    " $$ SELECT coalesce(nullif(current_setting('app.schools', true), ''), '{}')::bigint[] $$",
    "CREATE FUNCTION scope_classes() RETURNS bigint[] LANGUAGE sql STABLE AS"
    " $$ SELECT nullif(current_setting('app.classes', true), '')::bigint[] $$",
    "CREATE FUNCTION scope_staff() RETURNS bigint LANGUAGE sql STABLE AS"
    " $$ SELECT nullif(current_setting('app.staff', true), '')::bigint $$",
    "CREATE FUNCTION scope_code() RETURNS text LANGUAGE sql STABLE AS"
    " $$ SELECT nullif(current_setting('app.code', true), '') $$",
    # Books that moved here bring their earlier schools' years along; few, so an array is cheap.
    "CREATE FUNCTION scope_foreign_books() RETURNS bigint[] LANGUAGE sql STABLE SECURITY DEFINER"
    " SET search_path = public AS $$ SELECT coalesce(array_agg(id), '{}') FROM record_book"
    " WHERE has_foreign_years AND managing_school_id = ANY (scope_schools())"
    " AND (scope_classes() IS NULL OR school_class_id = ANY (scope_classes())) $$",
    "CREATE INDEX ix_book_foreign ON record_book (managing_school_id) WHERE has_foreign_years",
]


def in_schools(column: str) -> str:
    return f"{column} = ANY ((SELECT scope_schools())::bigint[])"


def in_classes(column: str = "school_class_id") -> str:
    return f"((SELECT scope_classes()) IS NULL OR {column} = ANY ((SELECT scope_classes())::bigint[]))"


def through(table: str, key: str, owner: str) -> str:
    """Rows whose owner row the role sees; the owner's own policies apply inside."""
    return f"EXISTS (SELECT FROM {owner} WHERE {owner}.id = {table}.{key})"


CLASS_ROWS = f"{in_schools('school_id')} AND {in_classes()}"
OWN_OR_FOREIGN = f"({CLASS_ROWS}) OR book_id = ANY ((SELECT scope_foreign_books())::bigint[])"
BOOK_OF_CODE = "(SELECT id FROM record_book WHERE lookup_code = (SELECT scope_code()))"
# A book is also seen through its years: by the teacher of an earlier class, by a school the pupil has left.
BOOK_ROWS = (
    f"({in_schools('managing_school_id')} AND {in_classes()})"
    " OR EXISTS (SELECT FROM year_record y WHERE y.book_id = record_book.id)"
)

# table -> condition for the school role; the district role reads the same rows, the department every row
SCHOOL_READS = {
    "org_unit": "true",
    "lock_period": "true",
    "tree_head": "true",
    "school_class": f"{in_schools('school_id')} AND {in_classes('id')}",
    "assignment": f"{in_schools('unit_id')} OR staff_id = (SELECT scope_staff())",
    "staff": "id = (SELECT scope_staff()) OR EXISTS (SELECT FROM assignment a WHERE a.staff_id = staff.id)",
    "signing_credential": f"{in_schools('unit_id')} OR EXISTS (SELECT FROM staff s WHERE s.id = staff_id)",
    "record_book": BOOK_ROWS,
    "pupil": "EXISTS (SELECT FROM record_book b WHERE b.pupil_id = pupil.id)",
    "guardian": through("guardian", "pupil_id", "pupil"),
    "enrolment": through("enrolment", "book_id", "record_book"),
    "year_record": OWN_OR_FOREIGN,
    "revision": OWN_OR_FOREIGN,
    "state_count": CLASS_ROWS,
    "signature": through("signature", "revision_id", "revision"),
    "artefact": through("artefact", "revision_id", "revision"),
    "signing_ceremony": f"{in_schools('school_id')}"
    " AND ((SELECT scope_classes()) IS NULL OR signer_id = (SELECT scope_staff()))",
    "ceremony_item": through("ceremony_item", "ceremony_id", "signing_ceremony"),
    "submission": CLASS_ROWS,
    "submission_item": through("submission_item", "submission_id", "submission"),
    "signing_intent": through("signing_intent", "revision_id", "revision"),
    "ledger_entry": through("ledger_entry", "revision_id", "revision"),
    "audit_event": f"{in_schools('school_id')} AND (SELECT scope_classes()) IS NULL",
}
HIDDEN_FROM_DISTRICT = {"pupil", "guardian", "signing_credential", "signing_ceremony", "ceremony_item"}

PUBLIC_READS = {
    "org_unit": "true",
    "tree_head": "true",
    "lock_period": "true",
    "record_book": "lookup_code = (SELECT scope_code())",
    "year_record": f"book_id = {BOOK_OF_CODE}",
    "revision": f"book_id = {BOOK_OF_CODE}",
    "signature": through("signature", "revision_id", "revision"),
    "artefact": through("artefact", "revision_id", "revision"),
    "ledger_entry": through("ledger_entry", "revision_id", "revision"),
}

# What these roles may ask for and never find, so that a thing out of sight is answered like one that is not there.
# Personal data and keys are not even in this list: asking for those is an error.
ALWAYS_EMPTY = {
    "hocba_district": ("signing_ceremony", "ceremony_item"),
    "hocba_public": (
        "school_class",
        "staff",
        "signing_ceremony",
        "ceremony_item",
        "submission",
        "submission_item",
    ),
}

OWN_SCHOOL = in_schools("school_id")
ALL = "true"


class Write(NamedTuple):
    """What a role may write into a table: new rows, or these columns of rows that it may change."""

    role: str
    table: str
    rows: str
    columns: str = ""
    inserts: bool = True


WRITES = (
    Write("hocba_school", "school_class", OWN_SCHOOL, "grade"),
    Write(
        "hocba_school",
        "pupil",
        ALL,
        "full_name, name_fold, sort_key, birth_date, gender, ethnicity, nationality, birth_place, hometown,"
        " address, father, mother, guardian, citizen_number, pupil_code",
    ),
    Write("hocba_school", "record_book", in_schools("managing_school_id"), "school_class_id"),
    Write("hocba_school", "enrolment", ALL, "class_name, register_number, entered_on"),
    Write(
        "hocba_school",
        "year_record",
        CLASS_ROWS,
        "school_class_id, grade, pupil_name, name_fold, sort_key, state, working_revision_id,"
        " standing_revision_id, updated_at",
    ),
    Write(
        "hocba_school",
        "revision",
        CLASS_ROWS,
        'content, content_digest, "window", complete, state, version, grade, school_class_id, updated_at',
    ),
    Write("hocba_school", "signing_ceremony", OWN_SCHOOL, "cancelled_at"),
    Write("hocba_school", "ceremony_item", ALL, "state, code, updated_at"),
    Write("hocba_school", "submission", CLASS_ROWS),
    Write("hocba_school", "submission_item", ALL, "verdict, reason, decided_at, decided_by_id"),
    Write("hocba_school", "audit_event", OWN_SCHOOL),
    # a rejection opens the school's next draft, hence the department's insert
    Write("hocba_department", "revision", ALL, "state, effective_from, updated_at"),
    Write(
        "hocba_department",
        "year_record",
        ALL,
        "state, working_revision_id, standing_revision_id, updated_at",
        inserts=False,
    ),
    Write(
        "hocba_department",
        "submission_item",
        ALL,
        "verdict, reason, decided_at, decided_by_id",
        inserts=False,
    ),
    Write(
        "hocba_department",
        "lock_period",
        ALL,
        "locks_at, reports_at, grades, sealed_at, sealed_count, root_hash, updated_at",
    ),
    Write("hocba_department", "ledger_entry", ALL),
    Write("hocba_department", "tree_head", ALL),
    Write("hocba_department", "audit_event", ALL),
    Write("hocba_worker", "revision", ALL, "state, updated_at", inserts=False),
    Write("hocba_worker", "year_record", ALL, "state, updated_at", inserts=False),
    Write("hocba_worker", "ceremony_item", ALL, "state, code, attempts, updated_at", inserts=False),
    Write("hocba_worker", "signing_intent", ALL),
    Write("hocba_worker", "signature", ALL),
    Write("hocba_worker", "artefact", ALL),
    Write("hocba_worker", "audit_event", ALL),
)


def reading() -> list[str]:
    statements = []
    for table, rows in SCHOOL_READS.items():
        statements += [
            f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY",
            f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY",
            *_select(table, "hocba_school", rows),
            *_select(table, "hocba_department", ALL),
            *_select(table, "hocba_worker", ALL),
        ]
        if table not in HIDDEN_FROM_DISTRICT:
            statements += _select(table, "hocba_district", rows)
    for table, rows in PUBLIC_READS.items():
        statements += _select(table, "hocba_public", rows)
    for role, tables in ALWAYS_EMPTY.items():
        for table in tables:
            statements += _select(table, role, "false")
    return statements


def _select(table: str, role: str, rows: str) -> list[str]:
    return [
        f"CREATE POLICY read_{role} ON {table} FOR SELECT TO {role} USING ({rows})",
        f"GRANT SELECT ON {table} TO {role}",
    ]


def writing() -> list[str]:
    statements = []
    for write in WRITES:
        to, rows = f"{write.table} FOR %s TO {write.role}", write.rows
        if write.inserts:
            statements += [
                f"CREATE POLICY insert_{write.role} ON {to % 'INSERT'} WITH CHECK ({rows})",
                f"GRANT INSERT ON {write.table} TO {write.role}",
            ]
        if write.columns:
            statements += [
                f"CREATE POLICY update_{write.role} ON {to % 'UPDATE'} USING ({rows}) WITH CHECK ({rows})",
                f"GRANT UPDATE ({write.columns}) ON {write.table} TO {write.role}",
            ]
    return statements


# A school locks the period's row FOR SHARE while it submits, withdraws or replaces; it may never change it.
HOLD_PERIOD = [
    "CREATE POLICY hold_school ON lock_period FOR UPDATE TO hocba_school USING (true) WITH CHECK (false)",
    "GRANT UPDATE (updated_at) ON lock_period TO hocba_school",
]

SCOPES = "hocba_public, hocba_school, hocba_district, hocba_department"

# What must be known before a scope can be taken, or across scopes, without showing the rows themselves.
DOORS = [
    """
CREATE FUNCTION schools_below(top bigint) RETURNS bigint[]
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS $$
  WITH RECURSIVE below AS (
    SELECT id, kind FROM org_unit WHERE id = top
    UNION ALL
    SELECT u.id, u.kind FROM org_unit u JOIN below b ON u.parent_id = b.id
     WHERE u.valid_from <= current_date AND (u.valid_to IS NULL OR u.valid_to >= current_date)
  ) SELECT coalesce(array_agg(id ORDER BY id), '{}') FROM below WHERE kind = 'SCHOOL'
$$""",
    """
CREATE FUNCTION assignments_of(login_issuer text, login_subject text)
RETURNS TABLE (staff_id bigint, full_name text, assignment_id bigint, role text, unit_id bigint, unit_kind text,
               unit_name text, school_class_id bigint, post text, may_sign_for_principal boolean, school_ids bigint[])
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS $$
  SELECT s.id, s.full_name, a.id, a.role, a.unit_id, u.kind, u.name, a.school_class_id, a.post,
         a.may_sign_for_principal, schools_below(u.id)
    FROM staff s
    LEFT JOIN assignment a ON a.staff_id = s.id AND a.valid_from <= current_date
          AND (a.valid_to IS NULL OR a.valid_to >= current_date)
    LEFT JOIN org_unit u ON u.id = a.unit_id
   WHERE s.issuer = login_issuer AND s.subject = login_subject ORDER BY a.id
$$""",
    """
CREATE FUNCTION pupils_elsewhere(codes text[], numbers text[], school bigint)
RETURNS TABLE (pupil_code text, citizen_number text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS $$
  SELECT p.pupil_code, p.citizen_number FROM pupil p JOIN record_book b ON b.pupil_id = p.id
   WHERE b.managing_school_id <> school AND (p.pupil_code = ANY (codes) OR p.citizen_number = ANY (numbers))
$$""",
    # Who holds a file may know what the registry says of it: no personal data, and only by its whole digest.
    """
CREATE FUNCTION registered_file(file_digest text)
RETURNS TABLE (state text, number smallint, standing_number smallint, is_last boolean)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS $$
  SELECT r.state, r.number, s.number,
         NOT EXISTS (SELECT FROM artefact l WHERE l.revision_id = a.revision_id AND l.kind = a.kind AND l.id > a.id)
    FROM artefact a JOIN revision r ON r.id = a.revision_id JOIN year_record y ON y.id = r.year_record_id
    LEFT JOIN revision s ON s.id = y.standing_revision_id
   WHERE a.digest = file_digest
$$""",
    "REVOKE ALL ON FUNCTION assignments_of, schools_below, pupils_elsewhere, registered_file FROM PUBLIC",
    f"GRANT EXECUTE ON FUNCTION registered_file TO {SCOPES}, hocba_worker",
    # The one job that anybody may ask for: judging an upload, which is limited before it gets here.
    """
CREATE FUNCTION enqueue_judgement(upload text) RETURNS bigint
LANGUAGE sql SECURITY DEFINER SET search_path = public AS $$
  SELECT enqueue_jobs('document.judge/1', ARRAY[jsonb_build_object('upload_id', upload)], ARRAY['judge:' || upload], 10)
$$""",
    "REVOKE ALL ON FUNCTION enqueue_judgement FROM PUBLIC",
    f"GRANT EXECUTE ON FUNCTION enqueue_judgement TO {SCOPES}",
    # Asked for behind a signed link that only somebody who sees the revision is given.
    """
CREATE FUNCTION enqueue_preview(revision bigint, question text) RETURNS bigint
LANGUAGE sql SECURITY DEFINER SET search_path = public AS $$
  SELECT enqueue_jobs('revision.preview/1',
    ARRAY[jsonb_build_object('revision_id', revision, 'question_id', question)], ARRAY['preview:' || question], 10)
$$""",
    "REVOKE ALL ON FUNCTION enqueue_preview FROM PUBLIC",
    f"GRANT EXECUTE ON FUNCTION enqueue_preview TO {SCOPES}",
    "GRANT EXECUTE ON FUNCTION assignments_of, schools_below TO hocba_app",
    "GRANT EXECUTE ON FUNCTION pupils_elsewhere TO hocba_school",
]


class Migration(migrations.Migration):
    dependencies = [("models", "0004_queue")]
    operations = [
        ops.RunSQL(
            SETTINGS
            + reading()
            + writing()
            + HOLD_PERIOD
            + [
                "GRANT SELECT ON lifecycle_transition TO " + SCOPES + ", hocba_worker",
                f"GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO {SCOPES}, hocba_worker",
            ]
            + DOORS
        )
    ]
