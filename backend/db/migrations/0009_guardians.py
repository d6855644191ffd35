"""What a guardian sees: of their children's books what stands, who signed it, and the files that the lock closed.

A transaction takes the scope by setting ``app.books``; which books those are, the database itself says by the
verified citizen number of whoever signed in (``children_of``).
"""

from tortoise import migrations
from tortoise.indexes import Index
from tortoise.migrations import operations as ops

ROLE = "hocba_guardian"
BOOKS = "ANY ((SELECT scope_books())::bigint[])"


def through(owner: str, condition: str) -> str:
    return f"EXISTS (SELECT FROM {owner} WHERE {condition})"


READS = {
    "org_unit": "true",
    "lock_period": "true",
    "tree_head": "true",
    "record_book": f"id = {BOOKS}",
    "pupil": through("record_book b", "b.pupil_id = pupil.id"),
    "year_record": f"book_id = {BOOKS} AND standing_revision_id IS NOT NULL",
    "school_class": through("year_record y", "y.school_class_id = school_class.id"),
    "revision": f"book_id = {BOOKS} AND "
    + through("year_record y", "y.id = revision.year_record_id AND y.standing_revision_id = revision.id"),
    "signature": through("revision r", "r.id = signature.revision_id"),
    # before the lock a family is shown a preview: only the closed file leaves the administration
    "artefact": f"role = 'LOCK_SEAL' AND {through('revision r', 'r.id = artefact.revision_id')}",
    "ledger_entry": through("revision r", "r.id = ledger_entry.revision_id"),
    "access_event": f"book_id = {BOOKS}",
    "share_code": f"book_id = {BOOKS}",
    # may be asked for and are never found, so that a thing out of sight is answered like one that is not there
    "staff": "false",
    "signing_ceremony": "false",
    "ceremony_item": "false",
    "submission": "false",
    "submission_item": "false",
}

DOORS = [
    "CREATE FUNCTION scope_books() RETURNS bigint[] LANGUAGE sql STABLE AS"
    " $$ SELECT coalesce(nullif(current_setting('app.books', true), ''), '{}')::bigint[] $$",
    """
CREATE FUNCTION children_of(number text) RETURNS TABLE (guardian_name text, book_ids bigint[])
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS $$
  SELECT min(g.full_name), array_agg(b.id ORDER BY b.id)
    FROM guardian g JOIN record_book b ON b.pupil_id = g.pupil_id WHERE g.citizen_number = number HAVING count(*) > 0
$$""",
    "REVOKE ALL ON FUNCTION children_of FROM PUBLIC",
    "GRANT EXECUTE ON FUNCTION children_of TO hocba_app",
    f"GRANT EXECUTE ON FUNCTION registered_file, enqueue_judgement, enqueue_preview TO {ROLE}",
    f"GRANT SELECT ON lifecycle_transition TO {ROLE}",
]


def reading() -> list[str]:
    return [
        statement
        for table, rows in READS.items()
        for statement in (
            f"CREATE POLICY read_{ROLE} ON {table} FOR SELECT TO {ROLE} USING ({rows})",
            f"GRANT SELECT ON {table} TO {ROLE}",
        )
    ]


class Migration(migrations.Migration):
    dependencies = [("models", "0008_access_rights")]
    operations = [
        ops.AddIndex(model_name="Guardian", index=Index(fields=["citizen_number"])),
        ops.RunSQL(DOORS[:1] + reading() + DOORS[1:]),
    ]
