"""A request becomes a message: SOAP 1.1, SOAP 1.2, plain XML, each also with attachments."""

from __future__ import annotations

from dataclasses import dataclass

from apns_connector.errors import XmlError
from apns_connector.gateway import xop
from apns_connector.gateway.content_type import POX, SOAP11, SOAP12, read_content_type
from apns_connector.gateway.document import Document, announced_media_type, read_document
from apns_connector.gateway.form import Form
from apns_connector.gateway.limits import Limits
from apns_connector.gateway.refusal import Refused
from apns_connector.gateway.request import Request
from apns_connector.mediation import xml
from apns_connector.mediation.configuration import Configuration
from apns_connector.mediation.message import Attachment, Message
from apns_connector.mediation.soap import SoapVersion
from apns_connector.mediation.xml import Element

_FORMS = {SOAP11: Form.SOAP11, SOAP12: Form.SOAP12, POX: Form.POX}
_BY_VERSION = {SoapVersion.SOAP11: Form.SOAP11, SoapVersion.SOAP12: Form.SOAP12}
_BY_ENVELOPE = {version.envelope: form for version, form in _BY_VERSION.items()}


@dataclass(frozen=True, slots=True)
class Received:
    """A message and what its request said, against which the answer is read.

    ``form`` is what the body turned out to be; ``content_type`` the header as it came.
    """

    message: Message
    form: Form
    content_type: str
    action: str | None


def expected_form(request: Request) -> Form:
    """The form of a request by its header alone: the one to refuse it in."""
    try:
        media_type = announced_media_type(
            read_content_type(request.headers.get("content-type") or "")
        )
    except Refused:
        return Form.SOAP11
    return _FORMS.get(media_type or SOAP11, Form.SOAP11)


def read_message(
    request: Request, body: bytes, configuration: Configuration, limits: Limits
) -> Received:
    """Parses a whole request body.

    Raises Refused: 400 for what is broken, 413 for what is too large, 415 for a content type that
    is not served.
    """
    encoding = request.headers.get("content-encoding")
    if encoding is not None and encoding.strip().lower() != "identity":
        raise Refused(
            415, "A body with Content-Encoding is not read", (("accept-encoding", "identity"),)
        )
    header = request.headers.get("content-type")
    if header is None:
        raise Refused(415, f"The request has no Content-Type: send {SOAP11}, {SOAP12} or {POX}")
    document = read_document(read_content_type(header), body, limits)
    if document.media_type not in _FORMS:
        raise Refused(
            415,
            f"The content type '{document.media_type[:80]}' is not served: "
            f"send {SOAP11}, {SOAP12} or {POX}, alone or as the root of multipart/related",
        )
    root = _parsed(document, limits)
    form = _form(root, _FORMS[document.media_type], document.media_type)
    action = _action(request, document)
    message = _message(root, form, request, document, action, configuration)
    return Received(message, form, header, action)


def _parsed(document: Document, limits: Limits) -> Element:
    try:
        root = xml.parse(document.content, xml.Limits(size=limits.envelope_bytes))
    except XmlError as error:
        raise Refused(400, str(error)) from error
    if document.packaged:
        xop.restore(root, document.parts, limits.body_bytes)
    return root


def _form(root: Element, announced: Form, media_type: str) -> Form:
    """What the root element is. Only the two SOAP types promise anything about it."""
    found = _BY_ENVELOPE.get(root.tag, Form.POX)
    if found is announced or announced is Form.POX:
        return found
    if xml.local_name(root.tag) == "Envelope":
        raise Refused(
            400,
            f"The Envelope <{root.tag[:200]}> is not of the SOAP version of {media_type}",
            mismatch=True,
        )
    if announced is Form.SOAP11:  # text/xml is also what plain XML was called for long
        return found
    raise Refused(400, f"The root element <{root.tag[:200]}> is not a SOAP Envelope")


def _action(request: Request, document: Document) -> str | None:
    """The ``action`` parameter of SOAP 1.2, else the SOAPAction header without its quotes."""
    if document.action is not None:
        return document.action
    header = (request.headers.get("soapaction") or "").strip()
    if len(header) > 1 and header[0] == header[-1] == '"':
        header = header[1:-1]
    return header or None


def _message(
    root: Element,
    form: Form,
    request: Request,
    document: Document,
    action: str | None,
    configuration: Configuration,
) -> Message:
    build = Message.from_payload if form is Form.POX else Message.from_envelope
    try:
        message = build(
            root,
            configuration=configuration,
            to=request.target,
            action=action,
            headers=request.headers.items(),
            attachments={
                key: Attachment(key, part.content_type, part.content)
                for key, part in document.parts.items()
            },
            url_parameters=request.url_parameters(),
        )
    except XmlError as error:
        raise Refused(400, str(error)) from error
    _describe_transport(message, form, request)
    return message


def _describe_transport(message: Message, form: Form, request: Request) -> None:
    """The axis2 properties by which flows ask how a request came in."""
    axis2 = message.properties.axis2
    axis2["HTTP_METHOD"] = request.method
    axis2["ContentType"] = request.headers.get("content-type")
    axis2["messageType"] = form.media_type
    axis2["TransportInURL"] = request.target
    if request.client is not None:
        axis2["REMOTE_ADDR"] = request.client
