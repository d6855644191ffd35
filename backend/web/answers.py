"""From a GraphQL answer to a response: media type, status, and when it is worth asking again."""

from typing import Any

import orjson
from starlette.responses import Response

from backend.domain.errors import DomainError, OperationByGetError
from backend.domain.messages import Language, sentence
from backend.web.negotiation import is_request_error, media_type, retry_after, status_of


def answered(answer: dict[str, Any], media: str) -> Response:
    """The response to an operation, or to what never became one; ``answer`` is changed."""
    errors = answer.get("errors") or []
    never_ran = is_request_error(answer)
    if never_ran:
        answer.pop("data", None)
    status = status_of(media, errors, has_data=not never_ran)
    response = Response(orjson.dumps(answer, default=str), status, media_type=f"{media}; charset=utf-8")
    response.headers["vary"] = "accept"
    if (seconds := retry_after(errors)) is not None:
        response.headers["retry-after"] = str(seconds)
    return response


def language_named(accept_language: str) -> Language:
    """English when it is asked for first, else Vietnamese."""
    return "en" if accept_language.lower().startswith("en") else "vi"


def refused(error: DomainError, language: Language, accept: str | None) -> Response:
    """The answer to a request that never became an operation."""
    words = sentence(error.reason, language, **error.params)
    extensions: dict[str, Any] = {"code": error.reason}
    if "seconds" in error.params:
        extensions["retryAfter"] = int(error.params["seconds"])
    answer = {"errors": [{"message": words, "extensions": extensions}]}
    response = answered(answer, media_type(accept))
    if isinstance(error, OperationByGetError):
        response.headers["allow"] = "POST"
    return response
