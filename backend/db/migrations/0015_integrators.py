"""Tables of programs of other institutions: credentials, grants, use."""

from orjson import loads
from tortoise import fields, migrations
from tortoise.fields.base import OnDelete
from tortoise.fields.data import JSON_DUMPS
from tortoise.indexes import Index
from tortoise.migrations import operations as ops

from backend.domain.access import AccessPurpose


class Migration(migrations.Migration):
    dependencies = [("models", "0014_idempotency")]

    initial = False

    operations = [
        ops.CreateModel(
            name="IntegratorClient",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("client_id", fields.CharField(unique=True, max_length=40)),
                ("name", fields.CharField(max_length=200)),
                ("secret_hash", fields.CharField(null=True, max_length=64)),
                ("public_keys", fields.JSONField(null=True, encoder=JSON_DUMPS, decoder=loads)),
                ("scopes", fields.JSONField(encoder=JSON_DUMPS, decoder=loads)),
                ("networks", fields.JSONField(default=list, encoder=JSON_DUMPS, decoder=loads)),
                ("daily_reads", fields.IntField(null=True)),
                ("created_at", fields.DatetimeField(auto_now=False, auto_now_add=True)),
                ("expires_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("revoked_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("webhook_url", fields.CharField(default="", max_length=500)),
                ("webhook_position", fields.BigIntField(default=0)),
            ],
            options={
                "table": "integrator_client",
                "app": "models",
                "pk_attr": "id",
                "table_description": "A client of the token endpoint: a secret (its hash) or public keys, scopes, networks, an end.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="IntegratorGrant",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                (
                    "client",
                    fields.ForeignKeyField(
                        "models.IntegratorClient",
                        source_field="client_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="grants",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                (
                    "book",
                    fields.ForeignKeyField(
                        "models.RecordBook",
                        source_field="book_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="grants",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                (
                    "purpose",
                    fields.CharEnumField(
                        description="NOT_STATED: NOT_STATED\nFAMILY: FAMILY\nVERIFICATION: VERIFICATION\nADMISSION: ADMISSION\nWALLET: WALLET\nSUPERVISION: SUPERVISION",
                        enum_type=AccessPurpose,
                        max_length=12,
                    ),
                ),
                ("created_by", fields.BigIntField(null=True)),
                ("created_at", fields.DatetimeField(auto_now=False, auto_now_add=True)),
                ("expires_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("revoked_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "integrator_grant",
                "app": "models",
                "indexes": [Index(fields=["client_id", "id"]), Index(fields=["book_id"])],
                "pk_attr": "id",
                "table_description": "A book that a family has let a client read for one purpose, until its end or until it is taken back.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="IntegratorUsage",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                (
                    "client",
                    fields.ForeignKeyField(
                        "models.IntegratorClient",
                        source_field="client_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="usage",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("day", fields.DateField()),
                (
                    "purpose",
                    fields.CharEnumField(
                        description="NOT_STATED: NOT_STATED\nFAMILY: FAMILY\nVERIFICATION: VERIFICATION\nADMISSION: ADMISSION\nWALLET: WALLET\nSUPERVISION: SUPERVISION",
                        enum_type=AccessPurpose,
                        max_length=12,
                    ),
                ),
                ("reads", fields.IntField(default=0)),
                ("misses", fields.IntField(default=0)),
                ("refused", fields.IntField(default=0)),
            ],
            options={
                "table": "integrator_usage",
                "app": "models",
                "unique_together": (("client", "day", "purpose"),),
                "pk_attr": "id",
                "table_description": "What a client read on one day for one purpose; a miss opened nothing, a refused read met its quota.",
            },
            bases=["Model"],
        ),
    ]
