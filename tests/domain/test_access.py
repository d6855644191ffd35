"""Share codes as people type them, and limits on tries that make sense together."""

import pytest

from backend.domain.access import SHARE_ALPHABET, ShareCode


@pytest.mark.parametrize("text", ["K7QF2-M9X40", "k7qf2m9x40", " K7QF2 – M9X4O ", "k7qf2 m9x4o"])
def test_a_share_code_is_read_as_it_is_typed(text):
    """Case, groups and look-alike letters make no difference."""
    assert ShareCode.parse(text) == ShareCode("K7QF2M9X40")


@pytest.mark.parametrize("text", ["", "K7QF2", "K7QF2M9X4U", "K7QF2M9X401", "K7QF2M9X4!"])
def test_what_is_no_share_code_is_refused(text):
    """Other lengths and symbols outside the alphabet."""
    with pytest.raises(ValueError, match="not a share code"):
        ShareCode.parse(text)


def test_a_share_code_does_not_show():
    """Neither a log nor a traceback prints it."""
    assert "K7QF2" not in repr(ShareCode("K7QF2M9X40"))


def test_the_alphabet_has_32_symbols_that_are_not_confused():
    """Five bits for each symbol, and no I, L, O or U."""
    assert len(set(SHARE_ALPHABET)) == 32
    assert not set("ILOU") & set(SHARE_ALPHABET)
