"""The signature over a head of the ledger: a detached CMS over the note, and a timestamp over that CMS.

Both are what ``openssl cms -verify`` and ``openssl ts -verify`` read (``infra/ledger.md``).
"""

import hashlib

import aiohttp
from asn1crypto import cms
from pyhanko.sign.timestamps import HTTPTimeStamper, TimestampRequestError

from backend.domain.errors import TimestampUnavailableError
from signing_worker.sign.ring_signer import RingSigner
from signing_worker.sign.work import SignedHead

DIGEST = "sha256"


async def sign_note(
    note: bytes, signer: RingSigner, tsa_url: str, session: aiohttp.ClientSession
) -> SignedHead:
    """Sign a note.

    Raises:
        TimestampUnavailableError: when the timestamp service does not answer; then nothing is made.
    """
    signature = (await signer.async_sign_general_data(note, DIGEST, use_cades=True)).dump()
    stamper = HTTPTimeStamper(tsa_url, session=session)
    try:
        token = await stamper.async_timestamp(hashlib.sha256(signature).digest(), DIGEST)
    except (TimestampRequestError, OSError, TimeoutError) as error:
        raise TimestampUnavailableError from error
    signed_at = stamped(token)["gen_time"].native
    return SignedHead(signature=signature, timestamp=token.dump(), signed_at=signed_at)


def stamped(token: cms.ContentInfo) -> cms.ContentInfo:
    """What a timestamp token says (``TSTInfo`` of RFC 3161)."""
    return token["content"]["encap_content_info"]["content"].parsed
