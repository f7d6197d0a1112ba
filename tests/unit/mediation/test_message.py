"""Messages, exchanges, attachments."""

from __future__ import annotations

import logging
from collections.abc import Callable

import pytest

from apns_connector.errors import XmlError
from apns_connector.mediation import xml
from apns_connector.mediation.configuration import Configuration
from apns_connector.mediation.exchange import Exchange
from apns_connector.mediation.message import Attachment, Message
from apns_connector.mediation.properties import FunctionContext
from apns_connector.mediation.soap import SoapVersion, new_envelope

NewMessage = Callable[..., Message]


@pytest.mark.parametrize("version", SoapVersion)
def test_an_envelope_tells_version_body_and_payload(
    new_message: NewMessage, version: SoapVersion
) -> None:
    message = new_message("<request/>", version=version)
    assert message.soap_version is version
    assert message.body.tag == version.body
    assert message.payload is not None
    assert message.payload.tag == "request"
    assert message.header is None


def test_what_is_no_envelope_is_refused(deploy: Callable[..., Configuration]) -> None:
    with pytest.raises(XmlError, match="not a SOAP"):
        Message.from_envelope(xml.parse(b"<request/>"), configuration=deploy())


def test_an_envelope_without_body_is_refused(deploy: Callable[..., Configuration]) -> None:
    envelope = new_envelope(SoapVersion.SOAP11)
    envelope.remove(envelope[0])
    with pytest.raises(XmlError, match="no Body"):
        Message.from_envelope(envelope, configuration=deploy())


def test_a_plain_payload_sits_in_the_body_of_a_soap_11_envelope(
    deploy: Callable[..., Configuration],
) -> None:
    message = Message.from_payload(xml.parse(b"<order/>"), configuration=deploy())
    assert message.pox
    assert message.soap_version is SoapVersion.SOAP11
    assert [child.tag for child in message.body] == ["order"]


def test_no_payload_gives_an_empty_body(deploy: Callable[..., Configuration]) -> None:
    assert Message.from_payload(None, configuration=deploy()).payload is None


@pytest.mark.parametrize("namespace", xml.WSA_NAMESPACES)
def test_addressing_headers_win_over_what_the_transport_says(
    new_message: NewMessage, namespace: str
) -> None:
    header = (
        f"<w:To xmlns:w='{namespace}'>http://example.com/services/X</w:To>"
        f"<w:ReplyTo xmlns:w='{namespace}'><w:Address>http://example.com/me</w:Address></w:ReplyTo>"
        f"<w:MessageID xmlns:w='{namespace}'>urn:uuid:1</w:MessageID>"
    )
    message = new_message(header=header, to="/services/Y", action="urn:a")
    assert message.to == "http://example.com/services/X"
    assert message.reply_to == "http://example.com/me"
    assert message.message_id == "urn:uuid:1"
    assert message.action == "urn:a"


def test_a_message_without_id_makes_one_and_keeps_it(new_message: NewMessage) -> None:
    message = new_message()
    assert message.message_id.startswith("urn:uuid:")
    assert message.message_id == message.message_id


def test_replacing_the_payload_takes_out_the_first_element_only(new_message: NewMessage) -> None:
    message = new_message("<first/>")
    message.body.append(xml.parse(b"<second/>"))
    message.replace_payload(xml.parse(b"<new/>"))
    assert [child.tag for child in message.body] == ["second", "new"]


def test_an_envelope_is_replaced_only_by_an_envelope(new_message: NewMessage) -> None:
    message = new_message()
    message.replace_envelope(new_envelope(SoapVersion.SOAP12))
    assert message.soap_version is SoapVersion.SOAP12
    with pytest.raises(XmlError):
        message.replace_envelope(xml.parse(b"<x/>"))


@pytest.mark.parametrize("version", SoapVersion)
def test_a_fault_in_the_body_makes_the_message_a_fault(
    new_message: NewMessage, version: SoapVersion
) -> None:
    assert new_message(f"<Fault xmlns='{version.namespace}'/>", version=version).is_fault
    assert not new_message("<Fault/>", version=version).is_fault


def test_plain_xml_is_a_fault_when_it_is_marked_as_one(new_message: NewMessage) -> None:
    message = new_message("<Exception/>")
    message.pox_fault = True
    assert message.is_fault


def test_the_first_answer_wins_and_a_second_is_logged(
    new_message: NewMessage, caplog: pytest.LogCaptureFixture
) -> None:
    exchange = Exchange()
    first, second = new_message(exchange=exchange), new_message(exchange=exchange)
    first.respond()
    with caplog.at_level(logging.WARNING):
        second.respond()
    assert exchange.response is first
    assert first.response
    assert "second answer" in caplog.text


def test_messages_of_one_exchange_share_the_operation_scope(new_message: NewMessage) -> None:
    exchange = Exchange()
    first, second = new_message(exchange=exchange), new_message(exchange=exchange)
    first.properties.set("x", "1", "operation")
    assert second.properties.get("x", "operation") == "1"


def test_an_attachment_does_not_show_its_content() -> None:
    assert "secret" not in repr(Attachment("certificate", "application/x-pkcs12", b"secret"))


def test_an_answer_is_taken_once_and_leaves_no_circle_of_references(
    new_message: NewMessage,
) -> None:
    message = new_message()
    message.respond()
    exchange = message.exchange
    assert exchange.take_response() is message
    assert exchange.take_response() is None


def test_a_json_message_has_no_envelope_until_it_is_asked_for_one(
    deploy: Callable[..., Configuration],
) -> None:
    message = Message.from_json({"a": 1}, configuration=deploy(), to="/services/X")
    assert message.pox
    assert message.has_json
    assert not message.is_fault
    assert message.soap_version is SoapVersion.SOAP11


def test_json_that_is_named_like_a_fault_is_none(new_message: NewMessage) -> None:
    message = new_message()
    message.replace_json({"Fault": 1})
    assert not message.is_fault
    message.pox_fault = True
    assert message.is_fault


def test_a_clone_is_independent(new_message: NewMessage) -> None:
    message = new_message("<a/>", header="<h/>", to="/x", action="urn:a", headers=[("X", "1")])
    message.properties.set("tree", xml.parse(b"<t/>"))
    message.properties.set("nodes", [xml.parse(b"<t/>")])
    message.properties.set("x", "1", "axis2")
    message.variables["v"] = xml.parse(b"<v/>")
    message.attachments["c"] = Attachment("c", "text/plain", b"content")
    message.functions.append(FunctionContext("t", {"p": "1"}))
    message.secrets.add("s")
    message.nesting = 3
    message.pox_fault = True
    clone = message.clone()
    assert clone.exchange is message.exchange
    assert (clone.to, clone.action, clone.nesting, clone.pox_fault) == ("/x", "urn:a", 3, True)
    assert (clone.properties.get("x", "transport"), clone.functions[0].get("p")) == ("1", "1")
    assert clone.attachments["c"] is message.attachments["c"]

    clone.body.append(xml.parse(b"<b/>"))
    clone.properties.get("tree").set("changed", "1")
    clone.properties.get("nodes")[0].set("changed", "1")
    clone.variables["v"].set("changed", "1")
    clone.properties.set("y", "2")
    clone.properties.set("x", "2", "axis2")
    clone.properties.set("X", "2", "transport")
    clone.variables["w"] = 1
    clone.secrets.add("t")
    clone.attachments.clear()
    clone.functions.clear()
    clone.to = None
    assert len(message.body) == 1
    assert not message.properties.get("tree").attrib
    assert not message.properties.get("nodes")[0].attrib
    assert not message.variables["v"].attrib
    assert (message.properties.get("y"), message.properties.get("x", "axis2")) == (None, "1")
    assert (message.properties.get("x", "transport"), message.to) == ("1", "/x")
    assert (len(message.variables), message.secrets, len(message.attachments)) == (1, {"s"}, 1)
    assert len(message.functions) == 1


def test_a_clone_shares_the_operation_scope_and_has_an_id_of_its_own(
    new_message: NewMessage,
) -> None:
    message = new_message()
    clone = message.clone()
    clone.properties.set("x", "1", "operation")
    assert message.properties.get("x", "operation") == "1"
    assert clone.message_id != message.message_id


@pytest.mark.parametrize("seen", [False, True])
def test_a_clone_of_json_is_json(deploy: Callable[..., Configuration], seen: bool) -> None:
    message = Message.from_json({"a": 1}, configuration=deploy())
    assert not seen or message.payload is not None
    clone = message.clone()
    assert clone.json == {"a": 1}
    clone.replace_json({"a": 2})
    assert message.json == {"a": 1}
    other = message.clone()
    assert other.payload is not None
    other.payload.set("changed", "1")
    assert message.has_json
    assert not other.has_json
