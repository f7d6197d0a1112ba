"""Several messages made one (Synapse: AggregateMediator.getAggregatedMessage, EIPUtils)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from lxml import etree

from apns_connector.errors import MediationError
from apns_connector.mediation.expression import Expression
from apns_connector.mediation.expressions.json_path import MISSING
from apns_connector.mediation.expressions.json_place import place_in_payload
from apns_connector.mediation.message import Message
from apns_connector.mediation.soap import SoapVersion
from apns_connector.mediation.tree import detach
from apns_connector.mediation.xml import Element, children, detached_copy, local_name

_ENVELOPES = tuple(version.envelope for version in SoapVersion)


def is_json(expression: Expression) -> bool:
    """Whether an expression picks JSON out of the messages."""
    return place_in_payload(expression) is not None


def gather_xml(
    target: Message, messages: Sequence[Message], expression: Expression, enclosing: str | None
) -> None:
    """``target`` is a copy of the first message. The elements of all of them become the content of
    its body, or of a copy of the element that the property ``enclosing`` holds.

    Raises MediationError when a message after the first has none.
    """
    body = target.body
    found = _elements(expression, target)
    if found:
        around = _below(body, found[0])
        body.extend(detach(element) for element in found)
        if around not in found:
            detach(around)
    for message in messages[1:]:
        more = _elements(expression, message)
        if not more:
            raise MediationError("Could not find matching elements to aggregate.")
        body.extend(detached_copy(element) for element in more)
    if enclosing is not None:
        element = _enclosing_element(target, enclosing)
        element.extend(detach(child) for child in children(body))
        body.append(element)


def gather_json(
    target: Message,
    messages: Sequence[Message],
    expression: Expression,
    enclosing: str | None,
    *,
    merged: bool = False,
) -> None:
    """The values of all messages become an array, or, ``merged``, one object; with ``enclosing``
    inside an object, under the name of the element which that property holds."""
    values = [_json_value(expression, message) for message in messages]
    result: Any = values
    if merged:
        result = {}
        for value in values:
            for part in value if isinstance(value, list) else [value]:
                result = _merged(result, part)
    if enclosing is not None:
        result = {local_name(_enclosing_element(target, enclosing).tag): result}
    target.replace_json(result)


def _elements(expression: Expression, message: Message) -> list[Element]:
    found = [node for node in expression.nodes(message) if isinstance(node, etree._Element)]
    if any(element.tag in _ENVELOPES for element in found):
        raise MediationError("Could not add SOAPEnvelope as child element.")
    return found


def _below(body: Element, element: Element) -> Element:
    """The element around an element, or itself, that is a child of the body."""
    while (parent := element.getparent()) is not None and parent is not body:
        element = parent
    return element


def _enclosing_element(message: Message, name: str) -> Element:
    value = message.properties.get(name)
    if isinstance(value, list) and len(value) == 1:
        value = value[0]
    if value is None:
        raise MediationError(f"Enclosing Element property: {name} not found")
    if not isinstance(value, etree._Element):
        raise MediationError(
            f"Enclosing Element defined in the property: {name} is not an OMElement"
        )
    return detached_copy(value)


def _json_value(expression: Expression, message: Message) -> Any:
    """What the path leads to; an array of one item is that item, as in Synapse."""
    place = place_in_payload(expression)
    found = MISSING if place is None else place(message).read(message.as_json())
    if found is MISSING or found == []:
        return None
    return found[0] if isinstance(found, list) and len(found) == 1 else found


def _merged(left: Any, right: Any) -> Any:
    """Two objects as one; values that cannot be merged become an array."""
    if not isinstance(right, dict):
        raise MediationError("Invalid JSON object. Could not extend.")
    result = dict(left)
    for name, value in right.items():
        result[name] = _joined(result[name], value) if name in result else value
    return result


def _joined(left: Any, right: Any) -> Any:
    if isinstance(left, dict) and isinstance(right, dict):
        return _merged(left, right)
    lefts = left if isinstance(left, list) else [left]
    return [*lefts, *(right if isinstance(right, list) else [right])]
