"""Links: good for five minutes, for one purpose, and forged by nobody."""

import time
from pathlib import Path

import pytest

from backend.adapters import links
from backend.domain.organisation import ArtefactKind
from backend.settings import Settings, from_env

DIGEST = "ab" * 32


def _settings(secret: str) -> Settings:
    names = (
        "DATABASE_URL",
        "DATABASE_OWNER_URL",
        "DATABASE_WORKER_URL",
        "REDIS_URL",
        "OIDC_ISSUER",
        "PKI_TSA_URL",
    )
    given = dict.fromkeys((*names, "OIDC_CLIENT_SECRET", "PKI_TRUST_ROOTS", "CITIZEN_NUMBER_KEYS"), "x")
    return from_env(given | {"STORE_URL": Path("/x").as_uri(), "SESSION_SECRET": secret})


@pytest.fixture
def settings() -> Settings:
    return _settings("one secret")


def _token(url: str) -> str:
    return url.rsplit("/", 1)[1]


def test_a_link_names_its_file(settings: Settings) -> None:
    """What was signed is what is read."""
    token = _token(links.file_url(settings, DIGEST, ArtefactKind.XML))
    assert links.read_token(settings, token) == (DIGEST, ArtefactKind.XML)
    assert links.read_preview_token(settings, _token(links.preview_url(settings, 42))) == 42


def test_a_link_serves_one_purpose(settings: Settings) -> None:
    """A preview's link opens no file, a file's no preview."""
    assert links.read_token(settings, _token(links.preview_url(settings, 42))) is None
    assert (
        links.read_preview_token(settings, _token(links.file_url(settings, DIGEST, ArtefactKind.PDF))) is None
    )


def test_a_changed_link_opens_nothing(settings: Settings) -> None:
    """Each of its characters counts, and another secret makes another link."""
    token = _token(links.file_url(settings, DIGEST, ArtefactKind.PDF))
    for place in range(0, len(token) - 1, 3):
        changed = token[:place] + ("x" if token[place] != "x" else "y") + token[place + 1 :]
        assert links.read_token(settings, changed) is None, place
    assert links.read_token(_settings("another secret"), token) is None


def test_a_link_ends(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    """Five minutes, and then it opens nothing."""
    token = _token(links.file_url(settings, DIGEST, ArtefactKind.PDF))
    now = time.time()
    monkeypatch.setattr(time, "time", lambda: now + links.GOOD_SECONDS - 1)
    assert links.read_token(settings, token) is not None
    monkeypatch.setattr(time, "time", lambda: now + links.GOOD_SECONDS + 2)
    assert links.read_token(settings, token) is None
