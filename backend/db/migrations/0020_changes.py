"""The table of changes that other institutions follow."""

from tortoise import fields, migrations
from tortoise.migrations import operations as ops


class Migration(migrations.Migration):
    dependencies = [("models", "0019_administration")]

    initial = False

    operations = [
        ops.CreateModel(
            name="RegistryChange",
            fields=[
                (
                    "position",
                    fields.BigIntField(generated=False, primary_key=True, unique=True, db_index=True),
                ),
                ("at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("kind", fields.CharField(max_length=10)),
                ("code_digest", fields.CharField(max_length=64)),
                ("number", fields.SmallIntField()),
                ("school_year", fields.SmallIntField()),
                ("effective_from", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "registry_change",
                "app": "models",
                "pk_attr": "position",
                "table_description": "One change; ``position`` counts from 1 without gaps in the order of commits.",
            },
            bases=["Model"],
        ),
    ]
