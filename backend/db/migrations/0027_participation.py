from orjson import loads
from tortoise import fields, migrations
from tortoise.fields.base import OnDelete
from tortoise.fields.data import JSON_DUMPS
from tortoise.indexes import Index
from tortoise.migrations import operations as ops

from backend.domain.participation import Condition, ParticipationState, ReportKind


class Migration(migrations.Migration):
    dependencies = [("models", "0026_fewer_steps")]

    initial = False

    operations = [
        ops.CreateModel(
            name="Participation",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                (
                    "school",
                    fields.ForeignKeyField(
                        "models.OrgUnit",
                        source_field="school_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="participations",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("school_year", fields.SmallIntField()),
                (
                    "state",
                    fields.CharEnumField(
                        description="DECLARED: DECLARED\nPROPOSED: PROPOSED\nAPPROVED: APPROVED\nRETURNED: RETURNED\nWITHDRAWN: WITHDRAWN",
                        enum_type=ParticipationState,
                        max_length=10,
                    ),
                ),
                ("reason", fields.CharField(default="", db_default="", max_length=500)),
                ("declared_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("updated_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "participation",
                "app": "models",
                "unique_together": (("school", "school_year"),),
                "pk_attr": "id",
                "table_description": "A school's declaration for a school year.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="ParticipationReport",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                (
                    "unit",
                    fields.ForeignKeyField(
                        "models.OrgUnit",
                        source_field="unit_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="participation_reports",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("school_year", fields.SmallIntField()),
                (
                    "kind",
                    fields.CharEnumField(
                        description="SURVEY: SURVEY\nTRAINING: TRAINING\nIMPLEMENTATION: IMPLEMENTATION\nSUPERVISION: SUPERVISION\nWRAP_UP: WRAP_UP",
                        enum_type=ReportKind,
                        max_length=16,
                    ),
                ),
                ("month", fields.DateField()),
                ("made_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("content", fields.JSONField(encoder=JSON_DUMPS, decoder=loads)),
                ("pdf_digest", fields.CharField(null=True, max_length=64)),
                ("xlsx_digest", fields.CharField(null=True, max_length=64)),
            ],
            options={
                "table": "participation_report",
                "app": "models",
                "indexes": [Index(fields=["unit_id", "school_year"])],
                "pk_attr": "id",
                "table_description": "A monthly report as it stood when it was made; its files are drawn from ``content`` by the worker.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="Readiness",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                (
                    "participation",
                    fields.ForeignKeyField(
                        "models.Participation",
                        source_field="participation_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="answers",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                (
                    "condition",
                    fields.CharEnumField(
                        description="EQUIPMENT: EQUIPMENT\nSOFTWARE: SOFTWARE\nSIGNATURES: SIGNATURES\nSTAFF: STAFF",
                        enum_type=Condition,
                        max_length=10,
                    ),
                ),
                ("met", fields.BooleanField()),
                ("evidence", fields.CharField(max_length=500)),
            ],
            options={
                "table": "readiness",
                "app": "models",
                "unique_together": (("participation", "condition"),),
                "pk_attr": "id",
                "table_description": "What a declaration says of one condition.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="SupervisionVisit",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                (
                    "school",
                    fields.ForeignKeyField(
                        "models.OrgUnit",
                        source_field="school_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="visits",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                (
                    "visitor",
                    fields.ForeignKeyField(
                        "models.OrgUnit",
                        source_field="visitor_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="visits_made",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("school_year", fields.SmallIntField()),
                ("visited_on", fields.DateField()),
                ("findings", fields.CharField(max_length=4000)),
            ],
            options={
                "table": "supervision_visit",
                "app": "models",
                "indexes": [Index(fields=["school_id", "school_year"])],
                "pk_attr": "id",
                "table_description": "A visit to a school and what was found there.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="SupervisionProposal",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                (
                    "visit",
                    fields.ForeignKeyField(
                        "models.SupervisionVisit",
                        source_field="visit_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="proposals",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("by_school", fields.BooleanField()),
                ("proposal", fields.CharField(max_length=1000)),
                ("proposed_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("answer", fields.CharField(default="", db_default="", max_length=1000)),
                ("answered_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "supervision_proposal",
                "app": "models",
                "indexes": [Index(fields=["visit_id"])],
                "pk_attr": "id",
                "table_description": "What one side of a visit proposes to the other, and the answer.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="TrainingSession",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                (
                    "unit",
                    fields.ForeignKeyField(
                        "models.OrgUnit",
                        source_field="unit_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="trainings",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("school_year", fields.SmallIntField()),
                ("held_on", fields.DateField()),
                ("topic", fields.CharField(max_length=200)),
                ("place", fields.CharField(max_length=200)),
            ],
            options={
                "table": "training_session",
                "app": "models",
                "indexes": [Index(fields=["unit_id", "school_year"])],
                "pk_attr": "id",
                "table_description": "A training that a unit held.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="TrainingAttendance",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                (
                    "session",
                    fields.ForeignKeyField(
                        "models.TrainingSession",
                        source_field="session_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="attendances",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                (
                    "staff",
                    fields.ForeignKeyField(
                        "models.Staff",
                        source_field="staff_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="trainings",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                (
                    "school",
                    fields.ForeignKeyField(
                        "models.OrgUnit",
                        source_field="school_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="attendances",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
            ],
            options={
                "table": "training_attendance",
                "app": "models",
                "unique_together": (("session", "staff", "school"),),
                "indexes": [Index(fields=["school_id"])],
                "pk_attr": "id",
                "table_description": "Who was there, written down by the person's own school.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="WorkingGroupMember",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                (
                    "unit",
                    fields.ForeignKeyField(
                        "models.OrgUnit",
                        source_field="unit_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="working_group",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("school_year", fields.SmallIntField()),
                ("place", fields.SmallIntField()),
                ("full_name", fields.CharField(max_length=120)),
                ("post", fields.CharField(max_length=80)),
                ("duty", fields.CharField(max_length=300)),
            ],
            options={
                "table": "working_group_member",
                "app": "models",
                "unique_together": (("unit", "school_year", "place"),),
                "pk_attr": "id",
                "table_description": "A person of a unit's working group, by name: not everybody in it has a login.",
            },
            bases=["Model"],
        ),
    ]
