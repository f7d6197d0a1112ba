"""What the transport to backends decides."""

from __future__ import annotations

import aiohttp
import pytest

from apns_connector.gateway.outbound import OutboundOptions, transport_error


@pytest.mark.parametrize(
    ("url", "through"),
    [
        ("http://backend.example/a", True),
        ("http://localhost:8080/a", False),
        ("http://notlocalhost/", True),
        ("https://a.internal/", False),
        ("https://a.b.internal/", False),
        ("https://internal/", True),
        ("https://notinternal/", True),
    ],
)
def test_which_requests_go_through_the_proxy(url: str, through: bool) -> None:
    options = OutboundOptions(proxy="http://proxy:3128", no_proxy=("localhost", ".internal"))
    assert options.proxy_for(url) == ("http://proxy:3128" if through else None)


def test_without_a_proxy_none_is_used() -> None:
    assert OutboundOptions().proxy_for("http://backend.example/") is None


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (aiohttp.ConnectionTimeoutError(), 101508),
        (aiohttp.SocketTimeoutError(), 101504),
        (TimeoutError(), 101504),
        (aiohttp.ServerDisconnectedError(), 101505),
        (aiohttp.ClientOSError(104, "reset"), 101505),
        (aiohttp.ClientPayloadError("short"), 101505),
        (aiohttp.InvalidURL("http://h/?key=secret"), 101500),
        (ValueError("Newline in header"), 101500),
    ],
)
def test_each_failure_has_the_code_of_synapse(error: Exception, code: int) -> None:
    failed = transport_error(error, "http://b/s")
    assert failed.code == code
    assert str(failed).startswith("http://b/s ")
    assert "secret" not in f"{failed}{failed.detail}"


def test_the_detail_says_what_the_system_says() -> None:
    failed = transport_error(aiohttp.ClientOSError(104, "reset by peer"), "http://b/s")
    assert str(failed) == "http://b/s closed the connection"
    assert failed.detail == "http://b/s closed the connection: [Errno 104] reset by peer"
