"""Reads a GraphQL request: JSON or an address, one operation, by its text or by the digest of a known document."""

import re
from collections.abc import Mapping
from typing import Any

import orjson
from cross_web import AsyncHTTPRequestAdapter
from strawberry.http import GraphQLRequestData

from backend.documents.trusted import TrustedDocuments
from backend.domain.errors import OperationUnknownError, RequestMalformedError

_DIGEST = re.compile(r"(?:sha256:)?([0-9a-f]{64})")
_JSON_TYPE = "application/json"


async def read_request(request: AsyncHTTPRequestAdapter, trusted: TrustedDocuments) -> GraphQLRequestData:
    """The operation that a request asks.

    ``documentId`` (``sha256:<hex>``) or ``extensions.persistedQuery.sha256Hash`` may stand for a document that the
    frontend's build wrote down.

    Raises:
        RequestMalformedError: when it is not GraphQL over HTTP, or more than one operation.
        OperationUnknownError: for the digest of no such document.
    """
    given = _from_address(request.query_params) if request.method == "GET" else await _from_body(request)
    query, name = given.get("query"), given.get("operationName")
    variables, extensions = given.get("variables"), given.get("extensions")
    _require("query", query, str)
    _require("operationName", name, str)
    _require("variables", variables, dict)
    _require("extensions", extensions, dict)
    if query is None:
        query = _known(_digest(given.get("documentId"), extensions or {}), trusted)
    return GraphQLRequestData(query, variables, name, extensions)


def _from_address(parameters: Mapping[str, Any]) -> dict[str, Any]:
    given = dict(parameters)
    for name in ("variables", "extensions"):
        if given.get(name):
            given[name] = _parsed(given[name])
    return given


async def _from_body(request: AsyncHTTPRequestAdapter) -> dict[str, Any]:
    # a foreign page cannot send this type without asking first; what a form can send is not read at all
    if (request.content_type or "").split(";")[0].strip().lower() != _JSON_TYPE:
        raise RequestMalformedError(reason=f"content-type {_JSON_TYPE}")
    given = _parsed(await request.get_body())
    if isinstance(given, list):
        raise RequestMalformedError(reason="one operation at a time")
    if not isinstance(given, dict):
        raise RequestMalformedError(reason="a JSON object")
    return given


def _parsed(text: str | bytes) -> Any:
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError:
        raise RequestMalformedError(reason="JSON") from None


def _require(name: str, value: object, kind: type) -> None:
    if value is not None and not isinstance(value, kind):
        raise RequestMalformedError(reason=name)


def _digest(document_id: object, extensions: Mapping[str, Any]) -> str:
    persisted = extensions.get("persistedQuery")
    hashed = persisted.get("sha256Hash") if isinstance(persisted, dict) else None
    found = _DIGEST.fullmatch(str(document_id or hashed or ""))
    if found is None:
        raise RequestMalformedError(reason="query")
    return found[1]


def _known(digest: str, trusted: TrustedDocuments) -> str:
    text = trusted.text(digest)
    if text is None:
        raise OperationUnknownError
    return text
