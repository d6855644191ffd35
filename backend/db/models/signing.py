"""Ceremonies, the signatures they made, and the files that carry them."""

from tortoise import fields, models
from tortoise.indexes import Index

from backend.db.models.organisation import Assignment, OrgUnit, SigningCredential, Staff
from backend.db.models.records import Revision
from backend.domain.organisation import ArtefactKind
from backend.domain.signing import ItemState, SignatureRole


class SigningCeremony(models.Model):
    """One act of one signer over many revisions, with one certificate throughout."""

    id = fields.BigIntField(primary_key=True)
    school: fields.ForeignKeyRelation[OrgUnit] = fields.ForeignKeyField(
        "models.OrgUnit", related_name="ceremonies", on_delete=fields.RESTRICT
    )
    signer: fields.ForeignKeyRelation[Staff] = fields.ForeignKeyField(
        "models.Staff", related_name="ceremonies", on_delete=fields.RESTRICT
    )
    assignment: fields.ForeignKeyRelation[Assignment] = fields.ForeignKeyField(
        "models.Assignment", related_name="ceremonies", on_delete=fields.RESTRICT
    )
    credential: fields.ForeignKeyRelation[SigningCredential] = fields.ForeignKeyField(
        "models.SigningCredential", related_name="ceremonies", on_delete=fields.RESTRICT
    )
    role = fields.CharEnumField(SignatureRole, max_length=16)
    created_at = fields.DatetimeField(auto_now_add=True)
    cancelled_at = fields.DatetimeField(null=True)

    school_id: int
    signer_id: int
    assignment_id: int
    credential_id: int

    class Meta:
        table = "signing_ceremony"
        indexes = [("school_id", "created_at")]


class CeremonyItem(models.Model):
    """One record within a ceremony; ``code`` says why it failed or waits."""

    id = fields.BigIntField(primary_key=True)
    ceremony: fields.ForeignKeyRelation[SigningCeremony] = fields.ForeignKeyField(
        "models.SigningCeremony", related_name="items", on_delete=fields.RESTRICT
    )
    revision: fields.ForeignKeyRelation[Revision] = fields.ForeignKeyField(
        "models.Revision", related_name="ceremony_items", on_delete=fields.RESTRICT
    )
    content_digest = fields.CharField(max_length=64)
    state = fields.CharEnumField(ItemState, max_length=12, default=ItemState.QUEUED)
    code = fields.CharField(max_length=40, default="")
    attempts = fields.SmallIntField(default=0)
    updated_at = fields.DatetimeField(auto_now=True)

    ceremony_id: int
    revision_id: int

    class Meta:
        table = "ceremony_item"
        unique_together = (("ceremony", "revision"),)
        indexes = [Index(fields=("revision_id", "state"))]


class PreparedSignature(models.Model):
    """Files that wait for signatures of a key that is elsewhere; the nonce of what was handed out is kept as a digest."""

    id = fields.BigIntField(primary_key=True)
    item: fields.OneToOneRelation[CeremonyItem] = fields.OneToOneField(
        "models.CeremonyItem", related_name="prepared", on_delete=fields.RESTRICT
    )
    xml = fields.BinaryField()
    pdf = fields.BinaryField()
    xml_hash = fields.CharField(max_length=64)
    pdf_hash = fields.CharField(max_length=64)
    signed_at = fields.DatetimeField()
    prepared_at = fields.DatetimeField(auto_now_add=True)
    nonce_hash = fields.CharField(max_length=64, null=True)
    nonce_until = fields.DatetimeField(null=True)
    nonce_staff_id = fields.BigIntField(null=True)
    xml_signature = fields.BinaryField(null=True)
    pdf_signature = fields.BinaryField(null=True)

    item_id: int

    class Meta:
        table = "prepared_signature"


class SigningIntent(models.Model):
    """Written before a key is used, so that every use of a key can be accounted for after a crash."""

    id = fields.BigIntField(primary_key=True)
    revision: fields.ForeignKeyRelation[Revision] = fields.ForeignKeyField(
        "models.Revision", related_name="intents", on_delete=fields.RESTRICT
    )
    role = fields.CharEnumField(SignatureRole, max_length=16)
    credential_id = fields.BigIntField()
    at = fields.DatetimeField(auto_now_add=True)

    revision_id: int

    class Meta:
        table = "signing_intent"
        indexes = [("revision_id", "role")]


class Signature(models.Model):
    """Who signed which revision in which role, with which certificate, when; one of each role at most.

    Name, post and unit are those of the moment of signing and stay so.
    """

    id = fields.BigIntField(primary_key=True)
    revision: fields.ForeignKeyRelation[Revision] = fields.ForeignKeyField(
        "models.Revision", related_name="signatures", on_delete=fields.RESTRICT
    )
    role = fields.CharEnumField(SignatureRole, max_length=16)
    signer_id = fields.BigIntField(null=True)
    credential_id = fields.BigIntField()
    signer_name = fields.CharField(max_length=200)
    post = fields.CharField(max_length=80)
    unit_name = fields.CharField(max_length=200)
    certificate_serial = fields.CharField(max_length=64)
    certificate_issuer = fields.CharField(max_length=300)
    signed_at = fields.DatetimeField()
    created_at = fields.DatetimeField(auto_now_add=True)

    revision_id: int

    class Meta:
        table = "signature"
        unique_together = (("revision", "role"),)


class Artefact(models.Model):
    """A file in the write-once store, named by the SHA-256 of its bytes, as it stood after one signature."""

    id = fields.BigIntField(primary_key=True)
    revision: fields.ForeignKeyRelation[Revision] = fields.ForeignKeyField(
        "models.Revision", related_name="artefacts", on_delete=fields.RESTRICT
    )
    role = fields.CharEnumField(SignatureRole, max_length=16)
    kind = fields.CharEnumField(ArtefactKind, max_length=3)
    digest = fields.CharField(max_length=64, unique=True)
    size = fields.IntField()
    created_at = fields.DatetimeField(auto_now_add=True)

    revision_id: int

    class Meta:
        table = "artefact"
        unique_together = (("revision", "role", "kind"),)
