"""Who did what to which revision: append-only, ids only, no personal data."""

from typing import Any

from tortoise import fields, models


class AuditEvent(models.Model):
    """One act. ``school_id`` is where it happened, for the right to read it."""

    id = fields.BigIntField(primary_key=True)
    at = fields.DatetimeField(auto_now_add=True)
    staff_id = fields.BigIntField(null=True)
    assignment_id = fields.BigIntField(null=True)
    action = fields.CharField(max_length=40)
    school_id = fields.BigIntField(null=True)
    revision_id = fields.BigIntField(null=True)
    detail: dict[str, Any] = fields.JSONField(default=dict)
    # where it came from, coarsely: enough to see that something is odd, too little to follow anybody
    door = fields.CharField(max_length=12, default="", db_default="")
    network = fields.CharField(max_length=45, default="", db_default="")
    device = fields.CharField(max_length=40, default="", db_default="")

    class Meta:
        table = "audit_event"
        indexes = [("school_id", "at"), ("revision_id",)]
