"""A packet's manifest, judged strictly: the school's own, sealed by its registered key, for this submission only."""

from backend.domain.submission import Finding, ManifestLine, Objection, PacketFacts
from signing_worker.judge.xml import signed_by
from signing_worker.packet.errors import PacketInvalidError
from signing_worker.packet.sheets import Sheet, SheetKind, Values, names_of, parse_sheet, sheet_signature

MANIFEST = SheetKind.MANIFEST


class ManifestRefusedError(ValueError):
    """The packet as a whole cannot be accepted; ``finding`` says why."""

    def __init__(self, objection: Objection, field: str = "") -> None:
        super().__init__(objection)
        self.finding = Finding(objection, field)


def judge_manifest(data: bytes, facts: PacketFacts) -> tuple[ManifestLine, ...]:
    """What a manifest lists, once it is proven to be the expected one.

    Raises:
        ManifestRefusedError: for a bomb, another shape, a missing, broken or foreign seal, another school's or class's
            manifest, and one that was made for another submission.
    """
    try:
        root, sheet = parse_sheet(MANIFEST, data)
    except PacketInvalidError as error:
        raise ManifestRefusedError(Objection.MANIFEST_UNREADABLE) from error
    signature = sheet_signature(MANIFEST, root)
    if signature is None:
        raise ManifestRefusedError(Objection.MANIFEST_UNSIGNED)
    whole = signed_by(root, signature, (names_of(MANIFEST).id,), facts.seal)
    if whole is None:
        raise ManifestRefusedError(Objection.MANIFEST_OF_ANOTHER, "signature")
    if not whole:
        raise ManifestRefusedError(Objection.MANIFEST_SIGNATURE_BROKEN)
    _require_expected(sheet, facts)
    return _lines(sheet)


def _require_expected(sheet: Sheet, facts: PacketFacts) -> None:
    said = sheet.values
    expected = {
        "schoolCode": facts.school_code,
        "className": facts.class_name,
        "schoolYear": facts.school_year,
    }
    for name, value in expected.items():
        if said[name] != value:
            raise ManifestRefusedError(Objection.MANIFEST_OF_ANOTHER, name)
    if (said["submission"], said["nonce"]) != (str(facts.submission), facts.nonce):
        raise ManifestRefusedError(Objection.PACKET_REPLAYED, "nonce")


def _lines(sheet: Sheet) -> tuple[ManifestLine, ...]:
    try:
        lines = tuple(_line(row) for row in sheet.rows)
    except ValueError as error:
        raise ManifestRefusedError(Objection.MANIFEST_UNREADABLE, "revision") from error
    if len({line.key for line in lines}) < len(lines):
        raise ManifestRefusedError(Objection.RECORD_SUBMITTED_TWICE)
    return lines


def _line(row: Values) -> ManifestLine:
    return ManifestLine(
        lookup_code=row["lookupCode"],
        revision=int(row["revision"]),
        content_digest=row["contentDigest"],
        xml_digest=row["xmlDigest"],
        pdf_digest=row["pdfDigest"],
    )
