"""``<enrich>`` on XML: which nodes it takes, and where it puts them (Synapse: Source, Target)."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from lxml import etree

from apns_connector.errors import JsonError, MediationError, XmlError
from apns_connector.mediation import xml
from apns_connector.mediation.expression import Expression
from apns_connector.mediation.json_payload import json_text, read_json
from apns_connector.mediation.json_value import JsonArray
from apns_connector.mediation.message import Message
from apns_connector.mediation.properties import independent
from apns_connector.mediation.soap import SoapVersion
from apns_connector.mediation.tree import detach, put_after, put_before, set_text
from apns_connector.mediation.xml import Element, detached_copy

_log = logging.getLogger(__name__)

Node = Element | str
Nodes = list[Node]
Source = Callable[[Message], Nodes]

INVALID_TARGET = "Invalid Target object to be enrich."
_ENVELOPES = tuple(version.envelope for version in SoapVersion)


# Sources.


def of_expression(expression: Expression, clone: bool) -> Source:
    def nodes(message: Message) -> Nodes:
        found = [_node(value) for value in expression.nodes(message)]
        if not found:
            _log.warning("<enrich>: the source %s leads to nothing", expression.source)
        return _cloned(found, clone)

    return nodes


def of_body(clone: bool) -> Source:
    return lambda message: [] if message.payload is None else _cloned([message.payload], clone)


def of_envelope(clone: bool) -> Source:
    return lambda message: _cloned([message.envelope], clone)


def of_value(read: Callable[[Message], Any], what: str, clone: bool) -> Source:
    """A property or a variable: an element, a list of nodes, text; JSON as text."""

    def nodes(message: Message) -> Nodes:
        value = read(message)
        if value is None:
            _log.warning("<enrich>: there is no %s", what)
            return []
        plain_list = isinstance(value, list) and not isinstance(value, JsonArray)
        return _cloned([_node(one) for one in (value if plain_list else [value])], clone)

    return nodes


def of_entry(key: str) -> Source:
    def nodes(message: Message) -> Nodes:
        entry = message.configuration.entry(key)
        if entry is None:
            raise MediationError(f"<enrich>: there is no entry '{key}'")
        return [entry if isinstance(entry, str) else detached_copy(entry)]

    return nodes


def _node(value: Any) -> Node:
    if isinstance(value, dict | list):
        return json_text(value)
    return value if isinstance(value, str | etree._Element) else str(value)


def _cloned(nodes: Sequence[Node], clone: bool) -> Nodes:
    return [detached_copy(n) if clone and not isinstance(n, str) else n for n in nodes]


# Targets.


class Target(Protocol):
    def insert(self, nodes: Nodes, message: Message) -> None: ...


@dataclass(frozen=True, slots=True)
class AtExpression:
    """The first node of an expression. ``text``: the text in that element; ``attribute``: an
    attribute of it."""

    expression: Expression
    action: str
    text: bool = False
    attribute: str | None = None

    def insert(self, nodes: Nodes, message: Message) -> None:
        if not nodes:
            _log.error("<enrich>: Cannot Enrich message from an empty source.")
            return
        target = next(iter(self.expression.nodes(message)), None)
        if not isinstance(target, etree._Element):
            raise MediationError(INVALID_TARGET)
        if self.attribute is not None:
            if self.attribute not in target.attrib:
                raise MediationError(INVALID_TARGET)
            target.set(self.attribute, xml.writable(_only_text(nodes[0])))
        elif not self.text:
            insert(nodes, target, self.action)
        elif isinstance(nodes[0], str):
            set_text(target, nodes[0])
        else:
            target.text = None
            target.append(detach(nodes[0]))


@dataclass(frozen=True, slots=True)
class AtBody:
    """The first element of the body; into the body itself when there is none."""

    action: str

    def insert(self, nodes: Nodes, message: Message) -> None:
        message.properties.remove("NO_ENTITY_BODY", "axis2")
        first = nodes[0] if nodes else None
        if self.action == "replace" and isinstance(first, str) and _as_json(first, message):
            return
        payload = message.payload
        if payload is not None:
            insert(nodes, payload, self.action)
            return
        for node in nodes:
            if isinstance(node, str):
                _log.error("<enrich>: Invalid Object type to be inserted into message body")
            else:
                message.body.append(detach(node))


class AtEnvelope:
    def insert(self, nodes: Nodes, message: Message) -> None:
        first = nodes[0] if nodes else None
        if not isinstance(first, etree._Element) or first.tag not in _ENVELOPES:
            raise MediationError("A SOAPEnvelope is expected")
        message.properties.remove("NO_ENTITY_BODY", "axis2")
        message.replace_envelope(first)


@dataclass(frozen=True, slots=True)
class AtProperty:
    """Holds the nodes from then on; ``child`` adds to the XML that it holds already."""

    name: str
    action: str
    scope: str = "default"

    def insert(self, nodes: Nodes, message: Message) -> None:
        properties = message.properties
        old = _as_element(properties.get(self.name, self.scope))
        if old is not None and self.action == "child":
            insert(nodes, old, self.action)
            properties.set(self.name, old, self.scope)
        else:
            properties.set(self.name, _as_value(nodes), self.scope)


@dataclass(frozen=True, slots=True)
class AtVariable:
    name: str

    def insert(self, nodes: Nodes, message: Message) -> None:
        if not nodes:
            raise MediationError(f"<enrich>: there is nothing for the variable {self.name}")
        message.variables[self.name] = nodes[0] if len(nodes) == 1 else _as_value(nodes)


def insert(nodes: Nodes, target: Element, action: str) -> None:
    """Nodes in the place of an element, behind its children, or right behind itself. A text can
    only replace: it becomes that of the element."""
    elements = [node for node in nodes if not isinstance(node, str)]
    if action == "child":
        target.extend(detach(element) for element in elements)
    elif action == "sibling":
        for element in elements:  # each right behind the target, as Synapse does
            put_after(target, element)
    else:
        for text in (node for node in nodes if isinstance(node, str)):
            set_text(target, text)
        others = [element for element in elements if element is not target]
        put_before(target, others)
        if others and len(others) == len(elements):
            detach(target)


def _only_text(node: Node) -> str:
    if not isinstance(node, str):
        raise MediationError(INVALID_TARGET)
    return node


def _as_json(text: str, message: Message) -> bool:
    """Make a text that is a JSON object or array the payload."""
    try:
        value = read_json(text.encode())
    except JsonError:
        return False
    if isinstance(value, dict | list):
        message.replace_json(value)
    return isinstance(value, dict | list)


def _as_element(value: Any) -> Element | None:
    """The XML that a property holds, also as text."""
    if isinstance(value, str):
        try:
            return xml.parse(value.encode())
        except XmlError:
            return None
    if isinstance(value, list) and len(value) == 1:
        value = value[0]
    return independent(value) if isinstance(value, etree._Element) else None


def _as_value(nodes: Nodes) -> Any:
    """A property holds a single text as such, anything else as a list of nodes."""
    return nodes[0] if len(nodes) == 1 and isinstance(nodes[0], str) else list(nodes)
