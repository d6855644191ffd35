"""How a change gets into the journal: at commit, one transaction at a time, so that positions have no gap.

A position is given under a lock that is held until the commit; a transaction that fails gives its positions back. The
triggers are deferred: the lock is taken last of all, so nobody waits for another's work and nothing can deadlock.
"""

from tortoise import migrations
from tortoise.migrations import operations as ops

JOURNAL = """
CREATE FUNCTION journal_change() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
DECLARE
  changed revision := CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
  place bigint;
BEGIN
  PERFORM pg_advisory_xact_lock(hashtext('registry_change'));
  INSERT INTO registry_change (position, at, kind, code_digest, number, school_year, effective_from)
  SELECT (SELECT coalesce(max(position), 0) + 1 FROM registry_change), clock_timestamp(),
         CASE TG_OP WHEN 'DELETE' THEN 'DELETED' ELSE changed.state END,
         encode(sha256(convert_to(b.lookup_code, 'UTF8')), 'hex'), changed.number, changed.school_year,
         changed.effective_from
    FROM record_book b WHERE b.id = changed.book_id
  RETURNING position INTO place;
  -- one job for each receiver and transaction, however many records a lock takes
  IF coalesce(current_setting('app.webhooks_asked', true), '') = '' THEN
    PERFORM set_config('app.webhooks_asked', 'yes', true);
    PERFORM enqueue_jobs('webhook.deliver/1', ARRAY[jsonb_build_object('client_key', c.id, 'position', place)],
                         ARRAY['webhook:' || c.id || ':' || place])
       FROM integrator_client c WHERE c.webhook_url <> '' AND c.revoked_at IS NULL AND c.expires_at > now();
  END IF;
  RETURN NULL;
END $$"""

TRIGGERS = [
    "CREATE CONSTRAINT TRIGGER journal AFTER UPDATE OF state ON revision DEFERRABLE INITIALLY DEFERRED FOR EACH ROW"
    " WHEN (NEW.state IN ('LOCKED', 'SUPERSEDED')"
    " OR NEW.state = 'WITHDRAWN' AND OLD.state IN ('ISSUED', 'SUBMITTED', 'ACCEPTED'))"
    " EXECUTE FUNCTION journal_change()",
    # no role can delete a revision; should the law ever make the owner do it, followers are told
    "CREATE CONSTRAINT TRIGGER journal_deletion AFTER DELETE ON revision DEFERRABLE INITIALLY DEFERRED FOR EACH ROW"
    " WHEN (OLD.state IN ('ISSUED', 'SUBMITTED', 'ACCEPTED', 'LOCKED', 'WITHDRAWN', 'SUPERSEDED'))"
    " EXECUTE FUNCTION journal_change()",
    "CREATE TRIGGER only_grows BEFORE UPDATE OR DELETE ON registry_change FOR EACH ROW EXECUTE FUNCTION append_only()",
    "CREATE TRIGGER never_emptied BEFORE TRUNCATE ON registry_change FOR EACH STATEMENT EXECUTE FUNCTION append_only()",
]
RIGHTS = [
    "ALTER TABLE registry_change ENABLE ROW LEVEL SECURITY",
    "ALTER TABLE registry_change FORCE ROW LEVEL SECURITY",
    *(
        statement
        for role in ("hocba_integrator", "hocba_department", "hocba_worker")
        for statement in (
            f"CREATE POLICY read_{role} ON registry_change FOR SELECT TO {role} USING (true)",
            f"GRANT SELECT ON registry_change TO {role}",
        )
    ),
]


class Migration(migrations.Migration):
    dependencies = [("models", "0020_changes")]
    operations = [ops.RunSQL([JOURNAL, *TRIGGERS, *RIGHTS])]
