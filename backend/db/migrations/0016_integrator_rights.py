"""The integrator's role: locked records only, by the code it holds or by a grant; its doors count what it reads."""

from tortoise import migrations
from tortoise.migrations import operations as ops

ROLE = "hocba_integrator"
SETTINGS = [
    "CREATE FUNCTION scope_client() RETURNS bigint LANGUAGE sql STABLE AS"
    " $$ SELECT nullif(current_setting('app.client', true), '')::bigint $$",
    # the code's book, and the books of grants that hold now
    "CREATE FUNCTION integrator_books() RETURNS bigint[] LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS $$"
    " SELECT coalesce(array_agg(id), '{}') FROM ("
    " SELECT id FROM record_book WHERE lookup_code = scope_code() UNION"
    " SELECT book_id FROM integrator_grant WHERE client_id = scope_client() AND revoked_at IS NULL"
    " AND expires_at > now()) AS seen $$",
]
MY_BOOKS = "ANY ((SELECT integrator_books())::bigint[])"
MANAGED = (
    "EXISTS (SELECT FROM record_book b WHERE b.id = book_id"
    " AND b.managing_school_id = ANY ((SELECT scope_schools())::bigint[]))"
)
OF_A_CHILD = "book_id = ANY ((SELECT scope_books())::bigint[])"
THROUGH_REVISION = "EXISTS (SELECT FROM revision r WHERE r.id = revision_id)"
READS = {
    "org_unit": "true",
    "lock_period": "true",
    "tree_head": "true",
    "record_book": f"id = {MY_BOOKS}",
    "year_record": f"state = 'LOCKED' AND book_id = {MY_BOOKS}",
    "revision": f"state = 'LOCKED' AND book_id = {MY_BOOKS}",
    "signature": THROUGH_REVISION,
    "artefact": THROUGH_REVISION,
    "ledger_entry": THROUGH_REVISION,
    "share_code": "book_id = (SELECT id FROM record_book WHERE lookup_code = (SELECT scope_code()))",
    "integrator_grant": "client_id = (SELECT scope_client())",
}
# asked for by node(id:) and answered like what does not exist
ALWAYS_EMPTY = (
    "school_class", "staff", "signing_ceremony", "ceremony_item", "submission", "submission_item", "access_event",
)  # fmt: skip

SECURED = [
    statement
    for table in ("integrator_client", "integrator_grant", "integrator_usage")
    for statement in (
        f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY",
        f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY",
    )
]


# a client's secret, even its hash, is read through the door of the token endpoint alone
SHOWN_OF_A_CLIENT = (
    "(id, client_id, name, scopes, networks, daily_reads, created_at, expires_at, revoked_at, webhook_url,"
    " webhook_position)"
)


def select(table: str, role: str, rows: str) -> list[str]:
    columns = SHOWN_OF_A_CLIENT if table == "integrator_client" else ""
    return [
        f"CREATE POLICY read_{role} ON {table} FOR SELECT TO {role} USING ({rows})",
        f"GRANT SELECT {columns} ON {table} TO {role}",
    ]


READING = [
    *(statement for table, rows in READS.items() for statement in select(table, ROLE, rows)),
    *(statement for table in ALWAYS_EMPTY for statement in select(table, ROLE, "false")),
    *select("integrator_client", "hocba_department", "true"),
    *select("integrator_client", "hocba_school", "true"),
    *select("integrator_client", "hocba_worker", "true"),
    *select("integrator_usage", "hocba_department", "true"),
    *select("integrator_grant", "hocba_school", "EXISTS (SELECT FROM record_book b WHERE b.id = book_id)"),
    *select("integrator_grant", "hocba_department", "true"),
    *select("integrator_grant", "hocba_guardian", OF_A_CHILD),
    *select("integrator_client", "hocba_guardian", "true"),
    *(
        statement
        for role in ("hocba_public", "hocba_district")
        for statement in select("integrator_grant", role, "false")
    ),
    *(
        statement
        for role in ("hocba_public", "hocba_district", ROLE)
        for statement in select("integrator_client", role, "false")
    ),
]
WRITING = [
    "CREATE POLICY insert_hocba_department ON integrator_client FOR INSERT TO hocba_department WITH CHECK (true)",
    "GRANT INSERT ON integrator_client TO hocba_department",
    "CREATE POLICY update_hocba_department ON integrator_client FOR UPDATE TO hocba_department USING (true)"
    " WITH CHECK (true)",
    "GRANT UPDATE (revoked_at, webhook_position) ON integrator_client TO hocba_department",
    "CREATE POLICY update_hocba_worker ON integrator_client FOR UPDATE TO hocba_worker USING (true) WITH CHECK (true)",
    "GRANT UPDATE (webhook_position) ON integrator_client TO hocba_worker",
    f"CREATE POLICY insert_hocba_school ON integrator_grant FOR INSERT TO hocba_school WITH CHECK ({MANAGED})",
    "GRANT INSERT ON integrator_grant TO hocba_school",
    f"CREATE POLICY update_hocba_school ON integrator_grant FOR UPDATE TO hocba_school USING ({MANAGED})"
    f" WITH CHECK ({MANAGED})",
    "GRANT UPDATE (revoked_at) ON integrator_grant TO hocba_school",
    "GRANT USAGE ON SEQUENCE integrator_client_id_seq TO hocba_department",
    "GRANT USAGE ON SEQUENCE integrator_grant_id_seq TO hocba_school",
]
# a guardian lets others in as the school does, and that is written down as the school's is
BY_GUARDIANS = [
    *(
        statement
        for table in ("share_code", "integrator_grant")
        for statement in (
            f"CREATE POLICY insert_hocba_guardian ON {table} FOR INSERT TO hocba_guardian WITH CHECK ({OF_A_CHILD})",
            f"GRANT INSERT ON {table} TO hocba_guardian",
            f"CREATE POLICY update_hocba_guardian ON {table} FOR UPDATE TO hocba_guardian USING ({OF_A_CHILD})"
            f" WITH CHECK ({OF_A_CHILD})",
            f"GRANT UPDATE (revoked_at) ON {table} TO hocba_guardian",
            f"GRANT USAGE ON SEQUENCE {table}_id_seq TO hocba_guardian",
        )
    ),
    "CREATE POLICY insert_hocba_guardian ON audit_event FOR INSERT TO hocba_guardian"
    " WITH CHECK (staff_id IS NULL AND action IN ('SHARE', 'UNSHARE', 'GRANT', 'UNGRANT'))",
    "GRANT INSERT ON audit_event TO hocba_guardian",
    "GRANT USAGE ON SEQUENCE audit_event_id_seq TO hocba_guardian",
]
DOORS = [
    # who a client is, before a scope can be taken
    """
CREATE FUNCTION integrator_of(wanted text)
RETURNS TABLE (id bigint, client_id text, name text, secret_hash text, public_keys jsonb, scopes jsonb, networks jsonb,
               daily_reads int, expires_at timestamptz, active boolean)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS $$
  SELECT c.id, c.client_id, c.name, c.secret_hash, c.public_keys, c.scopes, c.networks, c.daily_reads, c.expires_at,
         c.revoked_at IS NULL AND c.expires_at > now()
    FROM integrator_client c WHERE c.client_id = wanted
$$""",
    # One statement takes a read if the quota of the day has one left; a refused read is counted as such.
    """
CREATE FUNCTION take_quota(wanted text, most int) RETURNS TABLE (taken boolean, reads int, misses int, refused int)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
DECLARE today date := (now() AT TIME ZONE 'Asia/Ho_Chi_Minh')::date;
BEGIN
  INSERT INTO integrator_usage AS u (client_id, day, purpose, reads, misses, refused)
  VALUES (scope_client(), today, wanted, 0, 0, 0) ON CONFLICT (client_id, day, purpose) DO NOTHING;
  RETURN QUERY UPDATE integrator_usage u SET reads = u.reads + 1
   WHERE u.client_id = scope_client() AND u.day = today AND u.purpose = wanted AND u.reads < most
  RETURNING true, u.reads, u.misses, u.refused;
  IF NOT FOUND THEN
    RETURN QUERY UPDATE integrator_usage u SET refused = u.refused + 1
     WHERE u.client_id = scope_client() AND u.day = today AND u.purpose = wanted
    RETURNING false, u.reads, u.misses, u.refused;
  END IF;
END $$""",
    """
CREATE FUNCTION count_miss(wanted text) RETURNS int
LANGUAGE sql SECURITY DEFINER SET search_path = public AS $$
  UPDATE integrator_usage SET misses = misses + 1
   WHERE client_id = scope_client() AND day = (now() AT TIME ZONE 'Asia/Ho_Chi_Minh')::date AND purpose = wanted
  RETURNING misses
$$""",
    """
CREATE FUNCTION raise_alarm(what text, purpose text) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = public AS $$
  INSERT INTO audit_event (at, action, detail)
  VALUES (now(), 'INTEGRATOR_' || what, jsonb_build_object('client', scope_client(), 'purpose', purpose))
$$""",
    """
CREATE OR REPLACE FUNCTION record_access(purpose text, means text, outcome text, share bigint, network text)
RETURNS void LANGUAGE sql SECURITY DEFINER SET search_path = public AS $$
  INSERT INTO access_event (at, book_id, reader, reader_name, purpose, means, outcome, share_code_id, network)
  VALUES (now(), (SELECT id FROM record_book WHERE lookup_code = scope_code()),
          CASE WHEN scope_client() IS NULL THEN 'PUBLIC' ELSE 'INTEGRATOR' END,
          coalesce((SELECT name FROM integrator_client WHERE id = scope_client()), ''), purpose, means, outcome, share,
          network)
$$""",
    "REVOKE ALL ON FUNCTION integrator_of, take_quota, count_miss, raise_alarm FROM PUBLIC",
    "GRANT EXECUTE ON FUNCTION integrator_of TO hocba_app",
    f"GRANT EXECUTE ON FUNCTION book_fingerprint, record_access, take_quota, count_miss, raise_alarm, registered_file TO {ROLE}",
    f"GRANT EXECUTE ON FUNCTION enqueue_judgement, enqueue_preview TO {ROLE}",
    f"GRANT SELECT ON lifecycle_transition TO {ROLE}",
]


class Migration(migrations.Migration):
    dependencies = [("models", "0015_integrators")]
    operations = [ops.RunSQL(SETTINGS + SECURED + READING + WRITING + BY_GUARDIANS + DOORS)]
