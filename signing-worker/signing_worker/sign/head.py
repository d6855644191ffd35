"""The signature over a head of the ledger: a detached CMS over the note, and a timestamp over that CMS.

Both are what ``openssl cms -verify`` and ``openssl ts -verify`` read (``infra/ledger.md``).
"""

import hashlib

import aiohttp
from pyhanko.sign.timestamps import TimestampRequestError

from backend.domain.errors import TimestampUnavailableError
from signing_worker.sign.clock import ClockedStamper, stamped
from signing_worker.sign.ring_signer import RingSigner
from signing_worker.sign.work import SignedHead

DIGEST = "sha256"


async def sign_note(
    note: bytes, signer: RingSigner, tsa_url: str, session: aiohttp.ClientSession
) -> SignedHead:
    """Sign a note.

    Raises:
        TimestampUnavailableError: when the timestamp service does not answer; then nothing is made.
        SigningClockWrongError: when its time is far from this machine's.
    """
    signature = (await signer.async_sign_general_data(note, DIGEST, use_cades=True)).dump()
    stamper = ClockedStamper(tsa_url, session)
    try:
        token = await stamper.async_timestamp(hashlib.sha256(signature).digest(), DIGEST)
    except (TimestampRequestError, OSError, TimeoutError) as error:
        raise TimestampUnavailableError from error
    signed_at = stamped(token)["gen_time"].native
    return SignedHead(signature=signature, timestamp=token.dump(), signed_at=signed_at)
