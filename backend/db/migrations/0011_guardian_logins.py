"""Logins of guardians: a login's verified citizen number, and through it the children. Nobody reads the table; whoever
signs in passes by two doors.
"""

from tortoise import fields, migrations
from tortoise.migrations import operations as ops

DOORS = [
    "ALTER TABLE guardian_login ENABLE ROW LEVEL SECURITY",
    "ALTER TABLE guardian_login FORCE ROW LEVEL SECURITY",
    "DROP FUNCTION children_of",
    """
CREATE FUNCTION guardian_of(login_issuer text, login_subject text)
RETURNS TABLE (full_name text, book_ids bigint[])
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS $$
  SELECT l.full_name, ARRAY (SELECT b.id FROM guardian g JOIN record_book b ON b.pupil_id = g.pupil_id
                              WHERE g.citizen_number = l.citizen_number ORDER BY b.id)
    FROM guardian_login l WHERE l.issuer = login_issuer AND l.subject = login_subject
$$""",
    """
CREATE FUNCTION remember_guardian(login_issuer text, login_subject text, number text, name text) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = public AS $$
  INSERT INTO guardian_login (issuer, subject, citizen_number, full_name, verified_at)
  VALUES (login_issuer, login_subject, number, name, now())
  ON CONFLICT (issuer, subject) DO UPDATE
    SET citizen_number = excluded.citizen_number, full_name = excluded.full_name, verified_at = now()
$$""",
    "REVOKE ALL ON FUNCTION guardian_of, remember_guardian FROM PUBLIC",
    "GRANT EXECUTE ON FUNCTION guardian_of, remember_guardian TO hocba_app",
]


class Migration(migrations.Migration):
    dependencies = [("models", "0010_foreign_years")]
    operations = [
        ops.CreateModel(
            name="GuardianLogin",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("issuer", fields.CharField(max_length=200)),
                ("subject", fields.CharField(max_length=200)),
                ("citizen_number", fields.CharField(max_length=12)),
                ("full_name", fields.CharField(max_length=120)),
                ("verified_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "guardian_login",
                "app": "models",
                "unique_together": (("issuer", "subject"),),
                "pk_attr": "id",
                "table_description": "A login at a provider of guardians, with the citizen number that the provider has verified.",
            },
            bases=["Model"],
        ),
        ops.RunSQL(DOORS),
    ]
