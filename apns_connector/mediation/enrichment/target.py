"""``<target>`` of ``<enrich>``, as it is written."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from apns_connector.errors import ConfigurationError
from apns_connector.mediation.enrichment import in_json, in_xml
from apns_connector.mediation.expression import Expression, compile_expression
from apns_connector.mediation.expressions.json_eval import JsonEval
from apns_connector.mediation.expressions.json_place import place_in_payload
from apns_connector.mediation.reading import Reader
from apns_connector.mediation.xml import Element

ACTIONS = ("replace", "child", "sibling", "remove")

_TEXT_NODE = re.compile(r"(.+)/text\(\)", re.DOTALL)
_ATTRIBUTE = re.compile(r"(.+)/@(?:([\w.-]+):)?([\w.-]+)", re.DOTALL)
_GET_PROPERTY = re.compile(r"""get-property\(\s*(?:'([^']*)'\s*,\s*)?'([^']*)'\s*\)""")
_ROOTS = ("$", "$.")


@dataclass(frozen=True, slots=True)
class Target:
    """``xml`` and ``json``: how to put something there either way, ``None`` when that is not
    possible. ``name``: that of a property."""

    type: str
    action: str
    xml: in_xml.Target | None = None
    json: in_json.Target | None = None
    name: str | None = None


def target_from_element(element: Element, reader: Reader) -> Target:
    """Raises ConfigurationError for what is missing, and for an action that makes no sense."""
    action = reader.choice(element, "action", ACTIONS)
    kind = reader.choice(element, "type", tuple(_KINDS))
    if kind in ("envelope", "key") and action != "replace":
        raise reader.error(element, f"<enrich> can only replace the target type '{kind}'")
    return _KINDS[kind](element, action, reader)


def _custom(element: Element, action: str, reader: Reader) -> Target:
    expression = reader.expression(element, "xpath")
    if isinstance(expression, JsonEval) and action == "replace":
        path = expression.source[len("json-eval(") : -1].strip()
        if path in _ROOTS:
            raise reader.error(element, "<enrich> replaces all the JSON by the target type 'body'")
    try:
        path_of = place_in_payload(expression)
        if path_of is not None:
            return Target("custom", action, json=in_json.AtPath(path_of, action))
        return Target("custom", action, xml=_xml_place(expression, action, element))
    except ConfigurationError as error:
        raise reader.located(error, element) from error


def _xml_place(expression: Expression, action: str, element: Element) -> in_xml.Target:
    """A text or an attribute is changed at the element that has it."""
    source = expression.source.strip()
    named = _GET_PROPERTY.fullmatch(source)
    if named is not None:
        return in_xml.AtProperty(named[2], action, named[1] or "default")
    text, attribute = _TEXT_NODE.fullmatch(source), _ATTRIBUTE.fullmatch(source)
    if text is not None:
        return in_xml.AtExpression(compile_expression(text[1], element.nsmap), action, text=True)
    if attribute is not None:
        namespace = element.nsmap.get(attribute[2]) if attribute[2] else None
        name = f"{{{namespace}}}{attribute[3]}" if namespace else attribute[3]
        owner = compile_expression(attribute[1], element.nsmap)
        return in_xml.AtExpression(owner, action, attribute=name)
    return in_xml.AtExpression(expression, action)


def _envelope(element: Element, action: str, reader: Reader) -> Target:
    return Target("envelope", action, xml=in_xml.AtEnvelope())


def _body(element: Element, action: str, reader: Reader) -> Target:
    return Target("body", action, xml=in_xml.AtBody(action), json=in_json.AtBody(action))


def _property(element: Element, action: str, reader: Reader) -> Target:
    name = reader.required(element, "property")
    xml, json = in_xml.AtProperty(name, action), in_json.AtProperty(name, action)
    return Target("property", action, xml=xml, json=json, name=name)


def _variable(element: Element, action: str, reader: Reader) -> Target:
    name = reader.required(element, "variable")
    xml, json = in_xml.AtVariable(name), in_json.AtVariable(name)
    return Target("variable", action, xml=xml, json=json)


def _key(element: Element, action: str, reader: Reader) -> Target:
    path_of = place_in_payload(reader.expression(element, "xpath"))
    if path_of is None:
        raise reader.error(element, "<enrich>: the target type 'key' needs a JSONPath")
    return Target("key", action, json=in_json.AtKey(path_of))


_KINDS: Mapping[str, Callable[[Element, str, Reader], Target]] = {
    "custom": _custom,
    "envelope": _envelope,
    "body": _body,
    "property": _property,
    "key": _key,
    "variable": _variable,
}
