"""Lock periods and the ledger of what was locked."""

from tortoise import fields, models

from backend.db.models.records import Revision
from backend.domain.calendar import Window


class LockPeriod(models.Model):
    """Kỳ chốt: a window of a school year. ``root_hash`` is the ledger's root after the period was sealed."""

    id = fields.BigIntField(primary_key=True)
    school_year = fields.SmallIntField()
    window = fields.CharEnumField(Window, max_length=13)
    locks_at = fields.DatetimeField()
    reports_at = fields.DatetimeField()
    grades: list[int] = fields.JSONField()
    sealed_at = fields.DatetimeField(null=True)
    sealed_count = fields.IntField(null=True)
    root_hash = fields.CharField(max_length=64, null=True)
    updated_at = fields.DatetimeField(auto_now=True)

    class Meta:
        table = "lock_period"
        unique_together = (("school_year", "window"),)


class LedgerEntry(models.Model):
    """A locked revision's leaf; ``index`` counts from 0 without gaps."""

    id = fields.BigIntField(primary_key=True)
    index = fields.BigIntField(unique=True)
    revision: fields.OneToOneRelation[Revision] = fields.OneToOneField(
        "models.Revision", related_name="ledger_entry", on_delete=fields.RESTRICT
    )
    lock_period: fields.ForeignKeyRelation[LockPeriod] = fields.ForeignKeyField(
        "models.LockPeriod", related_name="entries", on_delete=fields.RESTRICT
    )
    leaf_hash = fields.CharField(max_length=64)
    # the database refuses a leaf that is not the hash's, so the default is never kept
    leaf = fields.TextField(default="", db_default="")

    revision_id: int
    lock_period_id: int

    class Meta:
        table = "ledger_entry"


class TreeHead(models.Model):
    """The ledger's root at one size, with the subtree roots needed to grow it."""

    id = fields.BigIntField(primary_key=True)
    size = fields.BigIntField(unique=True)
    root_hash = fields.CharField(max_length=64)
    frontier: list[str] = fields.JSONField()
    created_at = fields.DatetimeField(auto_now_add=True)

    class Meta:
        table = "tree_head"
