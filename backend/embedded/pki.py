"""The development PKI: keys and certificates in the data folder, and a process that answers for them.

Certificates carry the address of that process, so its port is chosen once per data folder. Whoever has a
certificate keeps it, byte for byte, whatever is asked for later.
"""

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from backend.embedded import pki_catalogue, pki_desk
from backend.embedded.data_folder import locked
from backend.embedded.errors import SignerChangedError
from backend.embedded.guarded import GuardedServer, ServerPlan, accepts_connections
from backend.embedded.pki_authorities import ISSUERS, PLANS, ROOTS, Authorities
from backend.embedded.pki_catalogue import Catalogue
from backend.embedded.pki_keys import new_keys
from backend.embedded.pki_signers import SignerSpec
from backend.embedded.ports import LOOPBACK, Ports


class DevelopmentPki:
    """The PKI of one data folder."""

    def __init__(self, data_dir: Path) -> None:
        self._server = GuardedServer(data_dir, "pki")
        self._ports = Ports(data_dir)

    @property
    def base_url(self) -> str:
        return f"http://{LOOPBACK}:{self._ports.reserve('pki')}"

    @property
    def tsa_url(self) -> str:
        return f"{self.base_url}/tsa"

    @property
    def authorities(self) -> Authorities:
        return Authorities(self._folder("authorities"), self.base_url)

    @property
    def trust_roots(self) -> tuple[Path, ...]:
        """Both roots, the government's first."""
        authorities = self.authorities
        return tuple(authorities.certificate_file(name) for name in ROOTS.values())

    @property
    def intermediates(self) -> tuple[Path, ...]:
        authorities = self.authorities
        return tuple(authorities.certificate_file(name) for name in ISSUERS.values())

    @property
    def keys_folder(self) -> Path:
        """Where each signer has ``label.p12`` and ``label.cert.pem``."""
        return self._folder("signers")

    @property
    def keys_password(self) -> str:
        return self._server.folder.secret("pki.keys")

    @property
    def is_running(self) -> bool:
        return self._server.is_running

    def key_file(self, label: str) -> Path:
        return pki_desk.key_file(self.keys_folder, label)

    def certificate_file(self, label: str) -> Path:
        return pki_desk.certificate_file(self.keys_folder, label)

    def ensure(self, signers: Sequence[SignerSpec]) -> tuple[str, ...]:
        """Give every signer a certificate who has none yet, and return the labels of those.

        A running process answers for them at once. A revocation is taken over; nothing takes one back.

        Raises:
            SignerChangedError: when a label already belongs to another holder.
        """
        with self._catalogue() as catalogue:
            new = _without_certificate(signers, catalogue)
            self._issue(new, catalogue)
            for spec in signers:
                if spec.revoked_since:
                    catalogue.revoke(spec.label, spec.revoked_since)
        return tuple(spec.label for spec in new)

    def revoke(self, label: str, since: datetime) -> None:
        """Withdraw a certificate; OCSP and the list say so from their next answer on."""
        with self._catalogue() as catalogue:
            catalogue.revoke(label, since)

    def start(self) -> str:
        """Answer for the certificates; returns the timestamp service's address.

        Raises:
            PortTakenError: when another program has the port that the certificates carry.
        """
        self._server.claim()
        try:
            port = self._ports.port("pki", fixed=True)
            self.ensure(())
            self._server.start(self._plan(port), lambda: accepts_connections(port))
        except BaseException:
            self.stop()
            raise
        return self.tsa_url

    def stop(self) -> None:
        self._server.stop()

    @contextmanager
    def _catalogue(self) -> Iterator[Catalogue]:
        """The catalogue, authorities included, for one change at a time; saved when the block succeeds."""
        folder = self._folder()
        with locked(folder / "catalogue.lock"):
            catalogue, authorities = pki_catalogue.load(folder), self.authorities
            authorities.ensure()
            for plan in PLANS:
                if plan.issuer:
                    catalogue.add(plan.name, plan.issuer, authorities.certificate(plan.name), {})
            yield catalogue
            catalogue.save(folder)

    def _issue(self, specs: Sequence[SignerSpec], catalogue: Catalogue) -> None:
        authorities, folder, password = self.authorities, self.keys_folder, self.keys_password
        desks = {
            branch: pki_desk.open_desk(branch, authorities, folder, password)
            for branch in {spec.branch for spec in specs}
        }
        for spec, key in zip(specs, new_keys([spec.key for spec in specs]), strict=True):
            certificate = desks[spec.branch].issue(spec, key)
            issuer = ISSUERS.get(spec.branch, spec.label)
            catalogue.add(spec.label, issuer, certificate, spec.holder)

    def _plan(self, port: int) -> ServerPlan:
        folder = self._folder()
        service = ["-m", "backend.embedded.pki_service", str(folder), str(port)]
        return ServerPlan(command=[sys.executable, "-I", *service], cwd=folder)

    def _folder(self, name: str = "") -> Path:
        folder = self._server.folder.folder("pki") / name
        folder.mkdir(mode=0o700, exist_ok=True)
        return folder


def _without_certificate(signers: Sequence[SignerSpec], catalogue: Catalogue) -> list[SignerSpec]:
    """Those to be given a certificate, each label once; refuses a label that would have two holders."""
    holders = {label: entry.holder for label, entry in catalogue.entries.items()}
    for spec in signers:
        holder = holders.setdefault(spec.label, spec.holder)
        if holder != spec.holder:
            raise SignerChangedError(f"{spec.label} already belongs to {holder.get('common_name', '')!r}")
    return list({spec.label: spec for spec in signers if spec.label not in catalogue.entries}.values())
