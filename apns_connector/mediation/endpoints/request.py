"""A message becomes a request to a backend (Synapse: Axis2FlexibleMEPClient, TargetRequest)."""

from __future__ import annotations

from apns_connector.mediation.bodies.form import Form
from apns_connector.mediation.bodies.formatting import Formatted, is_set
from apns_connector.mediation.endpoints.address import (
    Address,
    checked,
    with_payload,
    with_postfix,
)
from apns_connector.mediation.endpoints.definition import Definition, Format
from apns_connector.mediation.endpoints.headers import request_headers, sendable
from apns_connector.mediation.endpoints.request_body import form_for, request_body
from apns_connector.mediation.endpoints.transport import OutboundRequest
from apns_connector.mediation.message import Message

_SOAP = (Format.SOAP11, Format.SOAP12)


def outbound_request(
    message: Message, definition: Definition, address: Address, method: str | None = None
) -> OutboundRequest:
    """``method`` is that of an http endpoint. The message stays as it is.

    Raises MediationError for a message that leads to no address, JsonError and ContentError for
    one that cannot be written in the form asked for.
    """
    verb = method or method_of(message, definition.format)
    form = form_for(message, definition.format)
    url = _url(message, definition.format, address, fixed=method is not None)
    body = Formatted(b"")
    if not _is_bodiless(message, verb):
        body = request_body(message, form, definition, url)
    return OutboundRequest(
        method=verb,
        url=url,
        headers=request_headers(message, form, body, definition.authorization),
        body=body.body,
        timeout=definition.timeout_seconds(message),
        host=_host(message),
        http_1_0=is_set(message, "FORCE_HTTP_1.0"),
    )


def method_of(message: Message, format_: Format | None) -> str:
    """SOAP goes by POST alone; else the method by which the message came, if it came by any."""
    if format_ is Format.GET:
        return "GET"
    if format_ in _SOAP:
        return "POST"
    return str(message.properties.axis2.get("HTTP_METHOD") or "POST").strip().upper()


def is_rest(message: Message, format_: Format | None) -> bool:
    """Whether what follows the context of a request's path is for the backend as well."""
    if format_ is Format.REST:
        return True
    if format_ in _SOAP:
        return False
    form = form_for(message, format_)
    return (
        method_of(message, format_) != "POST"
        or form.version is None
        or (form is Form.SOAP11 and not message.action)
    )


def _url(message: Message, format_: Format | None, address: Address, *, fixed: bool) -> str:
    url = address.url(message)
    postfix = message.properties.axis2.get("REST_URL_POSTFIX")
    if postfix and not fixed and is_rest(message, format_):
        url = with_postfix(url, str(postfix))
    if format_ is Format.GET:
        url = with_payload(url, message.payload)
    return checked(url)


def _is_bodiless(message: Message, verb: str) -> bool:
    """GET and HEAD never have a body; an empty message has none where none is needed, or where
    the flow says so."""
    if verb in ("GET", "HEAD"):
        return True
    if message.has_json or message.payload is not None:
        return False
    return verb in ("DELETE", "OPTIONS") or is_set(message, "NO_ENTITY_BODY")


def _host(message: Message) -> str | None:
    """REQUEST_HOST_HEADER: a Host other than that of the address."""
    host = message.properties.axis2.get("REQUEST_HOST_HEADER")
    return None if not host or not sendable("Host", str(host)) else str(host)
