from typing import Any

from orjson import loads
from tortoise import fields, migrations
from tortoise.fields.base import OnDelete
from tortoise.fields.data import JSON_DUMPS
from tortoise.indexes import Index
from tortoise.migrations import operations as ops

from backend.domain.lifecycle import State
from backend.domain.transfer import TransferState


def _key(model: str, column: str, related: str, **more: Any) -> tuple[str, Any]:
    name = column.removesuffix("_id")
    return name, fields.ForeignKeyField(
        f"models.{model}",
        source_field=column,
        db_constraint=True,
        to_field="id",
        related_name=related,
        on_delete=OnDelete.RESTRICT,
        **more,
    )


def _id() -> tuple[str, Any]:
    return "id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)


def _at(**more: Any) -> Any:
    return fields.DatetimeField(auto_now=False, auto_now_add=False, **more)


class Migration(migrations.Migration):
    dependencies = [("models", "0040_units_over_time")]

    initial = False

    operations = [
        ops.AddField(
            model_name="YearRecord",
            name="left_behind",
            field=fields.BooleanField(default=False, db_default=False),
        ),
        ops.CreateModel(
            name="Transfer",
            fields=[
                _id(),
                _key("RecordBook", "book_id", "transfers"),
                _key("OrgUnit", "from_school_id", "transfers_out"),
                _key("OrgUnit", "to_school_id", "transfers_in"),
                _key("SchoolClass", "to_class_id", "transfers_in", null=True),
                ("pupil_name", fields.CharField(max_length=60)),
                ("state", fields.CharEnumField(enum_type=TransferState, max_length=9)),
                ("reason", fields.CharField(default="", db_default="", max_length=500)),
                ("answer", fields.CharField(default="", db_default="", max_length=500)),
                ("open_work", fields.JSONField(default=list, encoder=JSON_DUMPS, decoder=loads)),
                ("requested_at", _at(null=True)),
                ("asked_at", _at(null=True)),
                ("released_at", _at(null=True)),
                ("accepted_at", _at(null=True)),
                ("asked_by_id", fields.BigIntField(null=True)),
                ("released_by_id", fields.BigIntField(null=True)),
                ("accepted_by_id", fields.BigIntField(null=True)),
                ("updated_at", _at()),
            ],
            options={
                "table": "transfer",
                "app": "models",
                "indexes": [
                    Index(fields=["book_id", "state"]),
                    Index(fields=["from_school_id", "state"]),
                    Index(fields=["to_school_id", "state"]),
                ],
                "pk_attr": "id",
                "table_description": "The hand-over of a book; who acted for which side is a staff id, ``open_work`` what was unfinished then.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="TransferSnapshot",
            fields=[
                _id(),
                _key("Transfer", "transfer_id", "snapshots"),
                _key("YearRecord", "year_record_id", "snapshots"),
                _key("Revision", "revision_id", "snapshots"),
                ("school_year", fields.SmallIntField()),
                ("state", fields.CharEnumField(enum_type=State, max_length=16)),
                ("content_digest", fields.CharField(max_length=64)),
                ("content", fields.JSONField(encoder=JSON_DUMPS, decoder=loads)),
                ("taken_at", _at()),
            ],
            options={
                "table": "transfer_snapshot",
                "app": "models",
                "unique_together": (("transfer", "year_record"),),
                "pk_attr": "id",
                "table_description": "A year as it stood when its book left: the marks that were given so far, and where they come from.",
            },
            bases=["Model"],
        ),
    ]
