"""Forwarded addresses are believed as far as trusted proxies wrote them."""

from __future__ import annotations

import pytest

from apns_connector.gateway.client_address import client_address, client_host, read_networks

TRUSTED = read_networks(["10.0.0.0/8", "192.0.2.1", "fd00::/8"])


@pytest.mark.parametrize(
    ("peer", "forwarded", "client"),
    [
        ("203.0.113.9", None, "203.0.113.9"),
        ("203.0.113.9", "10.0.0.1", "203.0.113.9"),
        ("10.0.0.1", None, "10.0.0.1"),
        ("10.0.0.1", "", "10.0.0.1"),
        ("10.0.0.1", "203.0.113.5", "203.0.113.5"),
        ("10.0.0.1", "198.51.100.7, 203.0.113.5", "203.0.113.5"),
        ("10.0.0.1", "203.0.113.5, 192.0.2.1, 10.9.9.9", "203.0.113.5"),
        ("10.0.0.1", "10.0.0.2,10.0.0.3", "10.0.0.2"),
        ("10.0.0.1", "203.0.113.5, unknown", "10.0.0.1"),
        ("10.0.0.1", "203.0.113.5,", "10.0.0.1"),
        ("10.0.0.1", "203.0.113.5:4711", "203.0.113.5"),
        ("fd00::1", "[2001:db8::1]:4711", "2001:db8::1"),
        ("fd00::1", "2001:db8::1", "2001:db8::1"),
        ("::ffff:10.0.0.1", "203.0.113.5", "203.0.113.5"),
        (None, "203.0.113.5", None),
    ],
)
def test_the_client_is_the_nearest_that_is_no_trusted_proxy(
    peer: str | None, forwarded: str | None, client: str | None
) -> None:
    assert client_address(peer, forwarded, TRUSTED) == client


def test_nobody_is_trusted_by_default() -> None:
    assert client_address("127.0.0.1", "203.0.113.5", ()) == "127.0.0.1"
    assert client_host("127.0.0.1", "example.com", ()) is None


@pytest.mark.parametrize(
    ("peer", "forwarded", "host"),
    [
        ("10.0.0.1", "example.com", "example.com"),
        ("10.0.0.1", "example.org, example.com", "example.com"),
        ("10.0.0.1", None, None),
        ("203.0.113.9", "example.com", None),
    ],
)
def test_a_host_is_taken_from_a_trusted_peer_only(
    peer: str, forwarded: str | None, host: str | None
) -> None:
    assert client_host(peer, forwarded, TRUSTED) == host


@pytest.mark.parametrize("text", ["proxy.example.com", "10.0.0.0/99", ""])
def test_what_is_no_network_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="does not appear to be"):
        read_networks([text])
