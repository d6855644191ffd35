"""Short-lived links to files: signed, good for five minutes, naming a digest and never a person or a code."""

from enum import StrEnum

from itsdangerous import BadData, URLSafeTimedSerializer

from backend.domain.organisation import ArtefactKind
from backend.settings import Settings

GOOD_SECONDS = 300


class FileKind(StrEnum):
    """What a stored file is, which a browser is told."""

    XML = "XML"
    PDF = "PDF"
    XLSX = "XLSX"
    TST = "TST"


def file_url(settings: Settings, digest: str, kind: ArtefactKind | FileKind) -> str:
    """The address from which a stored file can be fetched for five minutes."""
    return f"{settings.origin}/files/{_serializer(settings, 'file').dumps([digest, kind.value])}"


def read_token(settings: Settings, token: str) -> tuple[str, FileKind] | None:
    """What a token of ``file_url`` names, or None when it is forged or too old."""
    try:
        digest, kind = _serializer(settings, "file").loads(token, max_age=GOOD_SECONDS)
    except BadData:
        return None
    return digest, FileKind(kind)


def preview_url(settings: Settings, revision_id: int) -> str:
    """The address at which a revision's preview is drawn, for five minutes."""
    return f"{settings.origin}/previews/{_serializer(settings, 'preview').dumps(revision_id)}"


def read_preview_token(settings: Settings, token: str) -> int | None:
    """The revision that a token of ``preview_url`` names, or None when it is forged or too old."""
    try:
        revision_id: int = _serializer(settings, "preview").loads(token, max_age=GOOD_SECONDS)
    except BadData:
        return None
    return revision_id


def proof_url(settings: Settings, index: int, content_digest: str) -> str:
    """The address from which the proof of a ledger's leaf can be fetched for five minutes."""
    return f"{settings.origin}/files/proofs/{_serializer(settings, 'proof').dumps([index, content_digest])}"


def read_proof_token(settings: Settings, token: str) -> tuple[int, str] | None:
    """The leaf and the content's digest that a token of ``proof_url`` names, or None when it is forged or too old."""
    try:
        index, content_digest = _serializer(settings, "proof").loads(token, max_age=GOOD_SECONDS)
    except BadData:
        return None
    return index, content_digest


def _serializer(settings: Settings, purpose: str) -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(settings.session_secret, salt=purpose)
