"""Years that a pupil brings along: the school that manages the book sees them, with their classes, and nobody else.

A homeroom teacher sees the records of their own classes, a district those of its own schools, exactly as the pure
policy has it; the school that wrote a year keeps reading it after the pupil has left.
"""

from tortoise import migrations
from tortoise.migrations import operations as ops

FOREIGN_BOOKS = """
CREATE OR REPLACE FUNCTION scope_foreign_books() RETURNS bigint[] LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = public AS $$
  SELECT coalesce(array_agg(id), '{}') FROM record_book
   WHERE has_foreign_years AND managing_school_id = ANY (scope_schools()) AND scope_classes() IS NULL
$$"""

# The class of such a year is shown with it: a record without its class would be no record at all.
FOREIGN_CLASSES = """
CREATE FUNCTION scope_foreign_classes() RETURNS bigint[] LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = public AS $$
  SELECT coalesce(array_agg(DISTINCT school_class_id), '{}') FROM year_record
   WHERE book_id = ANY (scope_foreign_books())
$$"""

IN_SCHOOLS = "school_id = ANY ((SELECT scope_schools())::bigint[])"
OWN_CLASSES = (
    f"({IN_SCHOOLS} AND ((SELECT scope_classes()) IS NULL OR id = ANY ((SELECT scope_classes())::bigint[])))"
    " OR id = ANY ((SELECT scope_foreign_classes())::bigint[])"
)


class Migration(migrations.Migration):
    dependencies = [("models", "0009_guardians")]
    operations = [
        ops.RunSQL(
            [
                FOREIGN_BOOKS,
                FOREIGN_CLASSES,
                f"ALTER POLICY read_hocba_school ON school_class USING ({OWN_CLASSES})",
                f"ALTER POLICY read_hocba_district ON year_record USING ({IN_SCHOOLS})",
                f"ALTER POLICY read_hocba_district ON revision USING ({IN_SCHOOLS})",
            ]
        )
    ]
