"""What a row must obey whoever writes it: values, the lifecycle, and immutability.

Tortoise 1.1 records ``CheckConstraint`` of a new model but does not emit it, so constraints are stated here.
The lifecycle stands in a table filled from ``backend.domain.lifecycle``; a test compares both.
"""

from tortoise import migrations
from tortoise.migrations import operations as ops

from backend.domain.lifecycle import transitions

CHECKS = {
    "org_unit": {
        "ck_org_unit_dates": "valid_to IS NULL OR valid_to >= valid_from",
        "ck_org_unit_kind": "kind IN ('DEPARTMENT', 'DISTRICT', 'SCHOOL')",
    },
    "assignment": {"ck_assignment_dates": "valid_to IS NULL OR valid_to >= valid_from"},
    "signing_credential": {"ck_credential_owner": "(staff_id IS NULL) <> (unit_id IS NULL)"},
    "school_class": {"ck_class_grade": "grade BETWEEN 1 AND 5"},
    "pupil": {
        "ck_pupil_citizen_number": "citizen_number ~ '^0[0-9]{11}$'",
        "ck_pupil_code": "pupil_code ~ '^[0-9A-Za-z]{6,20}$'",
    },
    "record_book": {"ck_book_lookup_code": "lookup_code ~ '^[0-9a-f]{12}4[0-9a-f]{3}[89ab][0-9a-f]{15}$'"},
    "year_record": {"ck_year_record_grade": "grade BETWEEN 1 AND 5"},
    "revision": {
        "ck_revision_number": "number >= 1",
        "ck_revision_content": "jsonb_typeof(content) = 'object'",
        "ck_revision_digest": "content_digest ~ '^[0-9a-f]{64}$'",
        "ck_revision_effective": "(state = 'LOCKED') = (effective_from IS NOT NULL)",
    },
    "artefact": {"ck_artefact_digest": "digest ~ '^[0-9a-f]{64}$'"},
    "ledger_entry": {"ck_ledger_index": "index >= 0"},
    "state_count": {"ck_state_count": "count >= 0"},
}

POINTERS = [
    "ALTER TABLE year_record ADD CONSTRAINT fk_year_record_working"
    " FOREIGN KEY (working_revision_id) REFERENCES revision DEFERRABLE INITIALLY DEFERRED",
    "ALTER TABLE year_record ADD CONSTRAINT fk_year_record_standing"
    " FOREIGN KEY (standing_revision_id) REFERENCES revision DEFERRABLE INITIALLY DEFERRED",
]

LIFECYCLE = [
    "CREATE TABLE lifecycle_transition (from_state text, to_state text, performer text,"
    " PRIMARY KEY (from_state, to_state, performer))",
    "INSERT INTO lifecycle_transition VALUES "
    + ", ".join(sorted(f"('{start}', '{end}', '{performer}')" for start, end, performer in transitions())),
]

# The side of the current role; the owner (migrations, repairs by law) must still follow the table.
PERFORMER = """
CREATE FUNCTION current_performer() RETURNS text LANGUAGE sql STABLE AS $$
  SELECT CASE current_user WHEN 'hocba_school' THEN 'SCHOOL' WHEN 'hocba_worker' THEN 'WORKER'
         WHEN 'hocba_department' THEN 'DEPARTMENT' END
$$"""

REVISION_GUARD = """
CREATE FUNCTION revision_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'DELETE' THEN
    RAISE EXCEPTION 'a revision is never deleted' USING ERRCODE = 'HB001';
  END IF;
  IF OLD.state = 'LOCKED' THEN
    RAISE EXCEPTION 'revision % is locked', OLD.id USING ERRCODE = 'HB002';
  END IF;
  IF (NEW.id, NEW.year_record_id, NEW.number, NEW.book_id, NEW.school_id, NEW.school_year, NEW.predecessor_id)
     IS DISTINCT FROM
     (OLD.id, OLD.year_record_id, OLD.number, OLD.book_id, OLD.school_id, OLD.school_year, OLD.predecessor_id)
  THEN
    RAISE EXCEPTION 'the identity of revision % cannot change', OLD.id USING ERRCODE = 'HB001';
  END IF;
  IF OLD.state <> 'DRAFT' AND (NEW.content, NEW.content_digest, NEW.window, NEW.grade, NEW.school_class_id)
     IS DISTINCT FROM (OLD.content, OLD.content_digest, OLD.window, OLD.grade, OLD.school_class_id)
  THEN
    RAISE EXCEPTION 'the content of revision % is signed', OLD.id USING ERRCODE = 'HB001';
  END IF;
  IF NEW.state <> OLD.state AND NOT EXISTS (
       SELECT FROM lifecycle_transition t WHERE t.from_state = OLD.state AND t.to_state = NEW.state
       AND t.performer = coalesce(current_performer(), t.performer))
  THEN
    RAISE EXCEPTION 'revision % may not go from % to %', OLD.id, OLD.state, NEW.state USING ERRCODE = 'HB003';
  END IF;
  RETURN NEW;
END $$"""

REVISION_START = """
CREATE FUNCTION revision_start() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
BEGIN
  IF NEW.state <> 'DRAFT' THEN
    RAISE EXCEPTION 'a revision begins as a draft' USING ERRCODE = 'HB003';
  END IF;
  IF EXISTS (SELECT FROM revision r WHERE r.year_record_id = NEW.year_record_id AND r.state = 'LOCKED') THEN
    RAISE EXCEPTION 'the record is locked' USING ERRCODE = 'HB002';
  END IF;
  RETURN NEW;
END $$"""

APPEND_ONLY = """
CREATE FUNCTION append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'table % only grows', TG_TABLE_NAME USING ERRCODE = 'HB001';
END $$"""

BOOK_GUARD = """
CREATE FUNCTION record_book_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'DELETE' OR (NEW.id, NEW.pupil_id, NEW.lookup_code) IS DISTINCT FROM (OLD.id, OLD.pupil_id, OLD.lookup_code)
  THEN
    RAISE EXCEPTION 'a book keeps its pupil and its code' USING ERRCODE = 'HB001';
  END IF;
  RETURN NEW;
END $$"""

PERIOD_GUARD = """
CREATE FUNCTION lock_period_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'DELETE' OR OLD.sealed_at IS NOT NULL THEN
    RAISE EXCEPTION 'a sealed lock period cannot change' USING ERRCODE = 'HB002';
  END IF;
  RETURN NEW;
END $$"""

GUARDS = [
    "CREATE TRIGGER guard BEFORE UPDATE OR DELETE ON revision FOR EACH ROW EXECUTE FUNCTION revision_guard()",
    "CREATE TRIGGER start BEFORE INSERT ON revision FOR EACH ROW EXECUTE FUNCTION revision_start()",
    "CREATE TRIGGER guard BEFORE UPDATE OR DELETE ON record_book FOR EACH ROW EXECUTE FUNCTION record_book_guard()",
    "CREATE TRIGGER guard BEFORE UPDATE OR DELETE ON lock_period FOR EACH ROW EXECUTE FUNCTION lock_period_guard()",
]
ONLY_GROWS = ("signature", "artefact", "signing_intent", "ledger_entry", "tree_head", "audit_event")
NEVER_EMPTIED = (*ONLY_GROWS, "revision", "year_record", "record_book", "pupil", "lock_period", "submission")


class Migration(migrations.Migration):
    dependencies = [("models", "0001_initial")]
    operations = [
        ops.RunSQL(
            [
                f"ALTER TABLE {table} ADD CONSTRAINT {name} CHECK ({rule})"
                for table, rules in CHECKS.items()
                for name, rule in rules.items()
            ]
            + POINTERS
            + [
                "CREATE UNIQUE INDEX ux_ceremony_item_open ON ceremony_item (revision_id)"
                " WHERE state IN ('QUEUED', 'SIGNING')"
            ]
            + LIFECYCLE
            + [PERFORMER, REVISION_GUARD, REVISION_START, APPEND_ONLY, BOOK_GUARD, PERIOD_GUARD]
            + GUARDS
            + [
                f"CREATE TRIGGER only_grows BEFORE UPDATE OR DELETE ON {table}"
                " FOR EACH ROW EXECUTE FUNCTION append_only()"
                for table in ONLY_GROWS
            ]
            + [
                f"CREATE TRIGGER never_emptied BEFORE TRUNCATE ON {table}"
                " FOR EACH STATEMENT EXECUTE FUNCTION append_only()"
                for table in NEVER_EMPTIED
            ]
        )
    ]
