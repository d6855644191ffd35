"""Where a request comes from: the peer itself, unless the peer is one of our own proxies."""

from collections.abc import Collection, Sequence
from functools import lru_cache
from ipaddress import IPv6Address, ip_address, ip_network

UNKNOWN = "unknown"
REMEMBERED = 4_096
"""Spellings that a process need not read again; the same few addresses ask most."""

NETWORK_BITS = 64
KEPT_BITS = {4: 24, 6: 48}
"""Of an address that is kept: a neighbourhood, not a household."""


def client_address(peer: str | None, forwarded_for: Sequence[str], trusted_proxies: Collection[str]) -> str:
    """The address to count by.

    ``forwarded_for`` are the values of every ``X-Forwarded-For`` header in their order. It is read from its end, one
    address for each proxy of ours: what stands left of the first foreign address was written by that stranger.
    """
    address = _written(peer or "")
    hops = [hop.strip() for value in forwarded_for for hop in value.split(",")]
    while address in trusted_proxies and hops:
        address = _written(_without_port(hops.pop()))
    return _counted_as(address)


@lru_cache(REMEMBERED)
def network_of(address: str) -> str:
    """The network of an address, as it may be kept; empty when the address is unknown."""
    if address == UNKNOWN:
        return ""
    parsed = ip_address(address)
    return str(ip_network(f"{parsed}/{KEPT_BITS[parsed.version]}", strict=False))


def _without_port(hop: str) -> str:
    if hop.startswith("["):
        return hop[1:].split("]", maxsplit=1)[0]
    return hop.split(":", maxsplit=1)[0] if hop.count(":") == 1 else hop


@lru_cache(REMEMBERED)
def _written(text: str) -> str:
    """One spelling for each address; an IPv4 address that a dual-stack socket has wrapped is unwrapped."""
    try:
        parsed = ip_address(text)
    except ValueError:
        return UNKNOWN
    return str(getattr(parsed, "ipv4_mapped", None) or parsed)


@lru_cache(REMEMBERED)
def _counted_as(address: str) -> str:
    """A household has a whole IPv6 network: all its addresses are one."""
    if ":" not in address:
        return address
    return str(IPv6Address(int(IPv6Address(address)) >> NETWORK_BITS << NETWORK_BITS))
