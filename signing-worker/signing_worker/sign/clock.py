"""Timestamps, and what they say of this machine's clock.

A signature's marks and the registry carry the time of the machine that signs. Where that time and the timestamp
authority's are far apart one of them is wrong, and nobody could tell later which: then no signature is made.
"""

from datetime import UTC, datetime, timedelta

import aiohttp
from asn1crypto import cms
from pyhanko.sign.timestamps import HTTPTimeStamper

from backend.domain.errors import SigningClockWrongError

LIMIT = timedelta(minutes=5)


class ClockedStamper(HTTPTimeStamper):
    """Asks a timestamp service, and takes no token whose time is far from this machine's."""

    def __init__(self, url: str, session: aiohttp.ClientSession) -> None:
        super().__init__(url, session=session)

    async def async_timestamp(self, message_digest: bytes, md_algorithm: str) -> cms.ContentInfo:
        """A token over a digest.

        Raises:
            SigningClockWrongError: when the service's time and this machine's are further apart than ``LIMIT``.
        """
        token = await super().async_timestamp(message_digest, md_algorithm)
        if abs(stamped(token)["gen_time"].native - now()) > LIMIT:
            raise SigningClockWrongError
        return token


def stamped(token: cms.ContentInfo) -> cms.ContentInfo:
    """What a timestamp token says (``TSTInfo`` of RFC 3161)."""
    return token["content"]["encap_content_info"]["content"].parsed


def now() -> datetime:
    """What time this machine thinks it is."""
    return datetime.now(UTC)
