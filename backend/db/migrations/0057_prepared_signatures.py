"""Signatures that wait for a key that is elsewhere: the prepared files, what is to be signed, and the signatures given.

Only the worker sees the files. The signer's own role sees what is to be signed of their own ceremonies, is given a nonce
for it, and puts the signatures in once.
"""

from typing import Any

from tortoise import fields, migrations
from tortoise.fields.base import OnDelete
from tortoise.migrations import operations as ops

from backend.domain.signing import ItemState

OWN = (
    "EXISTS (SELECT FROM ceremony_item i JOIN signing_ceremony c ON c.id = i.ceremony_id"
    " WHERE i.id = item_id AND c.signer_id = (SELECT scope_staff()))"
)
SEEN = "id, item_id, xml_hash, pdf_hash, prepared_at, nonce_hash, nonce_until, nonce_staff_id, xml_signature"
GIVEN = "nonce_hash, nonce_until, nonce_staff_id, xml_signature, pdf_signature"

# What is on its way is on its way while it waits for a key: wherever that was asked, it is asked so from now on.
ON_ITS_WAY = """
DO $$ DECLARE definition text; BEGIN
  FOR definition IN SELECT pg_get_functiondef(p.oid) FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
     WHERE n.nspname = 'public' AND p.prokind = 'f' AND p.prosrc LIKE '%''QUEUED'', ''SIGNING'')%'
  LOOP
    EXECUTE replace(definition, '''QUEUED'', ''SIGNING'')', '''QUEUED'', ''SIGNING'', ''AWAITING_KEY'')');
  END LOOP;
END $$"""

STATEMENTS = [
    "DROP INDEX ux_ceremony_item_open",
    "CREATE UNIQUE INDEX ux_ceremony_item_open ON ceremony_item (revision_id)"
    " WHERE state IN ('QUEUED', 'SIGNING', 'AWAITING_KEY')",
    ON_ITS_WAY,
    "ALTER TABLE prepared_signature ENABLE ROW LEVEL SECURITY",
    "ALTER TABLE prepared_signature FORCE ROW LEVEL SECURITY",
    "CREATE POLICY all_hocba_worker ON prepared_signature FOR ALL TO hocba_worker USING (true) WITH CHECK (true)",
    "GRANT SELECT, INSERT, UPDATE, DELETE ON prepared_signature TO hocba_worker",
    f"CREATE POLICY read_hocba_school ON prepared_signature FOR SELECT TO hocba_school USING ({OWN})",
    f"CREATE POLICY update_hocba_school ON prepared_signature FOR UPDATE TO hocba_school USING ({OWN}) WITH CHECK ({OWN})",
    f"GRANT SELECT ({SEEN}), UPDATE ({GIVEN}) ON prepared_signature TO hocba_school",
    # the intent is written when digests are handed to the signer, who is about to use the key
    "CREATE POLICY insert_hocba_school ON signing_intent FOR INSERT TO hocba_school"
    " WITH CHECK (EXISTS (SELECT FROM revision r WHERE r.id = revision_id))",
    "GRANT INSERT ON signing_intent TO hocba_school",
    "GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO hocba_worker, hocba_school",
]


def _bytes() -> fields.BinaryField[Any]:
    return fields.BinaryField(null=True)


class Migration(migrations.Migration):
    dependencies = [("models", "0056_quick_checks")]
    operations = [
        ops.AlterField(
            "CeremonyItem",
            "state",
            fields.CharEnumField(
                default=ItemState.QUEUED,
                description="\n".join(f"{state}: {state}" for state in ItemState),
                enum_type=ItemState,
                max_length=12,
            ),
        ),
        ops.CreateModel(
            name="PreparedSignature",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                (
                    "item",
                    fields.OneToOneField(
                        "models.CeremonyItem",
                        source_field="item_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="prepared",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("xml", fields.BinaryField()),
                ("pdf", fields.BinaryField()),
                ("xml_hash", fields.CharField(max_length=64)),
                ("pdf_hash", fields.CharField(max_length=64)),
                ("signed_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("prepared_at", fields.DatetimeField(auto_now=False, auto_now_add=True)),
                ("nonce_hash", fields.CharField(null=True, max_length=64)),
                ("nonce_until", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("nonce_staff_id", fields.BigIntField(null=True)),
                ("xml_signature", _bytes()),
                ("pdf_signature", _bytes()),
            ],
            options={
                "table": "prepared_signature",
                "app": "models",
                "pk_attr": "id",
                "table_description": "Files that wait for signatures of a key that is elsewhere; the nonce of what was"
                " handed out is kept as a digest.",
            },
            bases=["Model"],
        ),
        ops.RunSQL(STATEMENTS),
    ]
