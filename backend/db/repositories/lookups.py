"""One look at a book, in one statement: what is there, what the second factor opens, the access event, the answer.

The statement judges before it gathers: a wrong code and a wrong factor end after the same steps, and neither reads a
signature or a file. Who runs it may write the event through its door alone (``record_access``), so what is seen and
what is written down are one transaction, whoever commits it.
"""

from dataclasses import dataclass
from typing import Any

import orjson

from backend.db import sql
from backend.db.reading.statement import SCOPE_BINDS
from backend.db.repositories.books import ISSUED
from backend.db.repositories.ledger import inclusions_of
from backend.domain.access import AccessMeans, AccessOutcome, AccessPurpose
from backend.domain.lifecycle import State
from backend.domain.signing import SignatureRole


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A lookup in the words of the database; ``share_hash`` and ``birth_date`` (ISO 8601) only as their means says."""

    code: str
    means: AccessMeans
    purpose: AccessPurpose
    network: str
    birth_date: str = ""
    share_hash: str = ""

    @property
    def binds(self) -> tuple[str, ...]:
        return (self.code, self.means, self.purpose, self.network, self.birth_date, self.share_hash)


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What a look came to.

    ``years`` are plain: record_id, school_year, grade, revision_id, number, state, effective_from, content, and lists
    of signatures, final files and versions; instants are texts of ISO 8601. ``inclusion`` is the leaf of the ledger where
    it was asked for. None of it when the look was refused.
    """

    outcome: AccessOutcome
    fingerprint: str
    years: list[dict[str, Any]]


def _words(states: tuple[State, ...]) -> str:
    return ", ".join(f"'{state}'" for state in states)


_SHOWN = f"""
  SELECT y.id AS record_id, y.school_year, y.grade, r.id AS revision_id, r.number, r.state, r.effective_from, r.content
    FROM record_book b JOIN year_record y ON y.book_id = b.id
   CROSS JOIN LATERAL (
         SELECT i.id, i.number, i.state, i.effective_from, i.content FROM revision i
          WHERE i.year_record_id = y.id AND CASE WHEN y.standing_revision_id IS NULL THEN i.state IN ({_words(ISSUED)})
                ELSE i.id = y.standing_revision_id END
          ORDER BY i.number DESC LIMIT 1) r
   WHERE b.lookup_code = {{code}}"""
"""The standing revision of each year, else the newest that was issued."""

_SHARE = """
  SELECT s.id, s.purpose FROM share_code s
   WHERE s.code_hash = {share_hash} AND s.revoked_at IS NULL AND s.expires_at > now()"""

_BIRTH_DATE = """
       (SELECT n.content -> 'pupil' ->> 'birthDate' FROM shown n ORDER BY n.school_year DESC, n.record_id DESC LIMIT 1)"""

_JUDGED = f"""
  SELECT CASE WHEN NOT EXISTS (SELECT FROM shown) THEN 'REFUSED' WHEN {{means}} = 'CODE' THEN 'MINIMUM'
         WHEN {{means}} = 'GRANT' OR EXISTS (SELECT FROM share) THEN 'FULL'
         WHEN {{means}} = 'BIRTH_DATE' AND {_BIRTH_DATE} = {{birth_date}} THEN 'FULL' ELSE 'REFUSED' END AS outcome"""

_WRITTEN = """
  SELECT j.outcome FROM judged j LEFT JOIN share s ON true,
         LATERAL record_access(coalesce(s.purpose, {purpose}), {means}, j.outcome, s.id, {network}) AS event"""

_YEAR_COLUMNS = (
    *("record_id", "school_year", "grade", "revision_id", "number", "state", "effective_from", "content"),
    *("signatures", "files", "versions", "inclusion"),
)
_SIGNATURE_COLUMNS = (
    *("role", "signer_name", "post", "unit_name", "certificate_serial", "certificate_issuer", "signed_at"),
)
_FILE_COLUMNS = ("role", "kind", "digest", "size")
_VERSION_COLUMNS = ("number", "state", "effective_from")


def _gathered(table: str, alias: str, columns: tuple[str, ...], condition: str, order: str) -> str:
    """Rows as a list of lists: PostgreSQL spends as much on a name as on its value."""
    values = ", ".join(f"{alias}.{column}" for column in columns)
    return f"(SELECT json_agg(json_build_array({values}) ORDER BY {order}) FROM {table} {alias} WHERE {condition})"


_SIGNATURES = _gathered(
    "signature", "g", _SIGNATURE_COLUMNS, "g.revision_id = n.revision_id", "g.signed_at, g.id"
)
# what came before the final files is nobody's outside
_FILES = _gathered(
    "artefact",
    "a",
    _FILE_COLUMNS,
    f"a.revision_id = n.revision_id AND a.role = '{SignatureRole.LOCK_SEAL}'",
    "a.id",
)
_VERSIONS = _gathered(
    "revision",
    "v",
    _VERSION_COLUMNS,
    f"v.year_record_id = n.record_id AND v.state IN ({_words((*ISSUED, State.SUPERSEDED))})",
    "v.number",
)
_YEAR = (
    f"json_build_array({', '.join(f'n.{column}' for column in _YEAR_COLUMNS[:-4])},"
    f" {_SIGNATURES}, {_FILES}, {_VERSIONS}, {{inclusion}})"
)
_INCLUSION = f"(SELECT to_json(i) FROM ({inclusions_of('n.revision_id')}) i)"

_LOOK = f"""(
WITH shown AS MATERIALIZED ({_SHOWN}),
share AS MATERIALIZED ({_SHARE}),
judged AS MATERIALIZED ({_JUDGED}),
written AS MATERIALIZED ({_WRITTEN})
SELECT CASE w.outcome WHEN 'REFUSED' THEN json_build_object('outcome', w.outcome) ELSE json_build_object(
       'outcome', w.outcome, 'fingerprint', book_fingerprint(), 'years',
       (SELECT json_agg({_YEAR} ORDER BY n.school_year, n.record_id) FROM shown n)) END::text
  FROM written w)"""


def _numbered(first: int, inclusion: str) -> str:
    names = ("code", "means", "purpose", "network", "birth_date", "share_hash")
    binds = {name: f"${first + place}::text" for place, name in enumerate(names)}
    return _LOOK.format(**binds, inclusion=inclusion)


_SCOPED = "SELECT {} FROM enter_scope($1, $2, $3, $4)"
LOOK_IN_SCOPE = _SCOPED.format(_numbered(SCOPE_BINDS + 1, "NULL"))
"""A look that enters its own scope (``backend.db.reading.pools``); its binds are ``Asked.binds``."""

LOOK_WITH_PROOF = _SCOPED.format(_numbered(SCOPE_BINDS + 1, _INCLUSION))
"""The same with each year's leaf and path in the ledger; nobody else waits for those."""

_LOOK_HERE = f"SELECT {_numbered(1, _INCLUSION)} AS seen"


async def look(asked: Asked) -> Seen:
    """Look in the scope at hand, and write it down."""
    return read(await sql.value(_LOOK_HERE, *asked.binds))


def read(text: str) -> Seen:
    """What either statement answers."""
    seen = orjson.loads(text)
    return Seen(
        outcome=AccessOutcome(seen["outcome"]),
        fingerprint=seen.get("fingerprint", ""),
        years=[_year(values) for values in seen.get("years", ())],
    )


def _year(values: list[Any]) -> dict[str, Any]:
    year = dict(zip(_YEAR_COLUMNS, values, strict=True))
    for name, columns in _LISTS:
        year[name] = [dict(zip(columns, item, strict=True)) for item in year[name] or ()]
    return year


_LISTS = (("signatures", _SIGNATURE_COLUMNS), ("files", _FILE_COLUMNS), ("versions", _VERSION_COLUMNS))
