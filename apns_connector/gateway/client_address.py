"""Who sent a request: the peer of the connection, or whoever a proxy in between names.

``X-Forwarded-For`` is written by anybody, so it is believed only as far as trusted proxies wrote
it: each appends the address that it was asked from.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

Address = IPv4Address | IPv6Address
Networks = Sequence[IPv4Network | IPv6Network]


def read_networks(texts: Iterable[str]) -> Networks:
    """Of ``10.0.0.0/8``, or single addresses. Raises ValueError for what is neither."""
    return tuple(ip_network(text, strict=False) for text in texts)


def is_trusted(address: str | None, trusted: Networks) -> bool:
    found = None if address is None or not trusted else _read(address)
    return found is not None and any(found in network for network in trusted)


def client_address(peer: str | None, forwarded_for: str | None, trusted: Networks) -> str | None:
    """The nearest address that is no trusted proxy; ``None`` for a peer without one."""
    address = peer
    hops = forwarded_for.split(",") if forwarded_for and trusted else []
    while hops and is_trusted(address, trusted):
        before = _read(hops.pop())
        if before is None:
            break
        address = str(before)
    return address


def client_host(peer: str | None, forwarded_host: str | None, trusted: Networks) -> str | None:
    """What a trusted peer gives as the host, as Synapse takes it for the client's."""
    if not forwarded_host or not is_trusted(peer, trusted):
        return None
    return forwarded_host.rpartition(",")[2].strip()


def _read(text: str) -> Address | None:
    """An address, with or without a port; ``None`` for anything else, such as ``unknown``."""
    text = text.strip()
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    try:
        found = ip_address(text)
    except ValueError:
        return None
    # What an IPv4 peer is called on a socket for both.
    return getattr(found, "ipv4_mapped", None) or found
