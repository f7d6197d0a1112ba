"""Where mediation meets Apple: what the connector offers in XML, one file for each operation."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Final

from apns_connector.mediation.mediator import Mediator
from apns_connector.operations.catalogue_entries import java_class
from apns_connector.operations.clients import Clients
from apns_connector.operations.create_channel import CreateChannel
from apns_connector.operations.delete_channel import DeleteChannel
from apns_connector.operations.dispatch_live_activity import DispatchLiveActivity
from apns_connector.operations.dispatch_to_channel import DispatchToChannel
from apns_connector.operations.dispatch_to_device import DispatchToDevice
from apns_connector.operations.dispatch_to_devices import DispatchToDevices
from apns_connector.operations.init import KeepInit
from apns_connector.operations.list_channels import ListChannels
from apns_connector.operations.operation import Operation
from apns_connector.operations.read_channel import ReadChannel
from apns_connector.operations.unregistered_devices import UnregisteredDevices
from apns_connector.operations.unregistered_file import UnregisteredFile

__all__ = ["Clients", "Operation", "UnregisteredFile", "class_mediators"]

_OPERATIONS: Final[tuple[type[Operation], ...]] = (
    DispatchToDevice,
    DispatchToDevices,
    DispatchLiveActivity,
    DispatchToChannel,
    CreateChannel,
    ReadChannel,
    ListChannels,
    DeleteChannel,
    UnregisteredDevices,
)


def class_mediators(clients: Clients) -> Mapping[str, Callable[[], Mediator]]:
    """The class mediators of all operations, by those names."""
    made: dict[str, Callable[[], Mediator]] = {
        java_class(operation.name): partial(operation, clients) for operation in _OPERATIONS
    }
    return {java_class("init"): KeepInit, **made}
