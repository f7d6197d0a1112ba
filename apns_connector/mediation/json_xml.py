"""JSON as XML and back, in the way of Synapse (JsonUtil, StAXON).

An object is ``<jsonObject>``, an array ``<jsonArray>`` with ``<jsonElement>`` in it, a member an
element of its name, ``@name`` an attribute, ``$`` the text beside attributes. The processing
instruction ``<?xml-multiple name?>`` stands before elements that together are an array. On the way
back namespaces are dropped, and text that looks like a number or constant of JSON becomes one.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from lxml import etree

from apns_connector.errors import JsonError
from apns_connector.mediation.json_names import to_name, to_tag
from apns_connector.mediation.json_value import read_number
from apns_connector.mediation.xml import Element, children, local_name, writable

OBJECT, ARRAY, ITEM, SCALAR = "jsonObject", "jsonArray", "jsonElement", "jsonValue"
_EMPTY, _EMPTY_OBJECT = "jsonEmpty", "_JsonScanner_EMPTY_OBJECT"
_MULTIPLE = "xml-multiple"
_CONSTANTS = {"true": True, "false": False, "null": None}
_CONSTANT_TEXTS = {True: "true", False: "false", None: "null"}


def json_to_element(value: Any) -> Element:
    """The root element that stands for a JSON value."""
    if isinstance(value, dict):
        root = etree.Element(OBJECT)
        _add_members(root, value)
    elif isinstance(value, list):
        root = etree.Element(ARRAY)
        _add_array(root, ITEM, value)
    else:
        root = etree.Element(SCALAR)
        root.text = writable(scalar_text(value))
    return root


def element_to_json(root: Element) -> Any:
    """The JSON value of a root element; one that is no wrapper becomes the only member of an
    object. Raises JsonError for text beside elements, which JSON has no form for."""
    name = local_name(root.tag)
    if name == SCALAR:
        return _primitive(_text(root))
    if name == ARRAY:
        return _items(root)
    if name == OBJECT:
        value = _value(root)
        return {} if value is None else value
    return _value(root) if name == ITEM else {to_name(root.tag): _value(root)}


def scalar_text(value: Any) -> str:
    """What is neither object nor array as text: ``true``, ``null``, ``1.10``; text is itself."""
    if value is None or isinstance(value, bool):
        return _CONSTANT_TEXTS[value]
    return str(value)


# JSON to XML.


def _add_members(parent: Element, members: Mapping[str, Any]) -> None:
    has_text = all(name == "$" or _is_attribute(name, members[name]) for name in members)
    for name, value in members.items():
        if _is_attribute(name, value):
            parent.set(to_tag(name[1:]), writable(scalar_text(value)))
        elif name == "$" and has_text and not isinstance(value, dict | list):
            _set_text(parent, value)
        elif isinstance(value, list):
            _add_array(parent, to_tag(name), value)
        else:
            _add(parent, to_tag(name), value)


def _is_attribute(name: str, value: Any) -> bool:
    # A namespace declaration is no attribute to XML.
    return name[:1] == "@" and name != "@xmlns" and not isinstance(value, dict | list)


def _add_array(parent: Element, tag: str, values: list[Any]) -> None:
    parent.append(etree.ProcessingInstruction(_MULTIPLE, tag))
    for value in values:
        if isinstance(value, list):
            _add_array(etree.SubElement(etree.SubElement(parent, tag), ARRAY), ITEM, value)
        else:
            _add(parent, tag, value)


def _add(parent: Element, tag: str, value: Any) -> None:
    child = etree.SubElement(parent, tag)
    if not isinstance(value, dict):
        _set_text(child, value)
    elif value:
        _add_members(child, value)
    else:
        etree.SubElement(child, _EMPTY).text = _EMPTY_OBJECT


def _set_text(element: Element, value: Any) -> None:
    if value is not None:
        element.text = writable(scalar_text(value))


# XML to JSON.


def _value(element: Element) -> Any:
    members: dict[str, Any] = {
        f"@{to_name(str(name))}": str(value) for name, value in element.attrib.items()
    }
    if not any(isinstance(node.tag, str) or _announced(node) for node in element):
        text = _text(element)
        if not members:
            return _primitive(text) if text.strip() else None
        return {**members, "$": _primitive(text)} if text.strip() else members
    if _text(element).strip():
        raise JsonError(f"<{local_name(element.tag)}> has text beside elements: JSON has no such")
    wrapped = children(element)
    if len(wrapped) == 1 and not members:
        if wrapped[0].tag == ARRAY:
            return _items(wrapped[0])
        if wrapped[0].tag == _EMPTY and wrapped[0].text == _EMPTY_OBJECT:
            return {}
    return _gathered(element, members)


def _gathered(element: Element, members: dict[str, Any]) -> dict[str, Any]:
    """The child elements as members; those of one name as an array."""
    arrays: set[str] = set()
    for node in element:
        announced = _announced(node)
        if announced is not None and announced not in members:
            arrays.add(announced)
            members[announced] = []
        elif isinstance(node.tag, str):
            _gather(to_name(node.tag), _value(node), members, arrays)
    return members


def _gather(name: str, value: Any, members: dict[str, Any], arrays: set[str]) -> None:
    if name in arrays:
        members[name].append(value)
    elif name in members:
        arrays.add(name)
        members[name] = [members[name], value]
    else:
        members[name] = value


def _announced(node: Element) -> str | None:
    """The name of the array that begins at a processing instruction."""
    if isinstance(node, etree._ProcessingInstruction) and node.target == _MULTIPLE:
        return to_name((node.text or "").strip())
    return None


def _items(array: Element) -> list[Any]:
    return [_value(child) for child in children(array)]


def _text(element: Element) -> str:
    return "".join([element.text or "", *(child.tail or "" for child in element)])


def _primitive(text: str) -> Any:
    if text in _CONSTANTS:
        return _CONSTANTS[text]
    number = read_number(text)
    return text if number is None else number
