"""A hand-over document, judged strictly: sealed by the registered keys, and saying what the registry says."""

from backend.domain.calendar import VIETNAM
from backend.domain.hand_over import Acceptance, HandOverFacts, Release, YearLine
from signing_worker.judge.xml import signed_by
from signing_worker.packet.errors import PacketInvalidError
from signing_worker.packet.hand_over import HandOver, acceptance_signature, parse_hand_over
from signing_worker.packet.sheets import (
    Sheet,
    SheetKind,
    Values,
    acceptance_names,
    names_of,
    sheet_signature,
)

IDENTITY = ("transfer", "nonce", "lookupCode", "fromSchoolCode", "toSchoolCode")
"""What a release is known by afterwards: names and states may have changed since it was sealed."""


def judge_hand_over(data: bytes, facts: HandOverFacts) -> bool:
    """Whether a document holds: shape, words, and each seal that the facts name, over all that it must cover."""
    try:
        found = parse_hand_over(data)
    except PacketInvalidError:
        return False
    expected = release_sheet(facts.release)
    if any(found.release.values[name] != expected.values[name] for name in IDENTITY):
        return False
    if not _released(found, facts.release_seal):
        return False
    if facts.acceptance is None:
        return found.acceptance is None and found.release == expected
    return found.acceptance == acceptance_values(facts.acceptance) and _accepted(found, facts.acceptance_seal)


def _released(found: HandOver, seal: str) -> bool:
    signature = sheet_signature(SheetKind.HAND_OVER, found.root)
    covers = (names_of(SheetKind.HAND_OVER).id,)
    return signature is not None and signed_by(found.root, signature, covers, seal) is True


def _accepted(found: HandOver, seal: str) -> bool:
    signature = acceptance_signature(found.root)
    covers = (names_of(SheetKind.HAND_OVER).id, acceptance_names().id)
    return signature is not None and signed_by(found.root, signature, covers, seal) is True


def release_sheet(release: Release) -> Sheet:
    """What the managing school seals, as the sheet's values."""
    values = {
        "transfer": str(release.transfer),
        "nonce": release.nonce,
        "lookupCode": release.lookup_code,
        "pupilName": release.pupil_name,
        "birthDate": release.birth_date.isoformat(),
        "fromSchoolCode": release.from_school_code,
        "fromSchoolName": release.from_school_name,
        "toSchoolCode": release.to_school_code,
        "toSchoolName": release.to_school_name,
        "releasedAt": release.released_at.astimezone(VIETNAM).isoformat(),
    }
    return Sheet(values, tuple(_year(line) for line in release.years))


def _year(line: YearLine) -> Values:
    return {
        "schoolYear": line.school_year,
        "grade": str(line.grade),
        "className": line.class_name,
        "schoolCode": line.school_code,
        "revision": str(line.revision),
        "state": line.state.value,
        "contentDigest": line.content_digest,
        "xmlDigest": line.xml_digest,
        "pdfDigest": line.pdf_digest,
    }


def acceptance_values(acceptance: Acceptance) -> Values:
    """What the receiving school adds, as the part's values."""
    return {
        "releaseDigest": acceptance.release_digest,
        "schoolYear": acceptance.school_year,
        "className": acceptance.class_name,
        "acceptedAt": acceptance.accepted_at.astimezone(VIETNAM).isoformat(),
    }
