"""What an ``<apns.init>`` leads to: its values, and the client for them.

Nearly every message brings an init that was brought before. It is read again only when it says
something else, when the registry has another file under its path, or when its certificate is over.
"""

from __future__ import annotations

import math
import time
from collections import OrderedDict
from collections.abc import Callable, ItemsView
from dataclasses import dataclass, field
from typing import Any, Final

from apns_connector.apns import Certificate, Client, Credentials
from apns_connector.errors import RegistryError
from apns_connector.mediation.message import Message
from apns_connector.mediation.registry import Registry
from apns_connector.operations.clients import CAPACITY, Clients
from apns_connector.operations.init import INIT, PROPERTIES, Init, read_init, said_in

_TEXT_OR_NOTHING: Final = frozenset({str, type(None)})
# How long a client counts as used without being told so again: far below the time after which one
# that nobody uses is closed.
_BELIEVED_SECONDS: Final = 1.0


@dataclass(frozen=True, slots=True)
class Connected:
    """The values of an init, and the client that sends for it."""

    init: Init
    client: Client


@dataclass(slots=True)
class _Known:
    """``said``: the properties that the init left, ``unsaid``: those that it did not. ``path`` in
    the registry, where it had that ``content``; ``until``: seconds since 1970.

    ``registry``: the one that was asked last. Until ``believed_until``, as of the clock, nothing of
    this is looked at again."""

    connected: Connected
    said: ItemsView[str, str] = field(repr=False)
    unsaid: frozenset[str]
    path: str
    content: bytes = field(repr=False)
    until: float
    registry: Registry | None = None
    believed_until: float = -math.inf


class Connections:
    """Those of one operation. Of credentials that do not come from the registry none is known.
    ``clock``: seconds, as of :func:`time.monotonic`."""

    def __init__(
        self,
        clients: Clients,
        capacity: int = CAPACITY,
        *,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._clients = clients
        self._capacity = capacity
        self._clock = clock
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
        if not _within_init(message):
            self._remember(said, connected, credentials)
        return connected

    def known(self, message: Message) -> Connected | None:
        """What the same init led to before, if that still holds: nearly always it does, and then
        there is nothing to wait for."""
        held = message.properties.default
        known = self._last
        if known is None or not (known.said <= held.items() and known.unsaid.isdisjoint(held)):
            known = self._find(said_in(message))
        if known is None or _within_init(message):
            return None
        registry = message.configuration.registry
        connected = known.connected
        believed = registry is known.registry and self._clock() < known.believed_until
        if (not believed or connected.client.closed) and not self._holds(known, registry):
            return None
        self._last = known
        return connected

    def _find(self, said: tuple[Any, ...]) -> _Known | None:
        try:
            return self._known.get(said)
        except TypeError:  # JSON among it
            return None

    def _holds(self, known: _Known, registry: Registry) -> bool:
        """If it does, it is believed for a while."""
        try:
            resource = registry.resource(known.path)
        except RegistryError:  # told by who reads it again
            return False
        left = known.until - time.time()
        if resource is None or resource.content is not known.content or left < 0:
            return False
        if not self._clients.again(known.connected.client):
            return False
        known.registry = registry
        known.believed_until = min(
            registry.believed_until(known.path), self._clock() + min(left, _BELIEVED_SECONDS)
        )
        return True

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


def _within_init(message: Message) -> bool:
    """Whether the template of an init is running, whose parameters count beside the properties."""
    functions = message.properties.functions
    return bool(functions) and functions[-1].template == INIT
