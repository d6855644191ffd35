"""Reads of a book by people outside its school, and the codes with which it is shared."""

from tortoise import fields, models

from backend.db.models.pupils import RecordBook
from backend.db.models.records import Revision, YearRecord
from backend.domain.access import AccessMeans, AccessOutcome, AccessPurpose, AccessReader


class ShareCode(models.Model):
    """Mã chia sẻ: a second factor for one book and one purpose; only its hash is kept."""

    id = fields.BigIntField(primary_key=True)
    book: fields.ForeignKeyRelation[RecordBook] = fields.ForeignKeyField(
        "models.RecordBook", related_name="share_codes", on_delete=fields.RESTRICT
    )
    code_hash = fields.CharField(max_length=64)
    purpose = fields.CharEnumField(AccessPurpose, max_length=12)
    created_by = fields.BigIntField(null=True)
    created_at = fields.DatetimeField(auto_now_add=True)
    expires_at = fields.DatetimeField()
    revoked_at = fields.DatetimeField(null=True)

    book_id: int

    class Meta:
        table = "share_code"
        unique_together = (("book", "code_hash"),)


class AccessEvent(models.Model):
    """One read, or one try that failed; ``book`` is empty when the code was nobody's.

    ``reader_name`` is an office's or an integrator's, never a person's; ``network`` leaves the end of the
    address out.
    """

    id = fields.BigIntField(primary_key=True)
    at = fields.DatetimeField(auto_now_add=True)
    book: fields.ForeignKeyNullableRelation[RecordBook] = fields.ForeignKeyField(
        "models.RecordBook", related_name="access_events", on_delete=fields.RESTRICT, null=True
    )
    reader = fields.CharEnumField(AccessReader, max_length=10)
    reader_name = fields.CharField(max_length=200, default="")
    purpose = fields.CharEnumField(AccessPurpose, max_length=12)
    means = fields.CharEnumField(AccessMeans, max_length=10)
    outcome = fields.CharEnumField(AccessOutcome, max_length=7)
    share_code_id = fields.BigIntField(null=True)
    network = fields.CharField(max_length=50, default="")

    book_id: int | None

    class Meta:
        table = "access_event"
        indexes = [("book_id", "id")]


class PrintConfirmation(models.Model):
    """A copy that a school printed of a record in effect: who, when, which version, for whom and what for."""

    id = fields.BigIntField(primary_key=True)
    book: fields.ForeignKeyRelation[RecordBook] = fields.ForeignKeyField(
        "models.RecordBook", related_name="prints", on_delete=fields.RESTRICT
    )
    year_record: fields.ForeignKeyRelation[YearRecord] = fields.ForeignKeyField(
        "models.YearRecord", related_name="prints", on_delete=fields.RESTRICT
    )
    revision: fields.ForeignKeyRelation[Revision] = fields.ForeignKeyField(
        "models.Revision", related_name="prints", on_delete=fields.RESTRICT
    )
    school_id = fields.BigIntField()
    school_name = fields.CharField(max_length=200)
    pupil_name = fields.CharField(max_length=60)
    class_name = fields.CharField(max_length=40)
    school_year = fields.SmallIntField()
    lookup_code = fields.CharField(max_length=32)
    revision_number = fields.SmallIntField()
    content_digest = fields.CharField(max_length=64)
    file_digest = fields.CharField(max_length=64)
    recipient = fields.CharField(max_length=120)
    purpose = fields.CharEnumField(AccessPurpose, max_length=12)
    note = fields.CharField(max_length=500, default="")
    printed_by_id = fields.BigIntField(null=True)
    printed_by = fields.CharField(max_length=120)
    printed_at = fields.DatetimeField()
    sheet_digest = fields.CharField(max_length=64, null=True)

    class Meta:
        table = "print_confirmation"
        indexes = [("year_record_id", "id")]
