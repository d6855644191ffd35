"""The QR code of the look-up address, as a small picture.

For a fixed size, error level and mask, a QR symbol is an affine function over GF(2) of the bits of its text: the
symbol of any address is that of a first one, and for each differing bit the change that this bit makes. A code is then
a few exclusive-ors instead of milliseconds; ``segno`` still makes the first one and every change.
"""

from functools import lru_cache

import segno

PIXELS_PER_MODULE = 4
MASK = 2
"""Any mask may be used; a fixed one makes the symbol affine. Every reader reads all eight."""


class QrCodes:
    """Symbols of addresses, as square pictures of modules.

    Level M error correction, no quiet zone: the page leaves white around it.
    """

    def __init__(self) -> None:
        self._first: dict[int, tuple[bytes, int, int]] = {}
        self._changes: dict[tuple[int, int, int], int] = {}

    def modules(self, address: str) -> tuple[int, int]:
        """The modules on a side, and all modules as one number, row by row; 1 is dark."""
        text = address.encode()
        first, side, symbol = self._first.setdefault(len(text), (text, *_symbol(text)))
        for at, (wanted, given) in enumerate(zip(text, first, strict=True)):
            differing = wanted ^ given
            while differing:
                bit = differing & -differing
                symbol ^= self._change(first, at, bit)
                differing ^= bit
        return side, symbol

    def _change(self, first: bytes, at: int, bit: int) -> int:
        key = (len(first), at, bit)
        if key not in self._changes:
            other = bytearray(first)
            other[at] ^= bit
            self._changes[key] = _symbol(bytes(other))[1] ^ self._first[len(first)][2]
        return self._changes[key]


def _symbol(text: bytes) -> tuple[int, int]:
    made = segno.make(text, error="m", micro=False, mask=MASK, mode="byte")
    rows = ["".join("1" if module else "0" for module in row) for row in made.matrix]
    return len(rows), int("".join(rows), 2)


@lru_cache(maxsize=64)
def qr_image(address: str) -> str:
    """The symbol as a ``data:`` picture, for WeasyPrint."""
    made = segno.make(address.encode(), error="m", micro=False, mask=MASK, mode="byte")
    return made.png_data_uri(scale=PIXELS_PER_MODULE, border=0)


def grey_rows(side: int, symbol: int) -> tuple[int, bytes]:
    """A symbol as a picture of eight bits a pixel: pixels on a side, and the rows."""
    text = f"{symbol:0{side * side}b}".translate(_GREY)
    rows = []
    for at in range(0, side * side, side):
        wide = "".join([module * PIXELS_PER_MODULE for module in text[at : at + side]])
        rows.append(wide.encode("latin-1") * PIXELS_PER_MODULE)
    return side * PIXELS_PER_MODULE, b"".join(rows)


_GREY = str.maketrans({"0": "\xff", "1": "\x00"})
