"""The simulator: listens, counts, remembers, stops."""

from __future__ import annotations

import asyncio
import logging
from typing import Self

from apns_connector.simulator.connection import Connection
from apns_connector.simulator.control import Control
from apns_connector.simulator.control_port import ControlPort
from apns_connector.simulator.credentials import DemoCredentials
from apns_connector.simulator.decision import Decider
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
        self.connections_opened = 0
        self._credentials = credentials
        self._received = Received(self.options.keep, self.options.clock)
        self._decider = self._make_decider()
        self._sessions: dict[Connection, Session] = {}
        self._control_connections: set[asyncio.Transport] = set()
        self._control = Control(self._received, self.faults)
        self._ports = (self.options.port, self.options.control_port)
        self._listener: asyncio.Server | None = None
        self._control_listener: asyncio.Server | None = None

    def __repr__(self) -> str:
        state = f"port {self.port}" if self._listener is not None else "not started"
        return f"<Simulator {self.options.environment}, {state}>"

    # -- life cycle ---------------------------------------------------------------------------

    async def start(self) -> None:
        """Listen.

        :raises OSError: if a port cannot be had
        """
        loop = asyncio.get_running_loop()
        port, control_port = self._ports
        self._context = server_context(self._credentials.authority)
        self._listener = await loop.create_server(
            self._welcome, self.options.host, port, backlog=_BACKLOG
        )
        if control_port is not None:
            try:
                self._control_listener = await loop.create_server(
                    lambda: ControlPort(self._control, self._control_connections),
                    _LOOPBACK,
                    control_port,
                )
            except OSError:
                await self.stop()
                raise
        self._ports = (self.port, self.control_port)
        logger.info("%r, control port %s", self, self.control_port)

    async def stop(self) -> None:
        """Say GOAWAY to each client, give it a moment to close, and end."""
        for listener in (self._listener, self._control_listener):
            if listener is not None:
                listener.close()
        for transport in list(self._control_connections):
            transport.close()
        for connection, session in list(self._sessions.items()):
            if session.established and not session.closing:
                connection.shut_down()
            elif not session.established:
                session.cut()
        await self._all_gone()
        self._listener = self._control_listener = None

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
        return _port(self._listener)

    @property
    def control_port(self) -> int | None:
        """Where the control port is, if there is one; only while it runs."""
        return None if self.options.control_port is None else _port(self._control_listener)

    @property
    def received(self) -> list[ReceivedNotification]:
        """The latest notifications, oldest first."""
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

    def _welcome(self) -> asyncio.Protocol:
        if self.faults.refuses_connection():
            return Refusal()
        self.connections_opened += 1
        connection = Connection(
            self.connections_opened, self.options, self._decider, self._received, self._gone
        )
        self._sessions[connection] = session = Session(self._context, connection)
        return session

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

    def _make_decider(self) -> Decider:
        options = self.options
        keys = {key.key_id: key for key in self._credentials.keys}
        tokens = TokenPolicy(keys, options.environment, options.token_update_interval)
        policy = Policy(tokens, options.topics)
        return Decider(policy, self.faults, options.clock, options.handler)


def _port(listener: asyncio.Server | None) -> int:
    if listener is None:
        raise RuntimeError("the simulator is not running")
    port: int = listener.sockets[0].getsockname()[1]
    return port
