"""The stand-in for the Ministry (``infra/standins/ministry``) of one data folder, with its certificates.

Its authority, server and client certificates are made at the first start and kept. It misbehaves as the ``rules.json``
in its folder says.
"""

import json
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from backend.embedded.data_folder import replace
from backend.embedded.guarded import GuardedServer, ServerPlan, accepts_connections
from backend.embedded.ports import LOOPBACK, Ports

STAND_IN = Path(__file__).parents[2] / "infra" / "standins" / "ministry" / "ministry.py"
NAME, ACCOUNT = "ministry", "so-gddt"
VALID = timedelta(days=3650)


@dataclass(frozen=True, slots=True)
class _Authority:
    key: ec.EllipticCurvePrivateKey
    certificate: x509.Certificate

    def issue(self, common_name: str, usage: x509.ObjectIdentifier) -> bytes:
        """A certificate for this loopback address with its key, as PEM."""
        key = ec.generate_private_key(ec.SECP256R1())
        builder = (
            _builder(common_name, self.certificate.subject, key)
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(x509.ExtendedKeyUsage([usage]), critical=False)
            .add_extension(
                x509.SubjectAlternativeName([x509.IPAddress(ip_address(LOOPBACK))]), critical=False
            )
            .add_extension(
                x509.AuthorityKeyIdentifier.from_issuer_public_key(self.key.public_key()), critical=False
            )
        )
        return _pem(builder.sign(self.key, hashes.SHA256())) + _key_pem(key)

    def client(self, common_name: str) -> bytes:
        """A client's certificate with its key."""
        return self.issue(common_name, ExtendedKeyUsageOID.CLIENT_AUTH)


class DevelopmentMinistry:
    """The stand-in of a data folder."""

    def __init__(self, data_dir: Path) -> None:
        self._server = GuardedServer(data_dir, NAME)
        self._ports = Ports(data_dir)

    @property
    def folder(self) -> Path:
        return self._server.folder.folder(NAME)

    @property
    def settings(self) -> dict[str, str]:
        """How the department reaches it, as settings."""
        client = str(self.folder / "client.pem")
        return {
            "MINISTRY_URL": f"https://{LOOPBACK}:{self._ports.reserve(NAME)}",
            "MINISTRY_ACCOUNT": ACCOUNT,
            "MINISTRY_PASSWORD": self._server.folder.secret("ministry.account"),
            "MINISTRY_CERTIFICATE": client,
            "MINISTRY_KEY": client,
            "MINISTRY_CA": str(self.folder / "clients.pem"),
        }

    def start(self) -> dict[str, str]:
        """Start it; returns ``settings``."""
        self._server.claim()
        try:
            self._prepare()
            port = self._ports.port(NAME)
            self._server.start(self._plan(port), lambda: accepts_connections(port))
        except BaseException:
            self.stop()
            raise
        return self.settings

    def stop(self) -> None:
        self._server.stop()

    def behave(self, rules: Mapping[str, object]) -> None:
        """From the next request on it does as the rules say; none of them: as it should."""
        replace(self.folder / "rules.json", json.dumps(dict(rules)).encode())

    def _prepare(self) -> None:
        account = {"name": ACCOUNT, "password": self._server.folder.secret("ministry.account")}
        replace(self.folder / "account.json", json.dumps(account).encode())
        if (self.folder / "client.pem").exists():
            return
        authority = new_authority()
        replace(self.folder / "clients.pem", _pem(authority.certificate))
        server = authority.issue("Máy chủ mẫu của Bộ", ExtendedKeyUsageOID.SERVER_AUTH)
        replace(self.folder / "server.pem", server)
        client = authority.client("Sở GDĐT")
        replace(self.folder / "client.pem", client)

    def _plan(self, port: int) -> ServerPlan:
        return ServerPlan(
            command=[sys.executable, "-I", STAND_IN, str(self.folder), str(port)], cwd=self.folder
        )


def new_authority() -> _Authority:
    """An authority that nobody knows yet."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Bộ – môi trường thử nghiệm")])
    builder = (
        _builder("Bộ – môi trường thử nghiệm", name, key)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    )
    return _Authority(key, builder.sign(key, hashes.SHA256()))


def _builder(common_name: str, issuer: x509.Name, key: ec.EllipticCurvePrivateKey) -> x509.CertificateBuilder:
    begins = datetime.now(UTC) - timedelta(days=1)
    return (
        x509.CertificateBuilder()
        .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common_name)]))
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(begins)
        .not_valid_after(begins + VALID)
    )


def _pem(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(serialization.Encoding.PEM)


def _key_pem(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
