"""Kept answers go by themselves: the worker removes what is a day old, whether or not anybody sends a keyed request."""

from tortoise import migrations
from tortoise.migrations import operations as ops

FORGET = """
CREATE FUNCTION forget_requests() RETURNS bigint
LANGUAGE sql SECURITY DEFINER SET search_path = public AS $$
  WITH gone AS (DELETE FROM idempotent_request WHERE created_at < now() - interval '24 hours' RETURNING 1)
  SELECT count(*) FROM gone
$$"""


class Migration(migrations.Migration):
    dependencies = [("models", "0022_counting_order")]
    operations = [
        ops.RunSQL(
            [
                FORGET,
                "REVOKE ALL ON FUNCTION forget_requests FROM PUBLIC",
                "GRANT EXECUTE ON FUNCTION forget_requests TO hocba_worker",
            ]
        )
    ]
