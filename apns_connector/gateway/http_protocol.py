"""uvicorn's HTTP/1.1 protocol with what it lacks: deadlines, a header cap, bodies after Upgrade.

Leans on ``HttpToolsProtocol``, an inner class of uvicorn: the integration tests over real sockets
are the contract that a new uvicorn version has to meet.
"""

from __future__ import annotations

import asyncio
import logging
from typing import Any

import httptools
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol

from apns_connector.gateway.joined_writes import JoinedWrites
from apns_connector.gateway.limits import Limits

_log = logging.getLogger(__name__)

# Where the parser stands. While idle nothing runs but uvicorn's own keep-alive timer.
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

    def __init__(self, limits: Limits, **uvicorn: Any) -> None:
        super().__init__(**uvicorn)
        self.limits = limits
        self._phase = HEADERS
        self._timed_phase = IDLE
        self._deadline: asyncio.TimerHandle | None = None
        self._header_bytes = 0  # fed to the parser since the last complete header block
        self._refusal = (400, "Invalid HTTP request.")
        self._refused = False

    # What arrives.

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self.transport: Any = JoinedWrites(transport, self.loop)
        self._watch_deadline()

    def connection_lost(self, exc: Exception | None) -> None:
        self._stop_deadline()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        if self._refused:
            return
        self._unset_keepalive_if_required()
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
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        # What has been fed is never less than the head: most heads need not be measured.
        limit = self.limits.header_bytes
        if self._header_bytes > limit and self._head_size() > limit:
            self._stop_parser(431, self._too_large())
        if self.parser.get_method() == b"CONNECT":
            self._stop_parser(405, "This server is not a proxy.")
        if self.parser.should_upgrade():
            return  # and comes again without the offer
        self._phase = BODY
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        if self._phase == BODY:
            self._phase = IDLE
            if self._deadline is not None:
                self._stop_deadline()
            super().on_message_complete()

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
