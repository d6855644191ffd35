"""A CMS signature from a template that pyHanko made: constant bytes around the digest, the signature and the timestamp.

All signatures of one certificate differ in those three alone, yet pyHanko builds each anew out of objects, which takes
thirty times as long as the signature itself. The template is cut from a signature of pyHanko's own and must give that
one back byte for byte, or it is not used.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from asn1crypto import cms, core

PROBE = bytes(range(0xA0, 0xC0))
"""A digest that occurs nowhere else in a signature."""
_LONG = 0x80
"""Lengths from here on are written in bytes of their own (X.690, 8.1.3.5)."""


@dataclass(frozen=True, slots=True)
class CmsTemplate:
    """The constant parts, in DER; ``attributes`` stand before and behind the digest."""

    content_type: bytes
    head: bytes
    signer_head: bytes
    attributes: tuple[bytes, bytes]
    algorithm: bytes

    def attributes_to_sign(self, digest: bytes) -> bytes:
        """The signed attributes over a digest, as the SET that is signed (RFC 5652, 5.4)."""
        return digest.join(self.attributes)

    def assembled(self, digest: bytes, signature: bytes, token: bytes) -> bytes:
        """The whole signature with its timestamp token; empty for none."""
        attributes = b"\xa0" + self.attributes_to_sign(digest)[1:]
        signer = _tlv(
            0x30, self.signer_head + attributes + self.algorithm + _tlv(0x04, signature) + _unsigned(token)
        )
        return _tlv(0x30, self.content_type + _tlv(0xA0, _tlv(0x30, self.head + _tlv(0x31, signer))))


async def template_of(made: Callable[[bytes], Awaitable[cms.ContentInfo]]) -> CmsTemplate | None:
    """The template of what a signer makes of a digest.

    Args:
        made: signs a digest without a timestamp.

    Returns:
        None when the signature cannot be given back byte for byte.
    """
    whole = await made(PROBE)
    template = _cut(whole)
    signature = whole["content"]["signer_infos"][0]["signature"].native
    if template is None or template.assembled(PROBE, signature, b"") != whole.dump():
        return None
    return template


def _cut(whole: cms.ContentInfo) -> CmsTemplate | None:
    data = whole["content"]
    signer = data["signer_infos"][0]
    before, *after = signer["signed_attrs"].untag().dump().split(PROBE)
    if len(after) != 1:
        return None
    return CmsTemplate(
        content_type=whole["content_type"].dump(),
        head=_dumped(data, "version", "digest_algorithms", "encap_content_info", "certificates"),
        signer_head=_dumped(signer, "version", "sid", "digest_algorithm"),
        attributes=(before, after[0]),
        algorithm=signer["signature_algorithm"].dump(),
    )


def _dumped(value: core.Sequence, *names: str) -> bytes:
    return b"".join(value[name].dump() for name in names)


def _unsigned(token: bytes) -> bytes:
    if not token:
        return b""
    kind = cms.CMSAttributeType("signature_time_stamp_token").dump()
    return _tlv(0xA1, _tlv(0x30, kind + _tlv(0x31, token)))


def _tlv(tag: int, content: bytes) -> bytes:
    length = len(content)
    if length < _LONG:
        return bytes((tag, length)) + content
    size = length.to_bytes((length.bit_length() + 7) // 8, "big")
    return bytes((tag, _LONG | len(size))) + size + content
