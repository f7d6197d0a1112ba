"""A message becomes the bytes of a body, by its messageType (Axis2: message formatters)."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping
from copy import deepcopy
from typing import Any

import msgspec
from lxml import etree

from apns_connector.mediation import xml
from apns_connector.mediation.bodies.content_type import RELATED
from apns_connector.mediation.bodies.form import Form, form_of
from apns_connector.mediation.bodies.form_data import write_form_data
from apns_connector.mediation.bodies.multipart import write_related
from apns_connector.mediation.bodies.url_encoded import write_url_encoded
from apns_connector.mediation.expressions.result import as_text
from apns_connector.mediation.fault import SoapFault
from apns_connector.mediation.json_payload import json_text, write_json
from apns_connector.mediation.message import Message
from apns_connector.mediation.soap import SoapVersion, converted
from apns_connector.mediation.xml import Element

DECLARATION = b'<?xml version="1.0" encoding="UTF-8"?>'


class Formatted(msgspec.Struct, frozen=True):
    """``content_type`` where the body alone decides it, because it has a boundary."""

    body: bytes
    content_type: str | None = None


def form_asked_for(message: Message, default: Form) -> Form:
    """What messageType says. One SOAP version does not replace the other: an answer has that of
    its request."""
    media_type = message_type(message)
    if not media_type or media_type == RELATED:
        return default
    form = form_of(media_type)
    return default if form.version is not None and default.version is not None else form


def message_type(message: Message) -> str:
    """The axis2 property messageType, without parameters, in lower case."""
    value = message.properties.axis2.get("messageType")
    if value in _WRITTEN_OUT:  # what the gateway itself sets, and nearly all flows
        return str(value)
    return str(value or "").partition(";")[0].strip().lower()


_WRITTEN_OUT = frozenset(form.media_type for form in Form)


def format_message(message: Message, form: Form) -> Formatted:
    """The body in that form. The envelope may be taken apart for it. Raises JsonError for XML that
    has no JSON form, ContentError for a form's file that is no base64."""
    if form is Form.FORM_DATA:
        return _form_data(message)
    body = _WRITERS[form](message)
    if form.is_xml and (is_set(message, "enableSwA") or is_set(message, "enableMTOM")):
        return _packaged(message, form, body)
    return Formatted(body)


def is_set(message: Message, name: str) -> bool:
    """Whether an axis2 property is true, as text or as a boolean."""
    value = message.properties.axis2.get(name)
    return value is not None and str(value).strip().lower() == "true"


# XML.


def write_envelope(message: Message, version: SoapVersion) -> bytes:
    written = message.written_envelope
    if written is not None and written.version is version:
        return DECLARATION + written.content
    return DECLARATION + xml.serialize(converted(message.envelope, version))


def write_plain_xml(message: Message) -> bytes:
    """The payload without its envelope; a SOAP fault as ``<Exception>`` with the text of its
    detail, else its reason (Synapse: POXUtils)."""
    payload = message.payload
    if payload is None:
        return b""
    if payload.tag == SoapVersion.SOAP11.fault:
        payload = _exception(SoapFault.from_soap11(payload))
    elif payload.tag == SoapVersion.SOAP12.fault:
        payload = _exception(SoapFault.from_soap12(payload))
    return DECLARATION + xml.serialize(_out_of_envelope(payload))


def _exception(fault: SoapFault) -> Element:
    text = fault.detail.text.strip() if fault.detail is not None else ""
    exception = etree.Element("Exception")
    exception.text = xml.writable(text or fault.reason)
    return exception


def _out_of_envelope(payload: Element) -> Element:
    """The payload as a document. It keeps the namespaces that the envelope declared, for values
    such as xsi:type="xs:string" may need them, except SOAP's own."""
    nsmap: dict[Any, str] = {  # the stubs forget that the default namespace has the prefix None
        prefix: uri for prefix, uri in payload.nsmap.items() if uri not in (xml.SOAP11, xml.SOAP12)
    }
    root = etree.Element(payload.tag, nsmap=nsmap)
    root.attrib.update(payload.attrib)
    root.text = payload.text
    root.extend(deepcopy(child) for child in payload)
    return root


# Everything else.


def _json(message: Message) -> bytes:
    if not message.has_json and message.payload is None:
        return b""
    return write_json(message.as_json())


def _text(message: Message) -> bytes:
    """A text payload as it is; JSON as JSON text; of XML what its XPath prints."""
    if message.has_json:
        return json_text(message.json).encode()
    text = message.text
    if text is None:
        payload = message.payload
        text = "" if payload is None else as_text([payload])
    return (text or "").encode()


def _bytes(message: Message) -> bytes:
    """A binary payload as it is, any other as it would be without the binary media type."""
    if message.has_json or message.text is not None:
        return _text(message)
    content = message.binary
    if content is not None:
        return content
    return write_plain_xml(message)


def _url_encoded(message: Message) -> bytes:
    payload = message.payload
    return b"" if payload is None else write_url_encoded(payload).encode()


_WRITERS: Mapping[Form, Callable[[Message], bytes]] = {
    Form.SOAP11: lambda message: write_envelope(message, SoapVersion.SOAP11),
    Form.SOAP12: lambda message: write_envelope(message, SoapVersion.SOAP12),
    Form.POX: write_plain_xml,
    Form.JSON: _json,
    Form.TEXT: _text,
    Form.URL_ENCODED: _url_encoded,
    Form.BINARY: _bytes,
}


# Multipart.


def _form_data(message: Message) -> Formatted:
    payload = message.payload
    if payload is None:
        payload = etree.Element("mediate")
    boundary = uuid.uuid4().hex
    body = write_form_data(payload, message.attachments, boundary)
    return Formatted(body, f"{Form.FORM_DATA.media_type}; boundary={boundary}")


def _packaged(message: Message, form: Form, root: bytes) -> Formatted:
    """SOAP with attachments, or MTOM; nothing of the root itself is moved out of it."""
    parts = [part for part in message.attachments.values() if not part.root]
    named = (
        f'type="application/xop+xml"; start-info="{form.media_type}"'
        if is_set(message, "enableMTOM")
        else f'type="{form.media_type}"'
    )
    root_type = (
        f'application/xop+xml; charset=UTF-8; type="{form.media_type}"'
        if is_set(message, "enableMTOM")
        else f"{form.media_type}; charset=UTF-8"
    )
    boundary, start = uuid.uuid4().hex, f"root.{uuid.uuid4()}"
    body = write_related(boundary, start, root_type, root, parts)
    return Formatted(body, f'{RELATED}; boundary={boundary}; start="<{start}>"; {named}')
