"""The visible mark of a signature: drawn only where a signature is made, never as a picture of a seal."""

from dataclasses import dataclass
from datetime import datetime

from pyhanko.pdf_utils.text import TextBoxStyle
from pyhanko.pdf_utils.writer import PdfFileWriter
from pyhanko.stamp import TextStampStyle

from backend.domain.calendar import VIETNAM
from backend.domain.signing import SignatureRole
from signing_worker.sign.mark_font import MarkFace, MarkFont, MarkFontFactory
from signing_worker.sign.work import SignWork

FONT_SIZE = 8
SERIAL_SHOWN = 12
INSTANT_LINE = -2
DEPUTY = "phó"


def mark_lines(work: SignWork, signed_at: datetime, serial: str) -> list[str]:
    """What the mark says, line by line (domain/template: digital marks)."""
    when = f"{signed_at.astimezone(VIETNAM):%d/%m/%Y %H:%M:%S} +07:00"
    certificate = f"Số chứng thư: …{serial[-SERIAL_SHOWN:].upper()}"
    if work.role is SignatureRole.LOCK_SEAL:
        assert work.effective_from is not None
        effective = f"{work.effective_from.astimezone(VIETNAM):%d/%m/%Y %H:%M:%S} +07:00"
        return [f"ĐÃ CHỐT – Ngày hiệu lực: {effective}", work.unit_name, f"Đã ký số {when}", certificate]
    if work.role is SignatureRole.SCHOOL_SEAL:
        return ["DẤU CỦA NHÀ TRƯỜNG", work.unit_name, f"Đã ký số {when}", certificate]
    return [work.signer_name, _post(work.post), work.unit_name, f"Đã ký số {when}", certificate]


def _post(post: str) -> str:
    """The post as it is written under a signature: a deputy signs in the principal's place."""
    return f"KT. HIỆU TRƯỞNG – {post}" if post.lower().startswith(DEPUTY) else post


@dataclass(frozen=True, slots=True)
class Said:
    """The line of a mark that tells the instant: what shows it, and everything that it leaves the rest of the mark."""

    operators: bytes
    rest: tuple[str, ...]
    width: float


def said_at(lines: list[str], face: MarkFace) -> Said:
    """The line with the instant, apart from the others."""
    shown = MarkFont(PdfFileWriter(), face).shape(lines[INSTANT_LINE])
    rest = (*lines[:INSTANT_LINE], lines[-1])
    return Said(shown.graphics_ops, rest, shown.x_advance)


def mark_style(lines: list[str], face: MarkFace) -> TextStampStyle:
    """The mark as pyHanko draws it: an embedded font, a thin frame, no background."""
    return TextStampStyle(
        stamp_text="\n".join(lines).replace("%", "%%"),
        text_box_style=TextBoxStyle(font=MarkFontFactory(face), font_size=FONT_SIZE, leading=FONT_SIZE + 2),
        border_width=0,
        background=None,
    )
