"""pyHanko's signer over a key that stays loaded, with a template for what all its signatures share."""

import hashlib
from collections.abc import Sequence
from functools import partial

from asn1crypto import cms
from pyhanko.sign.signers.pdf_cms import PdfCMSSignedAttributes, Signer
from pyhanko.sign.timestamps import TimeStamper
from pyhanko_certvalidator.registry import SimpleCertificateStore

from signing_worker.sign.cms_template import CmsTemplate, template_of
from signing_worker.sign.keys import SIGNATURE_BYTES_MAX, SigningKey, to_asn1

DIGEST = "sha256"


class RingSigner(Signer):
    """pyHanko's signer over a key that stays loaded.

    ``embed_roots`` puts the roots among the validation material too: without them nobody can tell, once certificates
    have expired, whether a list of theirs was the root's.
    """

    def __init__(self, key: SigningKey, intermediates: Sequence[object], *, embed_roots: bool) -> None:
        store = SimpleCertificateStore()
        store.register_multiple([*(to_asn1(item) for item in key.chain), *intermediates])
        super().__init__(signing_cert=to_asn1(key.certificate), cert_registry=store, embed_roots=embed_roots)
        self._key = key
        self._template: CmsTemplate | None = None
        self._template_tried = False

    async def async_sign(
        self,
        data_digest: bytes,
        digest_algorithm: str,
        dry_run: bool = False,
        use_pades: bool = False,
        timestamper: TimeStamper | None = None,
        signed_attr_settings: PdfCMSSignedAttributes | None = None,
        is_pdf_sig: bool = True,
        encap_content_info: object = None,
    ) -> cms.ContentInfo:
        """What pyHanko would make, from the template where the signature is an ordinary one of PAdES."""
        ordinary = use_pades and is_pdf_sig and not dry_run and encap_content_info is None
        if ordinary and digest_algorithm == DIGEST and _is_plain(signed_attr_settings):
            template = await self._template_once()
            if template is not None:
                return await self._from_template(template, data_digest, timestamper)
        return await super().async_sign(
            data_digest,
            digest_algorithm,
            dry_run,
            use_pades,
            timestamper,
            signed_attr_settings,
            is_pdf_sig,
            encap_content_info,
        )

    async def _template_once(self) -> CmsTemplate | None:
        if not self._template_tried:
            self._template_tried = True
            # a dry run: the key itself is used for nothing but what somebody asked it to sign
            made = partial(super().async_sign, digest_algorithm=DIGEST, dry_run=True, use_pades=True)
            self._template = await template_of(made)
        return self._template

    async def signed_bytes(self, digest: bytes, timestamper: TimeStamper) -> bytes | None:
        """A time-stamped signature over a digest in DER; None when there is no template for it."""
        template = await self._template_once()
        return None if template is None else await self._bytes(template, digest, timestamper)

    async def _from_template(
        self, template: CmsTemplate, digest: bytes, timestamper: TimeStamper | None
    ) -> cms.ContentInfo:
        return cms.ContentInfo.load(await self._bytes(template, digest, timestamper))

    async def _bytes(self, template: CmsTemplate, digest: bytes, timestamper: TimeStamper | None) -> bytes:
        signature = await self.async_sign_raw(template.attributes_to_sign(digest), DIGEST)
        token = b""
        if timestamper is not None:
            stamped = await timestamper.async_timestamp(hashlib.sha256(signature).digest(), DIGEST)
            token = stamped.dump()
        return template.assembled(digest, signature, token)

    async def async_sign_raw(
        self,
        data: bytes,
        digest_algorithm: str,  # noqa: ARG002 - pyHanko's signature; it asks for SHA-256 as the metadata says
        dry_run: bool = False,
    ) -> bytes:
        return bytes(SIGNATURE_BYTES_MAX) if dry_run else await self._key.sign(data)


def _is_plain(settings: PdfCMSSignedAttributes | None) -> bool:
    """Nothing asked for that the template does not have; PAdES ignores the signing time."""
    return settings is None or (settings.cades_signed_attrs is None and settings.adobe_revinfo_attr is None)
