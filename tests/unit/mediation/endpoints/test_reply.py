"""What a backend answered becomes the message."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from apns_connector.errors import TransportError
from apns_connector.mediation.endpoints.reply import LARGE, become, read_reply
from apns_connector.mediation.endpoints.transport import OutboundReply
from apns_connector.mediation.message import Attachment, Message
from apns_connector.mediation.soap import SoapVersion

NewMessage = Callable[..., Message]


def reply(
    message: Message, body: bytes = b"", content_type: str | None = None, **values: Any
) -> Any:
    headers = (
        *values.pop("headers", ()),
        *([("Content-Type", content_type)] if content_type else []),
    )
    answer = OutboundReply(values.pop("status", 200), headers, body, values.pop("reason", "OK"))
    return asyncio.run(read_reply(answer, message, "http://b/s"))


def test_status_reason_and_type_are_properties(new_message: NewMessage) -> None:
    read = reply(new_message(), b"<a/>", "application/xml; x=y", status=201, reason="Made")
    assert read.properties.axis2 == {
        "HTTP_SC": 201,
        "HTTP_SC_DESC": "Made",
        "ContentType": "application/xml; x=y",
        "messageType": "application/xml",
    }


@pytest.mark.parametrize(("status", "failed"), [(200, None), (399, None), (400, "true")])
def test_a_failure_of_the_backend_is_marked(
    new_message: NewMessage, status: int, failed: str | None
) -> None:
    read = reply(new_message(), status=status)
    assert read.properties.get("FAULT_MESSAGE", "axis2") == failed


def test_an_empty_reply_is_an_empty_message(new_message: NewMessage) -> None:
    read = reply(new_message(), status=202)
    assert read.payload is None
    assert read.pox
    assert read.properties.get("NO_ENTITY_BODY", "axis2") is True
    assert read.properties.get("messageType", "axis2") is None


def test_headers_of_one_name_are_joined_and_of_cookies_the_last_counts(
    new_message: NewMessage,
) -> None:
    fields = [("Via", "1"), ("Set-Cookie", "a=1"), ("via", "2"), ("Set-Cookie", "b=2")]
    transport = reply(new_message(), headers=fields).properties.transport
    assert dict(transport) == {"via": "1, 2", "Set-Cookie": "b=2"}


@pytest.mark.parametrize(
    ("content_type", "body", "kept"),
    [
        ("text/plain; x=y", "tü".encode(), "text/plain; x=y"),
        ("text/plain; charset=iso-8859-1", "tü".encode("latin-1"), "text/plain"),
        (
            'multipart/related; boundary=b; type="text/plain"',
            "--b\r\nContent-Type: text/plain\r\n\r\ntü\r\n--b--\r\n".encode(),
            "text/plain",
        ),
    ],
)
def test_what_the_content_type_says_of_the_old_body_is_not_kept(
    new_message: NewMessage, content_type: str, body: bytes, kept: str
) -> None:
    read = reply(new_message(), body, content_type)
    assert read.properties.get("ContentType", "axis2") == kept
    assert read.text == "tü"


def test_a_large_reply_is_read_as_well(new_message: NewMessage) -> None:
    text = "x" * LARGE
    assert reply(new_message(), f"<a>{text}</a>".encode(), "text/xml").payload.text == text


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (b"<a>", "text/xml"),
        (b"<!DOCTYPE a><a/>", "application/xml"),
        (b"{", "application/json"),
        (b"<a>" + b" " * LARGE, "application/xml"),
        (b"<a/>", "no type"),
        (b"<a/>", "application/soap+xml"),
    ],
)
def test_what_cannot_be_read_is_the_fault_of_the_backend(
    new_message: NewMessage, body: bytes, content_type: str
) -> None:
    with pytest.raises(TransportError, match="answer of http://b/s cannot be read") as failed:
        reply(new_message(), body, content_type)
    assert failed.value.code == 101510


def test_a_message_becomes_its_reply_and_keeps_what_the_flow_knows(
    new_message: NewMessage,
) -> None:
    message = new_message(
        "<q/>",
        to="http://b/s",
        action="urn:ask",
        headers=[("X-Request", "1")],
        attachments={"a": Attachment("a", "x/y", b"")},
    )
    message.properties.set("known", "1")
    message.properties.set("HTTP_METHOD", "PUT", "axis2")
    message.variables["v"] = 1
    asked = message.message_id
    become(message, reply(message, b'{"a":1}', "application/json", headers=[("X-Reply", "2")]))
    assert message.json == {"a": 1}
    assert message.pox
    assert message.properties.get("known") == "1"
    assert message.variables == {"v": 1}
    assert dict(message.properties.transport) == {
        "X-Reply": "2",
        "Content-Type": "application/json",
    }
    assert message.properties.get("HTTP_METHOD", "axis2") is None
    assert message.attachments == {}
    assert (message.to, message.action) == (None, None)
    assert message.relates_to == asked
    assert message.response is False


def test_addressing_in_the_reply_is_that_of_the_message(new_message: NewMessage) -> None:
    header = "<w:Action xmlns:w='http://www.w3.org/2005/08/addressing'>urn:answer</w:Action>"
    body = (
        f"<e:Envelope xmlns:e='{SoapVersion.SOAP12.namespace}'><e:Header>{header}</e:Header>"
        "<e:Body><a/></e:Body></e:Envelope>"
    )
    message = new_message()
    become(message, reply(message, body.encode(), "application/soap+xml"))
    assert message.action == "urn:answer"
    assert message.soap_version is SoapVersion.SOAP12
    assert not message.pox
