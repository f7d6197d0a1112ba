"""Requests and replies as values."""

from __future__ import annotations

import asyncio

import pytest

from apns_connector.errors import TransportError
from apns_connector.mediation.endpoints.transport import (
    NoTransport,
    OutboundReply,
    OutboundRequest,
    place_of,
)


def test_a_url_is_told_without_what_may_be_secret() -> None:
    assert place_of("https://u:p@h:8/a/b?key=1#x") == "https://h:8"


def test_neither_request_nor_reply_shows_its_content() -> None:
    request = OutboundRequest("GET", "http://u:p@h/a?key=1", (("Authorization", "x"),), b"body")
    assert repr(request) == "OutboundRequest(GET http://h, 4 bytes)"
    assert (
        repr(OutboundReply(200, (("Set-Cookie", "x"),), b"body")) == "OutboundReply(200, 4 bytes)"
    )


def test_a_header_of_a_reply_is_found_in_any_case() -> None:
    reply = OutboundReply(200, (("CONTENT-TYPE", "a"), ("Content-Type", "b")))
    assert reply.header("content-type") == "a"
    assert reply.header("x") is None


def test_a_deployment_that_is_not_served_reaches_nobody() -> None:
    with pytest.raises(TransportError, match="http://h is not asked") as failed:
        asyncio.run(NoTransport().exchange(OutboundRequest("GET", "http://h/?secret=1")))
    assert failed.value.code == 101503
