"""The seal on a manifest and the signature on a receipt: XAdES-B over the signed part, and a timestamp over the file."""

import hashlib

import aiohttp
from pyhanko.sign.timestamps import TimestampRequestError

from backend.domain.errors import TimestampUnavailableError
from signing_worker.packet.sheets import SheetKind, insert_seal, names_of, parse_sheet, sheet_bytes
from signing_worker.sign.clock import ClockedStamper
from signing_worker.sign.head import DIGEST
from signing_worker.sign.keys import SigningKey
from signing_worker.sign.xml import sign_element

ROLE = {SheetKind.MANIFEST: "SCHOOL_SEAL", SheetKind.RECEIPT: "DEPARTMENT_SEAL"}
"""The claimed role in the signature."""


async def seal_sheet(data: bytes, kind: SheetKind, key: SigningKey) -> bytes:
    """The sheet with its one signature.

    Raises:
        PacketInvalidError: when the bytes are no such sheet, or it is signed already.
    """
    root, _ = parse_sheet(kind, data)
    insert_seal(kind, root, await sign_element(root, (names_of(kind).id,), ROLE[kind], key))
    return sheet_bytes(root)


async def stamp(data: bytes, tsa_url: str, session: aiohttp.ClientSession) -> bytes:
    """A timestamp token (RFC 3161, DER) over the bytes.

    Raises:
        TimestampUnavailableError: when the timestamp service does not answer.
        SigningClockWrongError: when its time is far from this machine's.
    """
    stamper = ClockedStamper(tsa_url, session)
    try:
        token = await stamper.async_timestamp(hashlib.sha256(data).digest(), DIGEST)
    except (TimestampRequestError, OSError, TimeoutError) as error:
        raise TimestampUnavailableError from error
    der: bytes = token.dump()
    return der
