"""The reports to the Ministry and what becomes of each record in them."""

from tortoise import fields, migrations
from tortoise.fields.base import OnDelete
from tortoise.indexes import Index
from tortoise.migrations import operations as ops

from backend.domain.ministry import PartState, ReportedState, ReportState


class Migration(migrations.Migration):
    dependencies = [("models", "0043_left_behind")]

    initial = False

    operations = [
        ops.CreateModel(
            name="MinistryHolding",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                (
                    "lock_period",
                    fields.ForeignKeyField(
                        "models.LockPeriod",
                        source_field="lock_period_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="ministry_holdings",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("digest", fields.CharField(max_length=64)),
                (
                    "state",
                    fields.CharEnumField(
                        description="WAITING: WAITING\nSENT: SENT\nRECEIVED: RECEIVED\nREFUSED: REFUSED",
                        enum_type=ReportedState,
                        max_length=8,
                    ),
                ),
            ],
            options={
                "table": "ministry_holding",
                "app": "models",
                "unique_together": (("lock_period", "digest"),),
                "pk_attr": "id",
                "table_description": "A record that the Ministry said it holds of a window, as of the last inventory.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="MinistryInventory",
            fields=[
                (
                    "lock_period_id",
                    fields.BigIntField(generated=False, primary_key=True, unique=True, db_index=True),
                ),
                ("asked_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("taken_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("code", fields.CharField(default="", db_default="", max_length=40)),
            ],
            options={
                "table": "ministry_inventory",
                "app": "models",
                "pk_attr": "lock_period_id",
                "table_description": "When the Ministry was last asked what it holds of a window, and what that waits for.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="MinistryReport",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                (
                    "lock_period",
                    fields.ForeignKeyField(
                        "models.LockPeriod",
                        source_field="lock_period_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="ministry_reports",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("number", fields.SmallIntField()),
                ("again_of_id", fields.BigIntField(null=True)),
                (
                    "state",
                    fields.CharEnumField(
                        description="BUILDING: BUILDING\nREADY: READY\nSENDING: SENDING\nSENT: SENT\nANSWERED: ANSWERED",
                        enum_type=ReportState,
                        max_length=8,
                    ),
                ),
                ("code", fields.CharField(default="", db_default="", max_length=40)),
                ("asked_by_id", fields.BigIntField(null=True)),
                ("asked_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("record_count", fields.IntField(default=0, db_default=0)),
                ("root_hash", fields.CharField(null=True, max_length=64)),
                ("manifest_digest", fields.CharField(null=True, max_length=64)),
                ("built_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("sent_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("answered_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "ministry_report",
                "app": "models",
                "unique_together": (("lock_period", "number"),),
                "pk_attr": "id",
                "table_description": "Báo cáo Bộ: one delivery of a window's records; ``again_of`` names the report whose refused records it repeats.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="MinistryPart",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                (
                    "report",
                    fields.ForeignKeyField(
                        "models.MinistryReport",
                        source_field="report_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="parts",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("number", fields.SmallIntField()),
                ("digest", fields.CharField(unique=True, max_length=64)),
                ("size", fields.IntField()),
                ("record_count", fields.IntField()),
                (
                    "state",
                    fields.CharEnumField(
                        description="READY: READY\nSENDING: SENDING\nSENT: SENT\nANSWERED: ANSWERED",
                        enum_type=PartState,
                        max_length=8,
                    ),
                ),
                ("code", fields.CharField(default="", db_default="", max_length=40)),
                ("attempts", fields.IntField(default=0, db_default=0)),
                ("next_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("sent_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("answered_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "ministry_part",
                "app": "models",
                "unique_together": (("report", "number"),),
                "pk_attr": "id",
                "table_description": "One file of a report; number 0 is the signed manifest. ``digest`` names it in the store and to the Ministry.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="MinistryItem",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                (
                    "part",
                    fields.ForeignKeyField(
                        "models.MinistryPart",
                        source_field="part_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="items",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                (
                    "revision",
                    fields.ForeignKeyField(
                        "models.Revision",
                        source_field="revision_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="ministry_items",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("digest", fields.CharField(max_length=64)),
                (
                    "state",
                    fields.CharEnumField(
                        description="WAITING: WAITING\nSENT: SENT\nRECEIVED: RECEIVED\nREFUSED: REFUSED",
                        enum_type=ReportedState,
                        max_length=8,
                    ),
                ),
                ("code", fields.CharField(default="", db_default="", max_length=40)),
                ("reason", fields.CharField(default="", db_default="", max_length=300)),
                ("answered_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "ministry_item",
                "app": "models",
                "unique_together": (("part", "revision"),),
                "indexes": [Index(fields=["revision_id", "id"]), Index(fields=["digest"])],
                "pk_attr": "id",
                "table_description": "One record of a part, by the digest of the XML that was sent; ``code`` and ``reason`` are the Ministry's.",
            },
            bases=["Model"],
        ),
    ]
