"""Books that change schools, and the years that stay behind unfinished."""

from typing import Any

from tortoise import fields, models

from backend.db.models.organisation import OrgUnit, SchoolClass
from backend.db.models.pupils import RecordBook
from backend.db.models.records import Revision, YearRecord
from backend.domain.departure import DepartureReason
from backend.domain.lifecycle import State
from backend.domain.transfer import TransferState


class Transfer(models.Model):
    """The hand-over of a book; who acted for which side is a staff id, ``open_work`` what was unfinished then.

    ``standing`` is a digest of what the book held when its release was sealed; ``release_digest`` names the document with
    the managing school's seal, ``hand_over_digest`` the one with both, ``hand_over_timestamp`` the token over that.
    """

    id = fields.BigIntField(primary_key=True)
    book: fields.ForeignKeyRelation[RecordBook] = fields.ForeignKeyField(
        "models.RecordBook", related_name="transfers", on_delete=fields.RESTRICT
    )
    from_school: fields.ForeignKeyRelation[OrgUnit] = fields.ForeignKeyField(
        "models.OrgUnit", related_name="transfers_out", on_delete=fields.RESTRICT
    )
    to_school: fields.ForeignKeyRelation[OrgUnit] = fields.ForeignKeyField(
        "models.OrgUnit", related_name="transfers_in", on_delete=fields.RESTRICT
    )
    to_class: fields.ForeignKeyNullableRelation[SchoolClass] = fields.ForeignKeyField(
        "models.SchoolClass", related_name="transfers_in", on_delete=fields.RESTRICT, null=True
    )
    pupil_name = fields.CharField(max_length=60)
    state = fields.CharEnumField(TransferState, max_length=9)
    reason = fields.CharField(max_length=500, default="", db_default="")
    answer = fields.CharField(max_length=500, default="", db_default="")
    open_work: list[str] = fields.JSONField(default=list)
    requested_at = fields.DatetimeField(null=True)
    asked_at = fields.DatetimeField(null=True)
    released_at = fields.DatetimeField(null=True)
    accepted_at = fields.DatetimeField(null=True)
    asked_by_id = fields.BigIntField(null=True)
    released_by_id = fields.BigIntField(null=True)
    accepted_by_id = fields.BigIntField(null=True)
    nonce = fields.CharField(max_length=32, null=True)
    obstacle = fields.CharField(max_length=40, default="", db_default="")
    standing = fields.CharField(max_length=64, null=True)
    release_digest = fields.CharField(max_length=64, null=True)
    release_credential_id = fields.BigIntField(null=True)
    hand_over_digest = fields.CharField(max_length=64, null=True)
    hand_over_timestamp = fields.CharField(max_length=64, null=True)
    accept_credential_id = fields.BigIntField(null=True)
    updated_at = fields.DatetimeField()

    class Meta:
        table = "transfer"
        indexes = [("book_id", "state"), ("from_school_id", "state"), ("to_school_id", "state")]


class TransferSnapshot(models.Model):
    """A year as it stood when its book left: the marks that were given so far, and where they come from."""

    id = fields.BigIntField(primary_key=True)
    transfer: fields.ForeignKeyRelation[Transfer] = fields.ForeignKeyField(
        "models.Transfer", related_name="snapshots", on_delete=fields.RESTRICT
    )
    year_record: fields.ForeignKeyRelation[YearRecord] = fields.ForeignKeyField(
        "models.YearRecord", related_name="snapshots", on_delete=fields.RESTRICT
    )
    revision: fields.ForeignKeyRelation[Revision] = fields.ForeignKeyField(
        "models.Revision", related_name="snapshots", on_delete=fields.RESTRICT
    )
    school_year = fields.SmallIntField()
    state = fields.CharEnumField(State, max_length=16)
    content_digest = fields.CharField(max_length=64)
    content: dict[str, Any] = fields.JSONField()
    taken_at = fields.DatetimeField()

    class Meta:
        table = "transfer_snapshot"
        unique_together = (("transfer", "year_record"),)


class Departure(models.Model):
    """A pupil who left, until they come back; the book stays with the school that noted it."""

    id = fields.BigIntField(primary_key=True)
    book: fields.ForeignKeyRelation[RecordBook] = fields.ForeignKeyField(
        "models.RecordBook", related_name="departures", on_delete=fields.RESTRICT
    )
    school_id = fields.BigIntField()
    pupil_name = fields.CharField(max_length=60)
    reason = fields.CharEnumField(DepartureReason, max_length=11)
    note = fields.CharField(max_length=500, default="")
    left_on = fields.DateField()
    recorded_by_id = fields.BigIntField(null=True)
    recorded_at = fields.DatetimeField()
    returned_on = fields.DateField(null=True)
    returned_by_id = fields.BigIntField(null=True)

    class Meta:
        table = "departure"
        indexes = [("school_id", "left_on")]


class SealIntent(models.Model):
    """Written before a unit's seal is used on a document that is no record, so that every use can be accounted for."""

    id = fields.BigIntField(primary_key=True)
    purpose = fields.CharField(max_length=16)
    subject_id = fields.BigIntField()
    credential_id = fields.BigIntField()
    at = fields.DatetimeField(auto_now_add=True)

    class Meta:
        table = "seal_intent"
        indexes = [("purpose", "subject_id")]
