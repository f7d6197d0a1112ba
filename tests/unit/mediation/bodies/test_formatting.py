"""A message becomes the bytes of a body."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from apns_connector.errors import JsonError
from apns_connector.mediation import xml
from apns_connector.mediation.bodies.building import build_message
from apns_connector.mediation.bodies.form import Form
from apns_connector.mediation.bodies.formatting import (
    DECLARATION,
    form_asked_for,
    format_message,
    is_set,
    message_type,
)
from apns_connector.mediation.json_payload import read_json
from apns_connector.mediation.message import Attachment, Message
from apns_connector.mediation.soap import SoapVersion

NewMessage = Callable[..., Message]


@pytest.mark.parametrize(
    ("wanted", "default", "form"),
    [
        (None, Form.SOAP11, Form.SOAP11),
        ("", Form.JSON, Form.JSON),
        ("application/json", Form.SOAP11, Form.JSON),
        ("Application/JSON; charset=UTF-8", Form.POX, Form.JSON),
        ("application/xml", Form.SOAP12, Form.POX),
        ("text/xml", Form.SOAP12, Form.SOAP12),
        ("text/xml", Form.POX, Form.SOAP11),
        ("application/soap+xml", Form.JSON, Form.SOAP12),
        ("multipart/related", Form.SOAP11, Form.SOAP11),
        ("image/png", Form.SOAP11, Form.BINARY),
    ],
)
def test_the_message_type_decides_but_not_over_the_soap_version(
    new_message: NewMessage, wanted: str | None, default: Form, form: Form
) -> None:
    message = new_message()
    message.properties.set("messageType", wanted, "axis2")
    assert form_asked_for(message, default) is form


def test_the_message_type_is_without_parameters(new_message: NewMessage) -> None:
    message = new_message()
    assert message_type(message) == ""
    message.properties.set("messageType", " Text/CSV ; header=present", "axis2")
    assert message_type(message) == "text/csv"


@pytest.mark.parametrize(("value", "expected"), [("TRUE", True), (True, True), ("no", False)])
def test_a_switch_is_text_or_a_boolean(new_message: NewMessage, value: Any, expected: bool) -> None:
    message = new_message()
    assert not is_set(message, "x")
    message.properties.set("x", value, "axis2")
    assert is_set(message, "x") is expected


def payload_of(kind: str, message: Message) -> None:
    match kind:
        case "json":
            message.replace_json(read_json(b'{"a": 1.10}'))
        case "text":
            message.replace_text("some \u00e4")
        case "binary":
            message.replace_binary(b"\0\xff")
        case "empty":
            message.body.clear()


@pytest.mark.parametrize(
    ("kind", "form", "body"),
    [
        ("xml", Form.POX, DECLARATION + b"<r><a>1</a></r>"),
        ("xml", Form.JSON, b'{"r":{"a":1}}'),
        ("xml", Form.TEXT, b"<r><a>1</a></r>"),
        ("xml", Form.URL_ENCODED, b"a=1"),
        ("xml", Form.BINARY, DECLARATION + b"<r><a>1</a></r>"),
        ("json", Form.JSON, b'{"a":1.10}'),
        ("json", Form.POX, DECLARATION + b"<jsonObject><a>1.10</a></jsonObject>"),
        ("json", Form.TEXT, b'{"a":1.10}'),
        ("json", Form.BINARY, b'{"a":1.10}'),
        ("json", Form.URL_ENCODED, b"a=1.10"),
        ("text", Form.TEXT, "some \u00e4".encode()),
        ("text", Form.BINARY, "some \u00e4".encode()),
        ("text", Form.JSON, '{"text":"some \u00e4"}'.encode()),
        ("binary", Form.BINARY, b"\0\xff"),
        ("binary", Form.TEXT, b"AP8="),
        ("empty", Form.POX, b""),
        ("empty", Form.JSON, b""),
        ("empty", Form.TEXT, b""),
        ("empty", Form.URL_ENCODED, b""),
        ("empty", Form.BINARY, b""),
    ],
)
def test_any_payload_goes_out_in_any_form(
    new_message: NewMessage, kind: str, form: Form, body: bytes
) -> None:
    message = new_message("<r><a>1</a></r>")
    payload_of(kind, message)
    formatted = format_message(message, form)
    assert (formatted.body, formatted.content_type) == (body, None)


@pytest.mark.parametrize("form", [Form.SOAP11, Form.SOAP12])
@pytest.mark.parametrize("version", SoapVersion)
def test_an_envelope_goes_out_in_the_version_that_is_asked_for(
    new_message: NewMessage, form: Form, version: SoapVersion
) -> None:
    body = format_message(new_message("<r/>", version=version), form).body
    assert form.version is not None
    assert body.startswith(DECLARATION)
    assert xml.parse(body).tag == form.version.envelope


def test_json_goes_into_an_envelope_as_xml(new_message: NewMessage) -> None:
    message = new_message()
    message.replace_json([1])
    root = xml.parse(format_message(message, Form.SOAP11).body)
    assert root[0][0].tag == "jsonArray"


@pytest.mark.parametrize("version", SoapVersion)
def test_a_fault_without_an_envelope_is_an_exception(
    new_message: NewMessage, version: SoapVersion
) -> None:
    message = new_message(_fault(version), version=version)
    assert format_message(message, Form.POX).body == DECLARATION + b"<Exception>why</Exception>"


def _fault(version: SoapVersion) -> str:
    if version is SoapVersion.SOAP11:
        return (
            f"<s:Fault xmlns:s='{version.namespace}'><faultcode>s:Server</faultcode>"
            "<faultstring>why</faultstring></s:Fault>"
        )
    return (
        f"<s:Fault xmlns:s='{version.namespace}'><s:Code><s:Value>s:Receiver</s:Value></s:Code>"
        "<s:Reason><s:Text xml:lang='en'>why</s:Text></s:Reason></s:Fault>"
    )


def test_xml_that_has_no_json_form_is_told(new_message: NewMessage) -> None:
    with pytest.raises(JsonError, match="text beside elements"):
        format_message(new_message("<r>text<a/></r>"), Form.JSON)


def test_a_form_with_files_names_its_boundary_and_is_read_again(new_message: NewMessage) -> None:
    message = new_message("<r><a>1</a></r>")
    formatted = format_message(message, Form.FORM_DATA)
    built = build_message(
        formatted.content_type, formatted.body, configuration=message.configuration
    )
    assert built.message.payload is not None
    assert built.message.payload.findtext("a") == "1"
    message.body.clear()
    assert format_message(message, Form.FORM_DATA).body.endswith(b"--\r\n")


@pytest.mark.parametrize("switch", ["enableSwA", "enableMTOM"])
@pytest.mark.parametrize("form", [Form.SOAP11, Form.SOAP12])
def test_attachments_go_out_with_the_envelope_and_are_read_again(
    new_message: NewMessage, switch: str, form: Form
) -> None:
    message = new_message("<r/>")
    message.attachments["r"] = Attachment("r", "text/xml", b"<old/>", root=True)
    message.attachments["c@x"] = Attachment("c@x", "image/png\r\nX: y", b"\0\r\n--\xff")
    message.properties.set(switch, "true", "axis2")
    formatted = format_message(message, form)
    built = build_message(
        formatted.content_type, formatted.body, configuration=message.configuration
    )
    assert built.form is form
    assert built.message.payload is not None
    assert built.message.payload.tag == "r"
    root, attachment = built.message.attachments.values()
    assert root.root
    assert attachment == Attachment("c@x", "image/png X: y", b"\0\r\n--\xff")


def test_what_is_no_xml_goes_out_without_attachments(new_message: NewMessage) -> None:
    message = new_message()
    message.replace_json([1])
    message.properties.set("enableSwA", "true", "axis2")
    assert format_message(message, Form.JSON).body == b"[1]"
