"""``<source>`` of ``<enrich>``, as it is written."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from apns_connector.errors import ConfigurationError, MediationError, XmlError
from apns_connector.mediation import xml
from apns_connector.mediation.enrichment import in_json, in_xml
from apns_connector.mediation.expression import compile_expression
from apns_connector.mediation.expressions.inline_text import InlineText, compile_inline
from apns_connector.mediation.expressions.json_eval import JsonEval
from apns_connector.mediation.expressions.json_place import place_in_payload
from apns_connector.mediation.message import Message
from apns_connector.mediation.reading import Reader
from apns_connector.mediation.xml import Element, children, detached_copy

_JSON_EVAL = "json-eval("


@dataclass(frozen=True, slots=True)
class Source:
    """``xml`` and ``json``: how it is had either way, ``None`` when that is not possible.
    ``is_xml``: whether it is XML for this message, whatever the payload is. ``paths``: the
    JSONPaths to remove."""

    type: str
    xml: in_xml.Source | None = None
    json: in_json.Source | None = None
    is_xml: Callable[[Message], bool] = lambda message: False
    paths: Sequence[in_json.PathOf] = ()


def source_from_element(element: Element, reader: Reader) -> Source:
    """Raises ConfigurationError for what is missing."""
    return _KINDS[reader.choice(element, "type", tuple(_KINDS))](element, reader)


def _custom(element: Element, reader: Reader) -> Source:
    several = _several_paths(element.get("xpath", "").strip(), element)
    if several:
        return Source("custom", paths=several)
    expression, clone = reader.expression(element, "xpath"), _clones(element)
    if isinstance(expression, JsonEval):
        path_of = expression.path
        return Source("custom", json=in_json.of_path(path_of, clone), paths=[path_of])
    try:
        place = place_in_payload(expression)
    except ConfigurationError as error:
        raise reader.located(error, element) from error
    json = None if place is None else in_json.of_path(place, clone)
    return Source("custom", xml=in_xml.of_expression(expression, clone), json=json)


def _several_paths(text: str, element: Element) -> list[in_json.PathOf]:
    """Those of ``json-eval($.a,$.b)``, for ``remove``; nothing for a single one, which may have
    commas inside brackets."""
    if not text.startswith(_JSON_EVAL) or ",$" not in text.replace(" ", ""):
        return []
    paths = text[len(_JSON_EVAL) : -1].split(",")
    compiled = [compile_expression(f"{_JSON_EVAL}{path})", element.nsmap) for path in paths]
    return [one.path for one in compiled if isinstance(one, JsonEval)]


def _envelope(element: Element, reader: Reader) -> Source:
    return Source("envelope", xml=in_xml.of_envelope(_clones(element)))


def _body(element: Element, reader: Reader) -> Source:
    return Source("body", xml=in_xml.of_body(_clones(element)), json=in_json.of_body)


def _property(element: Element, reader: Reader) -> Source:
    name = reader.required(element, "property")
    return _value("property", name, lambda message: message.properties.get(name), element)


def _variable(element: Element, reader: Reader) -> Source:
    name = reader.required(element, "variable")
    return _value("variable", name, lambda message: message.variables.get(name), element)


def _value(type_: str, name: str, read: Callable[[Message], Any], element: Element) -> Source:
    return Source(
        type_,
        xml=in_xml.of_value(read, f"{type_} '{name}'", _clones(element)),
        json=in_json.of_value(read),
        is_xml=lambda message: in_json.holds_xml(read(message)),
    )


def _inline(element: Element, reader: Reader) -> Source:
    """XML, text, or an entry by its key."""
    found = children(element)
    if not found and not (element.text or "").strip():
        return _entry(reader.required(element, "key"), element, reader)
    written = xml.text_of(found[0]) if found else element.text or ""
    try:
        inline = compile_inline(written, element.nsmap)
    except ConfigurationError as error:
        raise reader.located(error, element) from error
    if not found:
        json = in_json.of_text(inline.in_json)
        return Source("inline", xml=lambda message: [inline.in_xml(message)], json=json)
    if not inline.is_static:
        return Source("inline", xml=_parsed(inline))
    original = detached_copy(found[0])
    return Source("inline", xml=lambda message: [detached_copy(original)])


def _entry(key: str, element: Element, reader: Reader) -> Source:
    reader.refer("entry", key, element)

    def read(message: Message) -> Any:
        return message.configuration.entry(key)

    return Source(
        "inline",
        xml=in_xml.of_entry(key),
        json=in_json.of_text(lambda message: str(read(message))),
        is_xml=lambda message: in_json.holds_xml(read(message)),
    )


def _parsed(inline: InlineText) -> in_xml.Source:
    def nodes(message: Message) -> in_xml.Nodes:
        try:
            return [xml.parse(inline.in_xml(message).encode())]
        except XmlError as error:
            raise MediationError(f"<enrich>: the inline source is no XML: {error}") from error

    return nodes


def _clones(element: Element) -> bool:
    return element.get("clone", "true").strip().lower() == "true"


_KINDS: Mapping[str, Callable[[Element, Reader], Source]] = {
    "custom": _custom,
    "envelope": _envelope,
    "body": _body,
    "property": _property,
    "inline": _inline,
    "variable": _variable,
}
