"""Which records are delivered one after the other: those of one device, or of one value."""

from __future__ import annotations

from typing import Any, Final

from apns_connector.mediation.message import Message
from apns_connector.mediation.message_store import ORDERING_EXPRESSION, MessageStoreDefinition
from apns_connector.mediation.xml import local_name

ORDERING: Final = "ordering"
_DEVICE: Final = "device"
_NAME: Final = "deviceToken"
_PROPERTIES: Final = (f"apns.{_NAME}", _NAME)


def is_ordered(definition: MessageStoreDefinition) -> bool:
    return bool(definition.parameters.get(ORDERING)) or (
        ORDERING_EXPRESSION in definition.expressions
    )


def problem_with_ordering(definition: MessageStoreDefinition, keeps_order: bool) -> str | None:
    """What is wrong with what a definition says of order, in a store that keeps it or not."""
    given = definition.parameters.get(ORDERING)
    if given and given != _DEVICE:
        return (
            f"{ORDERING} '{given}' is not '{_DEVICE}'; for another order give {ORDERING_EXPRESSION}"
        )
    if is_ordered(definition) and not keeps_order:
        return (
            f"this kind of store keeps no order: leave out {ORDERING}, or use a JDBCMessageStore "
            "(SQLite or PostgreSQL)"
        )
    return None


def lane_of(message: Message, definition: MessageStoreDefinition) -> str:
    """What a message has in common with those that it must not overtake; "" for nothing. Raises
    MediationError for an expression that fails."""
    expression = definition.expressions.get(ORDERING_EXPRESSION)
    if expression is not None:
        return (expression.text(message) or "").strip()
    if definition.parameters.get(ORDERING) != _DEVICE:
        return ""
    return "".join((_device_token(message) or "").split()).lower()


def _device_token(message: Message) -> str | None:
    for name in _PROPERTIES:
        value = message.properties.get(name)
        if isinstance(value, str) and value:
            return value
    if message.has_json:
        return _in_json(message.json)
    for element in message.body.iter("*"):
        if local_name(element.tag) == _NAME:
            return "".join(map(str, element.itertext()))
    return None


def _in_json(value: Any) -> str | None:
    """The first one, in the order in which the text has them."""
    waiting = [value]
    while waiting:
        found = waiting.pop()
        if isinstance(found, dict):
            token = found.get(_NAME)
            if isinstance(token, str):
                return token
            waiting.extend(reversed(found.values()))
        elif isinstance(found, list):
            waiting.extend(reversed(found))
    return None
