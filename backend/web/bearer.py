"""Integrators at the gateway: a bearer token instead of the cookie, and a client that still holds."""

from starlette.exceptions import HTTPException
from starlette.requests import HTTPConnection

from backend.adapters.tokens import InvalidTokenError
from backend.context import IntegratorIdentity, Services
from backend.db.repositories import integrators
from backend.db.scope import unscoped
from backend.services.integrators import may_come_from

CHALLENGE = 'Bearer realm="hocba", error="invalid_token"'


async def integrator_of(
    services: Services, request: HTTPConnection, address: str
) -> IntegratorIdentity | None:
    """The program behind a bearer token; None when there is no token.

    Raises:
        HTTPException: 401 when the token or its client holds no longer, or comes from a foreign network.
    """
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer":
        return None
    if services.tokens is None:
        raise _refused()
    try:
        read = services.tokens.read(token.strip())
    except InvalidTokenError as error:
        raise _refused() from error
    async with unscoped():
        client = await integrators.credentials(read.client_id)
    if client is None or not client.active or not may_come_from(client, address):
        raise _refused()
    return IntegratorIdentity(client, read.scopes & client.scopes)


def _refused() -> HTTPException:
    return HTTPException(401, "invalid_token", {"WWW-Authenticate": CHALLENGE})
