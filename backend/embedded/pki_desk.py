"""Where one branch of the development PKI hands out certificates: two files for each signer.

The PKCS#12 file holds the only copy of the private key, with the chain; the PEM file is for whoever verifies.
"""

from dataclasses import dataclass
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.serialization import pkcs12

from backend.embedded import pki_certificates
from backend.embedded.data_folder import replace
from backend.embedded.pki_authorities import ISSUERS, ROOTS, Authorities
from backend.embedded.pki_certificates import Issuer
from backend.embedded.pki_keys import PrivateKey
from backend.embedded.pki_signers import Branch, SignerSpec

# The password is 256 random bits; more rounds would only slow down every signer that opens its file.
PASSWORD_ROUNDS = 2_048


def key_file(folder: Path, label: str) -> Path:
    return folder / f"{label}.p12"


def certificate_file(folder: Path, label: str) -> Path:
    return folder / f"{label}.cert.pem"


@dataclass(frozen=True, slots=True)
class Desk:
    """A branch's issuer, read once for many signers; an outsider's desk has none."""

    folder: Path
    password: str
    issuer: Issuer | None
    chain: tuple[x509.Certificate, ...]

    def issue(self, spec: SignerSpec, key: PrivateKey) -> x509.Certificate:
        certificate = pki_certificates.signer(spec, key, self.issuer)
        replace(key_file(self.folder, spec.label), self._pkcs12(spec.label, key, certificate))
        pem = certificate.public_bytes(serialization.Encoding.PEM)
        replace(certificate_file(self.folder, spec.label), pem, 0o644)
        return certificate

    def _pkcs12(self, label: str, key: PrivateKey, certificate: x509.Certificate) -> bytes:
        encryption = (
            serialization.PrivateFormat.PKCS12.encryption_builder()
            .kdf_rounds(PASSWORD_ROUNDS)
            .key_cert_algorithm(pkcs12.PBES.PBESv2SHA256AndAES256CBC)
            .hmac_hash(hashes.SHA256())
            .build(self.password.encode())
        )
        return pkcs12.serialize_key_and_certificates(label.encode(), key, certificate, self.chain, encryption)


def open_desk(branch: Branch, authorities: Authorities, folder: Path, password: str) -> Desk:
    if branch is Branch.OUTSIDER:
        return Desk(folder, password, None, ())
    chain = tuple(authorities.certificate(names[branch]) for names in (ISSUERS, ROOTS))
    return Desk(folder, password, authorities.issuer(ISSUERS[branch]), chain)
