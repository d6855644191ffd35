"""The registry's journal for other institutions: what came into effect, and what no longer stands."""

from tortoise import fields, models


class RegistryChange(models.Model):
    """One change; ``position`` counts from 1 without gaps in the order of commits.

    ``code_digest`` is the SHA-256 of the book's lookup code: whoever holds the code knows which book is meant, nobody
    else learns anything. A trigger writes these rows; the database's function is ``journal_change``.
    """

    position = fields.BigIntField(primary_key=True, generated=False)
    at = fields.DatetimeField()
    kind = fields.CharField(max_length=10)
    code_digest = fields.CharField(max_length=64)
    number = fields.SmallIntField()
    school_year = fields.SmallIntField()
    effective_from = fields.DatetimeField(null=True)

    class Meta:
        table = "registry_change"
