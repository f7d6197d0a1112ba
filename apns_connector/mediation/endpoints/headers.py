"""Which of a message's transport headers a backend sees.

As in Synapse (PassThroughTransportUtils.removeUnwantedHeaders): all, Authorization and Cookie
among them, but not those that speak of one connection, of a body in another encoding, or of who
sends. Beyond that, nothing goes out that only an answer can say, such as the Set-Cookie of a
backend that was called before.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Iterable
from typing import Any

from apns_connector.mediation.bodies.form import Form, form_of
from apns_connector.mediation.bodies.formatting import Formatted, is_set, message_type
from apns_connector.mediation.endpoints.definition import BasicAuthorization
from apns_connector.mediation.endpoints.transport import HeaderFields
from apns_connector.mediation.message import Message

_log = logging.getLogger(__name__)

# RFC 9110 7.6.1, and what a proxy keeps to itself (11.7).
_OF_THE_CONNECTION = """
    connection keep-alive proxy-connection te trailer transfer-encoding upgrade http2-settings
    proxy-authorization proxy-authenticate proxy-authentication-info expect host
"""
# The body is written anew, and the transport says what it can decode.
_OF_THE_BODY = """
    content-type content-length content-encoding content-md5 digest content-digest repr-digest
    mime-version accept-encoding soapaction
"""
_OF_THE_SENDER = "date server user-agent"
_OF_ANSWERS = """
    set-cookie www-authenticate authentication-info age alt-svc strict-transport-security
    accept-ranges etag last-modified location retry-after vary
"""
_NOT_SENT = frozenset((_OF_THE_CONNECTION + _OF_THE_BODY + _OF_THE_SENDER + _OF_ANSWERS).split())

_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+", re.ASCII)
_CONTROL = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]")  # all but the tab; CR and LF among them
_NOT_IN_ACTION = re.compile(r'["\\\x00-\x1f\x7f]')


def request_headers(
    message: Message, form: Form, body: Formatted, authorization: BasicAuthorization | None
) -> HeaderFields:
    """Those of the message that go on, and those that follow from what is sent."""
    own: list[tuple[str, str]] = []
    if body.body:
        own.append(("Content-Type", body.content_type or content_type_of(message, form)))
        if form is Form.SOAP11:
            own.append(("SOAPAction", f'"{_action(message) or ""}"'))
    if authorization is not None:
        own.append(("Authorization", authorization.header(message)))
    if is_set(message, "NO_KEEPALIVE"):
        own.append(("Connection", "close"))
    replaced = {name.lower() for name, _ in own}
    fields = forwarded(message.properties.transport.fields())
    return (*(field for field in fields if field[0].lower() not in replaced), *own)


def content_type_of(message: Message, form: Form) -> str:
    """ContentType of the flow where it fits what is sent, else the media type with its charset.

    The body is always UTF-8, whatever charset the message came in.
    """
    if form is Form.SOAP12 and (action := _action(message)):
        return f'{form.media_type}; charset=UTF-8; action="{action}"'
    media_type = _media_type(message, form)
    wanted = str(message.properties.axis2.get("ContentType") or "").strip()
    name, _, parameters = wanted.partition(";")
    fits = name.strip().lower() == media_type and sendable("Content-Type", wanted)
    if fits and form.version is None and "charset" not in parameters.lower():
        media_type = wanted
    silent = str(message.properties.axis2.get("setCharacterEncoding")).strip().lower() == "false"
    return media_type if silent or form is Form.BINARY else f"{media_type}; charset=UTF-8"


def _media_type(message: Message, form: Form) -> str:
    """messageType, where it is one of several names of the form, such as application/hal+json."""
    named = message_type(message)
    fits = named and form.version is None and form_of(named) is form
    return named if fits and sendable("Content-Type", named) else form.media_type


def _action(message: Message) -> str | None:
    action = message.action
    return None if action is None or _NOT_IN_ACTION.search(action) else action


def forwarded(fields: Iterable[tuple[str, Any]]) -> HeaderFields:
    """The fields that go out. Nothing that a flow puts into one can end it or begin another: such
    a field is left out and logged."""
    fields = [(str(name), str(value).strip()) for name, value in fields if value is not None]
    not_sent = _NOT_SENT | _named_by_connection(fields)
    return tuple(
        (name, value)
        for name, value in fields
        if name.lower() not in not_sent and sendable(name, value)
    )


def sendable(name: str, value: str) -> bool:
    if _NAME.fullmatch(name) is not None and _CONTROL.search(value) is None:
        return True
    _log.warning("Header %.60r has a character that HTTP forbids and is left out", name)
    return False


def _named_by_connection(fields: Iterable[tuple[str, str]]) -> frozenset[str]:
    """``Connection: close, X-Hop`` says that X-Hop is for the next one only."""
    listed = ",".join(value for name, value in fields if name.lower() == "connection")
    return frozenset(filter(None, (word.strip().lower() for word in listed.split(","))))
