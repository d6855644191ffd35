"""Where keys are kept: beside files, tokens, remote services, and the signer's own desk."""

from tortoise import fields, migrations
from tortoise.migrations import operations as ops

from backend.domain.organisation import KeyCustody

KINDS = ", ".join(f"'{kind}'" for kind in KeyCustody)


class Migration(migrations.Migration):
    dependencies = [("models", "0050_held_by_scope")]
    operations = [
        ops.AlterField(
            "SigningCredential",
            "custody",
            fields.CharEnumField(
                description="\n".join(f"{kind}: {kind}" for kind in KeyCustody),
                enum_type=KeyCustody,
                max_length=8,
            ),
        ),
        ops.RunSQL(
            [
                f"ALTER TABLE signing_credential ADD CONSTRAINT ck_credential_custody CHECK (custody IN ({KINDS}))"
            ]
        ),
    ]
