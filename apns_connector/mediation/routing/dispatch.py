"""Which resource of an API takes a request, and what is said when none does: decided by the head
of the request alone."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from apns_connector.mediation.routing.api_resource import ApiResource
from apns_connector.mediation.routing.asked import Asked
from apns_connector.mediation.routing.uri_pattern import UriPattern
from apns_connector.mediation.routing.url_mapping import UrlMapping

OK, BAD_REQUEST, NOT_FOUND, METHOD_NOT_ALLOWED = 200, 400, 404, 405


@dataclass(frozen=True, slots=True)
class Found:
    """``variables`` are those of its uri-template."""

    resource: ApiResource
    variables: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Unmediated:
    """An answer that needs no flow: 200 to OPTIONS, else 400, 404 or 405.

    ``problem`` is empty for 200. ``allowed`` are the methods that the path takes.
    """

    status: int
    problem: str = ""
    allowed: tuple[str, ...] = ()


def dispatch(resources: Sequence[ApiResource], asked: Asked, path: str) -> Found | Unmediated:
    """``path`` is what follows the context, with a query if there is one.

    In the order of Synapse: exact url-mapping, longest prefix, extension, uri-template, and the
    resource without either. Unlike there, a path that is known with another method is told from
    one that is not known at all also when the method is known with another path.
    """
    found = find_resource([one for one in resources if one.takes(asked)], path)
    others = [one for one in resources if one.variables(path) is not None]
    if found is not None:
        if asked.method == "OPTIONS" and "OPTIONS" not in found.resource.methods:
            return Unmediated(OK, allowed=_allowed(others))
        return found
    if not others:
        return Unmediated(NOT_FOUND, f"There is no resource at {asked.path[:200]}")
    if not any(one.takes_method(asked.method) for one in others):
        allowed = _allowed(others)
        problem = f"{asked.method} is not possible here, only {', '.join(allowed)}"
        return Unmediated(METHOD_NOT_ALLOWED, problem, allowed)
    problem = "The request has not the transport, Content-Type or User-Agent that is wanted here"
    return Unmediated(BAD_REQUEST, problem)


def find_resource(resources: Iterable[ApiResource], path: str) -> Found | None:
    """Among resources that fit otherwise, the one that the path means."""
    mapped, templated, default = _by_kind(resources)
    resource = _mapped_to(mapped, path.partition("?")[0])
    if resource is not None:
        return Found(resource, {})
    for resource in templated:
        variables = resource.variables(path)
        if variables is not None:
            return Found(resource, variables)
    return Found(default[0], {}) if default else None


def _by_kind(
    resources: Iterable[ApiResource],
) -> tuple[list[tuple[UrlMapping, ApiResource]], list[ApiResource], list[ApiResource]]:
    mapped: list[tuple[UrlMapping, ApiResource]] = []
    templated: list[ApiResource] = []
    default: list[ApiResource] = []
    for resource in resources:
        if isinstance(resource.mapping, UrlMapping):
            mapped.append((resource.mapping, resource))
        elif isinstance(resource.mapping, UriPattern):
            templated.append(resource)
        else:
            default.append(resource)
    return mapped, templated, default


def _mapped_to(mapped: Sequence[tuple[UrlMapping, ApiResource]], path: str) -> ApiResource | None:
    for mapping, resource in mapped:
        if mapping.is_exact(path):
            return resource
    length, closest = max(
        ((mapping.prefix_length(path), -place) for place, (mapping, _) in enumerate(mapped)),
        default=(0, 0),
    )
    if length:
        return mapped[-closest][1]
    return next((resource for mapping, resource in mapped if mapping.is_extension(path)), None)


def _allowed(resources: Iterable[ApiResource]) -> tuple[str, ...]:
    """Each method once. That OPTIONS is possible need not be said."""
    methods = (method for resource in resources for method in resource.stated_methods)
    return tuple(method for method in dict.fromkeys(methods) if method != "OPTIONS")
