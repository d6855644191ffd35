"""The signatures of an XML packet; only what a verifier returns as signed is believed."""

from collections.abc import Sequence

from asn1crypto import x509 as asn1_x509
from cryptography import x509
from lxml import etree
from signxml import DigestAlgorithm, SignatureConfiguration, SignatureMethod
from signxml.exceptions import InvalidSignature, SignXMLException
from signxml.verifier import XMLVerifier

from signing_worker.judge.judgement import CHANGED, NOTHING, JudgedSignature, Judgement

DS = "http://www.w3.org/2000/09/xmldsig#"
ROOT = "HOC_BA_SO"
METHODS = frozenset({SignatureMethod.RSA_SHA256, SignatureMethod.ECDSA_SHA256})


def judge_xml(data: bytes, issuers: Sequence[asn1_x509.Certificate]) -> Judgement:
    """What the signatures of an XML document say."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        root = etree.fromstring(data, parser)
    except (etree.XMLSyntaxError, ValueError):
        return NOTHING
    if root.getroottree().docinfo.doctype or root.tag != ROOT:
        return NOTHING
    known = {issuer.subject.sha256 for issuer in issuers}
    return Judgement(CHANGED, tuple(_judge(root, node, known) for node in root.iter(f"{{{DS}}}Signature")))


def _judge(root: etree._Element, node: etree._Element, issuers: set[bytes]) -> JudgedSignature:
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
        intact=_is_intact(root, slot, node, certificate),
        trusted=trusted,
        signed_at=None,
    )


def _certificate(node: etree._Element) -> x509.Certificate | None:
    text = node.findtext(f".//{{{DS}}}X509Certificate")
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
        expect_references=len(node.findall(f"{{{DS}}}SignedInfo/{{{DS}}}Reference")),
        signature_methods=METHODS,
        digest_algorithms=frozenset({DigestAlgorithm.SHA256}),
    )
    try:
        XMLVerifier().verify(root, x509_cert=certificate, id_attribute="Id", expect_config=expected)
    except (InvalidSignature, SignXMLException, ValueError):
        return False
    return True
