"""The agent on a signer's PC: it signs for one site's pages when the person says yes, and for nobody else."""

import http.client
import json
import subprocess
import sys
from base64 import b64decode, b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Thread
from typing import Any

import pytest
from cryptography import x509

from backend.embedded.pki import DevelopmentPki
from sign_agent.asking import Asked
from sign_agent.server import Agent, Listener
from signing_worker.sign.keys.pkcs11_keys import Tokens, pins_in
from signing_worker.sign.keys.port import is_signed
from tests.fixtures.servers import PRINCIPAL, TEACHER
from tests.fixtures.softhsm import PIN, SoftToken

SITE = "https://hocba.example"
DIGESTS = [bytes([number]) * 32 for number in range(1, 5)]


class Person:
    """Who sits at the PC."""

    def __init__(self, says: bool = True) -> None:
        self.says, self.asked = says, list[str]()

    def __call__(self, sentence: str) -> bool:
        self.asked.append(sentence)
        return self.says


@contextmanager
def listening(token: SoftToken, person: Person) -> Iterator[int]:
    keys = Tokens(token.module, pins_in(token.pins))
    with Listener(Agent(SITE, token.locator(TEACHER.label), keys, person), 0) as listener:
        thread = Thread(target=listener.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield listener.server_port
        finally:
            listener.shutdown()
            thread.join()


def ask(
    port: int, method: str, path: str, body: Any = None, **headers: str
) -> tuple[int, Any, dict[str, str]]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    usual = {"origin": SITE, "host": f"127.0.0.1:{port}"}
    if body is not None:
        usual["content-type"] = "application/json"
    data = body if body is None or isinstance(body, bytes) else json.dumps(body).encode()
    sent = {name.replace("_", "-"): value for name, value in {**usual, **headers}.items() if value}
    connection.request(method, path, data, sent)
    answer = connection.getresponse()
    text = answer.read()
    connection.close()
    return answer.status, json.loads(text) if text else None, {k.lower(): v for k, v in answer.getheaders()}


def request(
    pki: DevelopmentPki, label: str = TEACHER.label, digests: list[bytes] = DIGESTS
) -> dict[str, Any]:
    return {
        "purpose": "Đợt ký 12, lớp 4A",
        "certificate": pki.certificate_file(label).read_text(),
        "digests": [b64encode(item).decode() for item in digests],
    }


def test_it_signs_when_the_person_says_so(soft_token: SoftToken, pki: DevelopmentPki) -> None:
    """One question names the site, how many and what for; the signatures are the certificate's."""
    person = Person()
    with listening(soft_token, person) as port:
        status, said, headers = ask(port, "POST", "/v1/sign", request(pki))
    assert status == 200
    certificate = x509.load_pem_x509_certificate(pki.certificate_file(TEACHER.label).read_bytes())
    pairs = zip(DIGESTS, said["signatures"], strict=True)
    assert all(is_signed(certificate, digest, b64decode(made)) for digest, made in pairs)
    (sentence,) = person.asked
    assert all(word in sentence for word in (SITE, "4", "Đợt ký 12, lớp 4A"))
    assert headers["access-control-allow-origin"] == SITE


def test_without_the_persons_word_nothing_is_signed(soft_token: SoftToken, pki: DevelopmentPki) -> None:
    """A no is an answer of its own."""
    with listening(soft_token, Person(says=False)) as port:
        status, said, _ = ask(port, "POST", "/v1/sign", request(pki))
    assert (status, said) == (502, {"code": "KEY_REFUSED"})


def test_another_certificate_than_the_tokens_signs_nothing(
    soft_token: SoftToken, pki: DevelopmentPki
) -> None:
    """What the token's key makes of another's digests does not leave the PC."""
    with listening(soft_token, Person()) as port:
        status, said, _ = ask(port, "POST", "/v1/sign", request(pki, PRINCIPAL.label))
    assert (status, said) == (502, {"code": "SIGNATURE_WRONG"})


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "https://evil.example"},
        {"origin": f"{SITE}.evil.example"},
        {"origin": "null"},
        {"origin": ""},
        {"host": "hocba.example"},
        {"host": "evil.example:17890"},
        {"host": "127.0.0.1"},
    ],
    ids=str,
)
@pytest.mark.parametrize("method", ["OPTIONS", "GET", "POST"])
def test_strangers_are_turned_away_unasked(
    soft_token: SoftToken, pki: DevelopmentPki, method: str, headers: dict[str, str]
) -> None:
    """Another site, no site, or a name rebound to this machine: nobody is asked, and no browser may read the answer."""
    person = Person()
    with listening(soft_token, person) as port:
        body = request(pki) if method == "POST" else None
        path = "/v1/about" if method == "GET" else "/v1/sign"
        status, _, answered = ask(port, method, path, body, **headers)
    assert (status, person.asked) == (403, [])
    assert not any(name.startswith("access-control") for name in answered)


def test_a_browser_may_ask_beforehand(soft_token: SoftToken) -> None:
    """The preflight for a private network is answered for the one site."""
    with listening(soft_token, Person()) as port:
        status, _, headers = ask(
            port, "OPTIONS", "/v1/sign", access_control_request_private_network="true"
        )  # fmt: skip
        assert ask(port, "GET", "/v1/about")[:2] == (200, {"program": "hocba-sign-agent", "version": 1})
    assert status == 204
    assert headers["access-control-allow-private-network"] == "true"
    assert headers["access-control-allow-origin"] == SITE


@pytest.mark.parametrize(
    ("change", "kind"),
    [
        ({"digests": []}, ""),
        ({"digests": ["AAAA"]}, ""),
        ({"digests": ["?"]}, ""),
        ({"digests": "x"}, ""),
        ({"certificate": "x"}, ""),
        ({"purpose": 1}, ""),
        ({}, "text/plain"),
        ({}, "application/x-www-form-urlencoded"),
    ],
)
def test_what_is_no_request_is_not_asked_about(
    soft_token: SoftToken, pki: DevelopmentPki, change: dict[str, Any], kind: str
) -> None:
    """Broken bodies and kinds that a form can send are refused before anybody is disturbed."""
    person = Person()
    with listening(soft_token, person) as port:
        kinds = {"content_type": kind} if kind else {}
        status, _, _ = ask(port, "POST", "/v1/sign", {**request(pki), **change}, **kinds)
        assert ask(port, "POST", "/v1/sign", b"[" * 10_000)[0] == 400
    assert (status, person.asked) == (400, [])


def test_a_purpose_cannot_write_over_the_question() -> None:
    """Control characters and endless text do not reach the person."""
    said = Asked(SITE, "a\x1b[2J\nb" + "c" * 999, 1, "k").sentence
    assert "\x1b" not in said
    assert len(said.splitlines()) == 2
    assert len(said) < 400


def test_the_program_serves_a_page(soft_token: SoftToken, pki: DevelopmentPki) -> None:
    """Started as a signer starts it, with programs that ask, it signs with the token in this machine."""
    options = ["--site", SITE, "--module", soft_token.module, "--key", soft_token.locator(TEACHER.label)]
    programs = ["--confirm-program", "test -n", "--pin-program", f"echo {PIN}"]
    command = [sys.executable, "-m", "sign_agent", *options, "--port", "0", *programs]
    with subprocess.Popen([str(part) for part in command], stdout=subprocess.PIPE, text=True) as agent:
        assert agent.stdout is not None
        port = int(agent.stdout.readline().split("127.0.0.1:")[1].split(",")[0])
        status, said, _ = ask(port, "POST", "/v1/sign", request(pki))
        agent.terminate()
    assert (status, len(said["signatures"])) == (200, len(DIGESTS))
