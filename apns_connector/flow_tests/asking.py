"""A request to a gateway in this process, without a socket."""

from __future__ import annotations

import asyncio
from urllib.parse import unquote

from apns_connector.errors import ConfigurationError
from apns_connector.flow_tests.actual import HttpAnswer
from apns_connector.flow_tests.payload import content_type_of
from apns_connector.flow_tests.suite import Input, Kind, Suite
from apns_connector.gateway.app import Gateway
from apns_connector.gateway.asgi import Event, Scope
from apns_connector.mediation.api import Api
from apns_connector.mediation.configuration import Configuration

_PORTS = {"http": 8290, "https": 8253}  # those of the Micro Integrator


def target_of(suite: Suite, given: Input, configuration: Configuration) -> str:
    """Path and query of the proxy, or of the resource of the API."""
    if suite.kind is Kind.PROXY:
        return f"/services/{suite.name}"
    path = given.path if given.path.startswith(("/", "?")) or not given.path else f"/{given.path}"
    return f"{_only_api(configuration).root}{path}" or "/"


def scope_of(suite: Suite, given: Input, configuration: Configuration) -> Scope:
    """The ASGI scope of the request."""
    target = target_of(suite, given, configuration)
    path, _, query = target.partition("?")
    headers = {"host": f"{_host(suite, configuration)}:{_PORTS[given.scheme]}"}
    if given.payload is not None:
        headers["content-type"] = content_type_of(given.payload)
    headers |= {name.lower(): value for name, value in given.headers()}
    method = given.method or ("POST" if suite.kind is Kind.PROXY or given.payload else "GET")
    return {
        "type": "http",
        "http_version": "1.1",
        "method": method,
        "scheme": given.scheme,
        "path": unquote(path),
        "raw_path": path.encode(),
        "query_string": query.encode(),
        "headers": [(name.encode(), value.encode()) for name, value in headers.items()],
        "client": ("127.0.0.1", 0),
    }


async def ask(configuration: Configuration, scope: Scope, body: bytes) -> HttpAnswer:
    """The answer of the gateway, whatever its status."""
    sent: list[Event] = []
    waiting: list[Event] = [{"type": "http.request", "body": body, "more_body": False}]

    async def receive() -> Event:
        if not waiting:
            await asyncio.Event().wait()  # the client stays until it has its answer
        return waiting.pop()

    async def send(event: Event) -> None:
        sent.append(event)

    await Gateway(configuration)(scope, receive, send)
    fields = [(name.decode().lower(), value.decode()) for name, value in sent[0]["headers"]]
    return HttpAnswer(
        sent[0]["status"], dict(fields), b"".join(event.get("body", b"") for event in sent[1:])
    )


def _host(suite: Suite, configuration: Configuration) -> str:
    if suite.kind is Kind.PROXY:
        return "localhost"
    return _only_api(configuration).hostname or "localhost"


def _only_api(configuration: Configuration) -> Api:
    """Supportive artifacts may be APIs as well: the one under test was read first."""
    for api in configuration.apis.values():
        return api
    raise ConfigurationError("there is no API to test")
