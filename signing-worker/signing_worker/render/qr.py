"""The QR code of the look-up address, as a small picture inside the page."""

from functools import lru_cache

import segno

_PIXELS_PER_MODULE = 4


@lru_cache(maxsize=64)
def qr_image(address: str) -> str:
    """A ``data:`` picture with level M error correction and no quiet zone: the page leaves white around it."""
    return segno.make(address, error="m", micro=False).png_data_uri(scale=_PIXELS_PER_MODULE, border=0)
