"""The bytes of a body, with its content type, become a message (Axis2: message builders).

SOAP, plain XML and JSON are what they are; a form is ``<xformValues>``; a text and everything else
are put into the wrapper elements of Axis2. multipart/related is taken apart, its parts become
attachments.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any

import msgspec

from apns_connector.errors import (
    ContentError,
    ContentTooLarge,
    JsonError,
    VersionMismatch,
    XmlError,
)
from apns_connector.mediation import xml
from apns_connector.mediation.bodies import xop
from apns_connector.mediation.bodies.charset import decoded, readable_xml
from apns_connector.mediation.bodies.content_limits import ContentLimits
from apns_connector.mediation.bodies.content_type import read_content_type
from apns_connector.mediation.bodies.document import Document, read_document
from apns_connector.mediation.bodies.form import Form, form_of
from apns_connector.mediation.bodies.form_data import read_form_data
from apns_connector.mediation.bodies.url_encoded import read_url_encoded
from apns_connector.mediation.json_payload import read_json
from apns_connector.mediation.message import Attachment, Message
from apns_connector.mediation.soap import SoapVersion
from apns_connector.mediation.xml import Element

LIMITS = ContentLimits()
_BY_ENVELOPE = {
    SoapVersion.SOAP11.envelope: Form.SOAP11,
    SoapVersion.SOAP12.envelope: Form.SOAP12,
}


class Built(msgspec.Struct, frozen=True):
    """``form`` is what the body turned out to be, ``media_type`` what it is called, ``action`` what
    the transport said, over which a header of the envelope may have won in the message."""

    message: Message
    form: Form
    media_type: str
    action: str | None = None


def build_message(
    content_type: str | None,
    body: bytes,
    limits: ContentLimits = LIMITS,
    *,
    action: str | None = None,
    **values: Any,
) -> Built:
    """``content_type`` is the header, ``None`` for a body of unknown kind; ``action`` that of the
    SOAPAction header; keyword arguments as for ``Message``.

    Raises ContentError for a body that is not what its header says, or not read here.
    """
    if not body:
        return _without_body(content_type, action=action, **values)
    header = read_content_type(content_type or Form.BINARY.media_type)
    form = form_of(header.media_type)
    if form.is_xml:  # nearly always, and then in no package: that has a media type of its own
        document = Document(body, header.media_type, header.charset)
        values["action"] = header.action or action
        return _from_xml(document, form, limits, values)
    if form is Form.FORM_DATA:
        root, files = read_form_data(body, header, limits)
        message = Message.from_payload(root, action=action, attachments=files, **values)
        return Built(message, form, header.media_type, action)
    document = read_document(header, body, limits)
    values["action"] = document.action or action
    if document.parts:
        values["attachments"] = {
            key: Attachment(key, part.content_type, part.content, key == document.root)
            for key, part in document.parts.items()
        }
    return _build(document, limits, values)


def _without_body(content_type: str | None, **values: Any) -> Built:
    """Nothing is a message too, but no envelope."""
    if content_type is None:
        return Built(Message.from_payload(None, **values), Form.POX, Form.POX.media_type)
    media_type = read_content_type(content_type).media_type
    form = form_of(media_type)
    if form.is_xml:
        raise ContentError("The request has no body")
    return Built(Message.from_payload(None, **values), form, media_type)


def _build(document: Document, limits: ContentLimits, values: dict[str, Any]) -> Built:
    announced = form_of(document.media_type)
    if announced.is_xml:
        return _from_xml(document, announced, limits, values)
    if announced is not Form.BINARY and len(document.content) > limits.envelope_bytes:
        raise _too_large(announced.name.replace("_", "-"), limits)
    try:
        message = _BUILDERS[announced](document, limits, values)
    except (XmlError, JsonError) as error:
        raise ContentError(str(error)) from error
    return Built(message, announced, document.media_type, values["action"])


def _too_large(kind: str, limits: ContentLimits) -> ContentTooLarge:
    return ContentTooLarge(f"The {kind} may have {limits.envelope_bytes} bytes")


# XML.


@lru_cache(maxsize=8)
def _xml_limits(size: int) -> xml.Limits:
    return xml.Limits(size=size)


def _from_xml(
    document: Document, announced: Form, limits: ContentLimits, values: dict[str, Any]
) -> Built:
    if len(document.content) > limits.envelope_bytes:
        raise _too_large("XML", limits)
    try:
        content = readable_xml(document.content, document.charset)
        root = xml.parse(content, _xml_limits(limits.envelope_bytes))
        if document.packaged:
            xop.restore(root, document.parts, limits.body_bytes)
        form = _BY_ENVELOPE.get(root.tag, Form.POX)
        if form is not announced:
            _check_announced(root, announced, document.media_type)
        build = Message.from_payload if form is Form.POX else Message
        return Built(build(root, **values), form, form.media_type, values["action"])
    except XmlError as error:
        raise ContentError(str(error)) from error


def _check_announced(root: Element, announced: Form, media_type: str) -> None:
    """Only the two SOAP types promise anything about the root element."""
    if announced is Form.POX:
        return
    if xml.local_name(root.tag) == "Envelope":
        raise VersionMismatch(
            f"The Envelope <{root.tag[:200]}> is not of the SOAP version of {media_type}"
        )
    if announced is Form.SOAP12:  # text/xml is also what plain XML was called for long
        raise ContentError(f"The root element <{root.tag[:200]}> is not a SOAP Envelope")


# Everything else.


def _from_json(document: Document, limits: ContentLimits, values: dict[str, Any]) -> Message:
    content = document.content
    if document.charset is not None and document.charset.lower() not in ("utf-8", "utf8"):
        content = decoded(content, document.charset).encode()
    if not content.strip():
        return Message.from_payload(None, **values)
    return Message.from_json(read_json(content, xml.Limits(size=len(content))), **values)


def _from_text(document: Document, _: ContentLimits, values: dict[str, Any]) -> Message:
    message = Message.from_payload(None, **values)
    message.replace_text(decoded(document.content, document.charset))
    return message


def _from_form(document: Document, limits: ContentLimits, values: dict[str, Any]) -> Message:
    text = decoded(document.content, document.charset)
    return Message.from_payload(read_url_encoded(text, limits.form_fields), **values)


def _from_bytes(document: Document, _: ContentLimits, values: dict[str, Any]) -> Message:
    message = Message.from_payload(None, **values)
    message.replace_binary(document.content)
    return message


_BUILDERS: Mapping[Form, Callable[[Document, ContentLimits, dict[str, Any]], Message]] = {
    Form.JSON: _from_json,
    Form.TEXT: _from_text,
    Form.URL_ENCODED: _from_form,
    Form.FORM_DATA: _from_bytes,  # inside another package: not taken apart again
    Form.BINARY: _from_bytes,
}
