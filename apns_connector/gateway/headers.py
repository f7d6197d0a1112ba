"""Which header fields an answer carries.

The message that answers is often the request message itself, with the request's headers still on
it, or that of a backend. What a flow sets goes out, and so does what it leaves in place, but not
the fields below.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Iterable, Iterator
from typing import Any

from apns_connector.gateway.binding import Received
from apns_connector.mediation.bodies.form import Form, form_of
from apns_connector.mediation.bodies.formatting import message_type
from apns_connector.mediation.message import Message

_log = logging.getLogger(__name__)

Headers = tuple[tuple[str, str], ...]

# RFC 9110 7.6.1, and what our own server says about itself.
_OF_THE_CONNECTION = """
    connection keep-alive proxy-connection te trailer transfer-encoding upgrade http2-settings
    date server
"""
# The body is written anew.
_OF_THE_BODY = """
    content-type content-length content-encoding content-md5 content-location content-range
    digest content-digest repr-digest mime-version
"""
# Fields with which a client speaks of itself or of what it wants (RFC 9110 10.1, 12.5, 13, 14).
_OF_THE_REQUEST = """
    host user-agent accept accept-charset accept-encoding accept-language authorization cookie
    expect forwarded from if-match if-modified-since if-none-match if-range if-unmodified-since
    max-forwards origin proxy-authorization range referer soapaction via
"""
_NOT_SENT = frozenset((_OF_THE_CONNECTION + _OF_THE_BODY + _OF_THE_REQUEST).split())

_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+", re.ASCII)
# All control characters but the tab, CR and LF among them; and halves of surrogate pairs.
_CONTROL = re.compile("[\x00-\x08\x0a-\x1f\x7f\ud800-\udfff]")
_ACTION = re.compile(r"[\x21\x23-\x5b\x5d-\x7e]+")  # what needs no escape inside quotes


def answer_headers(message: Message) -> Headers:
    """Those of the message that go out."""
    transport = message.properties.transport
    return () if transport.within(_NOT_SENT) else tuple(sendable(transport.fields()))


def sendable(fields: Iterable[tuple[str, Any]]) -> Iterator[tuple[str, str]]:
    """The fields that go out, names in lower case. Nothing that a flow puts into one can end it
    or begin another: such a field is left out and logged."""
    for name, value in fields:
        if name in _NOT_SENT:  # nearly always written like this
            continue
        key, text = str(name).lower(), str(value).strip()
        if key in _NOT_SENT:
            continue
        if _NAME.fullmatch(key) is None or _CONTROL.search(text) is not None:
            _log.warning("Header %.60r has a character that HTTP forbids and is left out", key)
            continue
        yield key, text


def content_type_of(message: Message, form: Form, received: Received) -> str:
    """What the flow set as ContentType, else that of the form.

    The value the request came with does not count: it is still on the message, and may be that of
    a multipart body.
    """
    wanted = message.properties.axis2.get("ContentType")
    if wanted is not None and wanted != received.content_type and not _other_soap(wanted, form):
        text = str(wanted).strip()
        if text and _CONTROL.search(text) is None:
            return _with_charset(text, form, message)
        _log.warning("ContentType is empty or has a control character and is not used")
    value = _with_charset(_media_type(message, form), form, message)
    action = message.action
    if form is Form.SOAP12 and action and action != received.action and _ACTION.fullmatch(action):
        return f'{value}; action="{action}"'
    return value


def _other_soap(content_type: Any, form: Form) -> bool:
    """Whether that is the type of the other SOAP version: a backend may have answered in it."""
    version = form_of(str(content_type).partition(";")[0].strip().lower()).version
    return None not in (version, form.version) and version is not form.version


def _media_type(message: Message, form: Form) -> str:
    """messageType, where it is one of several names of the form, such as text/csv."""
    if form.is_xml:
        return form.media_type
    named = message_type(message)
    if not named or form_of(named) is not form or _CONTROL.search(named):
        return form.media_type
    return named


def _with_charset(content_type: str, form: Form, message: Message) -> str:
    """setCharacterEncoding (axis2) says false for clients that stumble over the parameter."""
    if form is Form.BINARY or "charset=" in content_type.lower():
        return content_type
    wanted = message.properties.axis2.get("setCharacterEncoding")
    if wanted is not None and str(wanted).strip().lower() == "false":
        return content_type
    return f"{content_type}; charset=UTF-8"
