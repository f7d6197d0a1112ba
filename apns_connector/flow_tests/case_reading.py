"""``<test-case>``: input and assertions."""

from __future__ import annotations

from apns_connector.errors import ConfigurationError
from apns_connector.flow_tests.actual import Actual, actual_of_sequence, actual_of_service
from apns_connector.flow_tests.node import Node
from apns_connector.flow_tests.suite import Assertion, Case, Input, InputProperty, Kind

_SCOPES = ("default", "axis2", "transport")
_SCHEMES = ("http", "https")


def read_case(node: Node, kind: Kind, unnamed: str) -> Case:
    """What is wrong becomes a problem of the node."""
    node.only("input", "assertions")
    assertions = _assertions(node, kind)
    if not assertions:
        node.complain("<test-case> needs an assertion: without one it cannot fail")
    given = node.node("input")
    values = Input() if given is None else _input(given, kind)
    return Case(node.element.get("name") or unnamed, values, assertions, node.line)


def _input(node: Node, kind: Kind) -> Input:
    node.only("payload", "request-path", "request-method", "request-protocol", "properties")
    scheme = (node.text("request-protocol") or "http").lower()
    if scheme not in _SCHEMES:
        node.complain(f"the <request-protocol> '{scheme}' is neither http nor https")
    method = node.text("request-method")
    return Input(
        node.text("payload"),
        node.text("request-path") or "",
        None if method is None else method.upper(),
        scheme,
        tuple(_property(one, kind) for one in node.listed("properties", "property")),
    )


def _property(node: Node, kind: Kind) -> InputProperty:
    scope = node.element.get("scope", "default")
    if scope not in _SCOPES:
        node.complain(f"the scope '{scope}' is none of {', '.join(_SCOPES)}")
    elif kind is not Kind.SEQUENCE and scope != "transport":
        node.complain("a request carries transport properties (headers) and no others")
    return InputProperty(node.attribute("name"), node.attribute("value"), scope)


def _assertions(node: Node, kind: Kind) -> tuple[Assertion, ...]:
    holder = node.node("assertions")
    if holder is None:
        return ()
    holder.only("assertEquals", "assertNotNull")
    read = (_assertion(child, kind) for child in holder.nodes())
    return tuple(found for found in read if found is not None)


def _assertion(node: Node, kind: Kind) -> Assertion | None:
    expected = None
    if node.name == "assertEquals":
        node.only("actual", "expected", "message")
        child = node.node("expected")
        expected = node.required("expected") if child is None else child.content()
    else:
        node.only("actual", "message")
    actual = _actual(node, kind)
    if actual is None:
        return None
    return Assertion(actual, expected, node.text("message") or "", node.line)


def _actual(node: Node, kind: Kind) -> Actual | None:
    source = node.required("actual")
    if not source:
        return None
    try:
        if kind is Kind.SEQUENCE:
            return actual_of_sequence(source, node.element.nsmap)
        return actual_of_service(source)
    except ConfigurationError as error:
        node.complain(error.problem)
        return None
