"""``<property>``: set or remove a property of the message."""

from __future__ import annotations

import re
from typing import Any

from apns_connector.errors import ConfigurationError, MediationError
from apns_connector.mediation.expressions.child_text import ChildText, child_text
from apns_connector.mediation.expressions.typed_value import convert, typed
from apns_connector.mediation.expressions.value import Static, Value
from apns_connector.mediation.expressions.variables import Getter
from apns_connector.mediation.mediators.property_texts import Taken, TakesText
from apns_connector.mediation.message import Message
from apns_connector.mediation.properties import WRITABLE_SCOPES
from apns_connector.mediation.reading import Reader
from apns_connector.mediation.xml import Element, children, detached_copy

_TYPES = ("STRING", "BOOLEAN", "DOUBLE", "FLOAT", "INTEGER", "LONG", "SHORT", "OM", "JSON")


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


class SetProperty(TakesText):
    """Sets what ``evaluate`` gives; null changes nothing. ``child_text``: what that is, if it is
    the text of a child."""

    def __init__(
        self,
        name: Value,
        evaluate: Getter,
        scope: str = "default",
        child_text: ChildText | None = None,
    ) -> None:
        self._name = name
        self._evaluate = evaluate
        self._scope = scope
        # Of a name that is written out and means nothing beyond itself.
        self._plain = _is_plain(name, scope)
        if child_text is not None and self._plain is not None:
            self.takes = Taken(child_text, self._plain)

    def mediate(self, message: Message) -> bool:
        value = self._evaluate(message)
        if value is not None and self._plain is not None:
            message.properties.default[self._plain] = value
        elif value is not None:
            name = _resolved(self._name, message)
            message.properties.set(name, value, self._scope)
            if name in _WITH_EFFECT:
                _take_effect(message, name, value, self._scope)
        return True


class RemoveProperty:
    def __init__(self, name: Value, scope: str = "default") -> None:
        self._name = name
        self._scope = scope

    def mediate(self, message: Message) -> bool:
        message.properties.remove(_resolved(self._name, message), self._scope)
        return True


_EXPRESSION_ALONE = frozenset({"name", "expression", "scope", "type", "description"})
_WITH_EFFECT = ("RESPONSE", "messageType")


def _is_plain(name: Value, scope: str) -> str | None:
    if type(name) is not Static or scope != "default" or name.content in _WITH_EFFECT:
        return None
    return name.content


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
    return SetProperty(name, _evaluation(element, reader), scope, _child_text(element))


def _child_text(element: Element) -> ChildText | None:
    """What its expression, which is good, asks for, if that is all that it says."""
    said = {*element.attrib}
    if "expression" not in said or not said <= _EXPRESSION_ALONE or children(element):
        return None
    if element.get("type", "STRING") != "STRING":
        return None
    namespaces = {prefix: uri for prefix, uri in element.nsmap.items() if prefix is not None}
    return child_text(element.get("expression", ""), namespaces)


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
    if pattern is not None:
        return lambda message: _cut(value.text(message), pattern, type_)
    try:
        return typed(value, type_)
    except ConfigurationError as error:
        raise reader.located(error, element) from error


def _cut(text: str | None, pattern: Pattern, type_: str) -> Any:
    return None if text is None else convert(pattern.cut(text), type_)


def _pattern(element: Element, reader: Reader) -> Pattern | None:
    source, group = element.get("pattern"), element.get("group")
    if source is None:
        if group is not None:
            raise reader.error(element, "<property> has a group but no pattern")
        return None
    if group is not None and not group.isdecimal():
        raise reader.error(element, f"the group '{group}' is not a number from 0")
    return Pattern(reader.pattern(element, "pattern"), int(group or 0))
