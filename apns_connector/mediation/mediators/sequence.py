"""``<sequence key="…">``: runs a sequence defined elsewhere, or one written on the spot."""

from __future__ import annotations

from apns_connector.errors import MediationError
from apns_connector.mediation.expressions.value import Value
from apns_connector.mediation.mediator import GoesOn, Mediator
from apns_connector.mediation.message import Message
from apns_connector.mediation.reading import Reader
from apns_connector.mediation.xml import Element


class SequenceReference:
    """Looked up for each message: the key may be an expression, or that of a registry resource."""

    def __init__(self, key: Value) -> None:
        self._key = key

    def mediate(self, message: Message) -> GoesOn:
        key = self._key.text(message)
        if not key:
            raise MediationError("The key of a sequence evaluates to nothing")
        sequence = message.configuration.sequence(key)
        if sequence is None:
            raise MediationError(f"Sequence named {key} cannot be found")
        return sequence.mediate(message)


def sequence_from_element(element: Element, reader: Reader) -> Mediator:
    """Raises ConfigurationError without key and name, and for onError beside a key."""
    key = reader.key(element, "key", "sequence")
    if key is None:
        name = reader.required(element, "name" if element.get("key") is None else "key")
        return reader.mediators(element, name=name, on_error=element.get("onError"))
    if element.get("onError") is not None:
        raise reader.error(element, "<sequence>: onError belongs to the definition, not to the key")
    return SequenceReference(key)
