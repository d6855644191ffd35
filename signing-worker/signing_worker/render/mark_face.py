"""The face of the visible signature marks, in the units that pyHanko writes.

pyHanko 0.38 puts a typeface's own units into the file where PDF wants thousandths of the type size (ISO 32000-1,
9.7.4.3). The form's typeface has 2048 units to the em, so its letters would stand twice as far apart. A copy with
1000 units to the em, less the letters no name here has, is made once in each process that signs.
"""

import tempfile
from functools import cache
from pathlib import Path

from fontTools.subset import Options, Subsetter
from fontTools.ttLib import TTFont
from fontTools.ttLib.scaleUpem import scale_upem

UNITS_PER_EM = 1000
REPERTOIRE = (
    range(0x20, 0x7F),  # Basic Latin
    range(0xA0, 0x250),  # Latin-1 to Latin Extended-B: đ, ơ, ư, and the letters of Ê Đê and Ba Na
    range(0x300, 0x32B),  # combining marks
    range(0x1E00, 0x1F00),  # Vietnamese
    range(0x2010, 0x2028),  # dashes, quotation marks, ellipsis
)


@cache
def mark_face(face: Path) -> "tempfile._TemporaryFileWrapper[bytes]":
    """The copy of a face as a file that goes when the process ends."""
    font = TTFont(face)
    subsetter = Subsetter(Options(hinting=False, notdef_outline=True))
    subsetter.populate(unicodes=[code for block in REPERTOIRE for code in block])
    subsetter.subset(font)
    scale_upem(font, UNITS_PER_EM)
    copy = tempfile.NamedTemporaryFile(prefix="hocba-mark-", suffix=".ttf")  # noqa: SIM115 - kept open on purpose
    font.save(copy)
    copy.flush()
    return copy
