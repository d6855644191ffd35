"""Answers to requests that carry a key, kept for a day so that the same request does nothing twice.

No role reads the table: two functions claim a request and keep its answer. A request is known by a hash over the
person and their key, so that nobody can ask for another's answer without knowing both. The claim and the answer
belong to the transaction of the operation: a second request waits for the first, and a fault leaves no claim.
"""

from tortoise import migrations
from tortoise.migrations import operations as ops

TABLE = [
    "CREATE TABLE idempotent_request (id text PRIMARY KEY CHECK (id ~ '^[0-9a-f]{64}$'), digest text NOT NULL,"
    " answer text, created_at timestamptz NOT NULL)",
    "CREATE INDEX ix_idempotent_request_age ON idempotent_request (created_at)",
    "ALTER TABLE idempotent_request ENABLE ROW LEVEL SECURITY",
    "ALTER TABLE idempotent_request FORCE ROW LEVEL SECURITY",
]

# What is a day old goes with the next request of anybody, a hundred at a time: faster than it can grow.
CLAIM = """
CREATE FUNCTION claim_request(request text, asked text)
RETURNS TABLE (is_new boolean, is_same boolean, answer text)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
BEGIN
  DELETE FROM idempotent_request r WHERE r.id = request AND r.created_at < now() - interval '24 hours';
  DELETE FROM idempotent_request r WHERE r.id IN (
    SELECT o.id FROM idempotent_request o WHERE o.created_at < now() - interval '24 hours'
     ORDER BY o.created_at LIMIT 100 FOR UPDATE SKIP LOCKED);
  INSERT INTO idempotent_request AS r (id, digest, created_at) VALUES (request, asked, now())
  ON CONFLICT DO NOTHING;
  IF FOUND THEN
    RETURN QUERY SELECT true, true, NULL::text;
  ELSE
    RETURN QUERY SELECT false, r.digest = asked, r.answer FROM idempotent_request r WHERE r.id = request;
  END IF;
END $$"""

KEEP = """
CREATE FUNCTION keep_answer(request text, given text) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = public AS $$
  DELETE FROM idempotent_request WHERE id = request AND answer IS NULL AND given IS NULL;
  UPDATE idempotent_request SET answer = given WHERE id = request AND answer IS NULL;
$$"""


class Migration(migrations.Migration):
    dependencies = [("models", "0013_live_events")]
    operations = [ops.RunSQL([*TABLE, CLAIM, KEEP])]
