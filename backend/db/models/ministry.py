"""Reports to the Ministry: their files, what became of each record, and what the Ministry says that it holds."""

from tortoise import fields, models
from tortoise.indexes import Index

from backend.db.models.locking import LockPeriod
from backend.db.models.records import Revision
from backend.domain.ministry import PartState, ReportedState, ReportState


class MinistryReport(models.Model):
    """Báo cáo Bộ: one delivery of a window's records; ``again_of`` names the report whose refused records it repeats.

    ``root_hash`` is the Merkle root over the digests of its records in their order; ``manifest_digest`` the signed
    manifest in the store; ``code`` what its building waits for.
    """

    id = fields.BigIntField(primary_key=True)
    lock_period: fields.ForeignKeyRelation[LockPeriod] = fields.ForeignKeyField(
        "models.LockPeriod", related_name="ministry_reports", on_delete=fields.RESTRICT
    )
    number = fields.SmallIntField()
    again_of_id = fields.BigIntField(null=True)
    state = fields.CharEnumField(ReportState, max_length=8)
    code = fields.CharField(max_length=40, default="", db_default="")
    asked_by_id = fields.BigIntField(null=True)
    asked_at = fields.DatetimeField()
    record_count = fields.IntField(default=0, db_default=0)
    root_hash = fields.CharField(max_length=64, null=True)
    manifest_digest = fields.CharField(max_length=64, null=True)
    built_at = fields.DatetimeField(null=True)
    sent_at = fields.DatetimeField(null=True)
    answered_at = fields.DatetimeField(null=True)

    lock_period_id: int

    class Meta:
        table = "ministry_report"
        unique_together = (("lock_period", "number"),)


class MinistryPart(models.Model):
    """One file of a report; number 0 is the signed manifest. ``digest`` names it in the store and to the Ministry.

    Until ``next_at`` nobody touches it: somebody is at it, or it waits with ``code``.
    """

    id = fields.BigIntField(primary_key=True)
    report: fields.ForeignKeyRelation[MinistryReport] = fields.ForeignKeyField(
        "models.MinistryReport", related_name="parts", on_delete=fields.RESTRICT
    )
    number = fields.SmallIntField()
    digest = fields.CharField(max_length=64, unique=True)
    size = fields.IntField()
    record_count = fields.IntField()
    state = fields.CharEnumField(PartState, max_length=8)
    code = fields.CharField(max_length=40, default="", db_default="")
    attempts = fields.IntField(default=0, db_default=0)
    next_at = fields.DatetimeField()
    sent_at = fields.DatetimeField(null=True)
    answered_at = fields.DatetimeField(null=True)

    report_id: int

    class Meta:
        table = "ministry_part"
        unique_together = (("report", "number"),)


class MinistryItem(models.Model):
    """One record of a part, by the digest of the XML that was sent; ``code`` and ``reason`` are the Ministry's."""

    id = fields.BigIntField(primary_key=True)
    part: fields.ForeignKeyRelation[MinistryPart] = fields.ForeignKeyField(
        "models.MinistryPart", related_name="items", on_delete=fields.RESTRICT
    )
    revision: fields.ForeignKeyRelation[Revision] = fields.ForeignKeyField(
        "models.Revision", related_name="ministry_items", on_delete=fields.RESTRICT
    )
    digest = fields.CharField(max_length=64)
    state = fields.CharEnumField(ReportedState, max_length=8)
    code = fields.CharField(max_length=40, default="", db_default="")
    reason = fields.CharField(max_length=300, default="", db_default="")
    answered_at = fields.DatetimeField(null=True)

    part_id: int
    revision_id: int

    class Meta:
        table = "ministry_item"
        unique_together = (("part", "revision"),)
        indexes = [Index(fields=("revision_id", "id")), Index(fields=("digest",))]


class MinistryHolding(models.Model):
    """A record that the Ministry said it holds of a window, as of the last inventory."""

    id = fields.BigIntField(primary_key=True)
    lock_period: fields.ForeignKeyRelation[LockPeriod] = fields.ForeignKeyField(
        "models.LockPeriod", related_name="ministry_holdings", on_delete=fields.RESTRICT
    )
    digest = fields.CharField(max_length=64)
    state = fields.CharEnumField(ReportedState, max_length=8)

    lock_period_id: int

    class Meta:
        table = "ministry_holding"
        unique_together = (("lock_period", "digest"),)


class MinistryInventory(models.Model):
    """When the Ministry was last asked what it holds of a window, and what that waits for."""

    lock_period_id = fields.BigIntField(primary_key=True, generated=False)
    asked_at = fields.DatetimeField()
    taken_at = fields.DatetimeField(null=True)
    code = fields.CharField(max_length=40, default="", db_default="")

    class Meta:
        table = "ministry_inventory"
