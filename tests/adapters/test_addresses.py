"""Whose address counts: the peer's, or what our own proxies wrote, never what a stranger wrote."""

import pytest

from backend.adapters.addresses import UNKNOWN, client_address, network_of

PROXIES = ("10.0.0.1", "10.0.0.2")


@pytest.mark.parametrize(
    ("peer", "forwarded", "address"),
    [
        ("203.0.113.9", [], "203.0.113.9"),
        ("203.0.113.9", ["198.51.100.1"], "203.0.113.9"),
        ("10.0.0.1", ["203.0.113.9"], "203.0.113.9"),
        ("10.0.0.1", ["198.51.100.1, 203.0.113.9"], "203.0.113.9"),
        ("10.0.0.1", ["198.51.100.1", "203.0.113.9"], "203.0.113.9"),
        ("10.0.0.1", ["203.0.113.9, 10.0.0.2"], "203.0.113.9"),
        ("10.0.0.1", ["10.0.0.2, 203.0.113.9"], "203.0.113.9"),
        ("10.0.0.1", ["203.0.113.9:4711"], "203.0.113.9"),
        ("10.0.0.1", ["[2001:db8:1:2:3::4]:4711"], "2001:db8:1:2::"),
        ("::ffff:10.0.0.1", ["203.0.113.9"], "203.0.113.9"),
        ("10.0.0.1", [], "10.0.0.1"),
        ("10.0.0.1", ["what is this"], UNKNOWN),
        (None, [], UNKNOWN),
    ],
)
def test_the_address_is_the_nearest_that_is_not_ours(peer, forwarded, address):
    """Read from the end, past our own proxies only; a port is left out, a household's IPv6 network is one."""
    assert client_address(peer, forwarded, PROXIES) == address


def test_without_proxies_no_header_is_believed():
    """Not even one that names this machine."""
    assert client_address("203.0.113.9", ["127.0.0.1"], ()) == "203.0.113.9"


def test_a_household_is_one_address():
    """Two addresses of one IPv6 network count together, those of the next network apart."""
    first, second, next_door = (
        client_address(peer, [], ())
        for peer in ("2001:db8:1:2::1", "2001:db8:1:2:ffff::9", "2001:db8:1:3::1")
    )
    assert first == second
    assert first != next_door


def test_what_is_kept_of_an_address_names_no_household():
    """An access event holds the network alone."""
    assert network_of("203.0.113.77") == "203.0.113.0/24"
    assert network_of("2001:db8:1:2::") == "2001:db8:1::/48"
    assert network_of(UNKNOWN) == ""
