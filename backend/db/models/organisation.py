"""Units, people and what a person does in a unit, each with its dates: the tree is data, never code."""

from tortoise import fields, models

from backend.domain.organisation import KeyCustody, Ownership, UnitKind
from backend.domain.policy import Role


class OrgUnit(models.Model):
    """A department, district or school; a unit that ended keeps its row and names its successor."""

    id = fields.BigIntField(primary_key=True)
    kind = fields.CharEnumField(UnitKind, max_length=12)
    code = fields.CharField(max_length=20, unique=True)
    name = fields.CharField(max_length=200)
    parent: fields.ForeignKeyNullableRelation["OrgUnit"] = fields.ForeignKeyField(
        "models.OrgUnit", related_name="children", on_delete=fields.RESTRICT, null=True
    )
    successor: fields.ForeignKeyNullableRelation["OrgUnit"] = fields.ForeignKeyField(
        "models.OrgUnit", related_name="predecessors", on_delete=fields.RESTRICT, null=True
    )
    valid_from = fields.DateField()
    valid_to = fields.DateField(null=True)
    ownership = fields.CharEnumField(Ownership, max_length=8, default=Ownership.PUBLIC)
    commune = fields.CharField(max_length=80, default="")
    district = fields.CharField(max_length=80, default="")
    province = fields.CharField(max_length=80, default="")
    place = fields.CharField(max_length=80, default="")

    parent_id: int | None
    successor_id: int | None

    class Meta:
        table = "org_unit"
        indexes = [("parent_id", "kind")]


class Staff(models.Model):
    """A person who works in the system, known to the identity provider by issuer and subject."""

    id = fields.BigIntField(primary_key=True)
    issuer = fields.CharField(max_length=200)
    subject = fields.CharField(max_length=200)
    full_name = fields.CharField(max_length=120)

    class Meta:
        table = "staff"
        unique_together = (("issuer", "subject"),)


class SchoolClass(models.Model):
    """A class of one school in one school year (``school_year`` is the year of its September).

    ``predecessor_id`` is the class of a school that has ended, with which its successor goes on as this one.
    """

    id = fields.BigIntField(primary_key=True)
    school: fields.ForeignKeyRelation[OrgUnit] = fields.ForeignKeyField(
        "models.OrgUnit", related_name="classes", on_delete=fields.RESTRICT
    )
    school_year = fields.SmallIntField()
    grade = fields.SmallIntField()
    name = fields.CharField(max_length=20)
    predecessor_id = fields.BigIntField(null=True)

    school_id: int

    class Meta:
        table = "school_class"
        unique_together = (("school", "school_year", "name"),)


class Assignment(models.Model):
    """What a person does in a unit between two dates; roles come from here and nowhere else."""

    id = fields.BigIntField(primary_key=True)
    staff: fields.ForeignKeyRelation[Staff] = fields.ForeignKeyField(
        "models.Staff", related_name="assignments", on_delete=fields.RESTRICT
    )
    unit: fields.ForeignKeyRelation[OrgUnit] = fields.ForeignKeyField(
        "models.OrgUnit", related_name="assignments", on_delete=fields.RESTRICT
    )
    role = fields.CharEnumField(Role, max_length=20)
    school_class: fields.ForeignKeyNullableRelation[SchoolClass] = fields.ForeignKeyField(
        "models.SchoolClass", related_name="assignments", on_delete=fields.RESTRICT, null=True
    )
    post = fields.CharField(max_length=80)
    may_sign_for_principal = fields.BooleanField(default=False)
    valid_from = fields.DateField()
    valid_to = fields.DateField(null=True)
    proposal_id = fields.BigIntField(null=True, unique=True)

    staff_id: int
    unit_id: int
    school_class_id: int | None

    class Meta:
        table = "assignment"
        indexes = [("unit_id", "role")]


class AssignmentProposal(models.Model):
    """A role that takes two people to hand out: who proposed it, and who confirmed or rejected it."""

    id = fields.BigIntField(primary_key=True)
    staff: fields.ForeignKeyRelation[Staff] = fields.ForeignKeyField(
        "models.Staff", related_name="proposals", on_delete=fields.RESTRICT
    )
    unit: fields.ForeignKeyRelation[OrgUnit] = fields.ForeignKeyField(
        "models.OrgUnit", related_name="proposals", on_delete=fields.RESTRICT
    )
    role = fields.CharEnumField(Role, max_length=20)
    post = fields.CharField(max_length=80)
    valid_from = fields.DateField()
    valid_to = fields.DateField(null=True)
    proposed_by_id = fields.BigIntField()
    proposed_at = fields.DatetimeField()
    decided_by_id = fields.BigIntField(null=True)
    decided_at = fields.DatetimeField(null=True)
    confirmed = fields.BooleanField(default=False)

    staff_id: int
    unit_id: int

    class Meta:
        table = "assignment_proposal"


class SigningCredential(models.Model):
    """A registered certificate and where its key is kept; of a person, or the seal of a unit."""

    id = fields.BigIntField(primary_key=True)
    staff: fields.ForeignKeyNullableRelation[Staff] = fields.ForeignKeyField(
        "models.Staff", related_name="credentials", on_delete=fields.RESTRICT, null=True
    )
    unit: fields.ForeignKeyNullableRelation[OrgUnit] = fields.ForeignKeyField(
        "models.OrgUnit", related_name="credentials", on_delete=fields.RESTRICT, null=True
    )
    custody = fields.CharEnumField(KeyCustody, max_length=8)
    locator = fields.CharField(max_length=200)
    certificate = fields.TextField()
    fingerprint = fields.CharField(max_length=64)
    serial = fields.CharField(max_length=64)
    not_before = fields.DatetimeField()
    not_after = fields.DatetimeField()
    active = fields.BooleanField(default=True)

    staff_id: int | None
    unit_id: int | None

    class Meta:
        table = "signing_credential"
        indexes = [("staff_id",), ("unit_id",)]
