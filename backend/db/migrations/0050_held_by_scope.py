"""Who holds the scope under which they watch is compared here, not by whoever asks: thousands are judged every second.

The answer names those who hold it no longer, so it is usually empty; sent as rows to be compared, what five thousand
hold kept an API process from everything else for a tenth of a second.
"""

from tortoise import migrations
from tortoise.migrations import operations as ops

# Each scope has the holders ``ids[first:last]``: cut out, not joined, because a join of two lists of unknown length
# becomes a loop in a loop.
ENDED = """
CREATE FUNCTION scopes_ended(roles text[], units bigint[], classes text[], schools text[], lasts int[], ids bigint[])
RETURNS TABLE (place bigint, assignment_id bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS $$
  WITH scope AS MATERIALIZED (
    SELECT s.*, coalesce(lag(s.last) OVER (ORDER BY s.place), 0) + 1 AS first
      FROM unnest(roles, units, classes, schools, lasts) WITH ORDINALITY AS s(role, unit_id, classes, schools, last, place)
  ), reach AS MATERIALIZED (
    SELECT u.unit_id, schools_below(u.unit_id)::text AS schools FROM (SELECT DISTINCT unit_id FROM scope) u
  )
  SELECT s.place, h.id
    FROM scope s
    JOIN reach r ON r.unit_id IS NOT DISTINCT FROM s.unit_id
    CROSS JOIN LATERAL unnest(ids[s.first:s.last]) AS h(id)
   WHERE r.schools <> s.schools OR NOT EXISTS (
     SELECT FROM assignment a
      WHERE a.id = h.id AND a.role = s.role AND a.unit_id = s.unit_id
        AND coalesce('{' || a.school_class_id || '}', '{}') = s.classes
        AND a.valid_from <= (SELECT today()) AND (a.valid_to IS NULL OR a.valid_to >= (SELECT today())))
$$"""


class Migration(migrations.Migration):
    dependencies = [("models", "0049_hand_overs")]
    operations = [
        ops.RunSQL(
            [
                ENDED,
                "REVOKE ALL ON FUNCTION scopes_ended FROM PUBLIC",
                "GRANT EXECUTE ON FUNCTION scopes_ended TO hocba_app",
                "DROP FUNCTION assignments_held",
            ]
        )
    ]
