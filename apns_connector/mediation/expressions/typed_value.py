"""Values of the type that ``<property>`` and ``<variable>`` declare."""

from __future__ import annotations

from typing import Any

from lxml import etree

from apns_connector.errors import ConfigurationError, JsonError, MediationError, XmlError
from apns_connector.mediation import xml
from apns_connector.mediation.expression import Expression
from apns_connector.mediation.expressions.value import Value
from apns_connector.mediation.expressions.variables import Getter
from apns_connector.mediation.json_payload import read_json
from apns_connector.mediation.json_value import as_property
from apns_connector.mediation.xml import detached_copy

_INTEGER_BITS = {"SHORT": 16, "INTEGER": 32, "LONG": 64}
_NUMBERS = ("DOUBLE", "FLOAT", *_INTEGER_BITS)
_TREES = ("OM", "XML")


def convert(text: str, type_: str) -> Any:
    """Text as a value of that type. Raises MediationError when it is none."""
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
            case "OM" | "XML":
                return xml.parse(text.encode())
            case "JSON":
                return as_property(read_json(text.encode()))
        return _integer(text, _INTEGER_BITS[type_])
    except (ValueError, XmlError, JsonError) as error:
        raise MediationError(f"'{text[:100]}' is no {type_}") from error


def _integer(text: str, bits: int) -> int:
    """MI cuts at the point: "3.0", which is how an XPath number prints, is 3."""
    number = int(text.strip().partition(".")[0])
    if not -(2 ** (bits - 1)) <= number < 2 ** (bits - 1):
        raise ValueError(text)
    return number


def typed(value: Value | Expression, type_: str) -> Getter:
    """How to have the value; one that is written out is converted now. Raises ConfigurationError,
    without a place, when it is not of its type."""
    if not isinstance(value, Expression):
        return value.text if type_ == "STRING" else _fixed(value, type_)
    if type_ == "STRING":
        return value.text
    native = {"OM": _tree, "XML": _tree, "JSON": _json}.get(type_)
    if native is not None:
        return lambda message: native(value.value(message), type_)
    return lambda message: converted(value.text(message), type_)


def converted(text: str | None, type_: str) -> Any:
    """As ``convert``; null stays null."""
    return None if text is None else convert(text, type_)


def _fixed(value: Value, type_: str) -> Getter:
    # Static text needs no message.
    text = getattr(value, "content", "")
    try:
        constant = convert(text, type_)
    except MediationError as error:
        raise ConfigurationError(str(error)) from error
    if type_ in _TREES:
        return lambda message: detached_copy(constant)
    return lambda message: constant


def _tree(value: Any, type_: str) -> Any:
    """The first node; text is read as XML."""
    if isinstance(value, list):
        value = value[0] if value else None
    if value is None or isinstance(value, etree._Element):
        return value
    return convert(str(value), type_)


def _json(value: Any, type_: str) -> Any:
    if isinstance(value, str):
        return convert(value, type_)
    if isinstance(value, etree._Element) or (isinstance(value, list) and _has_nodes(value)):
        raise MediationError("XML is no JSON: use json-eval or ${payload}")
    return as_property(value)


def _has_nodes(values: list[Any]) -> bool:
    return any(isinstance(value, etree._Element) for value in values)
