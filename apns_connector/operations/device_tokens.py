"""Many device tokens in one parameter: JSON, XML, or a list in words."""

from __future__ import annotations

import re
from typing import Any, Final

import msgspec
from lxml import etree

from apns_connector.errors import XmlError
from apns_connector.mediation import xml
from apns_connector.mediation.expressions.result import as_text
from apns_connector.mediation.xml import Element
from apns_connector.operations.failure import OperationError
from apns_connector.operations.parameters import Parameters

_SEPARATOR: Final = re.compile(r"[\s,;]+")


def read_device_tokens(parameters: Parameters) -> list[str]:
    """The device tokens of the parameter ``deviceTokens``, each as it was given.

    An element: the texts of the innermost elements in it. A text that begins with ``[`` is a JSON
    array, one that begins with ``<`` elements, any other is separated by white space or commas.
    Raises :class:`OperationError` if there is none.
    """
    value = parameters.value("deviceTokens")
    if value is None:
        raise OperationError.missing("deviceTokens")
    tokens = _in_element(value) if isinstance(value, etree._Element) else _in_text(value)
    if not tokens:
        raise OperationError.illegal("There is no device token in <apns.deviceTokens>")
    return tokens


def _in_text(value: Any) -> list[str]:
    text = (as_text(value) or "").strip()
    if text.startswith("["):
        return _in_json(text)
    if text.startswith("<"):
        return _in_elements(text)
    return [token for token in _SEPARATOR.split(text) if token]


def _in_json(text: str) -> list[str]:
    try:
        return [token.strip() for token in msgspec.json.decode(text, type=list[str])]
    except (msgspec.DecodeError, RecursionError, UnicodeError) as error:
        raise OperationError.illegal(
            "Property <apns.deviceTokens> begins as a JSON array and is no array of texts"
        ) from error


def _in_elements(text: str) -> list[str]:
    """Several elements, which is what the property mediator makes of several nodes."""
    try:
        return _in_element(xml.parse(f"<all>{text}</all>".encode()))
    except XmlError as error:
        raise OperationError.illegal(
            "Property <apns.deviceTokens> begins as XML and is none"
        ) from error


def _in_element(element: Element) -> list[str]:
    innermost = (part for part in element.iter("*") if not xml.children(part))
    texts = ("".join(map(str, part.itertext())).strip() for part in innermost)
    return [text for text in texts if text]
