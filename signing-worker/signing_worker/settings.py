"""Which of the system's settings the worker's parts need, in their own words."""

from pathlib import Path

from backend.settings import Settings
from signing_worker.sign.keys.setup import NOWHERE, read_custody
from signing_worker.sign.work import SignerSetup


def signer_setup(settings: Settings) -> SignerSetup:
    """What a signing process needs to know."""
    return SignerSetup(
        trust_roots=settings.pki_trust_roots,
        intermediates=settings.pki_intermediates,
        tsa_url=settings.pki_tsa_url,
        keys_folder=settings.pki_keys,
        keys_password=settings.pki_keys_password,
        production=settings.is_production,
        custody=read_custody(Path(settings.pki_custody)) if settings.pki_custody else NOWHERE,
    )
