"""Which proxy a path means (the names Axis2 gives a service)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

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
