"""``<property>``: set or remove a property of the message."""

from __future__ import annotations

import re
from typing import Any

from apns_connector.errors import MediationError, XmlError
from apns_connector.mediation import xml
from apns_connector.mediation.expression import Expression
from apns_connector.mediation.message import Message
from apns_connector.mediation.properties import WRITABLE_SCOPES
from apns_connector.mediation.reading import Reader
from apns_connector.mediation.value import Static, Value
from apns_connector.mediation.variables import Getter
from apns_connector.mediation.xml import Element, children, detached_copy

_TYPES = ("STRING", "BOOLEAN", "DOUBLE", "FLOAT", "INTEGER", "LONG", "SHORT", "OM")
_INTEGER_BITS = {"SHORT": 16, "INTEGER": 32, "LONG": 64}
_NUMBERS = ("DOUBLE", "FLOAT", *_INTEGER_BITS)


class Pattern:
    """Cuts a group out of a text: ``""`` when the whole text does not match, or has no such
    group."""

    def __init__(self, pattern: re.Pattern[str], group: int) -> None:
        self._pattern = pattern
        self._group = group

    def cut(self, text: str) -> str:
        match = self._pattern.fullmatch(text)
        if match is None or self._group > self._pattern.groups:
            return ""
        return match.group(self._group) or ""


class SetProperty:
    """Sets what ``evaluate`` gives; null changes nothing."""

    def __init__(self, name: Value, evaluate: Getter, scope: str = "default") -> None:
        self._name = name
        self._evaluate = evaluate
        self._scope = scope

    async def mediate(self, message: Message) -> bool:
        value = self._evaluate(message)
        if value is not None:
            name = _resolved(self._name, message)
            message.properties.set(name, value, self._scope)
            if name in _WITH_EFFECT:
                _take_effect(message, name, value, self._scope)
        return True


class RemoveProperty:
    def __init__(self, name: Value, scope: str = "default") -> None:
        self._name = name
        self._scope = scope

    async def mediate(self, message: Message) -> bool:
        message.properties.remove(_resolved(self._name, message), self._scope)
        return True


def convert(text: str, type_: str) -> Any:
    """Text as the type a property declares. Raises MediationError when it is none."""
    try:
        if type_ in _NUMBERS and "_" in text:  # Python would read 1_000
            raise ValueError(text)
        match type_:
            case "STRING":
                return text
            case "BOOLEAN":
                return text.strip().lower() == "true"
            case "DOUBLE" | "FLOAT":
                return float(text)
            case "OM":
                return xml.parse(text.encode())
        return _integer(text, _INTEGER_BITS[type_])
    except (ValueError, XmlError) as error:
        raise MediationError(f"'{text[:100]}' is no {type_}") from error


def _integer(text: str, bits: int) -> int:
    """MI cuts at the point: "3.0", which is how an XPath number prints, is 3."""
    number = int(text.strip().partition(".")[0])
    if not -(2 ** (bits - 1)) <= number < 2 ** (bits - 1):
        raise ValueError(text)
    return number


_WITH_EFFECT = ("RESPONSE", "messageType")


def _take_effect(message: Message, name: str, value: Any, scope: str) -> None:
    """The few properties that change the message itself."""
    if scope == "default" and name == "RESPONSE" and str(value).lower() == "true":
        message.response = True
    elif scope == "axis2" and name == "messageType":
        message.properties.set("ContentType", value, "axis2")
        message.properties.set("Content-Type", value, "transport")


def _resolved(name: Value, message: Message) -> str:
    if type(name) is Static:
        return name.content
    text = name.text(message)
    if not text:
        raise MediationError("The name of a property evaluates to nothing")
    return text


def property_from_element(element: Element, reader: Reader) -> SetProperty | RemoveProperty:
    """Raises ConfigurationError for a property without name or value, and for unknown words."""
    name = reader.value(element, reader.required(element, "name"))
    if name is None:
        raise reader.error(element, "<property> needs the attribute 'name'")
    scope = reader.choice(element, "scope", WRITABLE_SCOPES)
    if element.get("action") == "remove":
        return RemoveProperty(name, scope)
    return SetProperty(name, _evaluation(element, reader), scope)


def _evaluation(element: Element, reader: Reader) -> Getter:
    """How the value is had, decided here once: value, then the first child, then expression is the
    order in which Synapse looks."""
    type_ = reader.choice(element, "type", _TYPES)
    pattern = _pattern(element, reader)
    inline = children(element)
    if inline and element.get("value") is None:
        original = detached_copy(inline[0])
        return lambda message: detached_copy(original)
    value = reader.value_or_expression(element)
    if type_ == "OM" and isinstance(value, Expression):
        return lambda message: next(iter(value.nodes(message)), None)
    if type_ == "STRING" and pattern is None:
        return value.text
    return lambda message: _converted(value.text(message), type_, pattern)


def _converted(text: str | None, type_: str, pattern: Pattern | None) -> Any:
    if text is None:
        return None
    return convert(text if pattern is None else pattern.cut(text), type_)


def _pattern(element: Element, reader: Reader) -> Pattern | None:
    source, group = element.get("pattern"), element.get("group")
    if source is None:
        if group is not None:
            raise reader.error(element, "<property> has a group but no pattern")
        return None
    if group is not None and not group.isdecimal():
        raise reader.error(element, f"the group '{group}' is not a number from 0")
    return Pattern(reader.pattern(element, "pattern"), int(group or 0))
