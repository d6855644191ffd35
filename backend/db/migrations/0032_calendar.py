"""The calendar: changes of its dates, exceptions, rehearsals, and how far a lock is."""

from orjson import loads
from tortoise import fields, migrations
from tortoise.fields.base import OnDelete
from tortoise.fields.data import JSON_DUMPS
from tortoise.indexes import Index
from tortoise.migrations import operations as ops

from backend.domain.calendar import Window


class Migration(migrations.Migration):
    dependencies = [("models", "0031_progress_days")]

    initial = False

    operations = [
        ops.CreateModel(
            name="CalendarChange",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("school_year", fields.SmallIntField()),
                (
                    "window",
                    fields.CharEnumField(
                        description="MAIN: MAIN\nSUPPLEMENTARY: SUPPLEMENTARY",
                        enum_type=Window,
                        max_length=13,
                    ),
                ),
                ("locks_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("reports_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("reason", fields.CharField(max_length=500)),
                ("proposed_by_id", fields.BigIntField()),
                ("proposed_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("decided_by_id", fields.BigIntField(null=True)),
                ("decided_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("confirmed", fields.BooleanField(default=False)),
            ],
            options={
                "table": "calendar_change",
                "app": "models",
                "pk_attr": "id",
                "table_description": "New dates of a lock period, which take two people: who proposed them, and who confirmed or rejected them.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="LockException",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                (
                    "lock_period",
                    fields.ForeignKeyField(
                        "models.LockPeriod",
                        source_field="lock_period_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="exceptions",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("school_id", fields.BigIntField()),
                ("school_class_id", fields.BigIntField(null=True)),
                ("reason", fields.CharField(max_length=500)),
                ("expires_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("proposed_by_id", fields.BigIntField()),
                ("proposed_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("decided_by_id", fields.BigIntField(null=True)),
                ("decided_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("confirmed", fields.BooleanField(default=False)),
            ],
            options={
                "table": "lock_exception",
                "app": "models",
                "indexes": [Index(fields=["lock_period_id", "school_id"])],
                "pk_attr": "id",
                "table_description": "A school or class that may still act after a deadline, until ``expires_at``; takes two people.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="LockRehearsal",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                (
                    "lock_period",
                    fields.ForeignKeyField(
                        "models.LockPeriod",
                        source_field="lock_period_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="rehearsals",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("asked_by_id", fields.BigIntField()),
                ("asked_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("finished_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("record_count", fields.IntField(default=0, db_default=0)),
                ("seconds", fields.FloatField(null=True)),
                ("root_hash", fields.CharField(null=True, max_length=64)),
                ("blockers", fields.JSONField(null=True, encoder=JSON_DUMPS, decoder=loads)),
            ],
            options={
                "table": "lock_rehearsal",
                "app": "models",
                "pk_attr": "id",
                "table_description": "A lock that was carried out and undone, batch by batch; ``blockers`` counts records by what bars them.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="SealObstacle",
            fields=[
                (
                    "revision_id",
                    fields.BigIntField(generated=False, primary_key=True, unique=True, db_index=True),
                ),
                ("code", fields.CharField(max_length=40)),
                ("since", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("tried_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "seal_obstacle",
                "app": "models",
                "pk_attr": "revision_id",
                "table_description": "Why the department's seal on a locked revision's files has to wait; gone once it is there.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="WorkerClock",
            fields=[
                ("worker", fields.CharField(primary_key=True, unique=True, db_index=True, max_length=80)),
                ("ahead", fields.FloatField()),
                ("at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "worker_clock",
                "app": "models",
                "pk_attr": "worker",
                "table_description": "How many seconds a worker's clock is ahead of the database's, as of ``at``.",
            },
            bases=["Model"],
        ),
        ops.AddField(
            model_name="LockPeriod",
            name="began_at",
            field=fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
        ),
        ops.AddField(
            model_name="LockPeriod",
            name="change_id",
            field=fields.BigIntField(null=True, unique=True),
        ),
        ops.AddField(
            model_name="LockPeriod",
            name="locked_count",
            field=fields.IntField(default=0, db_default=0),
        ),
        ops.AddField(
            model_name="LockPeriod",
            name="run_at",
            field=fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
        ),
        ops.AddField(
            model_name="Revision",
            name="gaps",
            field=fields.SmallIntField(default=0, db_default=0),
        ),
    ]
