"""``<payloadFactory>``: writes a new payload."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol
from xml.sax.saxutils import unescape

from lxml import etree

from apns_connector.errors import ConfigurationError, JsonError, MediationError, XmlError
from apns_connector.mediation import xml
from apns_connector.mediation.artifacts import Configuration
from apns_connector.mediation.bodies.message_type import JSON, TEXT, XML, set_message_type
from apns_connector.mediation.endpoints.truth import is_true
from apns_connector.mediation.expression import Expression, compile_expression
from apns_connector.mediation.expressions.json_eval import JsonEval
from apns_connector.mediation.expressions.synapse_expression import SynapseExpression
from apns_connector.mediation.expressions.value import Value
from apns_connector.mediation.json_payload import read_json
from apns_connector.mediation.message import Message
from apns_connector.mediation.payload_template import PayloadTemplate, compile_payload_template
from apns_connector.mediation.payload_text import Medium, argument_text, wants_quotes
from apns_connector.mediation.reading import Reader
from apns_connector.mediation.soap import SoapVersion
from apns_connector.mediation.xml import SYNAPSE, Element, children

_ENVELOPES = tuple(version.envelope for version in SoapVersion)
_XML_TYPES = (XML, *(version.media_type for version in SoapVersion))
_PADDING = "pfPadding"
_EXPRESSION = re.compile(r"\$\{[^}]*\}")


@dataclass(frozen=True, slots=True)
class Argument:
    """``source`` is static text or an expression. ``literal``: never converted."""

    source: str | Expression
    literal: bool = False

    def text(self, message: Message, medium: Medium) -> str:
        if isinstance(self.source, str):
            return argument_text(self.source, medium)
        text = self.source.text(message) or ""
        from_json = isinstance(self.source, JsonEval | SynapseExpression)
        inserted = argument_text(text, medium, from_json=from_json, literal=self.literal)
        if medium is Medium.JSON and _quotes_texts(message) and wants_quotes(text):
            return f'"{inserted}"'
        return inserted


class Format(Protocol):
    def template(self, message: Message) -> PayloadTemplate: ...


@dataclass(frozen=True, slots=True)
class InlineFormat:
    compiled: PayloadTemplate

    def template(self, message: Message) -> PayloadTemplate:
        return self.compiled


class KeyedFormat:
    """A local entry or registry resource; read again when it has changed."""

    def __init__(self, key: Value, arguments: int) -> None:
        self._key = key
        self._arguments = arguments
        self._known: tuple[str, PayloadTemplate] | None = None

    def template(self, message: Message) -> PayloadTemplate:
        key = self._key.text(message) or ""
        text = _text(message.configuration, key)
        if self._known is None or self._known[0] != text:
            try:
                compiled = _compiled(message.configuration, text, self._arguments)
            except ConfigurationError as error:
                raise MediationError(f"The payload format '{key}': {error}") from error
            self._known = (text, compiled)
        return self._known[1]


def _text(configuration: Configuration, key: str) -> str:
    entry = configuration.entry(key) if key else None
    if entry is None:
        raise MediationError(f"Key {key} not found")
    return entry if isinstance(entry, str) else _written(entry)


def _compiled(configuration: Configuration, text: str, arguments: int) -> PayloadTemplate:
    old = configuration.compatibility.inline_properties
    return compile_payload_template(text, {}, arguments, inline_properties=old)


class PayloadFactory:
    def __init__(self, medium: Medium, format_: Format, arguments: Sequence[Argument] = ()) -> None:
        self._medium = medium
        self._format = format_
        self._arguments = tuple(arguments)

    def mediate(self, message: Message) -> bool:
        template = self._format.template(message)
        arguments = [argument.text(message, self._medium) for argument in self._arguments]
        _PUT[self._medium](message, template.fill(message, self._medium, arguments).strip())
        return True

    @classmethod
    def from_element(cls, element: Element, reader: Reader) -> PayloadFactory:
        """Raises ConfigurationError without a format, and for FreeMarker."""
        if element.get("template-type", "default").strip().lower() == "freemarker":
            raise reader.error(
                element,
                "<payloadFactory template-type='freemarker'> is not supported: FreeMarker is Java; "
                "write the format with ${…} expressions, or use <xslt>",
            )
        medium = Medium(reader.choice(element, "media-type", ("xml", "json", "text")))
        args = element.find(f"{{{SYNAPSE}}}args")
        arguments = [] if args is None else [_argument(arg, reader) for arg in children(args)]
        format_ = element.find(f"{{{SYNAPSE}}}format")
        if format_ is None:
            raise reader.error(element, "<payloadFactory> needs <format>")
        return cls(medium, _format(format_, medium, len(arguments), reader), arguments)


def _put_xml(message: Message, text: str) -> None:
    try:
        root = xml.parse(f"<{_PADDING}>{text}</{_PADDING}>".encode(), xml.CONFIGURATION)
    except XmlError as error:
        raise MediationError(f"Error creating SOAP Envelope from source: {error}") from error
    found = children(root)
    if not found:
        raise MediationError("Generated content is not a valid XML payload")
    payload = xml.detached_copy(found[0])
    if payload.tag in _ENVELOPES:
        message.replace_envelope(payload)
    else:
        message.body[:] = []
        message.replace_payload(payload)
    if message.properties.get("messageType", "axis2") in _XML_TYPES:
        message.properties.remove("NO_ENTITY_BODY", "axis2")
    else:
        set_message_type(message, XML)


def _put_json(message: Message, text: str) -> None:
    try:
        message.replace_json(read_json(text.encode(), xml.CONFIGURATION))
    except JsonError as error:
        raise MediationError(f"Error creating JSON Payload from source: {error}") from error
    set_message_type(message, JSON)


def _put_text(message: Message, text: str) -> None:
    message.replace_text(text)
    set_message_type(message, TEXT)


_PUT = {Medium.XML: _put_xml, Medium.JSON: _put_json, Medium.TEXT: _put_text}


def _quotes_texts(message: Message) -> bool:
    return is_true(message.properties.get("QUOTE_STRING_IN_PAYLOAD_FACTORY_JSON"))


def _argument(element: Element, reader: Reader) -> Argument:
    static = element.get("value")
    if static is not None:
        return Argument(static)
    literal = is_true(element.get("literal"))
    if reader.choice(element, "evaluator", ("xml", "json")) == "xml":
        return Argument(reader.expression(element), literal)
    source = reader.required(element, "expression").strip()
    if not source.startswith(("json-eval(", "${")):
        source = f"json-eval({source})"
    try:
        return Argument(compile_expression(source, element.nsmap), literal)
    except ConfigurationError as error:
        raise reader.located(error, element) from error


def _format(element: Element, medium: Medium, arguments: int, reader: Reader) -> Format:
    def check(configuration: Configuration, key: str) -> None:
        _compiled(configuration, _text(configuration, key), arguments)

    key = reader.key(element, "key", "entry", check)
    if key is not None:
        return KeyedFormat(key, arguments)
    old = reader.language.compatibility.inline_properties
    found = children(element)
    if medium is Medium.XML and found:
        text = _written(found[0])
        text = text if old else _EXPRESSION.sub(_unescaped, text)
    else:
        text = "".join([element.text or "", *(child.tail or "" for child in element)])
    try:
        return InlineFormat(
            compile_payload_template(text, element.nsmap, arguments, inline_properties=old)
        )
    except ConfigurationError as error:
        raise reader.located(error, element) from error


def _written(element: Element) -> str:
    """The element as text, without white space between elements. Unlike ``xml.text_of`` with every
    namespace that is in scope: a value that is put in may need it."""
    element = xml.parse(etree.tostring(element, with_tail=False), xml.CONFIGURATION)
    for part in element.iter():
        part.text = _without_indentation(part.text)
        part.tail = _without_indentation(part.tail)
    return etree.tostring(element, encoding="unicode")


def _without_indentation(text: str | None) -> str | None:
    return text if text and text.strip() else None


def _unescaped(expression: re.Match[str]) -> str:
    """An expression as it was written before it was XML."""
    return unescape(expression[0], {"&quot;": '"', "&apos;": "'"})
