"""Administration: who writes units, assignments and guardians, and the two people that the weightier roles take.

The database itself refuses a principal or an officer of the department whom one person alone has made: the row must
name a proposal that somebody else has confirmed.
"""

from tortoise import fields, migrations
from tortoise.fields.base import OnDelete
from tortoise.migrations import operations as ops

from backend.domain.policy import Role

SCHOOL = "ANY ((SELECT scope_schools())::bigint[])"
WHOLE_SCHOOL = f"unit_id = {SCHOOL} AND (SELECT scope_classes()) IS NULL"
FOR_ANOTHER = "staff_id <> (SELECT scope_staff())"
SCHOOL_ROLES = "role IN ('HOMEROOM_TEACHER', 'DEPUTY_PRINCIPAL', 'CLERK')"
CLASS_OF_UNIT = (
    "(school_class_id IS NULL OR EXISTS (SELECT FROM school_class c WHERE c.id = school_class_id"
    " AND c.school_id = unit_id))"
)
CONFIRMED = (
    "(role NOT IN ('PRINCIPAL', 'DEPARTMENT_OFFICER') OR EXISTS (SELECT FROM assignment_proposal p"
    " WHERE p.id = assignment.proposal_id AND p.confirmed AND p.staff_id = assignment.staff_id"
    " AND p.unit_id = assignment.unit_id AND p.role = assignment.role))"
)
OF_MANAGED_PUPIL = (
    "(SELECT scope_classes()) IS NULL AND EXISTS (SELECT FROM record_book b WHERE b.pupil_id = guardian.pupil_id"
    f" AND b.managing_school_id = {SCHOOL})"
)
# constraints and triggers see every row; policies only add up
RULES = [
    "ALTER TABLE assignment_proposal ADD CONSTRAINT takes_two CHECK (NOT confirmed OR (decided_at IS NOT NULL"
    " AND decided_by_id IS NOT NULL AND decided_by_id <> proposed_by_id AND decided_by_id <> staff_id))",
    "ALTER TABLE assignment_proposal ENABLE ROW LEVEL SECURITY",
    "ALTER TABLE assignment_proposal FORCE ROW LEVEL SECURITY",
    "CREATE POLICY read_hocba_department ON assignment_proposal FOR SELECT TO hocba_department USING (true)",
    "CREATE POLICY insert_hocba_department ON assignment_proposal FOR INSERT TO hocba_department"
    f" WITH CHECK (proposed_by_id = (SELECT scope_staff()) AND decided_at IS NULL AND {FOR_ANOTHER})",
    "CREATE POLICY update_hocba_department ON assignment_proposal FOR UPDATE TO hocba_department"
    " USING (decided_at IS NULL) WITH CHECK (decided_by_id = (SELECT scope_staff()))",
    "GRANT SELECT, INSERT, UPDATE (decided_by_id, decided_at, confirmed) ON assignment_proposal TO hocba_department",
    "GRANT USAGE ON SEQUENCE assignment_proposal_id_seq TO hocba_department",
    "CREATE POLICY insert_hocba_school ON assignment FOR INSERT TO hocba_school"
    f" WITH CHECK ({WHOLE_SCHOOL} AND {SCHOOL_ROLES} AND {FOR_ANOTHER} AND {CLASS_OF_UNIT})",
    "CREATE POLICY update_hocba_school ON assignment FOR UPDATE TO hocba_school"
    f" USING ({WHOLE_SCHOOL} AND {SCHOOL_ROLES} AND {FOR_ANOTHER})"
    f" WITH CHECK ({WHOLE_SCHOOL} AND {SCHOOL_ROLES} AND {FOR_ANOTHER})",
    "GRANT INSERT, UPDATE (may_sign_for_principal, valid_to) ON assignment TO hocba_school",
    "CREATE POLICY insert_hocba_department ON assignment FOR INSERT TO hocba_department"
    f" WITH CHECK ({FOR_ANOTHER} AND {CLASS_OF_UNIT} AND {CONFIRMED})",
    "CREATE POLICY update_hocba_department ON assignment FOR UPDATE TO hocba_department"
    f" USING ({FOR_ANOTHER}) WITH CHECK ({FOR_ANOTHER})",
    "GRANT INSERT, UPDATE (valid_to) ON assignment TO hocba_department",
    "CREATE POLICY insert_hocba_department ON org_unit FOR INSERT TO hocba_department WITH CHECK (kind <> 'DEPARTMENT')",
    "CREATE POLICY update_hocba_department ON org_unit FOR UPDATE TO hocba_department"
    " USING (kind <> 'DEPARTMENT') WITH CHECK (kind <> 'DEPARTMENT')",
    "GRANT INSERT, UPDATE (name, valid_to, successor_id) ON org_unit TO hocba_department",
    f"CREATE POLICY insert_hocba_school ON guardian FOR INSERT TO hocba_school WITH CHECK ({OF_MANAGED_PUPIL})",
    f"CREATE POLICY delete_hocba_school ON guardian FOR DELETE TO hocba_school USING ({OF_MANAGED_PUPIL})",
    "GRANT INSERT, DELETE ON guardian TO hocba_school",
]
# A person is known by login; whoever assigns somebody learns the id and nothing of where else they work.
DOORS = [
    """
CREATE FUNCTION ensure_person(login_issuer text, login_subject text, name text) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
DECLARE found bigint;
BEGIN
  INSERT INTO staff (issuer, subject, full_name) VALUES (login_issuer, login_subject, name)
  ON CONFLICT (issuer, subject) DO NOTHING RETURNING id INTO found;
  RETURN coalesce(found, (SELECT id FROM staff WHERE issuer = login_issuer AND subject = login_subject));
END $$""",
    "REVOKE ALL ON FUNCTION ensure_person FROM PUBLIC",
    "GRANT EXECUTE ON FUNCTION ensure_person TO hocba_school, hocba_department",
]


class Migration(migrations.Migration):
    dependencies = [("models", "0018_audit_chain")]
    operations = [
        ops.CreateModel(
            name="AssignmentProposal",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                (
                    "staff",
                    fields.ForeignKeyField(
                        "models.Staff",
                        source_field="staff_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="proposals",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                (
                    "unit",
                    fields.ForeignKeyField(
                        "models.OrgUnit",
                        source_field="unit_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="proposals",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                (
                    "role",
                    fields.CharEnumField(
                        description="\n".join(f"{role.name}: {role.value}" for role in Role),
                        enum_type=Role,
                        max_length=20,
                    ),
                ),
                ("post", fields.CharField(max_length=80)),
                ("valid_from", fields.DateField()),
                ("valid_to", fields.DateField(null=True)),
                ("proposed_by_id", fields.BigIntField()),
                ("proposed_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("decided_by_id", fields.BigIntField(null=True)),
                ("decided_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("confirmed", fields.BooleanField(default=False)),
            ],
            options={
                "table": "assignment_proposal",
                "app": "models",
                "pk_attr": "id",
                "table_description": "A role that takes two people to hand out: who proposed it, and who confirmed or rejected it.",
            },
            bases=["Model"],
        ),
        ops.AddField(
            model_name="Assignment",
            name="proposal_id",
            field=fields.BigIntField(null=True, unique=True),
        ),
        ops.RunSQL(RULES + DOORS),
    ]
