"""Taking part: declarations and their conditions, working groups, trainings, supervision, monthly reports."""

from typing import Any

from tortoise import fields, models

from backend.db.models.organisation import OrgUnit, Staff
from backend.domain.participation import Condition, ParticipationState, ReportKind


class Participation(models.Model):
    """A school's declaration for a school year."""

    id = fields.BigIntField(primary_key=True)
    school: fields.ForeignKeyRelation[OrgUnit] = fields.ForeignKeyField(
        "models.OrgUnit", related_name="participations", on_delete=fields.RESTRICT
    )
    school_year = fields.SmallIntField()
    state = fields.CharEnumField(ParticipationState, max_length=10)
    reason = fields.CharField(max_length=500, default="", db_default="")
    declared_at = fields.DatetimeField()
    updated_at = fields.DatetimeField()

    class Meta:
        table = "participation"
        unique_together = (("school", "school_year"),)


class Readiness(models.Model):
    """What a declaration says of one condition."""

    id = fields.BigIntField(primary_key=True)
    participation: fields.ForeignKeyRelation[Participation] = fields.ForeignKeyField(
        "models.Participation", related_name="answers", on_delete=fields.RESTRICT
    )
    condition = fields.CharEnumField(Condition, max_length=10)
    met = fields.BooleanField()
    evidence = fields.CharField(max_length=500)

    class Meta:
        table = "readiness"
        unique_together = (("participation", "condition"),)


class WorkingGroupMember(models.Model):
    """A person of a unit's working group, by name: not everybody in it has a login."""

    id = fields.BigIntField(primary_key=True)
    unit: fields.ForeignKeyRelation[OrgUnit] = fields.ForeignKeyField(
        "models.OrgUnit", related_name="working_group", on_delete=fields.RESTRICT
    )
    school_year = fields.SmallIntField()
    place = fields.SmallIntField()
    full_name = fields.CharField(max_length=120)
    post = fields.CharField(max_length=80)
    duty = fields.CharField(max_length=300)

    class Meta:
        table = "working_group_member"
        unique_together = (("unit", "school_year", "place"),)


class TrainingSession(models.Model):
    """A training that a unit held."""

    id = fields.BigIntField(primary_key=True)
    unit: fields.ForeignKeyRelation[OrgUnit] = fields.ForeignKeyField(
        "models.OrgUnit", related_name="trainings", on_delete=fields.RESTRICT
    )
    school_year = fields.SmallIntField()
    held_on = fields.DateField()
    topic = fields.CharField(max_length=200)
    place = fields.CharField(max_length=200)

    class Meta:
        table = "training_session"
        indexes = [("unit_id", "school_year")]


class TrainingAttendance(models.Model):
    """Who was there, written down by the person's own school."""

    id = fields.BigIntField(primary_key=True)
    session: fields.ForeignKeyRelation[TrainingSession] = fields.ForeignKeyField(
        "models.TrainingSession", related_name="attendances", on_delete=fields.RESTRICT
    )
    staff: fields.ForeignKeyRelation[Staff] = fields.ForeignKeyField(
        "models.Staff", related_name="trainings", on_delete=fields.RESTRICT
    )
    school: fields.ForeignKeyRelation[OrgUnit] = fields.ForeignKeyField(
        "models.OrgUnit", related_name="attendances", on_delete=fields.RESTRICT
    )

    class Meta:
        table = "training_attendance"
        unique_together = (("session", "staff", "school"),)
        indexes = [("school_id",)]


class SupervisionVisit(models.Model):
    """A visit to a school and what was found there."""

    id = fields.BigIntField(primary_key=True)
    school: fields.ForeignKeyRelation[OrgUnit] = fields.ForeignKeyField(
        "models.OrgUnit", related_name="visits", on_delete=fields.RESTRICT
    )
    visitor: fields.ForeignKeyRelation[OrgUnit] = fields.ForeignKeyField(
        "models.OrgUnit", related_name="visits_made", on_delete=fields.RESTRICT
    )
    school_year = fields.SmallIntField()
    visited_on = fields.DateField()
    findings = fields.CharField(max_length=4000)

    class Meta:
        table = "supervision_visit"
        indexes = [("school_id", "school_year")]


class SupervisionProposal(models.Model):
    """What one side of a visit proposes to the other, and the answer."""

    id = fields.BigIntField(primary_key=True)
    visit: fields.ForeignKeyRelation[SupervisionVisit] = fields.ForeignKeyField(
        "models.SupervisionVisit", related_name="proposals", on_delete=fields.RESTRICT
    )
    by_school = fields.BooleanField()
    proposal = fields.CharField(max_length=1000)
    proposed_at = fields.DatetimeField()
    answer = fields.CharField(max_length=1000, default="", db_default="")
    answered_at = fields.DatetimeField(null=True)

    class Meta:
        table = "supervision_proposal"
        indexes = [("visit_id",)]


class ParticipationReport(models.Model):
    """A monthly report as it stood when it was made; its files are drawn from ``content`` by the worker."""

    id = fields.BigIntField(primary_key=True)
    unit: fields.ForeignKeyRelation[OrgUnit] = fields.ForeignKeyField(
        "models.OrgUnit", related_name="participation_reports", on_delete=fields.RESTRICT
    )
    school_year = fields.SmallIntField()
    kind = fields.CharEnumField(ReportKind, max_length=16)
    month = fields.DateField()
    made_at = fields.DatetimeField()
    content: dict[str, Any] = fields.JSONField()
    pdf_digest = fields.CharField(max_length=64, null=True)
    xlsx_digest = fields.CharField(max_length=64, null=True)

    class Meta:
        table = "participation_report"
        indexes = [("unit_id", "school_year")]
