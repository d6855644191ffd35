"""The files of a report: ZIP archives that are the same bytes whenever they hold the same records.

A part holds each record's XML, named by its digest, in a folder for its class; a list says which part of which report
it is. Nothing that names a pupil stands in a name. The manifest's archive holds the manifest, the department's
signature over it (detached CMS) and the timestamp over that signature.
"""

import io
import zipfile
from collections.abc import Iterable

import orjson

from backend.db.repositories.ministry import FinalFile

LONG_AGO = (1980, 1, 1, 0, 0, 0)
LIST, MANIFEST, SIGNATURE, TIMESTAMP = "part.json", "manifest.json", "manifest.p7s", "manifest.tsr"


def archive(entries: Iterable[tuple[str, bytes]]) -> bytes:
    """A ZIP of named bytes, without dates and owners."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as files:
        for name, data in entries:
            info = zipfile.ZipInfo(name, LONG_AGO)
            info.compress_type = zipfile.ZIP_DEFLATED
            info.external_attr = 0o644 << 16
            files.writestr(info, data)
    return packed.getvalue()


def list_of(period: str, report: int, number: int, files: Iterable[FinalFile]) -> bytes:
    """Which part it is, and the digests of its records."""
    said = {
        "period": period,
        "report": report,
        "part": number,
        "records": [file.digest for file in files],
    }
    return orjson.dumps(said, option=orjson.OPT_SORT_KEYS)


def place_of(file: FinalFile) -> str:
    """Where a record stands in its archive: the school's code, the class, the digest."""
    return f"{_plain(file.school_code)}/{_plain(file.class_name)}-{file.school_class_id}/{file.digest}.xml"


def _plain(text: str) -> str:
    """A name that every file system takes and that cannot lead out of its folder."""
    return "".join(letter if letter.isalnum() else "_" for letter in text)
