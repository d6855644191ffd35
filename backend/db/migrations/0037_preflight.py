"""Whose certificate was refused is asked for each signer, so ceremonies are found by their certificate."""

from tortoise import migrations
from tortoise.migrations import operations as ops


class Migration(migrations.Migration):
    dependencies = [("models", "0036_intake")]
    operations = [
        ops.RunSQL(
            [
                "CREATE INDEX ix_ceremony_credential ON signing_ceremony (credential_id)",
                "CREATE INDEX ix_item_refused ON ceremony_item (ceremony_id) WHERE code = 'CERTIFICATE_REVOKED'",
            ]
        )
    ]
