"""``<resource>`` of an API: which requests it takes, and what is done with them."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from apns_connector.errors import ConfigurationError
from apns_connector.mediation.flow import Flows, flows_from_element
from apns_connector.mediation.reading import Reader
from apns_connector.mediation.routing.asked import Asked
from apns_connector.mediation.routing.uri_pattern import UriPattern
from apns_connector.mediation.routing.url_mapping import UrlMapping
from apns_connector.mediation.transports import transports_in
from apns_connector.mediation.xml import Element

METHODS = ("GET", "POST", "PUT", "DELETE", "OPTIONS", "HEAD", "PATCH")
# What a resource says it takes that names no method, and so takes every one.
USUAL_METHODS = ("GET", "POST", "PUT", "DELETE")
_NO_VARIABLES: Mapping[str, str] = {}


@dataclass(frozen=True, slots=True)
class ApiResource:
    """``methods`` and ``transports`` are empty for all. Without ``mapping`` it takes what no other
    resource does. ``content_type`` is compared with the whole header of a request with a body;
    ``user_agent`` has to match the whole header."""

    flows: Flows
    mapping: UrlMapping | UriPattern | None = None
    methods: tuple[str, ...] = ()
    transports: tuple[str, ...] = ()
    content_type: str | None = None
    user_agent: re.Pattern[str] | None = None

    @property
    def pattern(self) -> str | None:
        """The mapping as it is written."""
        return None if self.mapping is None else self.mapping.source

    @property
    def stated_methods(self) -> tuple[str, ...]:
        """What an Allow header says."""
        return self.methods or USUAL_METHODS

    def takes_method(self, method: str) -> bool:
        """OPTIONS is taken always: when it is not for the flow, the API answers it."""
        return not self.methods or method in self.methods or method == "OPTIONS"

    def takes(self, asked: Asked) -> bool:
        """Whether everything but the path is as the resource wants it."""
        return (
            self.takes_method(asked.method)
            and (not self.transports or asked.scheme in self.transports)
            and self._takes_content(asked.headers)
            and self._takes_agent(asked.headers.get("user-agent"))
        )

    def variables(self, path: str) -> Mapping[str, str] | None:
        """The variables of the path behind the context; ``None`` for a path of somebody else."""
        if self.mapping is None:
            return _NO_VARIABLES
        if isinstance(self.mapping, UriPattern):
            return self.mapping.match(path)
        bare = path.partition("?")[0]
        mapping = self.mapping
        matches = (mapping.is_exact(bare), mapping.prefix_length(bare), mapping.is_extension(bare))
        return _NO_VARIABLES if any(matches) else None

    def _takes_content(self, headers: Mapping[str, str]) -> bool:
        has_body = headers.get("content-length", "0") != "0" or "transfer-encoding" in headers
        return (
            self.content_type is None
            or not has_body
            or (headers.get("content-type") == self.content_type)
        )

    def _takes_agent(self, agent: str | None) -> bool:
        if self.user_agent is None:
            return True
        return agent is not None and self.user_agent.fullmatch(agent) is not None

    @classmethod
    def from_element(cls, element: Element, reader: Reader) -> ApiResource:
        """Raises ConfigurationError for a method that is none, and a template that is none."""
        agent = element.get("user-agent")
        return cls(
            flows=flows_from_element(element, reader),
            mapping=_mapping(element, reader),
            methods=_methods(element, reader),
            transports=transports_in(element.get("protocol", "")),
            content_type=element.get("content-type") or None,
            user_agent=reader.pattern(element, "user-agent") if agent else None,
        )


def _mapping(element: Element, reader: Reader) -> UrlMapping | UriPattern | None:
    """A url-mapping wins over a uri-template, as in Synapse."""
    mapping, template = element.get("url-mapping"), element.get("uri-template")
    if mapping:
        return UrlMapping(mapping)
    if not template:
        return None
    try:
        return UriPattern(template, query_counts=reader.language.compatibility.query_counts)
    except ConfigurationError as error:
        raise reader.located(error, element) from error


def _methods(element: Element, reader: Reader) -> tuple[str, ...]:
    methods = tuple(element.get("methods", "").split())
    for method in methods:
        if method not in METHODS:
            raise reader.error(
                element, f"<resource>: the method '{method}' is none of {', '.join(METHODS)}"
            )
    return methods


def conflict_between(resources: Sequence[ApiResource]) -> str | None:
    """What keeps these resources from being told from each other; ``None`` when nothing does."""
    for place, one in enumerate(resources):
        for other in resources[:place]:
            if one.pattern is None and other.pattern is None:
                return "only one resource can go without uri-template and url-mapping"
            shared = sorted(set(one.methods) & set(other.methods))
            if one.pattern == other.pattern and shared:
                return f"two resources have the mapping '{one.pattern}' and the method {shared[0]}"
    return None
