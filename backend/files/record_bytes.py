"""The canonical bytes of a record's document, by a serialiser that knows how: what ``domain.canonical`` says, faster.

A test proves that both write the same bytes. A number beyond 64 bits, which no record holds, is left to the other.
"""

from collections.abc import Mapping

import orjson

from backend.domain.canonical import Json, canonical_bytes

_OPTIONS = orjson.OPT_SORT_KEYS | orjson.OPT_PASSTHROUGH_DATACLASS | orjson.OPT_PASSTHROUGH_DATETIME


def record_bytes(document: Mapping[str, Json]) -> bytes:
    """Canonical UTF-8 JSON of a document of ``content_json.to_json``, which holds no float."""
    try:
        return orjson.dumps(document, option=_OPTIONS)
    except orjson.JSONEncodeError:
        return canonical_bytes(document)
