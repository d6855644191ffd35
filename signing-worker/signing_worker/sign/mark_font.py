"""The marks' typeface as pyHanko puts it into a file, shaped and subset by HarfBuzz.

pyHanko's own engine opens the typeface and cuts its subset with fontTools for every signature, which took longer than
all the rest of the signature. Here the typeface stays open for the life of the process, and HarfBuzz cuts the subset.
A subset that was cut once is used again: the letters of every instant and certificate number are always in it, so that
all signatures of one signer have the same letters.
"""

import io
import string
import zlib
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import uharfbuzz as hb
from fontTools.ttLib import TTFont
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.font.api import FontEngine, FontEngineFactory, ShapeResult
from pyhanko.pdf_utils.generic import pdf_name, pdf_string
from pyhanko.pdf_utils.writer import BasePdfFileWriter

ALWAYS = f"{string.hexdigits}/:+… "
"""What differs between two marks of one signer: the instant and the certificate's number."""
SUBSETS_KEPT = 256
_EM = 1000
_UNUSED_TABLES = (b"GPOS", b"GDEF", b"GSUB")
_SERIF_SYMBOLIC = 0b110
_CMAP = """/CIDInit /ProcSet findresource begin
12 dict begin
begincmap
/CIDSystemInfo << /Registry (Adobe) /Ordering (UCS) /Supplement 0 >> def
/CMapName /Adobe-Identity-UCS def
/CMapType 2 def
1 begincodespacerange
<0000> <FFFF>
endcodespacerange
{body}
endcmap
CMapName currentdict /CMap defineresource pop
end
end"""
_CMAP_SECTION = 100


class MarkFace:
    """An open typeface with 1000 units to the em.

    Raises:
        ValueError: for another number of units (``render/mark_face.py`` makes the right one).
    """

    def __init__(self, path: str) -> None:
        self.face = hb.Face(Path(path).read_bytes())
        if self.face.upem != _EM:
            raise ValueError("not 1000 units to the em")
        self.font = hb.Font(self.face)
        with TTFont(path) as font:
            self.name = str(font["name"].getDebugName(6))
            self.metrics = _metrics(font)
        self.always = frozenset(info.codepoint for info in self.shaped(ALWAYS).glyph_infos)
        self.program = lru_cache(SUBSETS_KEPT)(self._program)

    def shaped(self, text: str) -> hb.Buffer:
        buffer = hb.Buffer()
        buffer.add_str(text)
        buffer.guess_segment_properties()
        # figures keep their width, so that every instant is as long as any other
        hb.shape(self.font, buffer, {"kern": not any(char.isdigit() for char in text)})
        return buffer

    def width(self, glyph: int) -> int:
        return int(self.font.get_glyph_h_advance(glyph))

    def _program(self, glyphs: frozenset[int]) -> tuple[int, bytes]:
        """The typeface with these glyphs alone, under the numbers they have: its length, and it compressed."""
        wanted = hb.SubsetInput()
        wanted.glyph_set.update(glyphs)
        wanted.drop_table_tag_set.update(int.from_bytes(tag, "big") for tag in _UNUSED_TABLES)
        wanted.flags = (
            hb.SubsetFlags.RETAIN_GIDS
            | hb.SubsetFlags.NO_HINTING
            | hb.SubsetFlags.NOTDEF_OUTLINE
            | hb.SubsetFlags.NO_LAYOUT_CLOSURE
        )
        data = wanted.subset(self.face).blob.data
        return len(data), zlib.compress(data)


class MarkFont(FontEngine):
    """The typeface in one file that is being written."""

    def __init__(self, writer: BasePdfFileWriter, face: MarkFace) -> None:
        super().__init__(writer, face.name, embedded_subset=True)
        self._face = face
        self._reference = writer.allocate_placeholder()
        self._letters: dict[int, str] = {}
        self._written = False
        # known in every file, so that an instant with other digits needs no other font
        self._learn(face.shaped(ALWAYS), ALWAYS)

    @property
    def uses_complex_positioning(self) -> bool:
        return False

    def shape(self, txt: str) -> ShapeResult:
        if not txt:
            return ShapeResult(b"", 0, 0)
        buffer = self._face.shaped(txt)
        self._learn(buffer, txt)
        said = generic.DictionaryObject({pdf_name("/ActualText"): generic.TextStringObject(txt)})
        operators = b"/Span %s BDC %s EMC" % (_written(said), self._shown(buffer))
        advance = sum(position.x_advance for position in buffer.glyph_positions)
        return ShapeResult(operators, advance / _EM, 0)

    def as_resource(self) -> generic.IndirectObject:
        return self._reference

    def prepare_write(self) -> None:
        if self._written:
            return
        self._written = True
        name = f"{self.subset_prefix}+{self._face.name}"
        glyphs = self._face.always.union(self._letters)
        descriptor = generic.DictionaryObject(self._face.metrics)
        descriptor["/FontName"] = pdf_name(f"/{name}")
        descriptor["/FontFile2"] = self.writer.add_object(_stream(*self._face.program(glyphs)))
        font = generic.DictionaryObject(
            {
                pdf_name("/Type"): pdf_name("/Font"),
                pdf_name("/Subtype"): pdf_name("/Type0"),
                pdf_name("/BaseFont"): pdf_name(f"/{name}"),
                pdf_name("/Encoding"): pdf_name("/Identity-H"),
                pdf_name("/DescendantFonts"): generic.ArrayObject([self._descendant(name, descriptor)]),
                pdf_name("/ToUnicode"): self.writer.add_object(_to_unicode(self._letters)),
            }
        )
        self.writer.add_object(font, idnum=self._reference.idnum)

    def _descendant(self, name: str, descriptor: generic.DictionaryObject) -> generic.IndirectObject:
        collection = {
            pdf_name("/Registry"): pdf_string("Adobe"),
            pdf_name("/Ordering"): pdf_string("Identity"),
            pdf_name("/Supplement"): generic.NumberObject(0),
        }
        font = {
            pdf_name("/Type"): pdf_name("/Font"),
            pdf_name("/Subtype"): pdf_name("/CIDFontType2"),
            pdf_name("/BaseFont"): pdf_name(f"/{name}"),
            pdf_name("/CIDSystemInfo"): generic.DictionaryObject(collection),
            pdf_name("/CIDToGIDMap"): pdf_name("/Identity"),
            pdf_name("/FontDescriptor"): self.writer.add_object(descriptor),
            pdf_name("/W"): generic.ArrayObject(self._widths()),
        }
        return self.writer.add_object(generic.DictionaryObject(font))

    def _widths(self) -> list[generic.PdfObject]:
        widths: list[generic.PdfObject] = []
        for glyph in sorted(self._letters):
            width = generic.NumberObject(self._face.width(glyph))
            widths += [generic.NumberObject(glyph), generic.ArrayObject([width])]
        return widths

    def _learn(self, buffer: hb.Buffer, text: str) -> None:
        """What each glyph means, for whoever copies the text; a cluster of several glyphs has a letter for each."""
        infos = buffer.glyph_infos
        starts = sorted({info.cluster for info in infos})
        ends = dict(zip(starts, [*starts[1:], len(text)], strict=True))
        for cluster in starts:
            glyphs = [info.codepoint for info in infos if info.cluster == cluster]
            meant = text[cluster : ends[cluster]]
            for at, glyph in enumerate(glyphs):
                self._letters.setdefault(glyph, meant if len(glyphs) == 1 else meant[at : at + 1] or " ")

    def _shown(self, buffer: hb.Buffer) -> bytes:
        """Operators that show the glyphs; a raised mark is shown apart, with its rise."""
        parts: list[bytes] = []
        for info, position in zip(buffer.glyph_infos, buffer.glyph_positions, strict=True):
            before, glyph = -position.x_offset, info.codepoint
            after = self._face.width(glyph) - position.x_advance + position.x_offset
            shown = b"%s<%04x>%s" % (_moved(before), glyph, _moved(after))
            if position.y_offset:
                rise = position.y_offset * self.font_size / _EM
                parts.append(b"] TJ %g Ts [%s] TJ 0 Ts [" % (rise, shown))
            else:
                parts.append(shown)
        return b"[%s] TJ" % b"".join(parts)


@dataclass(frozen=True)
class MarkFontFactory(FontEngineFactory):
    """Gives every file that is written its own ``MarkFont`` over one open face."""

    face: MarkFace

    def create_font_engine(self, writer: BasePdfFileWriter, obj_stream: object = None) -> MarkFont:  # noqa: ARG002
        return MarkFont(writer, self.face)


def _moved(thousandths: int) -> bytes:
    return b"%d" % thousandths if thousandths else b""


def _metrics(font: TTFont) -> dict[generic.NameObject, generic.PdfObject]:
    head, line, style = font["head"], font["hhea"], font["OS/2"]
    bounds = [generic.NumberObject(edge) for edge in (head.xMin, head.yMin, head.xMax, head.yMax)]
    return {
        pdf_name("/Type"): pdf_name("/FontDescriptor"),
        pdf_name("/Flags"): generic.NumberObject(_SERIF_SYMBOLIC),
        pdf_name("/FontBBox"): generic.ArrayObject(bounds),
        pdf_name("/Ascent"): generic.NumberObject(line.ascent),
        pdf_name("/Descent"): generic.NumberObject(line.descent),
        pdf_name("/CapHeight"): generic.NumberObject(style.sCapHeight),
        pdf_name("/ItalicAngle"): generic.NumberObject(0),
        pdf_name("/StemV"): generic.NumberObject(10 + 220 * (style.usWeightClass - 50) // 900),
    }


def _to_unicode(letters: dict[int, str]) -> generic.StreamObject:
    lines = [f"<{glyph:04x}> <{text.encode('utf-16be').hex()}>" for glyph, text in sorted(letters.items())]
    sections = [lines[at : at + _CMAP_SECTION] for at in range(0, len(lines), _CMAP_SECTION)]
    body = "\n".join("\n".join((f"{len(part)} beginbfchar", *part, "endbfchar")) for part in sections)
    stream = generic.StreamObject(stream_data=_CMAP.format(body=body).encode("ascii"))
    stream.compress()
    return stream


def _stream(length: int, compressed: bytes) -> generic.StreamObject:
    about = {
        pdf_name("/Filter"): pdf_name("/FlateDecode"),
        pdf_name("/Length1"): generic.NumberObject(length),
    }
    return generic.StreamObject(about, encoded_data=compressed)


def _written(value: generic.PdfObject) -> bytes:
    buffer = io.BytesIO()
    value.write_to_stream(buffer)
    return buffer.getvalue()
