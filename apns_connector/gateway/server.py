"""uvicorn inside a running event loop: start, serve, stop in order."""

from __future__ import annotations

import asyncio
import logging
import socket
import ssl
from functools import partial
from typing import Any, cast

import uvicorn

from apns_connector.errors import ConfigurationError
from apns_connector.gateway.asgi import App
from apns_connector.gateway.http_protocol import GuardedProtocol
from apns_connector.gateway.limits import Limits

_log = logging.getLogger(__name__)

BACKLOG = 2048  # connections that the kernel keeps for us; Linux caps it at net.core.somaxconn


class Server:
    """One listening socket for an ASGI application.

    Installs no signal handlers and ends no process: whoever starts it stops it.
    """

    def __init__(self, app: App, limits: Limits | None = None) -> None:
        self._app = app
        self._limits = limits or Limits()
        self._socket: socket.socket | None = None
        self._server: uvicorn.Server | None = None
        self._ticking: asyncio.Task[None] | None = None

    @property
    def port(self) -> int:
        """The port it listens on, also when the system chose it. Raises RuntimeError if stopped."""
        if self._socket is None:
            raise RuntimeError("The server is not started")
        return int(self._socket.getsockname()[1])

    async def start(self, host: str, port: int, ssl_context: ssl.SSLContext | None = None) -> None:
        """Listens on ``host`` (an address) and ``port`` (0: a free one) and begins to serve.

        Raises ConfigurationError when that is not possible.
        """
        if self._server is not None:
            raise RuntimeError("The server is started already")
        listening = _listen(host, port)
        config = self._config(ssl_context)
        server = uvicorn.Server(config)
        server.lifespan = config.lifespan_class(config)
        await server.startup(sockets=[listening])
        self._socket, self._server = listening, server
        self._ticking = asyncio.create_task(server.main_loop(), name=f"gateway :{self.port}")
        scheme = "https" if ssl_context is not None else "http"
        _log.info("Listening on %s://%s:%d", scheme, host, self.port)

    async def stop(self) -> None:
        """Takes no new connection, lets requests in progress finish, within ``stop_seconds``.

        What is not finished then is cancelled, its client told so (503). Without effect on a
        server that does not run.
        """
        server, listening, ticking = self._server, self._socket, self._ticking
        if server is None or listening is None or ticking is None:
            return
        self._server = self._socket = self._ticking = None
        server.should_exit = True
        await ticking
        await server.shutdown(sockets=[listening])
        cancelled = list(server.server_state.tasks)
        if cancelled:
            await asyncio.wait(cancelled, timeout=1.0)
        _log.info("Stopped")

    def _config(self, ssl_context: ssl.SSLContext | None) -> uvicorn.Config:
        limits = self._limits
        config = uvicorn.Config(
            self._app,
            interface="asgi3",
            http=cast(Any, partial(GuardedProtocol, limits)),
            ws="none",
            lifespan="off",  # the application may have other servers, too
            log_config=None,
            log_level=logging.WARNING,
            access_log=False,
            proxy_headers=False,
            server_header=False,
            limit_concurrency=limits.connections,
            timeout_keep_alive=cast(int, limits.keep_alive_seconds),  # any number of seconds
            timeout_graceful_shutdown=cast(int, limits.stop_seconds),
            ssl_context_factory=None if ssl_context is None else (lambda *_: ssl_context),
        )
        config.load()
        return config


def _listen(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        listening = socket.create_server((host, port), family=family, backlog=BACKLOG)
    except (OSError, OverflowError) as error:
        raise ConfigurationError(f"Cannot listen on {host}:{port}: {error}") from error
    listening.setblocking(False)
    return listening
