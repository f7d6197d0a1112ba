"""One request over HTTP/1.1 as an ASGI application sees it: scope, receive and send.

The cycle stands in the place of uvicorn's ``RequestResponseCycle``, which writes the head of an
answer and its body by themselves: two system calls, two TLS records, and a client that wakes up
twice. Here the head waits for the first part of the body, as ASGI allows, or both come as one event
(``WHOLE_RESPONSE``); and nothing is made before it is needed, such as the event of a request whose
body is still on its way. There is no access log, and nobody counts requests. All else is as with
uvicorn, whose connection and server go on to be used.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from functools import lru_cache
from types import MappingProxyType
from typing import Any
from urllib.parse import unquote

import httptools
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from apns_connector.gateway.asgi import WHOLE_RESPONSE, App, Event, Scope
from apns_connector.gateway.framing import Framing, frame_answer, whole_answer
from apns_connector.gateway.request import WHOLE_BODY

_CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"
_BROKEN = b"Internal Server Error"
_BROKEN_FIELDS = (
    (b"content-type", b"text/plain; charset=utf-8"),
    (b"content-length", b"%d" % len(_BROKEN)),
    (b"connection", b"close"),
)
# Of an answer that has no head, or one that was refused: nothing of it leaves.
_UNFRAMED = Framing(b"", closes=False, bodiless=False, chunked=False, missing=0)


_EXTENSIONS: Mapping[str, Any] = MappingProxyType({WHOLE_RESPONSE: MappingProxyType({})})


def scope_of(protocol: HttpToolsProtocol) -> Scope:
    """That of the request whose head the protocol has just read. Raises httptools.HttpParserError
    and UnicodeDecodeError for a URL that is none."""
    parser = protocol.parser
    url = protocol.url
    parts = _usual_parts if len(url) <= _LONGEST_USUAL_URL else _parts
    path, raw_path, query = parts(url)
    return {
        "type": "http",
        "asgi": {"version": protocol.asgi_version, "spec_version": "2.3"},
        "http_version": parser.get_http_version(),
        "server": protocol.server,
        "client": protocol.client,
        "scheme": protocol.scheme,
        "method": parser.get_method().decode("ascii"),
        "root_path": "",
        "path": path,
        "raw_path": raw_path,
        "query_string": query,
        "headers": protocol.headers,
        "state": protocol.app_state.copy(),
        "extensions": _EXTENSIONS,
    }


def _parts(url: bytes) -> tuple[str, bytes, bytes]:
    """The path, decoded and as it is, and the query."""
    parts = httptools.parse_url(url)
    path = parts.path.decode("ascii")
    return unquote(path) if "%" in path else path, parts.path, parts.query or b""


_LONGEST_USUAL_URL = 200
_usual_parts = lru_cache(maxsize=64)(_parts)  # a proxy has one address


class Cycle:
    """``keep_alive``: the client means to use the connection again. ``held_back``: it sends the
    body once it is told to (RFC 9110 10.1.1). ``body`` is what came and was not received yet."""

    def __init__(self, protocol: HttpToolsProtocol, scope: Scope, keep_alive: bool) -> None:
        self._protocol = protocol
        self._transport = protocol.transport
        self._scope = scope
        self._method: str = scope["method"]
        self.task: asyncio.Task[None] | None = None
        self.keep_alive = keep_alive
        self.disconnected = False

        # The request.
        self.held_back = False
        self.body = bytearray()
        self.more_body = True
        self.awaited: asyncio.Event | None = None  # more of it, or the end
        self._received_any = False
        self._received_all = False

        # The answer.
        self._framing = _UNFRAMED
        self.response_started = False
        self.response_complete = False

    async def run(self, app: App) -> None:
        """The task of the request. Its client has an answer at the end, or no connection."""
        protocol = self._protocol
        scope = self._scope
        del self._scope  # which leads back here from now on
        scope[WHOLE_BODY] = self.whole_body
        try:
            result: Any = await app(scope, self.receive, self.send)  # type: ignore[func-returns-value]
        except BaseException as error:  # as uvicorn: nobody else waits for it
            protocol.logger.error("Exception in ASGI application\n", exc_info=error)
            await self._give_up()
        else:
            if result is not None or not (self.response_complete or self.disconnected):
                await self._blame(result)
        finally:
            protocol.tasks.discard(self.task)

    async def _blame(self, result: Any) -> None:
        """An application that came to its end, and has not answered."""
        logger = self._protocol.logger
        if result is not None:
            logger.error("ASGI callable should return None, but returned '%s'.", result)
            self._close()
            return
        done = "completing" if self.response_started else "starting"
        logger.error("ASGI callable returned without %s response.", done)
        await self._give_up()

    async def _give_up(self) -> None:
        if self.response_started:
            self._close()
            return
        await self.send({"type": "http.response.start", "status": 500, "headers": _BROKEN_FIELDS})
        await self.send({"type": "http.response.body", "body": _BROKEN})

    # What the application receives.

    async def receive(self) -> Event:
        self._received_any = True
        if self.held_back:
            self._ask_for_body()
        if not (self.disconnected or self.response_complete):
            flow = self._protocol.flow
            if flow.read_paused:
                flow.resume_reading()
            if not self.body and (self.more_body or self._received_all):
                await self._wait()
        if self.disconnected or self.response_complete:
            return {"type": "http.disconnect"}
        body = bytes(self.body)
        self.body.clear()
        self._received_all = not self.more_body
        return {"type": "http.request", "body": body, "more_body": self.more_body}

    def whole_body(self, most: int) -> bytes | None:
        """All of the body, received with this; ``None`` if ``receive`` has to see to it, or has
        done so."""
        if (
            self.more_body
            or self._received_any
            or len(self.body) > most
            or self.held_back
            or self.disconnected
            or self.response_complete
            or self._protocol.flow.read_paused
        ):
            return None
        self._received_any = self._received_all = True
        body = bytes(self.body)
        self.body.clear()
        return body

    def lose_client(self) -> None:
        self.disconnected = not self.response_complete
        if self.awaited is not None:
            self.awaited.set()

    async def _wait(self) -> None:
        if self.awaited is None:
            self.awaited = asyncio.Event()
        self.awaited.clear()
        await self.awaited.wait()

    def _ask_for_body(self) -> None:
        if not self._transport.is_closing():
            self._transport.write(_CONTINUE)
            self.held_back = False

    # What it sends.

    async def send(self, event: Event) -> None:
        flow = self._protocol.flow
        if flow.write_paused and not self.disconnected:
            await flow.drain()
        if self.disconnected:
            return
        if not self.response_started:
            if event["type"] == WHOLE_RESPONSE:
                self._answer(event)
            else:
                self._start(event)
        elif not self.response_complete:
            self._go_on(event)
        else:
            raise RuntimeError(
                f"Unexpected ASGI message '{event['type']}' sent, after response already completed."
            )

    def _answer(self, event: Event) -> None:
        data, closes = whole_answer(
            self._method,
            event["status"],
            self._protocol.server_state.default_headers,
            event["headers"],
            self.keep_alive,
            event["body"],
        )
        self.response_started = True
        self.held_back = False
        if closes:
            self.keep_alive = False
        self._write(data)
        self._complete()

    def _start(self, event: Event) -> None:
        if event["type"] != "http.response.start":
            raise _unexpected(event, "http.response.start")
        self.response_started = True
        self.held_back = False
        defaults, fields = self._protocol.server_state.default_headers, event.get("headers", ())
        framing = self._framing = frame_answer(
            self._method, event["status"], defaults, fields, self.keep_alive
        )
        if framing.closes:
            self.keep_alive = False
        if framing.chunked:  # the first part may take its time
            self._protocol.loop.call_soon(self._write_head)

    def _go_on(self, event: Event) -> None:
        if event["type"] != "http.response.body":
            raise _unexpected(event, "http.response.body")
        more = event.get("more_body", False)
        framing = self._framing
        self._write(framing.part(event.get("body", b""), more))
        if more:
            return
        if framing.missing:
            raise RuntimeError("Response content shorter than Content-Length")
        self._complete()

    def _complete(self) -> None:
        self.response_complete = True
        if self.awaited is not None:
            self.awaited.set()
        if not self.keep_alive:
            self._transport.close()
        self._protocol.on_response_complete()

    def _write(self, data: bytes) -> None:
        if data and not self._transport.is_closing():
            self._transport.write(data)

    def _write_head(self) -> None:
        """If it has not left with a part of the body."""
        head, self._framing.head = self._framing.head, b""
        self._write(head)

    def _close(self) -> None:
        self._write_head()
        self._transport.close()


def _unexpected(event: Event, expected: str) -> RuntimeError:
    return RuntimeError(f"Expected ASGI message '{expected}', but got '{event['type']}'.")
