"""``<variable>``: set or remove a variable of the message (Micro Integrator 4.4)."""

from __future__ import annotations

from apns_connector.errors import ConfigurationError
from apns_connector.mediation.expression import Expression
from apns_connector.mediation.expressions.typed_value import typed
from apns_connector.mediation.expressions.variables import Getter
from apns_connector.mediation.message import Message
from apns_connector.mediation.reading import Reader
from apns_connector.mediation.xml import Element

_TYPES = ("STRING", "BOOLEAN", "INTEGER", "DOUBLE", "LONG", "XML", "JSON")


class SetVariable:
    """Sets what ``evaluate`` gives; null changes nothing."""

    def __init__(self, name: str, evaluate: Getter) -> None:
        self._name = name
        self._evaluate = evaluate

    def mediate(self, message: Message) -> bool:
        value = self._evaluate(message)
        if value is not None:
            message.variables[self._name] = value
        return True


class RemoveVariable:
    def __init__(self, name: str) -> None:
        self._name = name

    def mediate(self, message: Message) -> bool:
        message.variables.pop(self._name, None)
        return True


def variable_from_element(element: Element, reader: Reader) -> SetVariable | RemoveVariable:
    """Without a type the value is kept as the expression gives it. Raises ConfigurationError for a
    variable without name or value, and for a value that is not of its type."""
    name = reader.required(element, "name")
    if element.get("action") == "remove":
        return RemoveVariable(name)
    value = reader.value_or_expression(element)
    if element.get("type") is None:
        return SetVariable(name, value.value if isinstance(value, Expression) else value.text)
    try:
        return SetVariable(name, typed(value, reader.choice(element, "type", _TYPES)))
    except ConfigurationError as error:
        raise reader.located(error, element) from error
