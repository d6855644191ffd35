"""GraphQL over HTTP: which media type an answer has, and which status (the draft of the GraphQL Foundation)."""

from collections.abc import Sequence
from typing import Any

GRAPHQL_JSON = "application/graphql-response+json"
JSON = "application/json"
EVENT_STREAM = "text/event-stream"

OK, BAD_REQUEST, INTERNAL = 200, 400, 500

STATUS: dict[str, int] = {
    "RATE_LIMITED": 429,
    "TOO_MANY_TRIES": 429,
    "OPERATION_NOT_TRUSTED": 403,
    "INTROSPECTION_OFF": 403,
    "OPERATION_BY_GET": 405,
    "OPERATION_TIMED_OUT": 504,
    "REQUEST_TOO_LARGE": 413,
    "REQUEST_MALFORMED": BAD_REQUEST,
    "INTERNAL": INTERNAL,
}
"""Codes whose status says more than that the request is bad."""

ALWAYS = frozenset({"RATE_LIMITED", "OPERATION_BY_GET", "REQUEST_TOO_LARGE", "REQUEST_MALFORMED"})
"""Codes that keep their status also for ``application/json``, where what GraphQL answers is otherwise 200: proxies
and clients that know no GraphQL wait, turn to POST or stop because of them."""


def media_type(accept: str | None) -> str:
    """The media type of the answer; ``application/json`` unless the newer one is named and not preferred less."""
    weights = _weights(accept or "")
    newer = weights.get(GRAPHQL_JSON, 0.0)
    older = max(weights.get(JSON, 0.0), weights.get("application/*", 0.0), weights.get("*/*", 0.0))
    is_listed_first = list(weights).index(GRAPHQL_JSON) == 0 if newer else False
    return GRAPHQL_JSON if newer > older or (newer == older > 0 and is_listed_first) else JSON


def wants_stream(accept: str | None) -> bool:
    """Whether a stream of events is asked for: a client that also reads JSON gets the answer as that."""
    weights = _weights(accept or "")
    return EVENT_STREAM in weights and GRAPHQL_JSON not in weights and JSON not in weights


def _weights(accept: str) -> dict[str, float]:
    weights: dict[str, float] = {}
    for entry in accept.split(","):
        name, *parameters = (part.strip().lower() for part in entry.split(";"))
        quality = next((part[2:] for part in parameters if part.startswith("q=")), "1")
        weights.setdefault(name, _number(quality))
    return weights


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return 0.0


def status_of(media: str, errors: Sequence[Any], *, has_data: bool) -> int:
    """The status of an answer; ``errors`` are formatted, ``has_data`` says that the operation ran."""
    code = next((code for error in errors if (code := _code(error)) in STATUS), "")
    if not has_data and code in ALWAYS:
        return STATUS[code]
    if has_data or not errors or media == JSON:
        return OK
    return STATUS.get(code, BAD_REQUEST)


def _code(error: Any) -> str:
    return str((error.get("extensions") or {}).get("code", ""))


def is_request_error(answer: dict[str, Any]) -> bool:
    """Whether the operation never ran: no data, and an error that belongs to no field."""
    errors = answer.get("errors") or ()
    return answer.get("data") is None and any("path" not in error for error in errors)


def retry_after(errors: Sequence[Any]) -> int | None:
    """Seconds after which it is worth asking again, when an error says so."""
    waits = [(error.get("extensions") or {}).get("retryAfter") for error in errors]
    return max((wait for wait in waits if wait), default=None)
