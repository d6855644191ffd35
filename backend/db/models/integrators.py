"""Programs of other institutions: their credentials, what families granted them, and what they used."""

from typing import Any

from tortoise import fields, models

from backend.db.models.pupils import RecordBook
from backend.domain.access import AccessPurpose


class IntegratorClient(models.Model):
    """A client of the token endpoint: a secret (its hash) or public keys, scopes, networks, an end.

    ``webhook_position`` is the last change that its receiver has confirmed.
    """

    id = fields.BigIntField(primary_key=True)
    client_id = fields.CharField(max_length=40, unique=True)
    name = fields.CharField(max_length=200)
    secret_hash = fields.CharField(max_length=64, null=True)
    public_keys: dict[str, Any] | None = fields.JSONField(null=True)
    scopes: list[str] = fields.JSONField()
    networks: list[str] = fields.JSONField(default=list)
    daily_reads = fields.IntField(null=True)
    created_at = fields.DatetimeField(auto_now_add=True)
    expires_at = fields.DatetimeField()
    revoked_at = fields.DatetimeField(null=True)
    webhook_url = fields.CharField(max_length=500, default="")
    webhook_position = fields.BigIntField(default=0)

    class Meta:
        table = "integrator_client"


class IntegratorGrant(models.Model):
    """A book that a family has let a client read for one purpose, until its end or until it is taken back."""

    id = fields.BigIntField(primary_key=True)
    client: fields.ForeignKeyRelation[IntegratorClient] = fields.ForeignKeyField(
        "models.IntegratorClient", related_name="grants", on_delete=fields.RESTRICT
    )
    book: fields.ForeignKeyRelation[RecordBook] = fields.ForeignKeyField(
        "models.RecordBook", related_name="grants", on_delete=fields.RESTRICT
    )
    purpose = fields.CharEnumField(AccessPurpose, max_length=12)
    created_by = fields.BigIntField(null=True)
    created_at = fields.DatetimeField(auto_now_add=True)
    expires_at = fields.DatetimeField()
    revoked_at = fields.DatetimeField(null=True)

    client_id: int
    book_id: int

    class Meta:
        table = "integrator_grant"
        indexes = [("client_id", "id"), ("book_id",)]


class IntegratorUsage(models.Model):
    """What a client read on one day for one purpose; a miss opened nothing, a refused read met its quota."""

    id = fields.BigIntField(primary_key=True)
    client: fields.ForeignKeyRelation[IntegratorClient] = fields.ForeignKeyField(
        "models.IntegratorClient", related_name="usage", on_delete=fields.RESTRICT
    )
    day = fields.DateField()
    purpose = fields.CharEnumField(AccessPurpose, max_length=12)
    reads = fields.IntField(default=0)
    misses = fields.IntField(default=0)
    refused = fields.IntField(default=0)

    client_id: int

    class Meta:
        table = "integrator_usage"
        unique_together = (("client", "day", "purpose"),)
