"""Mock services: what answers in place of a backend.

They are found by the port that the file names, but nothing listens there: the requests of a flow
are handed to them, so that runs are quick and may go on beside each other.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from apns_connector.errors import TransportError
from apns_connector.flow_tests.comparison import is_same
from apns_connector.flow_tests.payload import content_type_of
from apns_connector.mediation.endpoints.transport import (
    HeaderFields,
    OutboundReply,
    OutboundRequest,
    place_of,
)
from apns_connector.mediation.xml import SYNAPSE, Element

NO_CONNECTION = 101503
_LOCAL = ("localhost", "127.0.0.1")
# What stands before the path of an endpoint's address: a scheme and host, or a value for them.
_AUTHORITY = re.compile(r"(legacy-encoding:)?(?:[a-z]+://)?[^/]*")


@dataclass(frozen=True, slots=True)
class MockResource:
    """One request that is expected, and the answer to it. ``payload`` and ``headers`` of the
    request count only where they are given."""

    sub_context: str
    method: str
    status: int
    body: str = ""
    headers: HeaderFields = ()
    request_payload: str | None = None
    request_headers: HeaderFields = ()

    def reply(self) -> OutboundReply:
        headers = self.headers
        if self.body and not any(name.lower() == "content-type" for name, _ in headers):
            headers = (*headers, ("Content-Type", content_type_of(self.body)))
        return OutboundReply(self.status, headers, self.body.strip().encode())


@dataclass(frozen=True, slots=True)
class MockService:
    """``name`` is that of the endpoint it stands in for; ``context`` begins the paths of all its
    resources."""

    name: str
    port: int
    context: str
    resources: tuple[MockResource, ...]

    def resource(self, request: OutboundRequest) -> MockResource | None:
        """The first resource that the request is for."""
        return next((one for one in self.resources if self._takes(one, request)), None)

    def _takes(self, resource: MockResource, request: OutboundRequest) -> bool:
        parts = urlsplit(request.url)
        wanted = self.context.rstrip("/") + "/" + resource.sub_context.lstrip("/")
        path = f"{parts.path}?{parts.query}" if "?" in wanted else parts.path
        sent = {(name.lower(), value) for name, value in request.headers}
        payload = resource.request_payload
        return (
            request.method == resource.method
            and path.rstrip("/") == wanted.rstrip("/")
            and all((name.lower(), value) in sent for name, value in resource.request_headers)
            and (payload is None or is_same(payload, request.body.decode(errors="replace")))
        )


class MockBackends:
    """The transport of a test: asks the mock services, and nobody else. ``unanswered`` tells of
    the requests that none of them was meant for."""

    def __init__(self, services: Sequence[MockService]) -> None:
        self._services = services
        self.unanswered: list[str] = []

    async def exchange(self, request: OutboundRequest) -> OutboundReply:
        """Raises TransportError for a backend without mock service."""
        there = [one for one in self._services if _is_at(one, request.url)]
        if not there:
            text = f"no mock service stands in for {place_of(request.url)}, which was not asked"
            self.unanswered.append(text)
            raise TransportError(text, NO_CONNECTION)
        for service in there:
            resource = service.resource(request)
            if resource is not None:
                return resource.reply()
        asked = f"{request.method} {urlsplit(request.url).path}"
        text = f"mock service '{there[0].name}' has no resource for {asked} as it was sent"
        self.unanswered.append(text)
        return OutboundReply(404, (("Content-Type", "text/plain"),), text.encode())


def repoint(element: Element, services: Sequence[MockService]) -> None:
    """Lead the endpoints in an artifact to the mock services of their names (Synapse:
    ConfigModifier)."""
    by_name = {service.name: service for service in services}
    for endpoint in element.iter(f"{{{SYNAPSE}}}endpoint"):
        service = by_name.get(endpoint.get("name", ""))
        if service is None:
            continue
        for kind in endpoint.iterchildren("*"):
            for attribute in ("uri", "uri-template"):
                address = kind.get(attribute)
                if address is not None:
                    kind.set(attribute, repointed(address, service))


def repointed(address: str, service: MockService) -> str:
    """The address with host and port of the mock service. The path stays from the context on;
    without the context in it, it becomes the context."""
    match = _AUTHORITY.match(address)
    path = address[match.end() :] if match is not None else ""
    context = service.context.rstrip("/")
    found = re.search(rf"{re.escape(context)}(?=[/?{{]|\Z)", path)
    rest = path[found.end() :] if found is not None else ""
    legacy = (match and match[1]) or ""
    return f"{legacy}http://localhost:{service.port}{context}{rest}"


def _is_at(service: MockService, url: str) -> bool:
    parts = urlsplit(url)
    return parts.hostname in _LOCAL and parts.port == service.port
