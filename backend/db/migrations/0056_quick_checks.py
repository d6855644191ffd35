"""Digests and codes are checked by reading them as what they are, not by a pattern.

Both say the same: only lower-case hexadecimal digits of the right number come out as they went in. A pattern over 64
characters took as long as entering the row into an index; every imported record brings two such texts.
"""

from tortoise import migrations
from tortoise.migrations import operations as ops


def hexadecimal(column: str, length: int) -> str:
    return f"octet_length({column}) = {length} AND {column} = encode(decode({column}, 'hex'), 'hex')"


CHECKS = {
    ("revision", "ck_revision_digest"): hexadecimal("content_digest", 64),
    ("artefact", "ck_artefact_digest"): hexadecimal("digest", 64),
    ("record_book", "ck_book_lookup_code"): f"{hexadecimal('lookup_code', 32)}"
    " AND substr(lookup_code, 13, 1) = '4' AND substr(lookup_code, 17, 1) IN ('8', '9', 'a', 'b')",
}


class Migration(migrations.Migration):
    dependencies = [("models", "0055_departures")]
    operations = [
        ops.RunSQL(
            [
                f"ALTER TABLE {table} DROP CONSTRAINT {name}, ADD CONSTRAINT {name} CHECK ({rule})"
                for (table, name), rule in CHECKS.items()
            ]
        )
    ]
