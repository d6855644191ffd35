"""Lock periods and the ledger of what was locked."""

from typing import Any

from tortoise import fields, models

from backend.db.models.records import Revision
from backend.domain.calendar import Window


class LockPeriod(models.Model):
    """Kỳ chốt: a window of a school year. ``root_hash`` is the ledger's root after the period was sealed.

    A lock goes over the records in batches: ``began_at`` is its beginning, after which no date and no exception
    changes; ``run_at`` the effective date of the run under way, none between runs; ``locked_count`` how far it is.
    ``change_id`` names the confirmed change that set the dates, none for those of the plan.
    """

    id = fields.BigIntField(primary_key=True)
    school_year = fields.SmallIntField()
    window = fields.CharEnumField(Window, max_length=13)
    locks_at = fields.DatetimeField()
    reports_at = fields.DatetimeField()
    grades: list[int] = fields.JSONField()
    change_id = fields.BigIntField(null=True, unique=True)
    began_at = fields.DatetimeField(null=True)
    run_at = fields.DatetimeField(null=True)
    locked_count = fields.IntField(default=0, db_default=0)
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


class CalendarChange(models.Model):
    """New dates of a lock period, which take two people: who proposed them, and who confirmed or rejected them."""

    id = fields.BigIntField(primary_key=True)
    school_year = fields.SmallIntField()
    window = fields.CharEnumField(Window, max_length=13)
    locks_at = fields.DatetimeField()
    reports_at = fields.DatetimeField()
    reason = fields.CharField(max_length=500)
    proposed_by_id = fields.BigIntField()
    proposed_at = fields.DatetimeField()
    decided_by_id = fields.BigIntField(null=True)
    decided_at = fields.DatetimeField(null=True)
    confirmed = fields.BooleanField(default=False)

    class Meta:
        table = "calendar_change"


class LockException(models.Model):
    """A school or class that may still act after a deadline, until ``expires_at``; takes two people."""

    id = fields.BigIntField(primary_key=True)
    lock_period: fields.ForeignKeyRelation[LockPeriod] = fields.ForeignKeyField(
        "models.LockPeriod", related_name="exceptions", on_delete=fields.RESTRICT
    )
    school_id = fields.BigIntField()
    school_class_id = fields.BigIntField(null=True)
    reason = fields.CharField(max_length=500)
    expires_at = fields.DatetimeField()
    proposed_by_id = fields.BigIntField()
    proposed_at = fields.DatetimeField()
    decided_by_id = fields.BigIntField(null=True)
    decided_at = fields.DatetimeField(null=True)
    confirmed = fields.BooleanField(default=False)

    lock_period_id: int

    class Meta:
        table = "lock_exception"
        indexes = [("lock_period_id", "school_id")]


class LockRehearsal(models.Model):
    """A lock that was carried out and undone, batch by batch; ``blockers`` counts records by what bars them."""

    id = fields.BigIntField(primary_key=True)
    lock_period: fields.ForeignKeyRelation[LockPeriod] = fields.ForeignKeyField(
        "models.LockPeriod", related_name="rehearsals", on_delete=fields.RESTRICT
    )
    asked_by_id = fields.BigIntField()
    asked_at = fields.DatetimeField()
    finished_at = fields.DatetimeField(null=True)
    record_count = fields.IntField(default=0, db_default=0)
    seconds = fields.FloatField(null=True)
    root_hash = fields.CharField(max_length=64, null=True)
    blockers: dict[str, Any] = fields.JSONField(null=True)

    lock_period_id: int

    class Meta:
        table = "lock_rehearsal"


class SealObstacle(models.Model):
    """Why the department's seal on a locked revision's files has to wait; gone once it is there."""

    revision_id = fields.BigIntField(primary_key=True, generated=False)
    code = fields.CharField(max_length=40)
    since = fields.DatetimeField()
    tried_at = fields.DatetimeField()

    class Meta:
        table = "seal_obstacle"


class WorkerClock(models.Model):
    """How many seconds a worker's clock is ahead of the database's, as of ``at``."""

    worker = fields.CharField(primary_key=True, max_length=80)
    ahead = fields.FloatField()
    at = fields.DatetimeField()

    class Meta:
        table = "worker_clock"
