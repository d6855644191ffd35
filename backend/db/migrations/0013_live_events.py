"""What changed, for whoever is watching: an outbox that triggers fill in the transaction that made the change.

An event exists exactly when its change committed, and carries ids only. ``backend.services.relaying`` gives each
a position, one after the other, passes it on and removes it. A transaction tells of a subject once; a statement
that touches more records than a class has tells of the classes instead.
"""

from tortoise import migrations
from tortoise.migrations import operations as ops

MANY = 60
"""A class has at most 35 pupils (Điều lệ Art. 16), and some have more."""

OUTBOX = [
    """
CREATE TABLE live_event (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  transaction xid8 NOT NULL DEFAULT pg_current_xact_id(),
  position bigint,
  topic text NOT NULL,
  kind text NOT NULL,
  subject_id bigint NOT NULL,
  school_id bigint,
  school_class_id bigint,
  other_school_id bigint,
  at timestamptz NOT NULL DEFAULT clock_timestamp(),
  UNIQUE (transaction, topic, subject_id))""",
    "CREATE INDEX ix_live_event_position ON live_event (position, id)",
    "CREATE SEQUENCE live_position",
    "ALTER TABLE live_event ENABLE ROW LEVEL SECURITY",
    "ALTER TABLE live_event FORCE ROW LEVEL SECURITY",
]

HEAD = "INSERT INTO live_event (topic, kind, subject_id, school_id, school_class_id, other_school_id)"


def telling(name: str, body: str) -> str:
    return f"""
CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
BEGIN
  {body}
  RETURN NULL;
END $$"""


def tell(topic: str, subject: str, places: str, source: str, kind: str = "'CHANGED'") -> str:
    """Tell of each row of ``source`` once; ``places`` are school, class and another school concerned."""
    return f"""{HEAD}
  SELECT DISTINCT '{topic}', {kind}, {subject}, {places} FROM {source}
  ON CONFLICT DO NOTHING;"""


CREATED = "CASE TG_OP WHEN 'INSERT' THEN 'CREATED' ELSE 'CHANGED' END"
ELSEWHERE = "nullif(b.managing_school_id, a.school_id)"


def tell_records(record: str, kind: str) -> str:
    """Records by themselves, or their classes when there are many; another school's interest always by itself."""
    books = "after_rows a JOIN record_book b ON b.id = a.book_id"
    places = f"a.school_id, a.school_class_id, {ELSEWHERE}"
    return f"""
  IF (SELECT count(*) FROM after_rows) > {MANY} THEN
    {tell("CLASS", "school_class_id", "school_id, school_class_id, NULL::bigint", "after_rows", "'CLASS_CHANGED'")}
    {tell("RECORD", record, places, f"{books} AND b.managing_school_id <> a.school_id", kind)}
  ELSE
    {tell("RECORD", record, places, books, kind)}
  END IF;"""


IN_PACKETS = "after_rows a JOIN submission m ON m.id = a.submission_id"
IN_CEREMONIES = "after_rows a JOIN signing_ceremony c ON c.id = a.ceremony_id"
SEALED = (
    "after_rows a JOIN revision r ON r.id = a.revision_id JOIN record_book b ON b.id = r.book_id"
    " WHERE a.role = 'LOCK_SEAL'"
)

FUNCTIONS = {
    "tell_year_records": tell_records("a.id", CREATED),
    "tell_revisions": tell_records("a.year_record_id", "'CHANGED'"),
    "tell_seals": tell(
        "RECORD",
        "r.year_record_id",
        "r.school_id, r.school_class_id, nullif(b.managing_school_id, r.school_id)",
        SEALED,
    ),
    "tell_submissions": tell(
        "SUBMISSION", "id", "school_id, school_class_id, NULL::bigint", "after_rows", CREATED
    ),
    "tell_verdicts": tell("SUBMISSION", "m.id", "m.school_id, m.school_class_id, NULL::bigint", IN_PACKETS),
    "tell_ceremonies": tell("CEREMONY", "id", "school_id, NULL::bigint, NULL::bigint", "after_rows"),
    "tell_items": tell("CEREMONY", "c.id", "c.school_id, NULL::bigint, NULL::bigint", IN_CEREMONIES),
    "tell_periods": tell("LOCK", "id", "NULL::bigint, NULL::bigint, NULL::bigint", "after_rows", CREATED),
    "tell_rights": tell("RIGHTS", "staff_id", "unit_id, NULL::bigint, NULL::bigint", "after_rows"),
}

WATCHED = (
    ("year_record", "INSERT", "tell_year_records"),
    ("year_record", "UPDATE", "tell_year_records"),
    ("revision", "UPDATE", "tell_revisions"),
    ("signature", "INSERT", "tell_seals"),
    ("submission", "INSERT", "tell_submissions"),
    ("submission_item", "UPDATE", "tell_verdicts"),
    ("signing_ceremony", "UPDATE", "tell_ceremonies"),
    ("ceremony_item", "UPDATE", "tell_items"),
    ("lock_period", "INSERT", "tell_periods"),
    ("lock_period", "UPDATE", "tell_periods"),
    ("assignment", "INSERT", "tell_rights"),
    ("assignment", "UPDATE", "tell_rights"),
    ("assignment", "DELETE", "tell_rights"),
)


def watching(table: str, event: str, function: str) -> str:
    rows = "OLD TABLE AS after_rows" if event == "DELETE" else "NEW TABLE AS after_rows"
    return (
        f"CREATE TRIGGER {function}_{event.lower()} AFTER {event} ON {table} REFERENCING {rows}"
        f" FOR EACH STATEMENT EXECUTE FUNCTION {function}()"
    )


# The lock that keeps positions in one line belongs to whoever numbers or passes on; both end with their transaction.
LINE = "pg_try_advisory_xact_lock(hashtext('live_event'))"

DOORS = [
    f"""
CREATE FUNCTION number_live_events(most int) RETURNS int
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
BEGIN
  IF NOT EXISTS (SELECT FROM live_event) THEN RETURN 0; END IF;
  IF NOT {LINE} THEN RETURN -1; END IF;
  UPDATE live_event e SET position = n.position
    FROM (SELECT id, nextval('live_position') AS position
            FROM (SELECT id FROM live_event WHERE position IS NULL ORDER BY id LIMIT most) s) n
   WHERE e.id = n.id;
  RETURN (SELECT count(*) FROM (SELECT FROM live_event WHERE position IS NOT NULL LIMIT most) w);
END $$""",
    f"""
CREATE FUNCTION numbered_live_events(most int) RETURNS SETOF live_event
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
BEGIN
  IF {LINE} THEN
    RETURN QUERY SELECT * FROM live_event WHERE position IS NOT NULL ORDER BY position LIMIT most;
  END IF;
END $$""",
    # Losing this only passes the same events on again, which their positions make harmless.
    """
CREATE FUNCTION forget_live_events(upto bigint) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = public AS $$
  SELECT set_config('synchronous_commit', 'off', true);
  DELETE FROM live_event WHERE position <= upto
$$""",
    # Which of these assignments hold today, with the schools they reach: asked again for everything that is sent.
    """
CREATE FUNCTION assignments_held(ids bigint[])
RETURNS TABLE (assignment_id bigint, role text, unit_id bigint, school_class_id bigint, school_ids bigint[])
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS $$
  WITH held AS (
    SELECT id, role, unit_id, school_class_id FROM assignment
     WHERE id = ANY (ids) AND valid_from <= current_date AND (valid_to IS NULL OR valid_to >= current_date)
  ), units AS (SELECT u.unit_id, schools_below(u.unit_id) AS below FROM (SELECT DISTINCT unit_id FROM held) u)
  SELECT h.id, h.role, h.unit_id, h.school_class_id, u.below FROM held h JOIN units u USING (unit_id)
$$""",
    "REVOKE ALL ON FUNCTION number_live_events, numbered_live_events, forget_live_events, assignments_held FROM PUBLIC",
    "GRANT EXECUTE ON FUNCTION number_live_events, numbered_live_events, forget_live_events TO hocba_app, hocba_worker",
    "GRANT EXECUTE ON FUNCTION assignments_held TO hocba_app, hocba_school, hocba_district, hocba_department",
]


class Migration(migrations.Migration):
    dependencies = [("models", "0012_known_books")]
    operations = [
        ops.RunSQL(
            OUTBOX
            + [telling(name, body) for name, body in FUNCTIONS.items()]
            + [watching(*row) for row in WATCHED]
            + DOORS
        )
    ]
