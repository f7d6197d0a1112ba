"""A request becomes a message: SOAP, plain XML, JSON, text, forms, or just bytes."""

from __future__ import annotations

from functools import lru_cache

import msgspec

from apns_connector.errors import (
    ContentError,
    ContentNotSupported,
    ContentTooLarge,
    VersionMismatch,
)
from apns_connector.gateway.limits import Limits
from apns_connector.gateway.refusal import Refused
from apns_connector.gateway.request import Request
from apns_connector.mediation.bodies.building import Built, build_message
from apns_connector.mediation.bodies.content_type import SOAP11, read_content_type
from apns_connector.mediation.bodies.document import announced_media_type
from apns_connector.mediation.bodies.form import Form, form_of
from apns_connector.mediation.configuration import Configuration
from apns_connector.mediation.message import Message
from apns_connector.mediation.properties import Headers


class Received(msgspec.Struct, frozen=True):
    """A message and what its request said, against which the answer is read.

    ``form`` is what the body turned out to be; ``content_type`` the header as it came.
    """

    message: Message
    form: Form
    content_type: str | None
    action: str | None


def expected_form(request: Request) -> Form:
    """The form of a request by its head alone: the one to refuse it in. Who asks for something
    without a body is probably a browser or a person."""
    if not request.wants_body:
        return Form.TEXT
    try:
        media_type = announced_media_type(
            read_content_type(request.headers.get("content-type") or SOAP11)
        )
    except ContentError:
        return Form.SOAP11
    return form_of(media_type or SOAP11)


def read_message(
    request: Request, body: bytes, configuration: Configuration, limits: Limits
) -> Received:
    """Parses a whole request body.

    Raises Refused: 400 for what is broken, 413 for what is too large, 415 for a content type that
    is not served.
    """
    headers = request.headers
    encoding = headers.get("content-encoding")
    if encoding is not None and encoding.strip().lower() != "identity":
        raise Refused(
            415, "A body with Content-Encoding is not read", (("accept-encoding", "identity"),)
        )
    header = headers.get("content-type") if body or request.wants_body else None
    if header is None and body:
        raise Refused(415, "The request has no Content-Type: say what its body is")
    target = request.target
    try:
        built = build_message(
            header,
            body,
            limits,
            action=_unquoted(headers.get("soapaction")),
            configuration=configuration,
            to=target,
            headers=Headers.of_request(headers),
            url_parameters=request.url_parameters(),
        )
    except ContentError as error:
        raise _refused(error) from error
    _describe_transport(built, request, target)
    return Received(built.message, built.form, header, built.action)


def _refused(error: ContentError) -> Refused:
    match error:
        case ContentTooLarge():
            return Refused(413, str(error))
        case ContentNotSupported():
            return Refused(415, str(error))
    return Refused(400, str(error), mismatch=isinstance(error, VersionMismatch))


@lru_cache(maxsize=64)  # few actions have a name, and nearly each request names one
def _unquoted(action: str | None) -> str | None:
    """A SOAPAction header without its quotes."""
    header = (action or "").strip()
    if len(header) > 1 and header[0] == header[-1] == '"':
        header = header[1:-1]
    return header or None


def _describe_transport(built: Built, request: Request, target: str) -> None:
    """The axis2 properties by which flows ask how a request came in."""
    axis2 = built.message.properties.axis2
    axis2["HTTP_METHOD"] = request.method
    axis2["ContentType"] = request.headers.get("content-type")
    axis2["messageType"] = built.media_type
    axis2["TransportInURL"] = target
    if request.client is not None:
        axis2["REMOTE_ADDR"] = request.client
    if request.client_host is not None:
        axis2["REMOTE_HOST"] = request.client_host
