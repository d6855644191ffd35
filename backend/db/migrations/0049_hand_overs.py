"""A hand-over is a document that both schools seal: a transfer waits for each seal before it goes on.

The worker alone takes a transfer from a state that waits for a seal to the next; the book changes hands in ``hand_over``,
which the worker calls with the document that both have sealed. What the book holds is one digest, so that a change
after the release is seen. Transfers are told of like packets are.
"""

from typing import Any

from tortoise import fields, migrations
from tortoise.indexes import Index
from tortoise.migrations import operations as ops

from backend.domain.transfer import BLOCKS, OPEN, OPEN_WORK_OF, OpenWork, life

OPEN_STATES = ", ".join(f"'{state}'" for state in OPEN)
LIFE = [
    "DELETE FROM transfer_transition",
    "INSERT INTO transfer_transition VALUES "
    + ", ".join(f"('{before}', '{after}', '{side}')" for before, after, side in life()),
    "GRANT SELECT ON transfer_transition TO hocba_worker",
    "DROP INDEX ux_transfer_open",
    f"CREATE UNIQUE INDEX ux_transfer_open ON transfer (book_id) WHERE state IN ({OPEN_STATES})",
    "CREATE INDEX ix_transfer_sealing ON transfer (id) WHERE state IN ('RELEASING', 'ACCEPTING')",
    """
CREATE OR REPLACE FUNCTION transfer_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'DELETE' OR (NEW.id, NEW.book_id, NEW.from_school_id, NEW.to_school_id, NEW.pupil_name)
     IS DISTINCT FROM (OLD.id, OLD.book_id, OLD.from_school_id, OLD.to_school_id, OLD.pupil_name) THEN
    RAISE EXCEPTION 'a transfer stays that of its book and its schools' USING ERRCODE = 'HB001';
  END IF;
  IF NEW.state <> OLD.state AND NOT EXISTS (
       SELECT FROM transfer_transition t WHERE t.from_state = OLD.state AND t.to_state = NEW.state
          AND CASE current_user
              WHEN 'hocba_guardian' THEN t.side = 'FAMILY'
              WHEN 'hocba_school' THEN t.side = 'RELEASING' AND OLD.from_school_id = ANY (scope_schools())
                OR t.side = 'RECEIVING' AND OLD.to_school_id = ANY (scope_schools())
              WHEN 'hocba_worker' THEN t.side = 'WORKER'
              ELSE true END) THEN
    RAISE EXCEPTION 'transfer % may not go from % to %', OLD.id, OLD.state, NEW.state USING ERRCODE = 'HB003';
  END IF;
  RETURN NEW;
END $$""",
]

_OF_STATE = " ".join(f"WHEN '{state}' THEN '{work}'" for state, work in OPEN_WORK_OF.items())
WORK = f"""
CREATE OR REPLACE FUNCTION transfer_work(keys bigint[]) RETURNS TABLE (transfer_id bigint, work text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS $$
  SELECT DISTINCT t.id, w.work
    FROM transfer t JOIN year_record y ON y.book_id = t.book_id AND y.school_id = t.from_school_id AND NOT y.left_behind
    JOIN revision r ON r.year_record_id = y.id AND r.id IN (y.working_revision_id, y.standing_revision_id)
    CROSS JOIN LATERAL (VALUES
      (CASE r.state {_OF_STATE} END),
      (CASE WHEN EXISTS (SELECT FROM ceremony_item i WHERE i.revision_id = r.id AND i.state IN ('QUEUED', 'SIGNING'))
            THEN '{OpenWork.CEREMONY_UNDER_WAY}' END)) AS w(work)
   WHERE t.id = ANY (keys) AND t.state IN ({OPEN_STATES}) AND w.work IS NOT NULL
$$"""

# What a book holds, as one digest: each year's standing revision, or the one that is being worked on.
STANDING = """
CREATE FUNCTION transfer_standing(key bigint) RETURNS text
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS $$
  SELECT encode(sha256(convert_to(coalesce(string_agg(y.school_id || ' ' || r.id || ' ' || r.content_digest, E'\n'
                ORDER BY y.id), ''), 'UTF8')), 'hex')
    FROM transfer t JOIN year_record y ON y.book_id = t.book_id
    JOIN revision r ON r.id = coalesce(y.standing_revision_id, y.working_revision_id)
   WHERE t.id = key
$$"""

_BARS = ", ".join(f"'{work}'" for work in sorted(BLOCKS))
HAND_OVER = f"""
CREATE FUNCTION hand_over(key bigint, document text, token text, seal bigint) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
DECLARE
  t transfer;
BEGIN
  SELECT * INTO t FROM transfer WHERE id = key AND state = 'ACCEPTING' FOR UPDATE;
  IF NOT FOUND THEN
    RETURN 'STATE_FORBIDS';
  END IF;
  PERFORM FROM record_book b WHERE b.id = t.book_id AND b.managing_school_id = t.from_school_id FOR UPDATE;
  IF NOT FOUND THEN
    RETURN 'HAND_OVER_OUTDATED';
  END IF;
  PERFORM FROM year_record y WHERE y.book_id = t.book_id ORDER BY y.id FOR UPDATE;
  PERFORM FROM revision r WHERE r.book_id = t.book_id ORDER BY r.id FOR UPDATE;
  IF EXISTS (SELECT FROM transfer_work(ARRAY[key]) w WHERE w.work IN ({_BARS})) THEN
    RETURN 'BOOK_BUSY';
  END IF;
  IF t.standing IS DISTINCT FROM transfer_standing(key) THEN
    RETURN 'HAND_OVER_OUTDATED';
  END IF;
  INSERT INTO transfer_snapshot (transfer_id, year_record_id, revision_id, school_year, state, content_digest, content, taken_at)
  SELECT key, y.id, r.id, y.school_year, r.state, r.content_digest, r.content, now()
    FROM year_record y JOIN revision r ON r.id = y.working_revision_id
   WHERE y.book_id = t.book_id AND y.school_id = t.from_school_id AND y.standing_revision_id IS NULL AND NOT y.left_behind;
  UPDATE transfer SET open_work = coalesce((SELECT jsonb_agg(w.work ORDER BY w.work) FROM transfer_work(ARRAY[key]) w), '[]')
   WHERE id = key;
  UPDATE year_record y SET left_behind = true, updated_at = now()
    FROM transfer_snapshot s WHERE s.transfer_id = key AND y.id = s.year_record_id;
  UPDATE year_record y SET left_behind = false, updated_at = now()
   WHERE y.book_id = t.book_id AND y.school_id = t.to_school_id AND y.left_behind;
  UPDATE record_book SET managing_school_id = t.to_school_id, school_class_id = t.to_class_id, has_foreign_years = true
   WHERE id = t.book_id;
  UPDATE transfer SET state = 'ACCEPTED', accepted_at = now(), updated_at = now(), obstacle = '',
         hand_over_digest = document, hand_over_timestamp = token, accept_credential_id = seal WHERE id = key;
  RETURN '';
END $$"""

TELL = """
CREATE FUNCTION tell_transfers() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
BEGIN
  INSERT INTO live_event (topic, kind, subject_id, school_id, school_class_id, other_school_id)
  SELECT DISTINCT 'TRANSFER', CASE TG_OP WHEN 'INSERT' THEN 'CREATED' ELSE 'CHANGED' END, id, from_school_id,
         NULL::bigint, to_school_id FROM after_rows
  ON CONFLICT DO NOTHING;
  RETURN NULL;
END $$"""

# Who keeps a copy of what is in effect is told that another school answers for the book now.
JOURNAL = """
CREATE FUNCTION journal_move() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
DECLARE place bigint;
BEGIN
  PERFORM pg_advisory_xact_lock(hashtext('registry_change'));
  INSERT INTO registry_change (position, at, kind, code_digest, number, school_year, effective_from)
  SELECT (SELECT coalesce(max(position), 0) + 1 FROM registry_change), clock_timestamp(), 'MOVED',
         encode(sha256(convert_to(NEW.lookup_code, 'UTF8')), 'hex'), r.number, r.school_year, r.effective_from
    FROM revision r WHERE r.book_id = NEW.id AND r.state = 'LOCKED' ORDER BY r.school_year DESC, r.id DESC LIMIT 1
  RETURNING position INTO place;
  IF place IS NOT NULL AND coalesce(current_setting('app.webhooks_asked', true), '') = '' THEN
    PERFORM set_config('app.webhooks_asked', 'yes', true);
    PERFORM enqueue_jobs('webhook.deliver/1', ARRAY[jsonb_build_object('client_key', c.id, 'position', place)],
                         ARRAY['webhook:' || c.id || ':' || place])
       FROM integrator_client c WHERE c.webhook_url <> '' AND c.revoked_at IS NULL AND c.expires_at > now();
  END IF;
  RETURN NULL;
END $$"""

SCHOOL_MOVES = "state, answer, open_work, obstacle, nonce, to_class_id, accepted_by_id"
WORKER_MOVES = "state, answer, obstacle, standing, release_digest, release_credential_id, updated_at"
READERS = "hocba_school, hocba_district, hocba_department, hocba_guardian, hocba_public, hocba_integrator, hocba_worker"
STATEMENTS = [
    *LIFE,
    WORK,
    STANDING,
    "DROP FUNCTION hand_over(bigint, bigint)",
    HAND_OVER,
    "REVOKE ALL ON FUNCTION transfer_standing, hand_over FROM PUBLIC",
    f"GRANT EXECUTE ON FUNCTION transfer_standing TO {READERS}",
    "GRANT EXECUTE ON FUNCTION hand_over, transfer_work TO hocba_worker",
    # what was released before there was a document is released anew, under a seal
    "UPDATE transfer SET state = 'ASKED', released_at = NULL, released_by_id = NULL WHERE state = 'RELEASED'",
    "DROP POLICY update_hocba_school ON transfer",
    "CREATE POLICY update_hocba_school ON transfer FOR UPDATE TO hocba_school"
    " USING ((from_school_id = ANY ((SELECT scope_schools())::bigint[])"
    " OR to_school_id = ANY ((SELECT scope_schools())::bigint[])) AND (SELECT scope_classes()) IS NULL)"
    " WITH CHECK (state NOT IN ('RELEASED', 'ACCEPTED'))",
    f"GRANT UPDATE ({SCHOOL_MOVES}) ON transfer TO hocba_school",
    "GRANT UPDATE (obstacle) ON transfer TO hocba_guardian",
    "CREATE POLICY update_hocba_worker ON transfer FOR UPDATE TO hocba_worker USING (true) WITH CHECK (true)",
    f"GRANT UPDATE ({WORKER_MOVES}) ON transfer TO hocba_worker",
    TELL,
    JOURNAL,
    "REVOKE ALL ON FUNCTION tell_transfers, journal_move FROM PUBLIC",
    "CREATE CONSTRAINT TRIGGER journal AFTER UPDATE OF managing_school_id ON record_book DEFERRABLE INITIALLY DEFERRED"
    " FOR EACH ROW WHEN (NEW.managing_school_id <> OLD.managing_school_id) EXECUTE FUNCTION journal_move()",
    *(
        f"CREATE TRIGGER tell_transfers_{event.lower()} AFTER {event} ON transfer REFERENCING NEW TABLE AS after_rows"
        " FOR EACH STATEMENT EXECUTE FUNCTION tell_transfers()"
        for event in ("INSERT", "UPDATE")
    ),
    *(f"ALTER TABLE seal_intent {mode} ROW LEVEL SECURITY" for mode in ("ENABLE", "FORCE")),
    "CREATE POLICY read_hocba_worker ON seal_intent FOR SELECT TO hocba_worker USING (true)",
    "CREATE POLICY insert_hocba_worker ON seal_intent FOR INSERT TO hocba_worker WITH CHECK (true)",
    "GRANT SELECT, INSERT ON seal_intent TO hocba_worker",
    "GRANT USAGE ON SEQUENCE seal_intent_id_seq TO hocba_worker",
    "CREATE TRIGGER only_grows BEFORE UPDATE OR DELETE ON seal_intent FOR EACH ROW EXECUTE FUNCTION append_only()",
    "CREATE TRIGGER never_emptied BEFORE TRUNCATE ON seal_intent FOR EACH STATEMENT EXECUTE FUNCTION append_only()",
]


def _digest() -> fields.CharField[Any]:
    return fields.CharField(null=True, max_length=64)


def _key() -> fields.BigIntField:
    return fields.BigIntField(null=True)


class Migration(migrations.Migration):
    dependencies = [("models", "0048_checked_first")]
    operations = [
        ops.AddField("Transfer", "nonce", fields.CharField(null=True, max_length=32)),
        ops.AddField("Transfer", "obstacle", fields.CharField(default="", db_default="", max_length=40)),
        *(
            ops.AddField("Transfer", name, _digest())
            for name in ("standing", "release_digest", "hand_over_digest", "hand_over_timestamp")
        ),
        *(
            ops.AddField("Transfer", name, _key())
            for name in ("release_credential_id", "accept_credential_id")
        ),
        ops.CreateModel(
            name="SealIntent",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("purpose", fields.CharField(max_length=16)),
                ("subject_id", fields.BigIntField()),
                ("credential_id", fields.BigIntField()),
                ("at", fields.DatetimeField(auto_now=False, auto_now_add=True)),
            ],
            options={
                "table": "seal_intent",
                "app": "models",
                "indexes": [Index(fields=["purpose", "subject_id"])],
                "pk_attr": "id",
                "table_description": "Written before a unit's seal is used on a document that is no record, so that every use can be accounted for.",
            },
            bases=["Model"],
        ),
        ops.RunSQL(STATEMENTS),
    ]
