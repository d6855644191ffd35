"""The signatures of an XML packet: believed where they stand in a packet's own place and cover what their role signs.

A packet of another shape vouches for nothing, however whole its signatures are: in wrapping attacks they are.
"""

from collections.abc import Iterator, Sequence

from asn1crypto import x509 as asn1_x509
from cryptography import x509
from lxml import etree
from signxml import DigestAlgorithm, SignatureConfiguration, SignatureMethod
from signxml.exceptions import InvalidSignature, SignXMLException
from signxml.verifier import XMLVerifier

from backend.domain.signing import SignatureRole
from signing_worker.judge.judgement import CHANGED, NOTHING, JudgedSignature, Judgement
from signing_worker.packet.errors import PacketInvalidError
from signing_worker.packet.mapping import default_mapping
from signing_worker.packet.parse import parse_packet
from signing_worker.packet.schema import DS_NAMESPACE
from signing_worker.packet.shape import require_packet_shape
from signing_worker.packet.slots import find_signature, references

METHODS = frozenset({SignatureMethod.RSA_SHA256, SignatureMethod.ECDSA_SHA256})


def judge_xml(data: bytes, issuers: Sequence[asn1_x509.Certificate]) -> Judgement:
    """What the signatures of an XML document say."""
    try:
        root = parse_packet(data)
    except PacketInvalidError:
        return NOTHING
    if root.tag != default_mapping().root:
        return NOTHING
    known = {issuer.subject.sha256 for issuer in issuers}
    try:
        require_packet_shape(root)
    except PacketInvalidError:
        nodes = root.iter(f"{{{DS_NAMESPACE}}}Signature")
        return Judgement(CHANGED, tuple(_judge(root, node, known, ()) for node in nodes))
    return Judgement(CHANGED, tuple(_judge_all(root, known)))


def _judge_all(root: etree._Element, issuers: set[bytes]) -> Iterator[JudgedSignature]:
    mapping = default_mapping()
    for role in SignatureRole:
        node = find_signature(root, role, mapping)
        if node is not None:
            yield _judge(root, node, issuers, references(role, mapping))


def _judge(
    root: etree._Element, node: etree._Element, issuers: set[bytes], covers: tuple[str, ...]
) -> JudgedSignature:
    """One signature; ``covers`` are the Ids that it must cover, none when it can count for nothing."""
    parent = node.getparent()
    slot = "" if parent is None else str(parent.tag)
    certificate = _certificate(node)
    if certificate is None:
        return JudgedSignature(field=slot, signer="", intact=False, trusted=False, signed_at=None)
    trusted = asn1_x509.Name.load(certificate.issuer.public_bytes()).sha256 in issuers
    names = certificate.subject.get_attributes_for_oid(x509.NameOID.COMMON_NAME)
    return JudgedSignature(
        field=slot,
        signer=str(names[0].value) if names else "",
        intact=bool(covers) and _covered(node) == set(covers) and _is_intact(root, slot, node, certificate),
        trusted=trusted,
        signed_at=None,
    )


def signed_by(root: etree._Element, node: etree._Element, covers: tuple[str, ...], pem: str) -> bool | None:
    """Whether a signature is whole, covers these Ids and nothing else, and is by this certificate.

    None when it names another certificate. The certificate is compared whole, so its names need no judging.
    """
    certificate = _certificate(node)
    if certificate is None or certificate != x509.load_pem_x509_certificate(pem.encode()):
        return None
    parent = node.getparent()
    slot = "" if parent is None else str(parent.tag)
    return _covered(node) == set(covers) and _is_intact(root, slot, node, certificate)


def _references(node: etree._Element) -> list[etree._Element]:
    return node.findall(f"{{{DS_NAMESPACE}}}SignedInfo/{{{DS_NAMESPACE}}}Reference")


def _covered(node: etree._Element) -> set[str]:
    """The Ids that a signature refers to, those of its own parts left out."""
    own = {item.get("Id") for item in node.iterdescendants()}
    return {str(item.get("URI", "")).removeprefix("#") for item in _references(node)} - own


def _certificate(node: etree._Element) -> x509.Certificate | None:
    text = node.findtext(f".//{{{DS_NAMESPACE}}}X509Certificate")
    if not text:
        return None
    try:
        pem = f"-----BEGIN CERTIFICATE-----\n{text.strip()}\n-----END CERTIFICATE-----\n"
        return x509.load_pem_x509_certificate(pem.encode())
    except ValueError:
        return None


def _is_intact(root: etree._Element, slot: str, node: etree._Element, certificate: x509.Certificate) -> bool:
    expected = SignatureConfiguration(
        location=f".//{slot}/",
        expect_references=len(_references(node)),
        signature_methods=METHODS,
        digest_algorithms=frozenset({DigestAlgorithm.SHA256}),
    )
    try:
        XMLVerifier().verify(root, x509_cert=certificate, id_attribute="Id", expect_config=expected)
    except (InvalidSignature, SignXMLException, ValueError):
        return False
    return True
