"""Packets to read, break and sign."""

from datetime import UTC, datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import NameOID

from backend.domain.canonical import content_digest
from backend.domain.content import RecordContent
from backend.domain.content_json import to_json
from backend.domain.identifiers import LookupCode
from signing_worker.packet.build import PacketFacts, build_packet
from signing_worker.sign.keys import Pkcs12Key
from tests.strategies.records import complete_record

CODE = LookupCode("3f2a9c1e7b4d4e5f8a6b0c1d2e3f4a5b")


def facts_of(content: RecordContent, revision: int = 1, code: LookupCode = CODE) -> PacketFacts:
    """Facts that fit a content."""
    return PacketFacts(lookup_code=code, revision=revision, content_digest=content_digest(to_json(content)))


def packet(content: RecordContent | None = None) -> bytes:
    """An unsigned packet of an ordinary record."""
    record = content or complete_record()
    return build_packet(record, facts_of(record))


def signing_key(name: str, *, elliptic: bool = False) -> Pkcs12Key:
    """A key whose certificate vouches for itself."""
    key = ec.generate_private_key(ec.SECP256R1()) if elliptic else rsa.generate_private_key(65537, 2048)
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    return Pkcs12Key(key, certificate, ())
