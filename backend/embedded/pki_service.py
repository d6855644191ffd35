"""The process that answers for the development PKI: timestamps, OCSP, revocation lists, certificates.

Built on certomancer's responders, kept in memory. Its own server re-plans the whole PKI from YAML, looks a
certificate up by walking all of them, and must be restarted to learn of a new one; ours re-reads the
catalogue when it changes, and answers in about 3 ms however many certificates there are.

Run by ``DevelopmentPki`` with the PKI's folder and the port.
"""

import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import uvicorn
from asn1crypto import algos, keys, ocsp, pem, tsp
from asn1crypto import x509 as asn1_x509
from certomancer.services import RevocationInfoInterface, SimpleOCSPResponder, TimeStamper
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from backend.embedded import pki_catalogue
from backend.embedded.pki_authorities import RESPONDERS, TIMESTAMPER, Authorities
from backend.embedded.pki_catalogue import Catalogue, Entry
from backend.embedded.ports import LOOPBACK

CRL_PERIOD = timedelta(days=1)
OCSP_VALIDITY = timedelta(minutes=10)
POLICY = "2.25.209742871337103437196843243542136318049"
"""The timestamp policy, an identifier under the arc that belongs to whoever draws a UUID."""

ECDSA_SHA256 = algos.SignedDigestAlgorithm({"algorithm": "sha256_ecdsa"})


class Register(RevocationInfoInterface):
    """What one issuer says about its certificates."""

    def __init__(self, certificate: asn1_x509.Certificate, entries: list[Entry]) -> None:
        self._certificate = certificate
        self._entries = {entry.serial: entry for entry in entries}

    def get_issuer_cert(self) -> asn1_x509.Certificate:
        return self._certificate

    def check_revocation_status(
        self, cid: ocsp.CertId, at_time: datetime
    ) -> tuple[ocsp.CertStatus, list[ocsp.SingleResponseExtension]]:
        entry = self._entries.get(cid["serial_number"].native)
        if entry is None:
            return ocsp.CertStatus("unknown"), []
        if entry.revoked_since is None or entry.revoked_since > at_time:
            return ocsp.CertStatus("good"), []
        revoked = {"revocation_time": entry.revoked_since, "revocation_reason": "key_compromise"}
        return ocsp.CertStatus(name="revoked", value=revoked), []


class PkiService:
    """The answers, from keys loaded once and a catalogue re-read when its file changes."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._authorities = Authorities(folder / "authorities", base_url="")
        self._read_at = 0
        self._catalogue = Catalogue()
        self._registers: dict[str, Register] = {}
        self._lists: dict[tuple[str, int], bytes] = {}
        self._responders = {
            issuer: (self._certificate(responder), self._key(responder))
            for issuer, responder in RESPONDERS.items()
        }
        self._timestamper = TimeStamper(
            self._certificate(TIMESTAMPER),
            self._key(TIMESTAMPER),
            signature_algo=ECDSA_SHA256,
            policy=tsp.ObjectIdentifier(POLICY),
        )

    def routes(self) -> list[Route]:
        return [
            Route("/tsa", self.timestamp, methods=["POST"]),
            Route("/ocsp/{issuer}", self.status, methods=["POST"]),
            Route("/crl/{issuer}.crl", self.revocation_list),
            Route("/certificates/{name}.crt", self.certificate),
        ]

    async def timestamp(self, request: Request) -> Response:
        try:
            asked = tsp.TimeStampReq.load(await request.body(), strict=True)
            self._timestamper.fixed_dt = _now()
            answer = self._timestamper.request_tsa_response(asked)
        except (TypeError, ValueError) as error:
            return Response(f"not a timestamp request: {error}", 400)
        return Response(answer.dump(), media_type="application/timestamp-reply")

    async def status(self, request: Request) -> Response:
        issuer = request.path_params["issuer"]
        if issuer not in self._responders:
            return Response(status_code=404)
        certificate, key = self._responders[issuer]
        responder = SimpleOCSPResponder(
            certificate, key, ECDSA_SHA256, _now(), self._register(issuer), OCSP_VALIDITY
        )
        try:
            asked = ocsp.OCSPRequest.load(await request.body(), strict=True)
            answer = responder.build_ocsp_response(asked)
        except (TypeError, ValueError):
            answer = ocsp.OCSPResponse({"response_status": "malformed_request"})
        return Response(answer.dump(), media_type="application/ocsp-response")

    async def revocation_list(self, request: Request) -> Response:
        issuer = request.path_params["issuer"]
        if not self._authorities.key_file(issuer).exists():
            return Response(status_code=404)
        return Response(self._list(issuer), media_type="application/pkix-crl")

    async def certificate(self, request: Request) -> Response:
        path = self._authorities.certificate_file(request.path_params["name"])
        if not path.exists():
            return Response(status_code=404)
        return Response(pem.unarmor(path.read_bytes())[2], media_type="application/pkix-cert")

    def _register(self, issuer: str) -> Register:
        self._refresh()
        if issuer not in self._registers:
            self._registers[issuer] = Register(self._certificate(issuer), self._catalogue.of_issuer(issuer))
        return self._registers[issuer]

    def _list(self, issuer: str) -> bytes:
        """The list of the hour, the same bytes all the hour unless something was issued or revoked."""
        self._refresh()
        hour = int(_now().timestamp()) // 3600
        if (issuer, hour) not in self._lists:
            self._lists[issuer, hour] = self._make_list(issuer, hour)
        return self._lists[issuer, hour]

    def _make_list(self, issuer: str, hour: int) -> bytes:
        signer = self._authorities.issuer(issuer)
        begins = datetime.fromtimestamp(hour * 3600, UTC)
        public_key = signer.key.public_key()
        builder = (
            x509.CertificateRevocationListBuilder()
            .issuer_name(signer.certificate.subject)
            .last_update(begins)
            .next_update(begins + CRL_PERIOD)
            .add_extension(x509.CRLNumber(hour), critical=False)
            .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(public_key), critical=False)
        )
        for entry in self._catalogue.of_issuer(issuer):
            if entry.revoked_since is not None and entry.revoked_since <= _now():
                builder = builder.add_revoked_certificate(_revoked(entry, entry.revoked_since))
        return builder.sign(signer.key, hashes.SHA256()).public_bytes(serialization.Encoding.DER)

    def _refresh(self) -> None:
        changed_at = (self._folder / pki_catalogue.FILE).stat().st_mtime_ns
        if changed_at != self._read_at:
            self._catalogue = pki_catalogue.load(self._folder)
            self._registers.clear()
            self._lists.clear()
            self._read_at = changed_at

    def _certificate(self, name: str) -> asn1_x509.Certificate:
        path = self._authorities.certificate_file(name)
        return asn1_x509.Certificate.load(pem.unarmor(path.read_bytes())[2])

    def _key(self, name: str) -> keys.PrivateKeyInfo:
        return keys.PrivateKeyInfo.load(pem.unarmor(self._authorities.key_file(name).read_bytes())[2])


def _revoked(entry: Entry, since: datetime) -> x509.RevokedCertificate:
    reason = x509.CRLReason(x509.ReasonFlags.key_compromise)
    return (
        x509.RevokedCertificateBuilder()
        .serial_number(entry.serial)
        .revocation_date(since)
        .add_extension(reason, critical=False)
        .build()
    )


def _now() -> datetime:
    return datetime.now(UTC).replace(microsecond=0)


def main() -> None:
    folder, port = Path(sys.argv[1]), int(sys.argv[2])
    app = Starlette(routes=PkiService(folder).routes())
    uvicorn.run(app, host=LOOPBACK, port=port, log_level="warning", access_log=False)


if __name__ == "__main__":
    main()
