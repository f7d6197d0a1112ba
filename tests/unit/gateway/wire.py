"""A connection without a socket: requests go in as bytes, and what comes out is noted."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import uvicorn
from uvicorn.server import ServerState

from apns_connector.gateway.asgi import App
from apns_connector.gateway.http_protocol import GuardedProtocol
from apns_connector.gateway.limits import Limits
from tests import virtual_time


class Wire(asyncio.Transport):
    """A transport; ``steps`` are its writes, and "closed"."""

    def __init__(self) -> None:
        super().__init__()
        self.steps: list[Any] = []
        self.reading = True

    def write(self, data: Any) -> None:
        assert not self.is_closing(), "written to a closed connection"
        self.steps.append(data)

    def close(self) -> None:
        if not self.is_closing():
            self.steps.append("closed")

    def is_closing(self) -> bool:
        return "closed" in self.steps

    def can_write_eof(self) -> bool:
        return False

    def pause_reading(self) -> None:
        self.reading = False

    def resume_reading(self) -> None:
        self.reading = True


class Connection:
    """One of a client with the protocol of an application."""

    def __init__(self, app: App, **limits: float) -> None:
        chosen = Limits(**limits)
        config = uvicorn.Config(
            app, interface="asgi3", ws="none", lifespan="off", log_config=None, log_level="warning",
            access_log=False, proxy_headers=False, timeout_keep_alive=chosen.keep_alive_seconds,
            limit_concurrency=chosen.connections,
        )  # fmt: skip
        config.load()
        self.wire = Wire()
        self.state = ServerState()
        loop = asyncio.get_running_loop()
        self.protocol = GuardedProtocol(
            chosen, config=config, server_state=self.state, app_state={}, _loop=loop
        )
        self.protocol.connection_made(self.wire)

    async def send(self, data: bytes) -> None:
        """And let everybody do what there is to do at once."""
        self.protocol.data_received(data)
        await self.settle()

    async def settle(self) -> None:
        for _ in range(5):
            await asyncio.sleep(0)


def steps(app: App, *data: bytes, **limits: float) -> list[Any]:
    """What the application leads to when a client sends these pieces."""

    async def use(connection: Connection) -> None:
        for piece in data:
            await connection.send(piece)

    return steps_of(app, use, **limits)


def steps_of(app: App, use: Callable[[Connection], Awaitable[None]], **limits: float) -> list[Any]:
    """What the application leads to when its connection is used like this."""

    async def scenario() -> list[Any]:
        connection = Connection(app, **limits)
        await use(connection)
        return list(connection.wire.steps)  # before the end of the loop cancels who still waits

    return virtual_time.run(scenario())
