"""The pupils of the measurement: a whole year each, every comment its own."""

from dataclasses import replace

from backend.domain.canonical import content_digest
from backend.domain.content import RecordContent
from backend.domain.content_json import to_json
from backend.domain.identifiers import LookupCode
from signing_worker.packet.build import PacketFacts
from tests.worker.render.forms import COMMENTS, content

PUBLIC_URL = "https://hocba.example"


def pupil(number: int) -> tuple[RecordContent, LookupCode, PacketFacts]:
    """A record and what its packet and form need besides."""
    record = content(1 + number % 5)
    subjects = {
        code: replace(result, comment=f"{COMMENTS[(at + number) % 3]} Đợt {number}.{at}.")
        for at, (code, result) in enumerate(record.subjects.items())
    }
    named = replace(record.pupil, full_name=f"{record.pupil.full_name} {chr(ord('A') + number % 26)}")
    record = replace(record, subjects=subjects, pupil=named)
    code = LookupCode.new()
    digest = content_digest(to_json(record))
    return record, code, PacketFacts(lookup_code=code, revision=1, content_digest=digest)
