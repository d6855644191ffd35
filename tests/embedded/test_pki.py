"""The development PKI, judged by openssl: status, timestamps, and certificates that never change."""

import subprocess
from datetime import UTC, datetime
from urllib.parse import urlsplit

import httpx2
import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, pkcs12

from backend.embedded.errors import PortTakenError, SignerChangedError
from backend.embedded.pki import DevelopmentPki
from backend.embedded.pki_signers import (
    BAD_SIGNERS,
    EXPIRED,
    NOT_YET_VALID,
    OUTSIDER,
    REVOKED,
    KeyType,
    Kind,
    SignerSpec,
)
from tests.embedded.owners import owner_of
from tests.embedded.test_data_folder import occupied
from tests.fixtures.processes import LOOPBACK_ADDRESS, eventually, listening_addresses, mentioning
from tests.fixtures.servers import PUBLIC_TEACHER, SCHOOL_SEAL, TEACHER


def openssl(*arguments, text: bool = True):
    return subprocess.run(["openssl", *map(str, arguments)], capture_output=True, text=text, check=False)


@pytest.fixture(scope="session")
def roots(pki, tmp_path_factory):
    """Both roots in one file."""
    path = tmp_path_factory.mktemp("pki") / "roots.pem"
    path.write_bytes(b"".join(root.read_bytes() for root in pki.trust_roots))
    return path


def ocsp_answer(pki, roots, spec) -> str:
    issuer = f"{spec.branch}-ca"
    result = openssl(
        "ocsp",
        *("-issuer", pki.authorities.certificate_file(issuer)),
        *("-cert", pki.certificate_file(spec.label)),
        *("-url", f"{pki.base_url}/ocsp/{issuer}", "-CAfile", roots),
    )
    assert "Response verify OK" in result.stderr, result.stderr
    return result.stdout


def verify(pki, roots, label, *options) -> str:
    chain = [part for path in pki.intermediates for part in ("-untrusted", path)]
    result = openssl("verify", "-CAfile", roots, *chain, *options, pki.certificate_file(label))
    return result.stdout + result.stderr


@pytest.mark.parametrize("hash_name", ["sha256", "sha512"])
def test_timestamp_verifies(pki, roots, tmp_path, hash_name):
    """openssl accepts a timestamp over a file, and refuses it over another."""
    data, query, reply = (tmp_path / name for name in ("data", "query", "reply"))
    data.write_bytes(b"h\xe1\xbb\x8dc b\xe1\xba\xa1")
    openssl("ts", "-query", "-data", data, f"-{hash_name}", "-cert", "-out", query)
    answer = httpx2.post(pki.tsa_url, content=query.read_bytes())
    assert answer.headers["content-type"] == "application/timestamp-reply"
    reply.write_bytes(answer.content)
    verified = openssl("ts", "-verify", "-in", reply, "-queryfile", query, "-CAfile", roots)
    assert "Verification: OK" in verified.stdout + verified.stderr
    data.write_bytes(b"changed")
    verified = openssl("ts", "-verify", "-in", reply, "-data", data, "-CAfile", roots)
    assert "message imprint mismatch" in verified.stderr


@pytest.mark.parametrize("spec", [TEACHER, SCHOOL_SEAL, PUBLIC_TEACHER], ids=lambda spec: spec.label)
def test_good_certificate_is_answered_as_good(pki, roots, spec):
    """Both branches answer for theirs, with a responder that openssl trusts."""
    assert f"{spec.label}.cert.pem: good" in ocsp_answer(pki, roots, spec)


def test_revoked_certificate_is_answered_as_revoked(pki, roots):
    """By OCSP and in the list, with the time from which it counts."""
    answer = ocsp_answer(pki, roots, REVOKED)
    assert "revoked" in answer
    assert "Mar  1 00:00:00 2026 GMT" in answer
    serial = x509.load_pem_x509_certificate(pki.certificate_file(REVOKED.label).read_bytes()).serial_number
    listed = x509.load_der_x509_crl(httpx2.get(f"{pki.base_url}/crl/government-ca.crl").content)
    assert (
        listed.get_revoked_certificate_by_serial_number(serial).revocation_date_utc == REVOKED.revoked_since
    )


def test_revocation_while_running_is_answered_at_once(pki, roots):
    """The running process learns of new and of revoked certificates without a restart."""
    spec = SignerSpec("leaver", "Đỗ Thị Nghỉ Việc", "Trường Tiểu học Hà Lầm", key_type=KeyType.P_256)
    assert pki.ensure([spec]) == ("leaver",)
    assert "leaver.cert.pem: good" in ocsp_answer(pki, roots, spec)
    pki.revoke("leaver", datetime(2026, 6, 1, tzinfo=UTC))
    assert "revoked" in ocsp_answer(pki, roots, spec)
    pki.ensure([spec])
    assert "revoked" in ocsp_answer(pki, roots, spec), "asking again takes nothing back"


def test_unknown_serial_is_answered_as_unknown(pki, roots):
    """A number that the issuer never gave is neither good nor an error."""
    ca = pki.authorities.certificate_file("government-ca")
    options = ("-serial", "4711", "-url", f"{pki.base_url}/ocsp/government-ca", "-CAfile", roots)
    assert "4711: unknown" in openssl("ocsp", "-issuer", ca, *options).stdout


@pytest.mark.parametrize(
    ("spec", "words"),
    [
        (TEACHER, "OK"),
        (PUBLIC_TEACHER, "OK"),
        (EXPIRED, "certificate has expired"),
        (NOT_YET_VALID, "certificate is not yet valid"),
        (OUTSIDER, "self-signed certificate"),
    ],
    ids=lambda item: getattr(item, "label", None),
)
def test_chains_are_judged_as_their_names_say(pki, roots, spec, words):
    """Good ones lead to a root; each bad one is refused for its own reason."""
    assert words in verify(pki, roots, spec.label)


def test_lists_cover_the_whole_chain(pki, roots, tmp_path):
    """With the roots' and the issuers' lists openssl checks every certificate of the chain, the TSA's too."""
    lists = tmp_path / "lists.pem"
    for name in ("government-root", "government-ca", "public-root", "public-ca"):
        found = x509.load_der_x509_crl(httpx2.get(f"{pki.base_url}/crl/{name}.crl").content)
        issuer = pki.authorities.certificate(name)
        assert found.is_signature_valid(issuer.public_key())
        with lists.open("ab") as file:
            file.write(found.public_bytes(encoding=Encoding.PEM))
    options = ("-crl_check_all", "-CRLfile", lists)
    assert "OK" in verify(pki, roots, TEACHER.label, *options)
    assert "certificate revoked" in verify(pki, roots, REVOKED.label, *options)
    timestamper = pki.authorities.certificate_file("timestamp")
    assert "OK" in openssl("verify", "-CAfile", roots, *options, timestamper).stdout


def test_certificate_says_where_its_status_is(pki):
    """OCSP, list and issuer at the fixed loopback address; the issuer's certificate is really there."""
    certificate = x509.load_pem_x509_certificate(pki.certificate_file(TEACHER.label).read_bytes())
    access = certificate.extensions.get_extension_for_class(x509.AuthorityInformationAccess).value
    urls = [description.access_location.value for description in access]
    assert urls == [f"{pki.base_url}/ocsp/government-ca", f"{pki.base_url}/certificates/government-ca.crt"]
    issuer = x509.load_der_x509_certificate(httpx2.get(urls[1]).content)
    certificate.verify_directly_issued_by(issuer)


def test_key_files_hold_key_and_chain_behind_the_password(pki):
    """Persons have RSA, seals P-256; the file does not open without the generated password."""
    for spec, kind in ((TEACHER, rsa.RSAPrivateKey), (SCHOOL_SEAL, ec.EllipticCurvePrivateKey)):
        content = pki.key_file(spec.label).read_bytes()
        loaded = pkcs12.load_pkcs12(content, pki.keys_password.encode())
        assert isinstance(loaded.key, kind)
        assert loaded.cert.certificate.public_key() == loaded.key.public_key()
        assert len(loaded.additional_certs) == 2
        with pytest.raises(ValueError, match="password"):
            pkcs12.load_pkcs12(content, b"guess")
        assert pki.key_file(spec.label).stat().st_mode & 0o777 == 0o600
    assert pki.keys_folder.stat().st_mode & 0o777 == 0o700


def test_holder_is_named_in_the_certificate(pki):
    """Common name, organisation and unit stand in the subject, in Vietnamese."""
    certificate = x509.load_pem_x509_certificate(pki.certificate_file(TEACHER.label).read_bytes())
    assert certificate.subject.rfc4514_string() == "CN=Nguyễn Thị Đào,OU=Lớp 4A,O=Trường Tiểu học Hà Lầm,C=VN"


@pytest.mark.parametrize("path", ["/tsa", "/ocsp/government-ca"])
@pytest.mark.parametrize("body", [b"", b"\x30", b"\x30\x03\x02\x01\x01", b"x" * 1000])
def test_nonsense_is_refused(pki, path, body):
    """A request that is none gets an error, and the process lives on."""
    answer = httpx2.post(f"{pki.base_url}{path}", content=body)
    assert answer.status_code == 400 or answer.content == b"\x30\x03\x0a\x01\x01"  # malformedRequest
    assert httpx2.get(f"{pki.base_url}/crl/government-ca.crl").status_code == 200


@pytest.mark.parametrize(
    "path", ["/crl/timestamp.crl/..", "/crl/nobody.crl", "/certificates/..%2fcatalogue.crt"]
)
def test_nothing_else_is_served(pki, path):
    """Names that are not authorities lead nowhere."""
    assert httpx2.get(f"{pki.base_url}{path}").status_code == 404


def test_listens_on_loopback_only(pki):
    """No other machine can reach it."""
    assert listening_addresses(urlsplit(pki.tsa_url).port) == {LOOPBACK_ADDRESS}


def test_later_signers_leave_earlier_ones_untouched(own_data):
    """Keys, certificates, serial numbers and authorities stay the same bytes, also after a restart."""
    first, second = (
        SignerSpec(label, "Nguyễn Thị Đào", "Trường", key_type=KeyType.P_256) for label in ("first", "second")
    )
    pki = DevelopmentPki(own_data)
    pki.ensure([first])
    pki.start()
    before = {
        path: path.read_bytes() for path in (own_data / "pki").rglob("*") if path.suffix in {".pem", ".p12"}
    }
    address = pki.tsa_url
    pki.stop()
    again = DevelopmentPki(own_data)
    assert again.ensure([second, first, second]) == ("second",)
    assert again.start() == address
    again.stop()
    assert {path: path.read_bytes() for path in before} == before


def test_label_keeps_its_holder(own_data):
    """A label asked for again for someone else, or twice at once, is refused before anything is made."""
    pki = DevelopmentPki(own_data)
    pki.ensure([SignerSpec("seal", "Trường A", "Trường A", kind=Kind.ORGANISATION)])
    with pytest.raises(SignerChangedError, match="Trường A"):
        pki.ensure([SignerSpec("seal", "Trường B", "Trường B", kind=Kind.ORGANISATION)])
    twice = [SignerSpec("new", name, "Trường", kind=Kind.ORGANISATION) for name in ("A", "B")]
    with pytest.raises(SignerChangedError):
        pki.ensure(twice)
    assert not pki.key_file("new").exists()


@pytest.mark.parametrize(
    ("name", "short"),
    [
        ("Trường Tiểu học Hà Lầm", "Trường Tiểu học Hà Lầm"),
        (
            "Trường Tiểu học và Trung học cơ sở Nguyễn Thị Minh Khai phân hiệu Đảo Cái Chiên",
            "Trường Tiểu học và Trung học cơ sở Nguyễn Thị",
        ),
        ("ế" * 30, "ế" * 21),
    ],
)
def test_long_name_is_shortened_only_where_it_must_be(own_data, name, short):
    """A common name has 64 bytes; the organisation keeps the whole name, and the label its holder."""
    pki = DevelopmentPki(own_data)
    spec = SignerSpec("seal", name, name, kind=Kind.ORGANISATION)
    pki.ensure([spec])
    certificate = x509.load_pem_x509_certificate(pki.certificate_file("seal").read_bytes())
    assert certificate.subject.rfc4514_string() == f"CN={short},O={name},C=VN"
    assert pki.ensure([spec]) == ()


@pytest.mark.parametrize("label", ["", "../escape", "Hoa", "a/b", ".hidden"])
def test_label_that_is_no_file_name_is_refused(label):
    """Labels become file names."""
    with pytest.raises(ValueError, match="file name"):
        SignerSpec(label, "A", "B")


def test_many_rsa_keys_are_made_by_processes(own_data):
    """A whole staff room at once: every key is there, and different."""
    pki = DevelopmentPki(own_data)
    specs = [SignerSpec(f"teacher-{number}", f"Giáo viên {number}", "Trường") for number in range(9)]
    assert pki.ensure(specs) == tuple(spec.label for spec in specs)
    certificates = [
        x509.load_pem_x509_certificate(pki.certificate_file(spec.label).read_bytes()) for spec in specs
    ]
    assert len({certificate.public_key().public_numbers().n for certificate in certificates}) == 9


def test_taken_port_is_a_clear_error(own_data):
    """The address in the certificates cannot move, so a foreign program there is named as the reason."""
    pki = DevelopmentPki(own_data)
    with occupied(urlsplit(pki.base_url).port), pytest.raises(PortTakenError, match="certificates"):
        pki.start()
    pki.start()
    pki.stop()


def test_killed_owner_leaves_nothing_running(own_data):
    """The owner's death ends the process, and the next start succeeds at the same address."""
    with owner_of("pki", "DevelopmentPki", own_data) as owner:
        owner.kill()
        owner.wait()
        assert eventually(lambda: not mentioning(str(own_data / "pki")))
    pki = DevelopmentPki(own_data)
    pki.start()
    pki.stop()


def test_bad_signers_are_all_there(pki):
    """Every ready-made bad certificate has its key file."""
    assert all(pki.key_file(spec.label).exists() for spec in BAD_SIGNERS)
