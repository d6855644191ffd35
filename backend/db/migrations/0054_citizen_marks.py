"""Citizen numbers of guardians are kept as keyed marks (``backend.domain.citizen_marks``).

A migration knows no key: what is there stays readable until ``hocba guardians wrap``, which ``hocba migrate`` runs, has
wrapped it; from now on nothing is written that is not a mark. A school that no longer manages a book no longer ends what
opens it.
"""

from tortoise import fields, migrations
from tortoise.indexes import Index
from tortoise.migrations import operations as ops
from tortoise.migrations.constraints import UniqueConstraint

TABLES = ("guardian", "guardian_login")
IS_A_MARK = "citizen_mark ~ '^[1-9][0-9]*:[0-9a-f]{64}$'"
MARKED = [
    f"ALTER TABLE {table} ADD CONSTRAINT ck_{table}_citizen_mark CHECK ({IS_A_MARK}) NOT VALID"
    for table in TABLES
]
DOORS = [
    "DROP FUNCTION remember_guardian",
    """
CREATE OR REPLACE FUNCTION guardian_of(login_issuer text, login_subject text)
RETURNS TABLE (full_name text, book_ids bigint[])
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS $$
  SELECT l.full_name, ARRAY (SELECT b.id FROM guardian g JOIN record_book b ON b.pupil_id = g.pupil_id
                              WHERE g.citizen_mark = l.citizen_mark ORDER BY b.id)
    FROM guardian_login l WHERE l.issuer = login_issuer AND l.subject = login_subject
$$""",
    # the first mark is today's; what is kept by an older one is brought up to it
    """
CREATE FUNCTION remember_guardian(login_issuer text, login_subject text, marks text[], name text) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = public AS $$
  UPDATE guardian SET citizen_mark = marks[1] WHERE citizen_mark = ANY (marks[2:])
     AND NOT EXISTS (SELECT FROM guardian o WHERE o.pupil_id = guardian.pupil_id AND o.citizen_mark = marks[1]);
  UPDATE guardian_login SET citizen_mark = marks[1] WHERE citizen_mark = ANY (marks[2:]);
  INSERT INTO guardian_login (issuer, subject, citizen_mark, full_name, verified_at)
  VALUES (login_issuer, login_subject, marks[1], name, now())
  ON CONFLICT (issuer, subject) DO UPDATE
    SET citizen_mark = excluded.citizen_mark, full_name = excluded.full_name, verified_at = now()
$$""",
    "REVOKE ALL ON FUNCTION remember_guardian FROM PUBLIC",
    "GRANT EXECUTE ON FUNCTION remember_guardian TO hocba_app",
]
MANAGED = (
    "EXISTS (SELECT FROM record_book b WHERE b.id = book_id"
    " AND b.managing_school_id = ANY ((SELECT scope_schools())::bigint[]))"
)
SHARING = [f"ALTER POLICY update_hocba_school ON share_code USING ({MANAGED}) WITH CHECK ({MANAGED})"]


class Migration(migrations.Migration):
    dependencies = [("models", "0053_succession")]
    operations = [
        ops.RemoveIndex(model_name="Guardian", fields=["citizen_number"]),
        ops.RemoveConstraint(model_name="Guardian", fields=["pupil", "citizen_number"]),
        ops.RenameField(model_name="Guardian", old_name="citizen_number", new_name="citizen_mark"),
        ops.AlterField(
            model_name="Guardian", name="citizen_mark", field=fields.CharField(null=True, max_length=80)
        ),
        ops.AlterModelOptions(
            name="Guardian",
            options={
                "table": "guardian",
                "app": "models",
                "unique_together": (("pupil", "citizen_mark"),),
                "indexes": [Index(fields=["citizen_mark"])],
                "pk_attr": "id",
                "table_description": "An adult who may see a pupil's book, linked by the mark of a verified citizen number.",
            },
        ),
        ops.AddIndex(model_name="Guardian", index=Index(fields=["citizen_mark"])),
        ops.AddConstraint(
            model_name="Guardian", constraint=UniqueConstraint(fields=("pupil", "citizen_mark"), name=None)
        ),
        ops.RenameField(model_name="GuardianLogin", old_name="citizen_number", new_name="citizen_mark"),
        ops.AlterField(
            model_name="GuardianLogin", name="citizen_mark", field=fields.CharField(max_length=80)
        ),
        ops.AlterModelOptions(
            name="GuardianLogin",
            options={
                "table": "guardian_login",
                "app": "models",
                "unique_together": (("issuer", "subject"),),
                "pk_attr": "id",
                "table_description": "A login at a provider of guardians, with the mark of the citizen number that the provider has verified.",
            },
        ),
        ops.RunSQL([*MARKED, *DOORS, *SHARING]),
    ]
