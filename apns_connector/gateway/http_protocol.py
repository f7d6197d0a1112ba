"""uvicorn's HTTP/1.1 protocol with what it lacks: deadlines, a header cap, bodies after Upgrade,
and a cycle of our own for each request.

Leans on ``HttpToolsProtocol``, an inner class of uvicorn: the integration tests over real sockets
are the contract that a new uvicorn version has to meet.
"""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from typing import Any

import httptools
from uvicorn.protocols.http.flow_control import HIGH_WATER_LIMIT, service_unavailable
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol

from apns_connector.gateway.asgi import App
from apns_connector.gateway.cycle import Cycle, scope_of
from apns_connector.gateway.limits import Limits

_log = logging.getLogger(__name__)

# Where the parser stands. While idle nothing runs but the keep-alive timer.
IDLE = "idle"
HEADERS = "headers"
BODY = "body"

LINGER_SECONDS = 1.0

_UPGRADE_FIELDS = (b"upgrade", b"connection", b"http2-settings")


class _Unacceptable(Exception):  # noqa: N818 - stops the parser, never leaves this module
    """Status and sentence travel in ``GuardedProtocol._refusal``: httptools hides the cause."""


class GuardedProtocol(HttpToolsProtocol):
    """One connection. ``limits`` gives the deadlines of headers and body and the header cap.

    A deadline runs only while a request is incomplete after what has arrived was read; a request
    that comes in one piece costs no timer.
    """

    cycle: Cycle  # type: ignore[assignment]  # the newest; None without a request or a connection
    pipeline: deque[tuple[Cycle, App]]  # type: ignore[assignment]

    def __init__(self, limits: Limits, **uvicorn: Any) -> None:
        super().__init__(**uvicorn)
        self.limits = limits
        self._running: Cycle | None = None  # the last that was begun; others wait behind it
        self._idle_since = 0.0  # as the loop's clock has it; means nothing while it is not idle
        self._phase = HEADERS
        self._timed_phase = IDLE
        self._deadline: asyncio.TimerHandle | None = None
        self._header_bytes = 0  # fed to the parser since the last complete header block
        self._refusal = (400, "Invalid HTTP request.")
        self._refused = False

    # What arrives.

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._watch_deadline()

    def connection_lost(self, exc: Exception | None) -> None:
        self._stop_deadline()
        self._unset_keepalive_if_required()
        self.pipeline.clear()
        for cycle in (self._running, self.cycle):
            if cycle is not None:
                cycle.lose_client()
        self._running = self.cycle = None  # type: ignore[assignment]
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        if self._refused:
            return
        self._header_bytes += len(data)
        try:
            self._feed(data)
        except httptools.HttpParserError:
            self._refuse(*self._refusal)
            return
        if self._phase != HEADERS:
            self._header_bytes = 0
        elif self._header_bytes > self.limits.header_bytes:
            self._refuse(431, self._too_large())
            return
        if self._phase != self._timed_phase:  # more data in the same phase does not prolong it
            self._watch_deadline()

    def _feed(self, data: bytes) -> None:
        try:
            self.parser.feed_data(data)
        except httptools.HttpParserUpgrade as upgrade:
            self._feed_without_upgrade(data[upgrade.args[0] :])

    def _feed_without_upgrade(self, rest: bytes) -> None:
        """Reads the request again as if it had not offered another protocol (RFC 9110 7.8).

        httptools takes such a request for one without body; the HTTP client of the JDK offers
        h2c with each first POST.
        """
        method = self.parser.get_method()
        fields = [field for field in self.headers if field[0] not in _UPGRADE_FIELDS]
        head = [b"%s %s HTTP/1.1" % (method, self.url), *(b"%s: %s" % field for field in fields)]
        self.parser = httptools.HttpRequestParser(self)
        self.parser.set_dangerous_leniencies(lenient_data_after_close=True)  # as uvicorn does
        self._feed(b"\r\n".join(head) + b"\r\n\r\n" + rest)

    # What the parser found.

    def on_message_begin(self) -> None:
        self._phase = HEADERS
        self.url = b""
        self.headers = []
        self.expect_100_continue = False

    def on_headers_complete(self) -> None:
        # What has been fed is never less than the head: most heads need not be measured.
        limit = self.limits.header_bytes
        if self._header_bytes > limit and self._head_size() > limit:
            self._stop_parser(431, self._too_large())
        if self.parser.should_upgrade():
            if self.parser.get_method() == b"CONNECT":
                self._stop_parser(405, "This server is not a proxy.")
            return  # and comes again without the offer
        self._phase = BODY
        self._begin_cycle()

    def on_body(self, body: bytes) -> None:
        cycle = self.cycle
        if cycle.response_complete:
            return
        cycle.body += body
        if len(cycle.body) > HIGH_WATER_LIMIT:
            self.flow.pause_reading()
        if cycle.awaited is not None:
            cycle.awaited.set()

    def on_message_complete(self) -> None:
        if self._phase != BODY:
            return
        self._phase = IDLE
        if self._deadline is not None:
            self._stop_deadline()
        cycle = self.cycle
        cycle.more_body = False
        if cycle.awaited is not None:
            cycle.awaited.set()
        if cycle.response_complete:  # early
            self._idle_since = self.loop.time()

    # One request after the other.

    def _begin_cycle(self) -> None:
        scope = scope_of(self)
        keep_alive = scope["http_version"] != "1.0" and self.parser.should_keep_alive()
        earlier, cycle = self.cycle, Cycle(self, scope, keep_alive)
        cycle.held_back = self.expect_100_continue
        self.cycle = cycle
        most = self.limits.connections
        app = self.app
        if len(self.connections) >= most or len(self.tasks) >= most:
            self.logger.warning("Exceeded concurrency limit.")
            app = service_unavailable
        if earlier is None or earlier.response_complete:
            self._start_asgi_task(cycle, app)
        else:
            self.flow.pause_reading()
            self.pipeline.appendleft((cycle, app))

    def _start_asgi_task(self, cycle: Cycle, app: App) -> None:  # type: ignore[override]
        self._running = cycle
        cycle.task = self.loop.create_task(cycle.run(app))
        self.tasks.add(cycle.task)  # it takes itself out

    def on_response_complete(self) -> None:
        if self.transport.is_closing():
            return
        if self.flow.read_paused:
            self.flow.resume_reading()
        if self.pipeline:
            self._start_asgi_task(*self.pipeline.pop())
        else:
            self._idle_since = self.loop.time()
            if self.timeout_keep_alive_task is None:
                self._look_after(self.timeout_keep_alive)

    # Keep-alive: one timer per connection, which looks again when it was too early.

    def _look_after(self, seconds: float) -> None:
        look = self.timeout_keep_alive_handler
        self.timeout_keep_alive_task = self.loop.call_later(seconds, look)

    def timeout_keep_alive_handler(self) -> None:
        if self._phase != IDLE or not self._is_answered():
            self._look_after(self.timeout_keep_alive)
        elif (left := self._idle_since + self.timeout_keep_alive - self.loop.time()) > 0:
            self._look_after(left)
        else:
            self.transport.close()

    # Deadlines.

    def _watch_deadline(self) -> None:
        """One timer per phase: that of the phase before, if there is one, is over."""
        self._stop_deadline()
        if self._phase != IDLE:
            self._start_deadline(self._phase)

    def _start_deadline(self, phase: str) -> None:
        limits = self.limits
        seconds = limits.header_seconds if phase == HEADERS else limits.body_seconds
        self._timed_phase = phase
        self._deadline = self.loop.call_later(seconds, self._deadline_over, phase)

    def _stop_deadline(self) -> None:
        self._timed_phase = IDLE
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None

    def _deadline_over(self, phase: str) -> None:
        if self._earlier_answer_is_due(phase):
            self._start_deadline(phase)  # reading may rest because of us, not of the client
        elif phase == BODY and self.cycle.response_started:
            self.transport.close()  # it was answered early, such as 413
        else:
            self._refuse(408, f"The {phase} of the request did not arrive in time.")

    def _earlier_answer_is_due(self, phase: str) -> bool:
        if phase == BODY:
            return bool(self.pipeline)
        return not self._is_answered()

    # Answers from below ASGI: the application has not seen this request.

    def _head_size(self) -> int:
        return len(self.url) + sum(len(name) + len(value) + 4 for name, value in self.headers)

    def _too_large(self) -> str:
        return f"The headers of a request may take {self.limits.header_bytes} bytes."

    def _stop_parser(self, status: int, problem: str) -> None:
        self._refusal = (status, problem)
        raise _Unacceptable

    def _refuse(self, status: int, problem: str) -> None:
        self._refused = True
        self._stop_deadline()
        _log.info("%s: refused with %d: %s", self.client and self.client[0], status, problem)
        if self._phase != BODY and not self._is_answered():
            # The client would take the refusal for the answer that is due to an earlier request:
            # that one comes, and is the last.
            self.cycle.keep_alive = False
            return
        body = problem.encode("ascii")
        head = b"content-type: text/plain; charset=utf-8\r\ncontent-length: %d\r\n" % len(body)
        self.transport.write(STATUS_LINE[status] + head + b"connection: close\r\n\r\n" + body)
        if self.transport.can_write_eof() and self._is_answered():
            # Closing at once, with bytes unread, would reset the connection and take the answer
            # away from a client that is still sending (RFC 9112 9.6).
            self.transport.write_eof()
            self.loop.call_later(LINGER_SECONDS, self.transport.close)
        else:
            self.transport.close()

    def _is_answered(self) -> bool:
        return self.cycle is None or self.cycle.response_complete
