"""WS-Addressing headers on the way to a backend."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from apns_connector.mediation import xml
from apns_connector.mediation.endpoints.addressing import (
    AddressingHeaders,
    is_addressed,
    readdress,
)
from apns_connector.mediation.soap import SoapVersion
from apns_connector.mediation.xml import WSA_NAMESPACES

Tried = Callable[..., Any]
FINAL, SUBMISSION = WSA_NAMESPACES
MINE = f"<w:To xmlns:w='{SUBMISSION}'>http://me/</w:To><k:key xmlns:k='urn:k'>1</k:key>"


def test_headers_that_were_for_us_do_not_go_on(tried: Tried) -> None:
    endpoint = tried("<address uri='http://b/s'/>")
    message = endpoint.new_message(header=MINE)
    endpoint.send(message)
    body = endpoint.backend.requests[0].body
    assert b"http://me/" not in body
    assert b"urn:k" in body
    assert b"http://me/" in xml.serialize(message.envelope)


def test_a_flow_may_preserve_them(tried: Tried) -> None:
    endpoint = tried("<address uri='http://b/s'/>")
    message = endpoint.new_message(header=MINE)
    message.properties.set("PRESERVE_WS_ADDRESSING", "true")
    endpoint.send(message)
    assert b"http://me/" in endpoint.backend.requests[0].body


@pytest.mark.parametrize(
    ("attributes", "namespace"),
    [("", FINAL), ("version='final'", FINAL), ("version='submission'", SUBMISSION)],
)
def test_an_endpoint_may_want_headers_of_its_own(
    tried: Tried, attributes: str, namespace: str
) -> None:
    endpoint = tried(f"<address uri='http://b/s'><enableAddressing {attributes}/></address>")
    message = endpoint.new_message(action="urn:ask")
    endpoint.send(message)
    envelope = xml.parse(endpoint.backend.requests[0].body)
    header = envelope.find(SoapVersion.SOAP11.header)
    assert header is not None
    assert {block.tag: block.text for block in header} == {
        f"{{{namespace}}}To": "http://b/s",
        f"{{{namespace}}}Action": "urn:ask",
        f"{{{namespace}}}MessageID": message.message_id,
    }
    assert message.header is None


def test_an_envelope_is_addressed_when_it_has_such_headers(new_message: Any) -> None:
    assert is_addressed(new_message(header=MINE))
    assert not is_addressed(new_message(header="<k:key xmlns:k='urn:k'/>"))
    assert not is_addressed(new_message())


def test_without_an_action_none_is_sent(new_message: Any) -> None:
    message = new_message()
    readdress(message, AddressingHeaders(FINAL, "http://b/", None, "urn:uuid:1"))
    assert b"Action" not in xml.serialize(message.envelope)
