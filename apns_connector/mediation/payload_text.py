"""Texts and values as they go into a payload that is being written: escaped, or converted between
XML and JSON (Synapse: TemplateProcessor)."""

from __future__ import annotations

from enum import Enum
from typing import Any
from xml.sax.saxutils import escape

from lxml import etree

from apns_connector.errors import JsonError, XmlError
from apns_connector.mediation import xml
from apns_connector.mediation.expressions.synapse_values import text_of
from apns_connector.mediation.json_payload import (
    element_to_json,
    json_text,
    json_to_element,
    read_json,
)
from apns_connector.mediation.json_value import JsonArray, read_number
from apns_connector.mediation.json_xml import ARRAY, OBJECT
from apns_connector.mediation.xml import children

_QUOTES = {'"': "&quot;", "'": "&apos;"}
_CONSTANTS = ("true", "false", "null")


class Medium(Enum):
    """What is being written."""

    XML = "xml"
    JSON = "json"
    TEXT = "text"


def argument_text(
    text: str, medium: Medium, *, from_json: bool = False, literal: bool = False
) -> str:
    """The text of an argument. XML goes into XML as it is, and into JSON converted; JSON goes into
    JSON as it is, and into XML converted when it came from a JSONPath. ``literal``: as plain text
    in any case."""
    if medium is Medium.TEXT:
        return text
    if medium is Medium.XML:
        if not literal and is_xml(text):
            return text
        converted = _json_as_xml(text) if from_json and not literal else None
        return escape(text, _QUOTES) if converted is None else converted
    if literal:
        return _in_string(text)
    if not from_json and is_xml(text):
        return _xml_as_json(text)
    return text if _looks_like_json(text) else _in_string(text)


def value_text(value: Any, medium: Medium, *, quoted: bool) -> str:
    """The value of ``${…}``. ``quoted``: it stands between double quotes. A text is never taken
    for markup, whoever wrote it; XML nodes are."""
    if value is None:
        return "" if quoted or medium is not Medium.JSON else "null"
    if isinstance(value, dict | JsonArray):
        return _structure(json_text(value), medium, quoted)
    text = text_of(value)
    if isinstance(value, etree._Element | list):
        if medium is Medium.XML and quoted:
            return escape(text, _QUOTES)
        return _in_string(text) if medium is Medium.JSON and quoted else argument_text(text, medium)
    if medium is Medium.XML:
        return escape(text, _QUOTES)
    return _in_string(text) if medium is Medium.JSON else text


def wants_quotes(text: str) -> bool:
    """Whether a text is neither a number nor a constant of JSON, nor an object or array."""
    trimmed = text.strip()
    is_value = trimmed in _CONSTANTS or read_number(trimmed) is not None
    return not is_value and not _looks_like_json(text)


def is_xml(text: str) -> bool:
    """Whether a text is a whole XML document."""
    trimmed = text.strip()
    if len(trimmed) < 4 or trimmed[0] != "<" or trimmed[-1] != ">":
        return False
    try:
        xml.parse(trimmed.encode("utf-8", "replace"), xml.CONFIGURATION)
    except XmlError:
        return False
    return True


def _structure(text: str, medium: Medium, quoted: bool) -> str:
    if medium is Medium.XML:
        return _json_as_xml(text) or ""
    return _in_string(text) if quoted else text


def _looks_like_json(text: str) -> bool:
    return text.lstrip()[:1] in ("{", "[")


def _in_string(text: str) -> str:
    """As JSON writes it between the quotes."""
    return json_text(text)[1:-1]


def _xml_as_json(text: str) -> str:
    try:
        root = xml.parse(f"<{OBJECT}>{text}</{OBJECT}>".encode(), xml.CONFIGURATION)
        return json_text(element_to_json(root))
    except (XmlError, JsonError):  # such as an XML declaration inside, or text beside elements
        return _in_string(text)


def _json_as_xml(text: str) -> str | None:
    """The members of an object as elements; ``None`` for what is no JSON."""
    if not _looks_like_json(text):
        return None
    try:
        root = json_to_element(read_json(text.encode(), xml.CONFIGURATION))
    except JsonError:
        return None
    etree.strip_tags(root, etree.ProcessingInstruction)
    inner = children(root) if root.tag in (OBJECT, ARRAY) else [root]
    return "".join(xml.text_of(element) for element in inner)
