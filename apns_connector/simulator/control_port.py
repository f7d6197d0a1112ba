"""HTTP/1.1 for the control port: a thin layer over httptools."""

from __future__ import annotations

import asyncio
import json
from http import HTTPStatus
from typing import cast

import httptools

from apns_connector.simulator.control import Control, ControlAnswer, ControlRequest

_BODY_LIMIT = 1_000_000
_HEAD_LIMIT = 16_384
_REFUSED_SECONDS = 1.0


class ControlPort(asyncio.Protocol):
    """One connection of a control client; requests are answered one after the other."""

    def __init__(self, control: Control, connections: set[asyncio.Transport]) -> None:
        self._control = control
        self._connections = connections
        self._refused: asyncio.TimerHandle | None = None
        self._begin()
        self._parser = httptools.HttpRequestParser(self)

    # -- asyncio calls ------------------------------------------------------------------------

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)
        self._connections.add(self._transport)

    def connection_lost(self, exc: Exception | None) -> None:
        self._connections.discard(self._transport)
        if self._refused is not None:
            self._refused.cancel()

    def data_received(self, data: bytes) -> None:
        if self._refused is not None:
            return
        try:
            self._parser.feed_data(data)
        except (httptools.HttpParserError, httptools.HttpParserUpgrade):
            self._refuse(400, "this is no HTTP/1.1 request")
            return
        if self._head_size > _HEAD_LIMIT or len(self._body) > _BODY_LIMIT:
            self._refuse(413, "the request is too long")

    # -- httptools calls ----------------------------------------------------------------------

    def on_message_begin(self) -> None:
        self._begin()

    def on_url(self, url: bytes) -> None:
        self._url += url
        self._head_size += len(url)

    def on_header(self, name: bytes, value: bytes) -> None:
        self._headers[name.lower()] = value
        self._head_size += len(name) + len(value)

    def on_body(self, body: bytes) -> None:
        self._body += body

    def on_message_complete(self) -> None:
        path, _, query = self._url.decode("latin-1").partition("?")
        request = ControlRequest(
            method=self._parser.get_method().decode("ascii"),
            path=path,
            query=query,
            host=self._field(b"host"),
            origin=self._field(b"origin"),
            body=bytes(self._body),
        )
        self._send(self._control.answer(request), keep_alive=self._parser.should_keep_alive())

    # -- ours ---------------------------------------------------------------------------------

    def _begin(self) -> None:
        self._url = b""
        self._headers: dict[bytes, bytes] = {}
        self._body = bytearray()
        self._head_size = 0

    def _field(self, name: bytes) -> str | None:
        value = self._headers.get(name)
        return None if value is None else value.decode("latin-1")

    def _refuse(self, status: int, text: str) -> None:
        """Answer, and go on reading for a moment: a reset would overtake the answer."""
        self._send(ControlAnswer(status, {"error": text}), keep_alive=True)
        self._transport.write_eof()
        loop = asyncio.get_running_loop()
        self._refused = loop.call_later(_REFUSED_SECONDS, self._transport.abort)

    def _send(self, answer: ControlAnswer, *, keep_alive: bool) -> None:
        if self._transport.is_closing():
            return
        body = json.dumps(answer.content, indent=2).encode() + b"\n"
        lines = [
            f"HTTP/1.1 {answer.status} {HTTPStatus(answer.status).phrase}",
            "Content-Type: application/json",
            f"Content-Length: {len(body)}",
            "Cache-Control: no-store",
            "X-Content-Type-Options: nosniff",
            f"Connection: {'keep-alive' if keep_alive else 'close'}",
        ]
        if answer.allow is not None:
            lines.append(f"Allow: {answer.allow}")
        self._transport.write("\r\n".join([*lines, "", ""]).encode("ascii") + body)
        if not keep_alive:
            self._transport.close()
