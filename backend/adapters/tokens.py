"""Access tokens of integrators (RFC 9068), and signatures of webhooks, by keys that every process reads from a file.

The file is a JWK set of private keys: the first P-256 key signs tokens, the first Ed25519 key webhooks; keys behind
them still verify, so that a key is changed by putting a new one before it.
"""

import secrets
import time
from base64 import b64encode
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, KeySet, OKPKey

from backend.domain.integrators import TOKEN_SECONDS, Scope

ALGORITHM, TYPE = "ES256", "at+jwt"
LEEWAY = 30


class InvalidTokenError(Exception):
    """No token of ours, or one that holds no longer."""


@dataclass(frozen=True, slots=True)
class AccessToken:
    """What a good token says."""

    client_id: str
    scopes: frozenset[Scope]


class TokenKeys:
    """The keys of a file, and what is done with them; ``issuer`` is the system's own address."""

    def __init__(self, file: Path, issuer: str) -> None:
        keys = KeySet.import_key_set(orjson.loads(file.read_bytes()))
        self.issuer = issuer
        self.audience = f"{issuer}/graphql"
        self._signing = [key for key in keys.keys if isinstance(key, ECKey)]
        self._webhook = [key for key in keys.keys if isinstance(key, OKPKey)]
        self._verifying = KeySet(list(self._signing))

    def public(self) -> dict[str, Any]:
        """The JWK set that the world may read."""
        keys = KeySet([*self._signing, *self._webhook])
        return dict(keys.as_dict(private=False))

    def issue(self, client_id: str, scope: str) -> str:
        """A token for a client, good for ten minutes."""
        now = int(time.time())
        key = self._signing[0]
        claims = {
            "iss": self.issuer,
            "sub": client_id,
            "client_id": client_id,
            "aud": self.audience,
            "scope": scope,
            "iat": now,
            "exp": now + TOKEN_SECONDS,
            "jti": secrets.token_hex(16),
        }
        return jwt.encode({"alg": ALGORITHM, "typ": TYPE, "kid": key.kid}, claims, key)

    def read(self, token: str) -> AccessToken:
        """What a token says.

        Raises:
            InvalidTokenError: unless algorithm, type, issuer, audience, end and signature are all as they must be.
        """
        registry = jwt.JWTClaimsRegistry(
            leeway=LEEWAY,
            iss={"essential": True, "value": self.issuer},
            aud={"essential": True, "value": self.audience},
            exp={"essential": True},
            client_id={"essential": True},
            scope={"essential": True},
        )
        try:
            decoded = jwt.decode(token, self._verifying, algorithms=[ALGORITHM])
            registry.validate(decoded.claims)
        except (JoseError, ValueError) as error:
            raise InvalidTokenError from error
        if decoded.header.get("typ") != TYPE:
            raise InvalidTokenError
        return AccessToken(decoded.claims["client_id"], _scopes(decoded.claims["scope"].split()))

    def sign_webhook(self, message_id: str, timestamp: int, body: bytes) -> str:
        """The ``webhook-signature`` of a body, as Standard Webhooks has it for Ed25519."""
        key: Any = self._webhook[0].private_key
        assert isinstance(key, Ed25519PrivateKey)
        signature = key.sign(f"{message_id}.{timestamp}.".encode() + body)
        return f"v1a,{b64encode(signature).decode()}"


def _scopes(names: Collection[str]) -> frozenset[Scope]:
    return frozenset(Scope(name) for name in names if name in set(Scope))
