"""Certificates of the development PKI: what stands in them, by role.

Every certificate below a root says where its status is answered, at the fixed loopback address; verifiers
need no other configuration than the two roots.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import AuthorityInformationAccessOID, ExtendedKeyUsageOID, NameOID

from backend.embedded.pki_keys import PrivateKey
from backend.embedded.pki_signers import SignerSpec, Validity

AUTHORITY_VALIDITY = Validity(datetime(2020, 1, 1, tzinfo=UTC), datetime(2060, 1, 1, tzinfo=UTC))
LONGEST_COMMON_NAME = 64
AUTHORITY_ORGANISATION = "Học bạ số – môi trường thử nghiệm"

USAGES = (
    "digital_signature",
    "content_commitment",
    "key_encipherment",
    "data_encipherment",
    "key_agreement",
    "key_cert_sign",
    "crl_sign",
    "encipher_only",
    "decipher_only",
)


@dataclass(frozen=True, slots=True)
class Extension:
    value: x509.ExtensionType
    critical: bool = False


@dataclass(frozen=True, slots=True)
class Issuer:
    """An authority that signs certificates, and where it answers for them."""

    certificate: x509.Certificate
    key: ec.EllipticCurvePrivateKey
    status: Sequence[Extension]


def _usage(*allowed: str) -> Extension:
    return Extension(x509.KeyUsage(**{name: name in allowed for name in USAGES}), critical=True)


ROOT = (
    Extension(x509.BasicConstraints(ca=True, path_length=None), critical=True),
    _usage("key_cert_sign", "crl_sign"),
)
ISSUING_AUTHORITY = (
    Extension(x509.BasicConstraints(ca=True, path_length=0), critical=True),
    _usage("key_cert_sign", "crl_sign"),
)
OCSP_RESPONDER = (
    _usage("digital_signature"),
    Extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.OCSP_SIGNING]), critical=True),
    Extension(x509.OCSPNoCheck()),
)
TIMESTAMPER = (
    _usage("digital_signature"),
    Extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING]), critical=True),
)
SIGNER = (
    Extension(x509.BasicConstraints(ca=False, path_length=None), critical=True),
    _usage("digital_signature", "content_commitment"),
    # Readers of PDF files know no usage of their own; they accept e-mail protection.
    Extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.EMAIL_PROTECTION])),
)

NO_SIGNER = (
    Extension(x509.BasicConstraints(ca=False, path_length=None), critical=True),
    _usage("key_encipherment", "data_encipherment"),
)
"""For encrypting; no verifier may take its signature."""


def status_addresses(base_url: str, issuer: str, *, ocsp: bool) -> list[Extension]:
    """The extensions that say where an issuer publishes its list, its certificate and its OCSP answers."""
    access = [(AuthorityInformationAccessOID.CA_ISSUERS, f"{base_url}/certificates/{issuer}.crt")]
    if ocsp:
        access.insert(0, (AuthorityInformationAccessOID.OCSP, f"{base_url}/ocsp/{issuer}"))
    crl = x509.UniformResourceIdentifier(f"{base_url}/crl/{issuer}.crl")
    descriptions = [
        x509.AccessDescription(method, x509.UniformResourceIdentifier(url)) for method, url in access
    ]
    return [
        Extension(x509.CRLDistributionPoints([x509.DistributionPoint([crl], None, None, None)])),
        Extension(x509.AuthorityInformationAccess(descriptions)),
    ]


def authority(
    common_name: str, key: PrivateKey, extensions: Sequence[Extension], issuer: Issuer | None
) -> x509.Certificate:
    """An authority's certificate, by one of the profiles above; self-signed without an issuer."""
    name = _name(common_name, AUTHORITY_ORGANISATION, "")
    return _certificate(name, key, AUTHORITY_VALIDITY, extensions, issuer)


def signer(spec: SignerSpec, key: PrivateKey, issuer: Issuer | None) -> x509.Certificate:
    """A person's or an organisation's certificate; self-signed when no issuer answers for it."""
    name = _name(spec.common_name, spec.organisation, spec.unit)
    return _certificate(name, key, spec.validity, SIGNER if spec.signs_documents else NO_SIGNER, issuer)


def shortened(common_name: str) -> str:
    """As many whole words as a common name may have; readers of certificates count bytes, to 64.

    A school's full name stands in the organisation, which nobody limits.
    """
    words = common_name.split(" ")
    while len(" ".join(words).encode()) > LONGEST_COMMON_NAME and len(words) > 1:
        words.pop()
    return " ".join(words).encode()[:LONGEST_COMMON_NAME].decode(errors="ignore")


def _name(common_name: str, organisation: str, unit: str) -> x509.Name:
    parts = [
        (NameOID.COUNTRY_NAME, "VN"),
        (NameOID.ORGANIZATION_NAME, organisation),
        (NameOID.ORGANIZATIONAL_UNIT_NAME, unit),
        (NameOID.COMMON_NAME, shortened(common_name)),
    ]
    return x509.Name([x509.NameAttribute(kind, text) for kind, text in parts if text])


def _certificate(
    subject: x509.Name,
    key: PrivateKey,
    validity: Validity,
    extensions: Sequence[Extension],
    issuer: Issuer | None,
) -> x509.Certificate:
    signing_key = issuer.key if issuer else key
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer.certificate.subject if issuer else subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(validity.begins)
        .not_valid_after(validity.ends)
    )
    identifiers = (
        Extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key())),
        Extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(signing_key.public_key())),
    )
    for extension in (*identifiers, *extensions, *_status(extensions, issuer)):
        builder = builder.add_extension(extension.value, critical=extension.critical)
    return builder.sign(signing_key, hashes.SHA256())


def _status(extensions: Sequence[Extension], issuer: Issuer | None) -> Sequence[Extension]:
    """Nobody answers for a root, nor for the one who answers (``id-pkix-ocsp-nocheck``)."""
    if issuer is None or any(isinstance(extension.value, x509.OCSPNoCheck) for extension in extensions):
        return ()
    return issuer.status
