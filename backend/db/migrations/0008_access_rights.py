"""Who sees and writes reads and share codes; a read is recorded through a door, by whoever reads, and never changed."""

from tortoise import migrations
from tortoise.migrations import operations as ops

OF_A_SEEN_BOOK = "EXISTS (SELECT FROM record_book b WHERE b.id = book_id)"
OF_A_MANAGED_BOOK = (
    "EXISTS (SELECT FROM record_book b WHERE b.id = book_id"
    " AND b.managing_school_id = ANY ((SELECT scope_schools())::bigint[]))"
)
TABLES = ("access_event", "share_code")
READS = {
    ("access_event", "hocba_school"): OF_A_SEEN_BOOK,
    ("access_event", "hocba_department"): "true",
    ("access_event", "hocba_district"): "false",
    ("access_event", "hocba_public"): "false",
    ("share_code", "hocba_school"): OF_A_SEEN_BOOK,
    ("share_code", "hocba_department"): "false",
    ("share_code", "hocba_district"): "false",
    (
        "share_code",
        "hocba_public",
    ): "book_id = (SELECT id FROM record_book WHERE lookup_code = (SELECT scope_code()))",
}

SECURED = [
    statement
    for table in TABLES
    for statement in (
        f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY",
        f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY",
    )
]
READING = [
    statement
    for (table, role), rows in READS.items()
    for statement in (
        f"CREATE POLICY read_{role} ON {table} FOR SELECT TO {role} USING ({rows})",
        f"GRANT SELECT ON {table} TO {role}",
    )
]
SHARING = [
    f"CREATE POLICY insert_hocba_school ON share_code FOR INSERT TO hocba_school WITH CHECK ({OF_A_MANAGED_BOOK})",
    "GRANT INSERT ON share_code TO hocba_school",
    f"CREATE POLICY update_hocba_school ON share_code FOR UPDATE TO hocba_school USING ({OF_A_SEEN_BOOK})"
    f" WITH CHECK ({OF_A_SEEN_BOOK})",
    "GRANT UPDATE (revoked_at) ON share_code TO hocba_school",
    "GRANT USAGE ON SEQUENCE share_code_id_seq TO hocba_school",
]
ONLY_GROWS = [
    "CREATE TRIGGER only_grows BEFORE UPDATE OR DELETE ON access_event FOR EACH ROW EXECUTE FUNCTION append_only()",
    "CREATE TRIGGER never_emptied BEFORE TRUNCATE ON access_event FOR EACH STATEMENT EXECUTE FUNCTION append_only()",
]
# The book is that of the scope's code: a reader without a right to it cannot write into another book's history.
DOOR = [
    """
CREATE FUNCTION record_access(purpose text, means text, outcome text, share bigint, network text) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = public AS $$
  INSERT INTO access_event (at, book_id, reader, reader_name, purpose, means, outcome, share_code_id, network)
  VALUES (now(), (SELECT id FROM record_book WHERE lookup_code = scope_code()), 'PUBLIC', '', purpose, means, outcome,
          share, network)
$$""",
    "REVOKE ALL ON FUNCTION record_access FROM PUBLIC",
    "GRANT EXECUTE ON FUNCTION record_access TO hocba_public",
]


class Migration(migrations.Migration):
    dependencies = [("models", "0007_access")]
    operations = [ops.RunSQL(SECURED + READING + SHARING + ONLY_GROWS + DOOR)]
