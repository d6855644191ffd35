"""Tables of reads by people outside the school, and of share codes."""

from tortoise import fields, migrations
from tortoise.fields.base import OnDelete
from tortoise.indexes import Index
from tortoise.migrations import operations as ops

from backend.domain.access import AccessMeans, AccessOutcome, AccessPurpose, AccessReader


class Migration(migrations.Migration):
    dependencies = [("models", "0006_school_counts")]

    initial = False

    operations = [
        ops.CreateModel(
            name="AccessEvent",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("at", fields.DatetimeField(auto_now=False, auto_now_add=True)),
                (
                    "book",
                    fields.ForeignKeyField(
                        "models.RecordBook",
                        source_field="book_id",
                        null=True,
                        db_constraint=True,
                        to_field="id",
                        related_name="access_events",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                (
                    "reader",
                    fields.CharEnumField(
                        description="PUBLIC: PUBLIC\nINTEGRATOR: INTEGRATOR\nGUARDIAN: GUARDIAN\nDISTRICT: DISTRICT\nDEPARTMENT: DEPARTMENT",
                        enum_type=AccessReader,
                        max_length=10,
                    ),
                ),
                ("reader_name", fields.CharField(default="", max_length=200)),
                (
                    "purpose",
                    fields.CharEnumField(
                        description="NOT_STATED: NOT_STATED\nFAMILY: FAMILY\nVERIFICATION: VERIFICATION\nADMISSION: ADMISSION\nWALLET: WALLET\nSUPERVISION: SUPERVISION",
                        enum_type=AccessPurpose,
                        max_length=12,
                    ),
                ),
                (
                    "means",
                    fields.CharEnumField(
                        description="CODE: CODE\nBIRTH_DATE: BIRTH_DATE\nSHARE_CODE: SHARE_CODE\nGRANT: GRANT\nRIGHT: RIGHT",
                        enum_type=AccessMeans,
                        max_length=10,
                    ),
                ),
                (
                    "outcome",
                    fields.CharEnumField(
                        description="REFUSED: REFUSED\nMINIMUM: MINIMUM\nFULL: FULL",
                        enum_type=AccessOutcome,
                        max_length=7,
                    ),
                ),
                ("share_code_id", fields.BigIntField(null=True)),
                ("network", fields.CharField(default="", max_length=50)),
            ],
            options={
                "table": "access_event",
                "app": "models",
                "indexes": [Index(fields=["book_id", "id"])],
                "pk_attr": "id",
                "table_description": "One read, or one try that failed; ``book`` is empty when the code was nobody's.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="ShareCode",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                (
                    "book",
                    fields.ForeignKeyField(
                        "models.RecordBook",
                        source_field="book_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="share_codes",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("code_hash", fields.CharField(max_length=64)),
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
                "table": "share_code",
                "app": "models",
                "unique_together": (("book", "code_hash"),),
                "pk_attr": "id",
                "table_description": "Mã chia sẻ: a second factor for one book and one purpose; only its hash is kept.",
            },
            bases=["Model"],
        ),
    ]
