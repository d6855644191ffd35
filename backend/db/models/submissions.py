"""What schools send to the department, class by class, and the department's answer for each record."""

from tortoise import fields, models

from backend.db.models.organisation import OrgUnit, SchoolClass, Staff
from backend.db.models.records import Revision
from backend.domain.submission import SubmissionStage, Verdict


class Submission(models.Model):
    """A class packet of one school."""

    id = fields.BigIntField(primary_key=True)
    school: fields.ForeignKeyRelation[OrgUnit] = fields.ForeignKeyField(
        "models.OrgUnit", related_name="submissions", on_delete=fields.RESTRICT
    )
    school_class: fields.ForeignKeyRelation[SchoolClass] = fields.ForeignKeyField(
        "models.SchoolClass", related_name="submissions", on_delete=fields.RESTRICT
    )
    school_year = fields.SmallIntField()
    submitted_by: fields.ForeignKeyRelation[Staff] = fields.ForeignKeyField(
        "models.Staff", related_name="submissions", on_delete=fields.RESTRICT
    )
    submitted_at = fields.DatetimeField(auto_now_add=True)
    nonce = fields.CharField(max_length=32, null=True, unique=True)
    stage = fields.CharEnumField(
        SubmissionStage, max_length=9, default=SubmissionStage.SEALING, db_default=SubmissionStage.SEALING
    )
    obstacle = fields.CharField(max_length=40, default="", db_default="")
    manifest_digest = fields.CharField(max_length=64, null=True)
    receipt_digest = fields.CharField(max_length=64, null=True)
    timestamp_digest = fields.CharField(max_length=64, null=True)
    sealed_at = fields.DatetimeField(null=True)
    checked_at = fields.DatetimeField(null=True)
    answered_at = fields.DatetimeField(null=True)
    final_receipt_digest = fields.CharField(max_length=64, null=True)
    final_timestamp_digest = fields.CharField(max_length=64, null=True)
    proven_count = fields.SmallIntField(default=0, db_default=0)

    school_id: int
    school_class_id: int
    submitted_by_id: int

    class Meta:
        table = "submission"
        indexes = [("school_id", "submitted_at")]


class SubmissionItem(models.Model):
    """One record of a packet and the department's verdict on it."""

    id = fields.BigIntField(primary_key=True)
    submission: fields.ForeignKeyRelation[Submission] = fields.ForeignKeyField(
        "models.Submission", related_name="items", on_delete=fields.RESTRICT
    )
    revision: fields.OneToOneRelation[Revision] = fields.OneToOneField(
        "models.Revision", related_name="submission_item", on_delete=fields.RESTRICT
    )
    verdict = fields.CharEnumField(Verdict, max_length=10, default=Verdict.PENDING)
    reason = fields.CharField(max_length=500, default="")
    code = fields.CharField(max_length=40, default="", db_default="")
    field = fields.CharField(max_length=100, default="", db_default="")
    decided_at = fields.DatetimeField(null=True)
    decided_by_id = fields.BigIntField(null=True)

    submission_id: int
    revision_id: int

    class Meta:
        table = "submission_item"
        indexes = [("submission_id",)]
