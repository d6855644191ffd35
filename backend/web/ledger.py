"""The ledger's files: signed heads for everybody, for ever; proofs behind short-lived links (``infra/ledger.md``)."""

import orjson
from starlette.requests import Request
from starlette.responses import Response

from backend.adapters.links import read_proof_token
from backend.context import Services
from backend.db.repositories import ledger
from backend.db.scope import scoped_apart
from backend.domain.ledger import Leaf, Proof
from backend.domain.messages import sentence
from backend.domain.policy import PUBLIC
from backend.domain.rate_limits import By, Operation
from backend.web.gateway import address_of, language_of, refusal, too_many

FOR_EVER = "public, max-age=31536000, immutable"
INT8_DIGITS = 18


class LedgerFiles:
    """The routes of heads and proofs."""

    def __init__(self, services: Services) -> None:
        self._services = services

    async def newest(self, request: Request) -> Response:
        """The newest signed head."""
        return await self._head(request, None, "no-cache")

    async def head(self, request: Request) -> Response:
        """The signed head of a size."""
        size = request.path_params["size"]
        if not size.isascii() or not size.isdecimal() or len(size) > INT8_DIGITS:
            return _not_found(request)
        return await self._head(request, int(size), FOR_EVER)

    async def _head(self, request: Request, size: int | None, kept: str) -> Response:
        if (wait := await self._wait(request)) > 0:
            return too_many(wait, language_of(request))
        async with scoped_apart(PUBLIC):
            row = await ledger.head(size)
        if row is None:
            return _not_found(request)
        return _file(row.note.json, f"so-cai-{row.size}.json", kept)

    async def proof(self, request: Request) -> Response:
        """The proof of a leaf behind a link that is still good."""
        named = read_proof_token(self._services.settings, request.path_params["token"])
        if named is None:
            return _not_found(request)
        index, content_digest = named
        async with scoped_apart(PUBLIC):
            text = await ledger.leaf_of(index, content_digest)
            head = await ledger.covering_head(index)
            path = None if head is None else await ledger.inclusion_path(index, head.size)
        if text is None or head is None or path is None:
            return _not_found(request)
        steps = tuple(bytes.fromhex(step) for step in path)
        proof = Proof(leaf=Leaf.parse(text), index=index, size=head.size, path=steps)
        return _file(proof.json, f"bang-chung-{index}.json", "private, no-store")

    async def _wait(self, request: Request) -> float:
        bucket = {By.ADDRESS: address_of(self._services, request)}
        return await self._services.limits.take(Operation.QUERY, bucket)


def _file(value: object, name: str, kept: str) -> Response:
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": kept}
    return Response(orjson.dumps(value), media_type="application/json", headers=headers)


def _not_found(request: Request) -> Response:
    return refusal(404, "NOT_FOUND", sentence("NOT_FOUND", language_of(request)))
