"""``<api>``: resources under a context, and which API takes a request."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING

from apns_connector.errors import ConfigurationError
from apns_connector.mediation.flow import Flow, Flows
from apns_connector.mediation.reading import Reader
from apns_connector.mediation.routing.api_request import ApiRequest
from apns_connector.mediation.routing.api_resource import ApiResource, conflict_between
from apns_connector.mediation.routing.asked import Asked
from apns_connector.mediation.routing.dispatch import (
    BAD_REQUEST,
    METHOD_NOT_ALLOWED,
    NOT_FOUND,
    Found,
    Unmediated,
    dispatch,
)
from apns_connector.mediation.transports import transports_in
from apns_connector.mediation.xml import SYNAPSE, Element, children, line_of, local_name

if TYPE_CHECKING:
    from apns_connector.mediation.artifacts import Configuration

# Sequences that run, where a deployment defines them, instead of an answer without a flow.
HANDLERS = {
    NOT_FOUND: "_resource_mismatch_handler_",
    METHOD_NOT_ALLOWED: "_method_not_allowed_handler_",
}
_NOT_ENCODED = re.compile(r"%(?![0-9A-Fa-f]{2})")


@dataclass(frozen=True, slots=True)
class Api:
    """``context`` begins with a slash and does not end with one: "" takes every path.

    ``version`` is part of the context, or with ``version_type`` "url" the segment behind it.
    ``transports`` is empty for all. ``place`` is the file and line of its element.
    """

    name: str
    context: str
    resources: tuple[ApiResource, ...]
    version: str = ""
    version_type: str = ""
    hostname: str | None = None
    port: int | None = None
    transports: tuple[str, ...] = ()
    place: tuple[str | None, int | None] = (None, None)

    @property
    def key(self) -> str:
        """What Synapse calls it: versions of one API are APIs of their own."""
        return f"{self.name}:v{self.version}" if self.version else self.name

    @property
    def root(self) -> str:
        """What the paths of all its resources begin with."""
        return f"{self.context}/{self.version}" if self.version_type == "url" else self.context

    def takes(self, asked: Asked) -> bool:
        return (
            f"{asked.path}/".startswith(f"{self.root}/")
            and self.hostname in (None, asked.hostname)
            and self.port in (None, asked.port)
            and (not self.transports or asked.scheme in self.transports)
        )

    def request(self, asked: Asked, configuration: Configuration) -> ApiRequest | Unmediated:
        """What becomes of a request that the API takes."""
        found = dispatch(self.resources, asked, self.path_of(asked))
        if isinstance(found, Unmediated):
            return self._handled(found, asked, configuration)
        if _NOT_ENCODED.search(asked.query) is not None:
            return Unmediated(BAD_REQUEST, "The query has a % that begins no encoded character")
        return ApiRequest(self, found, asked)

    def path_of(self, asked: Asked) -> str:
        """What follows the context, with the query: ``/`` at least."""
        rest = asked.target[len(self.root) :]
        return rest if rest.startswith("/") else f"/{rest}"

    def _handled(
        self, unmediated: Unmediated, asked: Asked, configuration: Configuration
    ) -> ApiRequest | Unmediated:
        key = HANDLERS.get(unmediated.status)
        sequence = None if key is None else configuration.sequence(key)
        if sequence is None:
            return unmediated
        handling = ApiResource(Flows(received=Flow(inline=sequence)))
        return ApiRequest(self, Found(handling, {}), asked)

    @classmethod
    def from_element(cls, element: Element, reader: Reader) -> Api:
        """Raises ConfigurationError when it has no name, context or resource, or needs what is not
        there."""
        name, context = reader.required(element, "name"), reader.required(element, "context")
        if not context.startswith("/"):
            raise reader.error(element, f"api '{name}': the context must begin with a slash")
        _refuse_unsupported(element, reader)
        version, version_type = _version(element, reader)
        resources = tuple(
            ApiResource.from_element(child, reader)
            for child in element.findall(f"{{{SYNAPSE}}}resource")
        )
        if not resources:
            raise reader.error(element, f"api '{name}' has no <resource>")
        conflict = conflict_between(resources)
        if conflict is not None:
            raise reader.error(element, f"api '{name}': {conflict}")
        return cls(
            name,
            context.replace("{version}", version).rstrip("/"),
            resources,
            version=version,
            version_type=version_type,
            hostname=element.get("hostname") or None,
            port=_port(element, reader),
            transports=transports_in(element.get("transports", "")),
            place=(reader.file, line_of(element)),
        )


def find_api(apis: Iterable[Api], asked: Asked) -> Api | None:
    """The API that takes a request, among those in the order of ``ordered``."""
    return next((api for api in apis if api.takes(asked)), None)


def ordered(apis: Mapping[str, Api]) -> list[Api]:
    """Those with a version first, then those with the longer context."""
    return sorted(apis.values(), key=lambda api: (not api.version, -len(api.root)))


def problems_with(apis: Mapping[str, Api]) -> list[ConfigurationError]:
    """APIs that take the same requests: which one answers would be a matter of chance."""
    return [
        ConfigurationError(
            f"api '{later.key}': URL context {later.root or '/'} is already registered with the "
            f"API {first.key}",
            *later.place,
        )
        for first, later in combinations(apis.values(), 2)
        if _reach(first) == _reach(later)
    ]


def _reach(api: Api) -> tuple[object, ...]:
    return api.root, api.hostname, api.port, api.transports


def _version(element: Element, reader: Reader) -> tuple[str, str]:
    version, version_type = element.get("version", ""), element.get("version-type", "")
    if bool(version) != bool(version_type) or version_type not in ("", "url", "context"):
        raise reader.error(
            element, "<api> needs 'version' and 'version-type', which is url or context, together"
        )
    return version, version_type


def _port(element: Element, reader: Reader) -> int | None:
    text = element.get("port", "")
    if text and not text.isdecimal():
        raise reader.error(element, f"<api>: the port '{text}' is no number")
    return int(text) if text else None


def _refuse_unsupported(element: Element, reader: Reader) -> None:
    for child in children(element):
        if local_name(child.tag) == "handlers" and children(child):
            raise reader.error(
                child, "<handlers> are Java classes, which do not run here: use a sequence"
            )
    binds = element.get("binds-to", "default").replace(",", " ").split()
    if "default" not in binds:
        raise reader.error(element, "binds-to: there are no inbound endpoints, only 'default'")
