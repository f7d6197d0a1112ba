"""The simulator: listens, counts, remembers, stops."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from enum import Enum
from functools import partial
from typing import Self

from apns_connector.simulator.channels import Channels
from apns_connector.simulator.connection import Connection
from apns_connector.simulator.control import Control
from apns_connector.simulator.control_port import ControlPort
from apns_connector.simulator.credentials import DemoCredentials
from apns_connector.simulator.decision import Decider, ManagementDecider
from apns_connector.simulator.faults import Faults
from apns_connector.simulator.options import SimulatorOptions
from apns_connector.simulator.provider_token import TokenPolicy
from apns_connector.simulator.received import Received, ReceivedNotification
from apns_connector.simulator.rules import Policy
from apns_connector.simulator.session import CLOSING_SECONDS, Refusal, Session
from apns_connector.simulator.tls import server_context

logger = logging.getLogger(__name__)

_LOOPBACK = "127.0.0.1"
_BACKLOG = 1024


class _Port(Enum):
    """The ports there may be."""

    NOTIFICATIONS = "notifications"
    CONTROL = "control"
    MANAGEMENT = "management"


class Simulator:
    """A local Apple for one event loop::

        async with Simulator(demo_credentials(Path("credentials"))) as simulator:
            ...  # send to localhost, simulator.port
            assert simulator.counts["accepted"] == 1

    Stopped and started again it is back at the same port, and still knows what arrived.
    """

    def __init__(
        self, credentials: DemoCredentials, options: SimulatorOptions | None = None
    ) -> None:
        self.options = options or SimulatorOptions()
        self.faults = Faults()
        self.channels = Channels(self.options.channels_per_app, self.options.broadcast_apps)
        self.connections_opened = 0
        self._credentials = credentials
        self._received = Received(self.options.keep, self.options.clock)
        self._decider = self._make_decider(Decider)
        self._management_decider = self._make_decider(ManagementDecider)
        self._sessions: dict[Connection, Session] = {}
        self._control_connections: set[asyncio.Transport] = set()
        self._control = Control(self._received, self.faults, self.channels)
        self._ports: dict[_Port, int | None] = {
            _Port.NOTIFICATIONS: self.options.port,
            _Port.CONTROL: self.options.control_port,
            _Port.MANAGEMENT: self.options.management_port,
        }
        self._listeners: dict[_Port, asyncio.Server] = {}
        self._stopping = False

    def __repr__(self) -> str:
        state = f"port {self.port}" if self._listeners else "not started"
        return f"<Simulator {self.options.environment}, {state}>"

    # -- life cycle ---------------------------------------------------------------------------

    async def start(self) -> None:
        """Listen.

        :raises OSError: if a port cannot be had
        """
        self._stopping = False
        self._context = server_context(self._credentials.authority)
        try:
            for name, port in self._ports.items():
                if port is not None:
                    self._listeners[name] = await self._listen(name, port)
        except OSError:
            await self.stop()
            raise
        self._ports |= {name: _number(listener) for name, listener in self._listeners.items()}
        logger.info(
            "%r, control port %s, management port %s", self, self.control_port, self.management_port
        )

    async def _listen(self, name: _Port, port: int) -> asyncio.Server:
        factories: dict[_Port, Callable[[], asyncio.Protocol]] = {
            _Port.NOTIFICATIONS: lambda: self._welcome(self._decider, self._received),
            _Port.CONTROL: lambda: ControlPort(self._control, self._control_connections),
            _Port.MANAGEMENT: lambda: self._welcome(self._management_decider, None),
        }
        host = _LOOPBACK if name is _Port.CONTROL else self.options.host
        loop = asyncio.get_running_loop()
        return await loop.create_server(factories[name], host, port, backlog=_BACKLOG)

    async def stop(self) -> None:
        """Say GOAWAY to each client, give it a moment to close, and end."""
        self._stopping = True
        await self._stop_listening()
        for transport in list(self._control_connections):
            transport.close()
        for connection, session in list(self._sessions.items()):
            if session.established and not session.closing:
                connection.shut_down()
            elif not session.established:
                session.cut()
        await self._all_gone()
        self._listeners.clear()

    async def _stop_listening(self) -> None:
        """asyncio would leave open what it has just accepted when a server closes, so it takes no
        more first, and gets a turn to begin with what it has."""
        loop = asyncio.get_running_loop()
        for listener in self._listeners.values():
            for listening in listener.sockets:
                loop.remove_reader(listening.fileno())
        await asyncio.sleep(0)
        for listener in self._listeners.values():
            listener.close()

    def cut_connections(self) -> None:
        """Reset every TCP connection, as when a machine goes down without a word."""
        for session in list(self._sessions.values()):
            session.cut()

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    # -- what it knows ------------------------------------------------------------------------

    @property
    def port(self) -> int:
        """Where notifications are taken; only while it runs."""
        return _number(self._listeners.get(_Port.NOTIFICATIONS))

    @property
    def control_port(self) -> int | None:
        """Where the control port is, if there is one; only while it runs."""
        return self._port(_Port.CONTROL)

    @property
    def management_port(self) -> int | None:
        """Where channels are managed, if they are; only while it runs."""
        return self._port(_Port.MANAGEMENT)

    def _port(self, name: _Port) -> int | None:
        return None if self._ports[name] is None else _number(self._listeners.get(name))

    @property
    def received(self) -> list[ReceivedNotification]:
        """The latest notifications and broadcasts, oldest first."""
        return self._received.latest()

    @property
    def counts(self) -> dict[str, int]:
        """How many were accepted, rejected, left unanswered."""
        return dict(self._received.outcomes)

    @property
    def reasons(self) -> dict[str, int]:
        """How many were rejected, by reason."""
        return dict(self._received.reasons)

    def clear(self) -> None:
        """Forget what arrived and count from zero."""
        self._received.clear()

    @property
    def connections(self) -> int:
        """TCP connections that are open now."""
        return len(self._sessions)

    # -- connections --------------------------------------------------------------------------

    def _welcome(self, decider: Decider, received: Received | None) -> asyncio.Protocol:
        if self.faults.refuses_connection():
            return Refusal()
        self.connections_opened += 1
        connection = Connection(
            self.connections_opened, self.options, decider, received, self._gone
        )
        return Session(self._context, connection, partial(self._made, connection))

    def _made(self, connection: Connection, session: Session) -> None:
        self._sessions[connection] = session
        if self._stopping:
            session.cut()

    def _gone(self, connection: Connection) -> None:
        del self._sessions[connection]

    async def _all_gone(self) -> None:
        """Sessions end by themselves within their closing time."""
        deadline = asyncio.get_running_loop().time() + 2 * CLOSING_SECONDS
        while self._sessions or self._control_connections:
            if asyncio.get_running_loop().time() > deadline:
                self.cut_connections()
                for transport in list(self._control_connections):
                    transport.abort()
            await asyncio.sleep(0.005)

    def _make_decider(self, kind: type[Decider]) -> Decider:
        options = self.options
        keys = {key.key_id: key for key in self._credentials.keys}
        tokens = TokenPolicy(keys, options.environment, options.token_update_interval)
        policy = Policy(tokens, options.topics)
        return kind(policy, self.faults, options.clock, options.handler, self.channels)


def _number(listener: asyncio.Server | None) -> int:
    if listener is None:
        raise RuntimeError("the simulator is not running")
    port: int = listener.sockets[0].getsockname()[1]
    return port
