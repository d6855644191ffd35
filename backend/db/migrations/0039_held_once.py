"""The schools below a unit are looked for once, however many hold an assignment there.

Without ``MATERIALIZED`` the planner lays the common table open and looks for each assignment: for five thousand
watchers that is a second instead of some hundredths.
"""

from tortoise import migrations
from tortoise.migrations import operations as ops

HELD = """
CREATE OR REPLACE FUNCTION assignments_held(ids bigint[])
RETURNS TABLE (assignment_id bigint, role text, unit_id bigint, school_class_id bigint, school_ids bigint[])
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS $$
  WITH held AS (
    SELECT id, role, unit_id, school_class_id FROM assignment
     WHERE id = ANY (ids) AND valid_from <= today() AND (valid_to IS NULL OR valid_to >= today())
  ), units AS MATERIALIZED (
    SELECT u.unit_id, schools_below(u.unit_id) AS below FROM (SELECT DISTINCT unit_id FROM held) u
  )
  SELECT h.id, h.role, h.unit_id, h.school_class_id, u.below FROM held h JOIN units u USING (unit_id)
$$"""


class Migration(migrations.Migration):
    dependencies = [("models", "0038_ledger_proofs")]
    operations = [ops.RunSQL([HELD])]
