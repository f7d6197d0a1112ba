"""``<mock-service>``: from XML to what answers."""

from __future__ import annotations

from apns_connector.flow_tests.mock_service import MockResource, MockService
from apns_connector.flow_tests.node import Node
from apns_connector.mediation.endpoints.transport import HeaderFields


def read_mock_service(node: Node) -> MockService:
    """What is wrong becomes a problem of the node."""
    node.only("service-name", "port", "context", "resources")
    resources = node.listed("resources", "resource")
    if not resources:
        node.complain("<mock-service> needs <resources> with a <resource>")
    return MockService(
        node.required("service-name"),
        node.number("port"),
        node.required("context"),
        tuple(_resource(resource) for resource in resources),
    )


def _resource(node: Node) -> MockResource:
    node.only("sub-context", "method", "request", "response")
    request, response = node.node("request"), node.node("response")
    payload, asked_headers = (None, ()) if request is None else _request(request)
    status, body, headers = (200, "", ()) if response is None else _response(response)
    if response is None:
        node.complain("<resource> needs a <response>")
    return MockResource(
        node.text("sub-context") or "/",
        (node.text("method") or "GET").upper(),
        status,
        body,
        headers,
        payload,
        asked_headers,
    )


def _request(node: Node) -> tuple[str | None, HeaderFields]:
    node.only("payload", "headers")
    return node.text("payload"), _headers(node)


def _response(node: Node) -> tuple[int, str, HeaderFields]:
    node.only("status-code", "payload", "headers")
    return node.number("status-code"), node.text("payload") or "", _headers(node)


def _headers(node: Node) -> HeaderFields:
    return tuple(
        (header.attribute("name"), header.attribute("value"))
        for header in node.listed("headers", "header")
    )
