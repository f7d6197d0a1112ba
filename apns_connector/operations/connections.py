"""What an ``<apns.init>`` leads to: its values, and the client for them.

Nearly every message brings an init that was brought before. It is read again only when it says
something else, when the registry has another file under its path, or when its certificate is over.
"""

from __future__ import annotations

import math
import time
from collections import OrderedDict
from collections.abc import ItemsView
from dataclasses import dataclass, field
from typing import Any, Final

from apns_connector.apns import Certificate, Client, Credentials
from apns_connector.errors import RegistryError
from apns_connector.mediation.message import Message
from apns_connector.operations.clients import CAPACITY, Clients
from apns_connector.operations.init import INIT, PROPERTIES, Init, read_init, said_in

_TEXT_OR_NOTHING: Final = frozenset({str, type(None)})


@dataclass(frozen=True, slots=True)
class Connected:
    """The values of an init, and the client that sends for it."""

    init: Init
    client: Client


@dataclass(frozen=True, slots=True)
class _Known:
    """``said``: the properties that the init left, ``unsaid``: those that it did not. ``path`` in
    the registry, where it had that ``content``; ``until``: seconds since 1970."""

    connected: Connected
    said: ItemsView[str, str] = field(repr=False)
    unsaid: frozenset[str]
    path: str
    content: bytes = field(repr=False)
    until: float


class Connections:
    """Those of one operation. Of credentials that do not come from the registry none is known."""

    def __init__(self, clients: Clients, capacity: int = CAPACITY) -> None:
        self._clients = clients
        self._capacity = capacity
        self._known: OrderedDict[tuple[Any, ...], _Known] = OrderedDict()
        self._last: _Known | None = None

    async def open(self, message: Message) -> Connected:
        """Raises :class:`OperationError`, :class:`DestinationError`, :class:`CredentialsError`,
        :class:`ConfigurationError`."""
        known = self.known(message)
        if known is not None:
            return known
        said = said_in(message)
        init = read_init(message)
        destination = self._clients.destination(init.destination)
        credentials = await init.credentials.open(self._clients)
        client = await self._clients.client(credentials, destination, init.proxy)
        connected = Connected(init, client)
        self._remember(said, connected, credentials)
        return connected

    def known(self, message: Message) -> Connected | None:
        """What the same init led to before, if that still holds: nearly always it does, and then
        there is nothing to wait for."""
        held = message.properties.default
        known = self._last
        if known is None or not (known.said <= held.items() and known.unsaid.isdisjoint(held)):
            known = self._find(said_in(message))
        if known is None or not self._holds(known, message):
            return None
        self._last = known
        return known.connected

    def _find(self, said: tuple[Any, ...]) -> _Known | None:
        try:
            return self._known.get(said)
        except TypeError:  # JSON among it
            return None

    def _holds(self, known: _Known, message: Message) -> bool:
        functions = message.properties.functions
        if functions and functions[-1].template == INIT:  # its parameters count as well
            return False
        try:
            resource = message.configuration.registry.resource(known.path)
        except RegistryError:  # told by who reads it again
            return False
        return (
            resource is not None
            and resource.content is known.content
            and time.time() <= known.until
            and self._clients.again(known.connected.client)
        )

    def _remember(
        self, said: tuple[Any, ...], connected: Connected, credentials: Credentials
    ) -> None:
        file = connected.init.credentials
        if file.path is None or not _TEXT_OR_NOTHING.issuperset(map(type, said)):
            return
        until = math.inf
        if isinstance(credentials, Certificate):
            until = credentials.not_after.timestamp()
        held = {name: text for name, text in zip(PROPERTIES, said, strict=True) if text is not None}
        unsaid = frozenset(PROPERTIES.keys() - held.keys())
        known = _Known(connected, held.items(), unsaid, file.path, file.content, until)
        self._known[said] = self._last = known
        if len(self._known) > self._capacity:
            self._known.popitem(last=False)
