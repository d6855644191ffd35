"""Signatures from a template are pyHanko's own, byte for byte; what the template cannot be is left to pyHanko."""

from collections.abc import Sequence
from functools import partial

import pytest
from asn1crypto import cms
from pyhanko.sign.signers.pdf_cms import Signer
from pyhanko.sign.timestamps import TimeStamper

from backend.embedded.pki import DevelopmentPki
from signing_worker.sign import cms_template
from signing_worker.sign.keys import KeyRing, SigningKey
from signing_worker.sign.keys.port import Made
from signing_worker.sign.ring_signer import DIGEST, RingSigner
from signing_worker.sign.trust import load_certificates
from tests.fixtures.servers import DEPARTMENT_SEAL, TEACHER

DIGESTS = (bytes(32), b"\x80" * 32, bytes(range(32)))


class OneToken(TimeStamper):
    """Always the same token, so that two signatures over one digest can be compared."""

    def __init__(self, token: cms.ContentInfo) -> None:
        super().__init__()
        self._token = token

    async def async_timestamp(self, message_digest: bytes, md_algorithm: str) -> cms.ContentInfo:
        return self._token


class CountingKey(SigningKey):
    """A key that counts how often it signs; an elliptic one signs the same each time, which no real one does."""

    def __init__(self, key: SigningKey) -> None:
        super().__init__(key.certificate, key.chain)
        self.used = 0
        self._key = key

    async def sign_digests(self, digests: Sequence[bytes]) -> list[Made]:
        self.used += len(digests)
        if not self.is_rsa:
            return [b"\x30\x06\x02\x01\x01\x02\x01\x02" for _ in digests]
        return await self._key.sign_digests(digests)


@pytest.fixture(params=[TEACHER.label, DEPARTMENT_SEAL.label])
def key(pki: DevelopmentPki, request: pytest.FixtureRequest) -> CountingKey:
    ring = KeyRing(pki.keys_folder, pki.keys_password, production=False)
    return CountingKey(ring.load(request.param))


@pytest.mark.parametrize("embed_roots", [False, True])
async def test_a_template_gives_what_pyhanko_gives(
    pki: DevelopmentPki, key: CountingKey, embed_roots: bool
) -> None:
    """The same digest gives the same bytes, with and without a timestamp."""
    signer = RingSigner(key, load_certificates(pki.intermediates), embed_roots=embed_roots)
    plain = partial(Signer.async_sign, signer, digest_algorithm=DIGEST, use_pades=True)
    stamper = OneToken(await plain(DIGESTS[0]))
    for digest in DIGESTS:
        for timestamper in (None, stamper):
            ours = await signer.async_sign(digest, DIGEST, use_pades=True, timestamper=timestamper)
            assert ours.dump() == (await plain(digest, timestamper=timestamper)).dump()
    assert signer._template is not None


async def test_the_template_is_made_without_the_key(pki: DevelopmentPki, key: CountingKey) -> None:
    """The key signs what it was asked to sign and no probe."""
    signer = RingSigner(key, load_certificates(pki.intermediates), embed_roots=False)
    await signer.async_sign(DIGESTS[0], DIGEST, use_pades=True)
    await signer.async_sign(DIGESTS[1], DIGEST, use_pades=True)
    assert signer._template is not None
    assert key.used == 2


async def test_without_a_faithful_template_pyhanko_signs(
    pki: DevelopmentPki, key: CountingKey, monkeypatch: pytest.MonkeyPatch
) -> None:
    """When the template would give other bytes than pyHanko it is not used, and the signature is pyHanko's."""
    monkeypatch.setattr(cms_template, "_dumped", lambda *_: b"")
    signer = RingSigner(key, load_certificates(pki.intermediates), embed_roots=False)
    made = await signer.async_sign(DIGESTS[0], DIGEST, use_pades=True)
    assert signer._template is None
    assert DIGESTS[0] in made.dump()
    assert made["content"]["certificates"]
