"""A message as a script sees it, and what the script did to it."""

from __future__ import annotations

import logging
import math
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from lxml import etree

from apns_connector.errors import JsonError, MediationError, XmlError
from apns_connector.mediation import xml
from apns_connector.mediation.bodies.message_type import JSON, XML, set_message_type
from apns_connector.mediation.expressions.result import as_text
from apns_connector.mediation.expressions.variables import resolved
from apns_connector.mediation.json_payload import json_text, read_json
from apns_connector.mediation.json_value import ExactFloat, JsonArray, as_property
from apns_connector.mediation.message import Message
from apns_connector.mediation.redaction import redacted_line, secrets_of, without_secrets
from apns_connector.mediation.soap import SoapVersion
from apns_connector.mediation.tree import replace
from apns_connector.mediation.xml import detached_copy, writable

logger = logging.getLogger("apns_connector.mediation.script")

SCOPES = ("default", "axis2", "transport", "operation")
_ADDRESSES = {"To": "to", "From": "from_", "ReplyTo": "reply_to", "FaultTo": "fault_to"}
_LEVELS = {
    "debug": logging.DEBUG,
    "info": logging.INFO,
    "warn": logging.WARNING,
    "error": logging.ERROR,
}


def view_of(message: Message, source: str) -> dict[str, Any]:
    """As JSON. Payload and envelope are written only for a script whose text asks for them."""
    scopes = {
        scope: {
            name: _shown(value, message) for name, value in message.properties.scope(scope).items()
        }
        for scope in SCOPES
    }
    variables = {name: _shown(value, message) for name, value in message.variables.items()}
    return {
        "scopes": scopes,
        "variables": variables,
        "addresses": {name: getattr(message, of) for name, of in _ADDRESSES.items()},
        "action": message.action,
        "messageID": message.message_id,
        "response": message.response,
        "fault": message.is_fault,
        "pox": message.pox,
        **{key: read(message) for word, (key, read) in _CONTENT.items() if word in source},
    }


def _payload_xml(message: Message) -> str | None:
    return None if message.payload is None else xml.text_of(message.payload)


def _payload_text(message: Message) -> str:
    return json_text(message.json) if message.has_json else _envelope_xml(message)


def _envelope_xml(message: Message) -> str:
    return xml.text_of(message.envelope)


# By a word in the text of the script: the member of the view, and how it is had.
_CONTENT: Mapping[str, tuple[str, Callable[[Message], Any]]] = {
    "getPayloadXML": ("payloadXML", _payload_xml),
    "getPayloadJSON": (
        "payloadJSON",
        lambda message: _plain(message.json) if message.has_json else {},
    ),
    "getPayloadText": ("payloadText", _payload_text),
    "getEnvelope": ("envelopeXML", _envelope_xml),
    "isSOAP11": ("soap11", lambda message: message.soap_version is SoapVersion.SOAP11),
}


def _shown(value: Any, message: Message) -> Any:
    """The value of a property as JavaScript knows it: XML as text."""
    value = resolved(value, message)
    if value is None or isinstance(value, str | bool | int):
        return value
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)  # JSON has no such number
    if isinstance(value, etree._Element):
        return xml.text_of(value)
    if isinstance(value, list) and not isinstance(value, JsonArray):
        return as_text(value)
    return _plain(value) if isinstance(value, dict | list | float) else str(value)


def _plain(value: Any) -> Any:
    """JSON with Python's own numbers."""
    if isinstance(value, ExactFloat):
        return float(value) if math.isfinite(value) else str(value)
    if isinstance(value, dict):
        return {name: _plain(one) for name, one in value.items()}
    return [_plain(one) for one in value] if isinstance(value, list) else value


# Changes.


def apply(changes: Iterable[list[Any]], message: Message) -> None:
    """Do to the message what the script did to ``mc``. Raises MediationError for XML that is
    none."""
    for name, *arguments in changes:
        _CHANGES[name](message, *arguments)


def _set_payload_xml(message: Message, text: str) -> None:
    payload, old = _parsed(text), message.payload
    if old is None:
        message.body.append(payload)
    else:
        replace(old, [payload])
    if message.properties.axis2.get("messageType") == JSON:
        set_message_type(message, XML)


def _set_payload_json(message: Message, text: str) -> None:
    try:
        message.replace_json(read_json(text.encode()))
    except JsonError as error:
        raise MediationError(f"The script has set a payload that is refused: {error}") from error
    set_message_type(message, JSON)


def _add_header(message: Message, must_understand: bool, text: str) -> None:
    block, version = _parsed(text), message.soap_version
    header = message.header
    if header is None:
        header = etree.Element(version.header)
        message.envelope.insert(0, header)
    block.set(f"{{{version.namespace}}}mustUnderstand", str(int(must_understand)))
    header.append(block)


def _set_property(message: Message, name: str, value: Any, scope: str) -> None:
    if scope == "default" and isinstance(value, str) and value.lstrip()[:1] == "<":
        try:
            value = xml.parse(value.strip().encode("utf-8", "replace"))
        except XmlError:
            logger.debug("The property '%s' looks like XML and is none: it is text", name)
    message.properties.set(name, _native(value), scope)
    if (name, scope) == ("messageType", "axis2"):
        set_message_type(message, str(value))


def _remove_property(message: Message, name: str, scope: str) -> None:
    message.properties.remove(name, scope)


def _set_variable(message: Message, name: str, value: Any) -> None:
    message.variables[name] = _native(value)


def _set_address(message: Message, name: str, address: str) -> None:
    setattr(message, _ADDRESSES[name], address)


def _set_action(message: Message, action: str) -> None:
    message.action = action


def _log(message: Message, level: str, text: str) -> None:
    line = redacted_line(without_secrets(text, secrets_of(message)))
    logger.log(_LEVELS[level], "%s", line)


def _native(value: Any) -> Any:
    """A number without a fraction is an integer again: JavaScript knows no other."""
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return as_property(value)


def _parsed(text: str) -> xml.Element:
    try:
        return detached_copy(xml.parse(writable(text.strip()).encode()))
    except XmlError as error:
        raise MediationError(f"The script gives XML that is none: {error}") from error


_CHANGES: Mapping[str, Callable[..., None]] = {
    "payloadXML": _set_payload_xml,
    "payloadJSON": _set_payload_json,
    "addHeader": _add_header,
    "setProperty": _set_property,
    "removeProperty": _remove_property,
    "setVariable": _set_variable,
    "setAddress": _set_address,
    "setAction": _set_action,
    "log": _log,
}
