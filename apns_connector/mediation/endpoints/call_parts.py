"""``<source>`` and ``<target>`` of ``<call>``: what is sent, and where the reply goes, while the
message itself stays as it is (Micro Integrator 4)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from lxml import etree

from apns_connector.errors import ConfigurationError, JsonError, MediationError, XmlError
from apns_connector.mediation import xml
from apns_connector.mediation.bodies.form import Form, form_of
from apns_connector.mediation.bodies.message_type import set_message_type
from apns_connector.mediation.expression import compile_expression
from apns_connector.mediation.expressions.result import as_text
from apns_connector.mediation.expressions.value import Value
from apns_connector.mediation.json_payload import read_json
from apns_connector.mediation.json_value import JsonArray, as_property
from apns_connector.mediation.json_xml import element_to_json
from apns_connector.mediation.message import Message
from apns_connector.mediation.reading import Reader
from apns_connector.mediation.xml import Element, children, detached_copy


@dataclass(frozen=True, slots=True)
class CallSource:
    """``read`` gives what is sent, ``None`` for the payload; ``media_type`` says as what, ``None``
    for what the message is."""

    read: Callable[[Message], Any] | None = None
    media_type: str | None = None

    def put_into(self, request: Message, message: Message) -> None:
        """Raises MediationError for what is nothing of that media type."""
        if self.media_type is not None:
            set_message_type(request, self.media_type)
        if self.read is not None:
            _replace(request, self.read(message))

    @classmethod
    def from_element(cls, element: Element, reader: Reader) -> CallSource:
        """Raises ConfigurationError."""
        kind = reader.choice(element, "type", ("body", "property", "inline", "custom"))
        return cls(_READERS[kind](element, reader), element.get("contentType") or None)


@dataclass(frozen=True, slots=True)
class CallTarget:
    """The property or the variable that the reply goes to."""

    name: Value
    variable: bool = False

    def take(self, reply: Message, message: Message) -> None:
        message.properties.axis2["HTTP_SC"] = reply.properties.axis2["HTTP_SC"]
        name = self.name.text(message)
        if not name:
            raise MediationError("The name of the target of <call> evaluates to nothing")
        if not self.variable:
            message.properties.set(name, _as_property(reply))
            return
        message.variables[name] = {
            "payload": reply.json if reply.has_json else _xml_or_text(reply),
            "headers": dict(reply.properties.transport.fields()),
            "attributes": {"statusCode": reply.properties.axis2["HTTP_SC"]},
        }

    @classmethod
    def from_element(cls, element: Element, reader: Reader) -> CallTarget | None:
        """``None`` for the body, which is where a reply goes anyway. Raises ConfigurationError."""
        kind = reader.choice(element, "type", ("body", "property", "variable"))
        if kind == "body":
            return None
        name = reader.value(element, (element.text or "").strip())
        if name is None:
            raise reader.error(element, f"<target type='{kind}'> of <call> holds no name")
        return cls(name, variable=kind == "variable")


# What is sent.


def _body(element: Element, reader: Reader) -> None:
    return None


def _property(element: Element, reader: Reader) -> Callable[[Message], Any]:
    name = _text(element, reader)
    return lambda message: message.properties.get(name)


def _custom(element: Element, reader: Reader) -> Callable[[Message], Any]:
    try:
        return compile_expression(_text(element, reader), element.nsmap).value
    except ConfigurationError as error:
        raise reader.located(error, element) from error


def _inline(element: Element, reader: Reader) -> Callable[[Message], Any]:
    inline = children(element)
    if inline:
        return lambda message: inline[0]
    text = _text(element, reader)
    return lambda message: text


_READERS: dict[str, Callable[[Element, Reader], Callable[[Message], Any] | None]] = {
    "body": _body,
    "property": _property,
    "custom": _custom,
    "inline": _inline,
}


def _text(element: Element, reader: Reader) -> str:
    text = (element.text or "").strip()
    if not text:
        raise reader.error(element, f"<source type='{element.get('type')}'> of <call> is empty")
    return text


def _replace(request: Message, value: Any) -> None:
    form = form_of(_media_type(request))
    if isinstance(value, list) and not isinstance(value, JsonArray):
        value = value[0] if value else None  # nodes
    try:
        if form is Form.JSON:
            request.replace_json(_json(value))
        elif form is Form.TEXT:
            request.replace_text(as_text(value) or "")
        else:
            request.body[:] = []
            request.replace_payload(_element(value))
    except (JsonError, XmlError) as error:
        raise MediationError(f"The source of <call> is no {form.media_type}: {error}") from error


def _media_type(request: Message) -> str:
    named = str(request.properties.axis2.get("messageType") or "").partition(";")[0].strip()
    return named.lower() or (Form.JSON if request.has_json else Form.POX).media_type


def _json(value: Any) -> Any:
    if isinstance(value, etree._Element):
        return element_to_json(value)
    return read_json(value.encode()) if isinstance(value, str) else value


def _element(value: Any) -> Element:
    if isinstance(value, etree._Element):
        return detached_copy(value)
    return xml.parse(str("" if value is None else value).encode())


# Where the reply goes.


def _as_property(reply: Message) -> Any:
    return as_property(reply.json) if reply.has_json else _xml_or_text(reply)


def _xml_or_text(reply: Message) -> Any:
    text = reply.text
    return reply.payload if text is None else text
