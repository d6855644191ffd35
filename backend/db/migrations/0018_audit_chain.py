"""The audit says where an act came from, and each event becomes a link of its day's chain.

A link is the SHA-256 of the link before it, its own place and what the event says, so that a changed, removed or
inserted event shows. Links are made a moment after the commit, by whichever process gets the line: writers never
wait for each other, and there is one chain whatever they do. A day goes on from the head of the day before.
"""

from tortoise import fields, migrations
from tortoise.migrations import operations as ops

SAYS = (
    "json_build_array(e.id, to_char(e.at AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US'), e.staff_id,"
    " e.assignment_id, e.action, e.school_id, e.revision_id, e.detail, e.door, e.network, e.device)::text"
)
"""What an event says, as text; the same stands in ``backend.db.repositories.auditing``, and a test compares both."""

TABLES = [
    """
CREATE TABLE audit_seal (
  day date NOT NULL,
  number int NOT NULL CHECK (number >= 1),
  event_id bigint NOT NULL UNIQUE,
  hash text NOT NULL CHECK (hash ~ '^[0-9a-f]{64}$'),
  PRIMARY KEY (day, number))""",
    "CREATE TABLE audit_waiting (event_id bigint PRIMARY KEY, since timestamptz NOT NULL DEFAULT clock_timestamp())",
    "INSERT INTO audit_waiting (event_id) SELECT id FROM audit_event",
    "CREATE INDEX ix_audit_event_newest ON audit_event (id DESC)",
]

WAIT = """
CREATE FUNCTION audit_waits() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
BEGIN
  INSERT INTO audit_waiting (event_id) SELECT id FROM after_rows;
  RETURN NULL;
END $$"""

SEAL = f"""
CREATE FUNCTION seal_audit(most int) RETURNS int
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
DECLARE
  head record;
  today date := (now() AT TIME ZONE 'Asia/Ho_Chi_Minh')::date;
  place int := 0;
  link text := repeat('0', 64);
  event record;
  done int := 0;
BEGIN
  IF NOT EXISTS (SELECT FROM audit_waiting) THEN RETURN 0; END IF;
  IF NOT pg_try_advisory_xact_lock(hashtext('audit_chain')) THEN RETURN -1; END IF;
  SELECT day, number, hash INTO head FROM audit_seal ORDER BY day DESC, number DESC LIMIT 1;
  IF FOUND THEN
    link := head.hash;
    -- a clock that was set back does not begin a day before the last one
    today := greatest(today, head.day);
    IF head.day = today THEN place := head.number; END IF;
  END IF;
  FOR event IN
    SELECT e.id, {SAYS} AS says FROM audit_waiting w JOIN audit_event e ON e.id = w.event_id ORDER BY e.id LIMIT most
  LOOP
    place := place + 1;
    link := encode(sha256(convert_to(concat_ws(' ', link, today, place, event.says), 'UTF8')), 'hex');
    INSERT INTO audit_seal (day, number, event_id, hash) VALUES (today, place, event.id, link);
    DELETE FROM audit_waiting WHERE event_id = event.id;
    done := done + 1;
  END LOOP;
  RETURN done;
END $$"""

READS = {
    "hocba_school": "EXISTS (SELECT FROM audit_event e WHERE e.id = event_id)",
    "hocba_district": "EXISTS (SELECT FROM audit_event e WHERE e.id = event_id)",
    "hocba_department": "true",
    "hocba_worker": "true",
}

RIGHTS = [
    *(
        f"ALTER TABLE {table} {mode} ROW LEVEL SECURITY"
        for table in ("audit_seal", "audit_waiting")
        for mode in ("ENABLE", "FORCE")
    ),
    *(
        statement
        for role, rows in READS.items()
        for statement in (
            f"CREATE POLICY read_{role} ON audit_seal FOR SELECT TO {role} USING ({rows})",
            f"GRANT SELECT ON audit_seal TO {role}",
        )
    ),
    "CREATE POLICY read_hocba_worker ON audit_waiting FOR SELECT TO hocba_worker USING (true)",
    "GRANT SELECT ON audit_waiting TO hocba_worker",
    "REVOKE ALL ON FUNCTION seal_audit FROM PUBLIC",
    "GRANT EXECUTE ON FUNCTION seal_audit TO hocba_app, hocba_worker",
]

TRIGGERS = [
    "CREATE TRIGGER waits AFTER INSERT ON audit_event REFERENCING NEW TABLE AS after_rows"
    " FOR EACH STATEMENT EXECUTE FUNCTION audit_waits()",
    "CREATE TRIGGER only_grows BEFORE UPDATE OR DELETE ON audit_seal FOR EACH ROW EXECUTE FUNCTION append_only()",
    "CREATE TRIGGER never_emptied BEFORE TRUNCATE ON audit_seal FOR EACH STATEMENT EXECUTE FUNCTION append_only()",
]


class Migration(migrations.Migration):
    dependencies = [("models", "0017_linear_counts")]
    operations = [
        *(
            ops.AddField(
                model_name="AuditEvent",
                name=name,
                field=fields.CharField(default="", db_default="", max_length=length),
            )
            for name, length in (("door", 12), ("network", 45), ("device", 40))
        ),
        ops.RunSQL([*TABLES, WAIT, SEAL, *TRIGGERS, *RIGHTS]),
    ]
