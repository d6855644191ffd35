"""Who watches progress is told when a school's counts change, and when what it declares or whom it trains does.

An event is written in the transaction that counts, and names the school: once for a transaction, however many of its
records that one moved.
"""

from tortoise import migrations
from tortoise.migrations import operations as ops

TELL = """
CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
BEGIN
  INSERT INTO live_event (topic, kind, subject_id, school_id)
  SELECT DISTINCT '{topic}', 'CHANGED', school_id, school_id FROM after_rows ON CONFLICT DO NOTHING;
  RETURN NULL;
END $$"""
FUNCTIONS = {"tell_progress": "PROGRESS", "tell_taking_part": "PARTICIPATION"}
WATCHED = (
    ("school_count", "INSERT", "tell_progress"),
    ("school_count", "UPDATE", "tell_progress"),
    ("participation", "INSERT", "tell_taking_part"),
    ("participation", "UPDATE", "tell_taking_part"),
    ("training_attendance", "INSERT", "tell_taking_part"),
    ("training_attendance", "DELETE", "tell_taking_part"),
)


def _watching(table: str, event: str, function: str) -> str:
    rows = "OLD TABLE AS after_rows" if event == "DELETE" else "NEW TABLE AS after_rows"
    return (
        f"CREATE TRIGGER {function}_{event.lower()} AFTER {event} ON {table} REFERENCING {rows}"
        f" FOR EACH STATEMENT EXECUTE FUNCTION {function}()"
    )


class Migration(migrations.Migration):
    dependencies = [("models", "0046_packets")]
    operations = [
        ops.RunSQL(
            [
                *(TELL.format(name=name, topic=topic) for name, topic in FUNCTIONS.items()),
                *(_watching(*row) for row in WATCHED),
            ]
        )
    ]
