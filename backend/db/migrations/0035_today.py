"""Today is Vietnam's, whatever time zone the server or a session is set to: one function says so.

Whatever asked for the session's date asks it from now on: functions and policies are written anew from themselves.
"""

from tortoise import migrations
from tortoise.migrations import operations as ops

TODAY = """
CREATE FUNCTION today() RETURNS date LANGUAGE sql STABLE PARALLEL SAFE
AS $$ SELECT (now() AT TIME ZONE 'Asia/Ho_Chi_Minh')::date $$"""

REWRITE = r"""
DO $rewrite$
DECLARE
  found record;
BEGIN
  FOR found IN SELECT p.oid FROM pg_proc p
                WHERE p.pronamespace = 'public'::regnamespace AND p.prosrc ~* '\mcurrent_date\M' LOOP
    EXECUTE regexp_replace(pg_get_functiondef(found.oid), '\mcurrent_date\M', 'today()', 'gi');
  END LOOP;
  FOR found IN SELECT * FROM pg_policies WHERE schemaname = 'public'
                AND concat(qual, ' ', with_check) ~* '\mcurrent_date\M' LOOP
    EXECUTE format('ALTER POLICY %I ON %I', found.policyname, found.tablename)
         || coalesce(' USING (' || regexp_replace(found.qual, '\mcurrent_date\M', 'today()', 'gi') || ')', '')
         || coalesce(' WITH CHECK (' || regexp_replace(found.with_check, '\mcurrent_date\M', 'today()', 'gi') || ')', '');
  END LOOP;
END $rewrite$"""


class Migration(migrations.Migration):
    dependencies = [("models", "0034_reads_by_right")]
    operations = [ops.RunSQL([TODAY, REWRITE])]
