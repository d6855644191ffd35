"""The authorities of the development PKI: two roots, an issuing authority under each, one timestamper.

Everything but persons' keys is P-256: a timestamp costs 3 ms with it and 60 ms with RSA.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from backend.embedded import pki_certificates as certificates
from backend.embedded.data_folder import replace
from backend.embedded.pki_certificates import Extension, Issuer
from backend.embedded.pki_keys import new_ec_key, pem
from backend.embedded.pki_signers import Branch

ROOTS = {Branch.GOVERNMENT: "government-root", Branch.PUBLIC: "public-root"}
ISSUERS = {Branch.GOVERNMENT: "government-ca", Branch.PUBLIC: "public-ca"}
RESPONDERS = {"government-ca": "government-ocsp", "public-ca": "public-ocsp"}
TIMESTAMPER = "timestamp"


@dataclass(frozen=True, slots=True)
class AuthorityPlan:
    name: str
    title: str
    profile: Sequence[Extension]
    issuer: str | None = None


PLANS = (
    AuthorityPlan("government-root", "CA gốc chuyên dùng Chính phủ", certificates.ROOT),
    AuthorityPlan(
        "government-ca", "CA chuyên dùng Chính phủ", certificates.ISSUING_AUTHORITY, "government-root"
    ),
    AuthorityPlan(
        "government-ocsp", "OCSP chuyên dùng Chính phủ", certificates.OCSP_RESPONDER, "government-ca"
    ),
    AuthorityPlan(TIMESTAMPER, "Dấu thời gian", certificates.TIMESTAMPER, "government-root"),
    AuthorityPlan("public-root", "CA gốc công cộng", certificates.ROOT),
    AuthorityPlan("public-ca", "CA công cộng", certificates.ISSUING_AUTHORITY, "public-root"),
    AuthorityPlan("public-ocsp", "OCSP công cộng", certificates.OCSP_RESPONDER, "public-ca"),
)


@dataclass(frozen=True, slots=True)
class Authorities:
    """The authorities' keys and certificates in a folder."""

    folder: Path
    base_url: str

    def ensure(self) -> None:
        """Make what is absent; what is there stays as it is."""
        for plan in PLANS:
            if not self.certificate_file(plan.name).exists():
                self._make(plan)

    def certificate_file(self, name: str) -> Path:
        return self.folder / f"{name}.cert.pem"

    def key_file(self, name: str) -> Path:
        return self.folder / f"{name}.key.pem"

    def certificate(self, name: str) -> x509.Certificate:
        return x509.load_pem_x509_certificate(self.certificate_file(name).read_bytes())

    def issuer(self, name: str) -> Issuer:
        """An authority ready to sign."""
        key = serialization.load_pem_private_key(self.key_file(name).read_bytes(), None)
        if not isinstance(key, ec.EllipticCurvePrivateKey):
            raise TypeError(f"{self.key_file(name)} holds no P-256 key")
        status = certificates.status_addresses(self.base_url, name, ocsp=name in RESPONDERS)
        return Issuer(self.certificate(name), key, status)

    def _make(self, plan: AuthorityPlan) -> None:
        key = new_ec_key()
        issuer = self.issuer(plan.issuer) if plan.issuer else None
        certificate = certificates.authority(f"{plan.title} (thử nghiệm)", key, plan.profile, issuer)
        replace(self.key_file(plan.name), pem(key))
        replace(self.certificate_file(plan.name), certificate.public_bytes(serialization.Encoding.PEM), 0o644)
