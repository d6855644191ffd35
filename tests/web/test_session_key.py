"""The session's key among the cookies of a request, on the quick way."""

import pytest

from backend.web.repeated import session_key


@pytest.mark.parametrize(
    ("header", "key"),
    [
        (b"hocba_session=abc-_1", "abc-_1"),
        (b"other=1; hocba_session=abc; more=2", "abc"),
        (b"hocba_session=abc;more=2", "abc"),
        (b'hocba_session="a b"', "a b"),
        (b"hocba_session=first; hocba_session=second", "second"),
        (b"not_hocba_session=abc", None),
        (b"other=hocba_session=abc", None),
        (b"other=1", None),
        (b"", None),
    ],
)
def test_the_session_is_found_among_cookies(header: bytes, key: str | None) -> None:
    """A key is found wherever it stands and however it is written, the last of several, and never within another."""
    assert session_key(header) == key
