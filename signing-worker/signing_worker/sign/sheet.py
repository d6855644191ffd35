"""Units' seals on manifests, receipts and hand-overs: XAdES-B over the signed part, and a timestamp over the file."""

import hashlib

import aiohttp
from pyhanko.sign.timestamps import TimestampRequestError

from backend.domain.errors import TimestampUnavailableError
from signing_worker.packet.hand_over import insert_acceptance_seal, parse_hand_over
from signing_worker.packet.sheets import (
    SheetKind,
    acceptance_names,
    insert_seal,
    names_of,
    parse_sheet,
    sheet_bytes,
)
from signing_worker.sign.clock import ClockedStamper
from signing_worker.sign.head import DIGEST
from signing_worker.sign.keys import SigningKey
from signing_worker.sign.xml import sign_element

ROLE = {
    SheetKind.MANIFEST: "SCHOOL_SEAL",
    SheetKind.RECEIPT: "DEPARTMENT_SEAL",
    SheetKind.HAND_OVER: "RELEASING_SCHOOL_SEAL",
}
ACCEPTING = "RECEIVING_SCHOOL_SEAL"
"""The claimed role in the signature."""


async def seal_sheet(data: bytes, kind: SheetKind, key: SigningKey) -> bytes:
    """The sheet with its one signature.

    Raises:
        PacketInvalidError: when the bytes are no such sheet, or it is signed already.
    """
    root, _ = parse_sheet(kind, data)
    insert_seal(kind, root, await sign_element(root, (names_of(kind).id,), ROLE[kind], key))
    return sheet_bytes(root)


async def seal_acceptance(data: bytes, key: SigningKey) -> bytes:
    """A hand-over with the receiving school's seal over both parts.

    Raises:
        PacketInvalidError: when the bytes are no accepted hand-over, or it is sealed twice already.
    """
    root = parse_hand_over(data).root
    covered = (names_of(SheetKind.HAND_OVER).id, acceptance_names().id)
    insert_acceptance_seal(root, await sign_element(root, covered, ACCEPTING, key))
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
