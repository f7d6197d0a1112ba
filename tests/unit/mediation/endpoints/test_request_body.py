"""In which form a message goes to a backend."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from apns_connector.mediation.bodies.form import Form
from apns_connector.mediation.endpoints.definition import Definition, Format
from apns_connector.mediation.endpoints.request_body import form_for, own_form, request_body
from apns_connector.mediation.message import Message
from apns_connector.mediation.soap import SoapVersion

NewMessage = Callable[..., Message]


def test_a_message_goes_as_what_it_is(new_message: NewMessage) -> None:
    message = new_message()
    assert own_form(message) is Form.SOAP11
    assert own_form(new_message(version=SoapVersion.SOAP12)) is Form.SOAP12
    message.pox = True
    assert own_form(message) is Form.POX
    message.replace_text("t")
    assert own_form(message) is Form.TEXT
    message.replace_binary(b"b")
    assert own_form(message) is Form.BINARY
    message.replace_json(None)
    assert own_form(message) is Form.JSON


@pytest.mark.parametrize(
    ("format_", "message_type", "form"),
    [
        (None, None, Form.SOAP12),
        (None, "text/xml", Form.SOAP12),
        (None, "application/json", Form.JSON),
        (Format.REST, "application/xml; x=y", Form.POX),
        (Format.SOAP11, "application/json", Form.SOAP11),
        (Format.SOAP12, "application/json", Form.SOAP12),
        (Format.POX, "application/json", Form.POX),
    ],
)
def test_the_endpoint_decides_before_the_message_type(
    new_message: NewMessage, format_: Format | None, message_type: str | None, form: Form
) -> None:
    message = new_message(version=SoapVersion.SOAP12)
    message.properties.set("messageType", message_type, "axis2")
    assert form_for(message, format_) is form


def test_the_message_keeps_its_envelope(new_message: NewMessage) -> None:
    message = new_message("<q><r>1</r></q>")
    for form in Form:
        assert request_body(message, form, Definition(), "http://b/").body
    assert message.soap_version is SoapVersion.SOAP11
    assert message.payload is not None
