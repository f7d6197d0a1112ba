"""Whether two texts say the same: whitespace between lines and elements does not count, and XML and
JSON are compared by what they mean (Synapse compares the text without any whitespace)."""

from __future__ import annotations

from lxml import etree

from apns_connector.errors import JsonError, XmlError
from apns_connector.mediation import xml
from apns_connector.mediation.json_payload import json_text, read_json
from apns_connector.mediation.xml import Element


def is_same(expected: str, actual: str) -> bool:
    if _joined(expected) == _joined(actual):
        return True
    meant = _meaning(expected)
    return meant is not None and meant == _meaning(actual)


def _joined(text: str) -> str:
    return "".join(line.strip() for line in text.splitlines())


def _meaning(text: str) -> object:
    """The document in a text in one form, ``None`` for plain text."""
    trimmed = text.strip()
    if trimmed.startswith("<"):
        return _canonical_xml(trimmed)
    if trimmed.startswith(("{", "[")):
        return _canonical_json(trimmed)
    return None


def _canonical_xml(text: str) -> bytes | None:
    try:
        root = xml.parse(text.encode())
    except XmlError:
        return None
    for element in root.iter("*"):
        _trim(element)
    return etree.tostring(root, method="c14n", exclusive=True, with_comments=False)


def _trim(element: Element) -> None:
    element.text = _joined(element.text or "")
    element.tail = _joined(element.tail or "")


def _canonical_json(text: str) -> str | None:
    """Members in the order of their names."""
    try:
        return json_text(_sorted(read_json(text.encode())))
    except JsonError:
        return None


def _sorted(value: object) -> object:
    if isinstance(value, dict):
        return {name: _sorted(value[name]) for name in sorted(value)}
    return [_sorted(one) for one in value] if isinstance(value, list) else value
