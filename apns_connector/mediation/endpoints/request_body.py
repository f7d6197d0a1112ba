"""In which form a message goes to a backend, and its bytes."""

from __future__ import annotations

from apns_connector.mediation.bodies.form import Form
from apns_connector.mediation.bodies.formatting import Formatted, form_asked_for, format_message
from apns_connector.mediation.endpoints.addressing import AddressingHeaders, is_addressed, readdress
from apns_connector.mediation.endpoints.definition import Definition, Format
from apns_connector.mediation.endpoints.truth import is_true
from apns_connector.mediation.message import Message
from apns_connector.mediation.soap import SoapVersion

_FORMS = {Format.SOAP11: Form.SOAP11, Format.SOAP12: Form.SOAP12, Format.POX: Form.POX}


def form_for(message: Message, format_: Format | None) -> Form:
    """What the endpoint's format says, else messageType, else what the message is."""
    if format_ in _FORMS:
        return _FORMS[format_]
    return form_asked_for(message, own_form(message))


def own_form(message: Message) -> Form:
    """What a message is sent as, unless anything else is asked for."""
    if message.has_json:
        return Form.JSON
    if message.text is not None:
        return Form.TEXT
    if message.binary is not None:
        return Form.BINARY
    if message.pox:
        return Form.POX
    return Form.SOAP12 if message.soap_version is SoapVersion.SOAP12 else Form.SOAP11


def request_body(message: Message, form: Form, definition: Definition, url: str) -> Formatted:
    """The message in that form. Raises as ``format_message`` does."""
    readdresses = form.version is not None and not _preserves_addressing(message)
    headers = _addressing(message, definition, url) if readdresses else None
    readdresses = readdresses and (headers is not None or is_addressed(message))
    converts = form.version is not None and message.soap_version is not form.version
    if not (readdresses or converts or definition.optimize):
        return format_message(message, form)
    copy = message.clone()  # what is made of the envelope now is for this backend alone
    if readdresses:
        readdress(copy, headers)
    if definition.optimize is not None:
        copy.properties.axis2[definition.optimize] = "true"
    return format_message(copy, form)


def _preserves_addressing(message: Message) -> bool:
    return is_true(message.properties.get("PRESERVE_WS_ADDRESSING"))


def _addressing(message: Message, definition: Definition, url: str) -> AddressingHeaders | None:
    if definition.addressing is None:
        return None
    return AddressingHeaders(definition.addressing, url, message.action, message.message_id)
