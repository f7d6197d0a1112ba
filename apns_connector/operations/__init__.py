"""Where mediation meets Apple: what the connector offers in XML, one file for each operation."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from apns_connector.mediation.mediator import Mediator
from apns_connector.operations import dispatch_to_device
from apns_connector.operations.clients import Clients
from apns_connector.operations.dispatch_to_device import DispatchToDevice

__all__ = ["Clients", "DispatchToDevice", "class_mediators"]


def class_mediators(clients: Clients) -> Mapping[str, Callable[[], Mediator]]:
    """What ``<class name="…">`` in a template resolves to: the Java names of the original."""
    return {dispatch_to_device.JAVA_CLASS: lambda: DispatchToDevice(clients)}
