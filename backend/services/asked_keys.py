"""Keys that somebody is asked for: what is to be signed is handed out under a nonce, and comes back signed, once.

What was handed out is bound to one person, one ceremony's items with their revisions, and a nonce of five minutes. What comes
back is held to the registered certificate before it is kept; the worker puts it into the files and judges those.
"""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed

from backend.db.repositories import audit, ceremonies, people, prepared, queue, signing
from backend.db.repositories.people import Credential
from backend.db.repositories.prepared import ToSign
from backend.domain.errors import DomainError, NotFoundError, NotPermittedError
from backend.domain.organisation import KeyCustody
from backend.domain.policy import Actor, Refusal
from backend.domain.signing_errors import NonceUsedError, SignatureWrongError
from backend.jobs import SignItem

HANDED_OUT_MAX = 500
PREHASHED = Prehashed(hashes.SHA256())


@dataclass(frozen=True, slots=True)
class Challenge:
    """What the signer's own token is to sign; the nonce is said this once."""

    nonce: str
    until: datetime
    certificate: str
    items: tuple[ToSign, ...]


@dataclass(frozen=True, slots=True)
class Given:
    """Raw signatures for one item: PKCS#1 v1.5, or DER with elliptic curves."""

    item_id: int
    xml: bytes
    pdf: bytes


async def challenge(actor: Actor, ceremony_id: int) -> Challenge:
    """Hand out what of a ceremony waits for the signer's own token; a challenge before it is void.

    Raises:
        NotFoundError: outside the scope. NotPermittedError: for anybody but the signer, or when nothing waits.
    """
    credential = await _own(actor, ceremony_id)
    waiting = await prepared.waiting(ceremony_id, HANDED_OUT_MAX)
    if not waiting:
        raise NotPermittedError(Refusal.STATE)
    assert actor.staff_id is not None
    nonce = secrets.token_urlsafe(32)
    until = await prepared.hand_out([item.item_id for item in waiting], _hash(nonce), actor.staff_id)
    for item in waiting:
        await signing.log_intent(item.revision_id, item.role, item.credential_id)
    return Challenge(nonce, until, credential.certificate, tuple(waiting))


async def answer(actor: Actor, ceremony_id: int, nonce: str, given: Sequence[Given]) -> list[DomainError]:
    """Take signatures back; returns why some were not kept, by their places.

    Raises:
        NotFoundError, NotPermittedError: as for ``challenge``.
        NonceUsedError: when the nonce is used, too old, or not this person's for this ceremony.
    """
    credential = await _own(actor, ceremony_id)
    assert actor.staff_id is not None
    handed_out = await prepared.take_back(_hash(nonce), actor.staff_id, ceremony_id)
    if not handed_out:
        raise NonceUsedError(field="nonce")
    certificate = x509.load_pem_x509_certificate(credential.certificate.encode())
    refused: list[DomainError] = []
    kept: list[Given] = []
    for place, item in enumerate(given):
        asked = handed_out.pop(item.item_id, None)
        if asked is None:
            refused.append(NotFoundError(field=f"signatures.{place}"))
        elif not (
            _is_signed(certificate, asked.xml_hash, item.xml)
            and _is_signed(certificate, asked.pdf_hash, item.pdf)
        ):
            refused.append(SignatureWrongError(field=f"signatures.{place}"))
        else:
            kept.append(item)
    await prepared.put([(item.item_id, item.xml, item.pdf) for item in kept])
    await queue.put([SignItem(item.item_id) for item in kept])
    ceremony = await ceremonies.get(ceremony_id)
    await audit.append(actor, "CEREMONY_TOKEN", [(ceremony.school_id, None)], ceremony=ceremony_id)
    return refused


async def _own(actor: Actor, ceremony_id: int) -> Credential:
    """The credential of a ceremony that is the actor's own and signs by their own token."""
    ceremony = await ceremonies.get(ceremony_id)
    if actor.staff_id is None or ceremony.signer_id != actor.staff_id:
        raise NotPermittedError(Refusal.ROLE)
    credential = await people.find_credential_of_ceremony(ceremony_id)
    if credential is None or credential.custody != KeyCustody.AGENT:
        raise NotPermittedError(Refusal.STATE)
    return credential


def _hash(nonce: str) -> str:
    return sha256(nonce.encode()).hexdigest()


def _is_signed(certificate: x509.Certificate, digest: str, signature: bytes) -> bool:
    public = certificate.public_key()
    try:
        if isinstance(public, rsa.RSAPublicKey):
            public.verify(signature, bytes.fromhex(digest), padding.PKCS1v15(), PREHASHED)
        elif isinstance(public, ec.EllipticCurvePublicKey):
            public.verify(signature, bytes.fromhex(digest), ec.ECDSA(PREHASHED))
        else:
            return False
    except InvalidSignature:
        return False
    return True
