"""Which proxy a path means (the names Axis2 gives a service)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from apns_connector.mediation.proxy import Proxy

PREFIX = "/services"


def endpoint_name(service: str, scheme: str, binding: str) -> str:
    """``P.PHttpSoap11Endpoint``; ``binding`` is Soap11, Soap12 or nothing (plain XML)."""
    return f"{service}.{service}{scheme.capitalize()}{binding}Endpoint"


def service_names(services: Iterable[str]) -> dict[str, str]:
    """All names under which each service answers. A service's own name wins over an alias."""
    services = tuple(services)
    aliases = {
        endpoint_name(service, scheme, binding): service
        for service in services
        for scheme in ("http", "https")
        for binding in ("Soap11", "Soap12", "")
    }
    return aliases | {service: service for service in services}


def find_service(path: str, names: Mapping[str, str]) -> str | None:
    """The service of ``/services/NAME`` or ``/services/NAME/OPERATION``, or None.

    A proxy has one operation, ``mediate``, and takes everything for it: the name is not looked at.
    """
    if not path.startswith(PREFIX + "/"):
        return None
    return names.get(path[len(PREFIX) + 1 :].partition("/")[0])


def open_proxies(
    proxies: Mapping[str, Proxy], names: Mapping[str, str]
) -> dict[tuple[str, str], Proxy]:
    """What a POST means, by scheme and path, as far as that can be told before it comes. Whatever
    is not in here may still be for a proxy, or be refused by one."""
    paths = {path: find_service(path, names) for path in (f"{PREFIX}/{name}" for name in names)}
    return {
        (scheme, path): proxies[service]
        for path, service in paths.items()
        if service is not None and proxies[service].active
        for scheme in proxies[service].transports or ("http", "https")
    }
