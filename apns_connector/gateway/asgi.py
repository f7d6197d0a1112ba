"""The ASGI side of one request: its body comes in, its one answer goes out."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any, Final

import msgspec

from apns_connector.gateway.admission import Ticket
from apns_connector.gateway.answer import Answer
from apns_connector.gateway.headers import Headers
from apns_connector.gateway.limits import Limits
from apns_connector.gateway.refusal import Refused
from apns_connector.gateway.request import Request

Event = MutableMapping[str, Any]
Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Event]]
Send = Callable[[Event], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]


# An extension of ASGI that our own server knows: one event with the status, the header fields as
# texts and the whole body, for which the server says the length: one step instead of two.
WHOLE_RESPONSE: Final = "apns_connector.whole_response"

# RFC 9110 8.6: the status alone says that there is no body.
NO_LENGTH = (204, 304)


class Disconnected(Exception):  # noqa: N818 - an outcome, named as one
    """The client left before its request was complete: nobody is left to answer."""


def body_at_once(request: Request, ticket: Ticket, limits: Limits) -> bytes | None:
    """The whole body if it is here already, as nearly always with our own server. ``None``: it has
    to be read. Raises Refused (503)."""
    if request.whole_body is None:
        return None
    body = request.whole_body(limits.body_bytes)
    if body is not None:
        ticket.reserve(len(body))
    return body


async def read_body(request: Request, receive: Receive, ticket: Ticket, limits: Limits) -> bytes:
    """The whole body. Raises Refused (413, 503) as soon as it is clear, and Disconnected."""
    largest = limits.body_bytes
    # Refused before the first byte is asked for: with Expect: 100-continue none is ever sent.
    announced = request.headers.get("content-length", "0")
    if announced.isdecimal() and len(announced) < 20 and int(announced) > largest:
        raise _too_large(limits)
    chunks: list[bytes] = []
    size = 0
    while True:
        event = await receive()
        if event["type"] == "http.disconnect":
            raise Disconnected
        chunk: bytes = event.get("body", b"")
        size += len(chunk)
        if size > largest:
            raise _too_large(limits)
        ticket.reserve(len(chunk))
        if not event.get("more_body"):  # nearly always with the first one
            return b"".join((*chunks, chunk)) if chunks else chunk
        chunks.append(chunk)


def _too_large(limits: Limits) -> Refused:
    return Refused(413, f"The body of a request may have {limits.body_bytes} bytes")


def ends_connection(request: Request, answer: Answer) -> Answer:
    """An answer that is given before the body was asked for. With ``Expect: 100-continue`` the
    client holds it back, and it would be missing on the connection (RFC 9110 10.1.1)."""
    if request.headers.get("expect") is None:
        return answer
    return msgspec.structs.replace(answer, headers=(*answer.headers, ("connection", "close")))


class Reply(msgspec.Struct, eq=False):
    """The one answer of a request: whoever comes first gives it, the flow or its deadline.

    ``in_whole``: the server takes a whole response. ``headers`` go out with it, whoever gives it.
    """

    _send: Send
    in_whole: bool = False
    given: bool = False
    headers: Headers = ()

    @classmethod
    def to(cls, scope: Scope, send: Send) -> Reply:
        """To the request of an ASGI ``http`` scope."""
        return cls(send, WHOLE_RESPONSE in scope.get("extensions", ()))

    def give(self, answer: Answer) -> Awaitable[None]:
        """Sends the answer, unless one was given already; it counts as given from now on. What is
        returned has to be awaited."""
        if self.given:
            return _nothing()
        self.given = True
        status, fields, body = answer.status, answer.headers + self.headers, answer.body
        if self.in_whole:
            return self._send(
                {"type": WHOLE_RESPONSE, "status": status, "headers": fields, "body": body}
            )
        return self._give_in_parts(status, fields, body)

    async def _give_in_parts(self, status: int, fields: Headers, body: bytes) -> None:
        headers = [(name.encode(), value.encode()) for name, value in fields]
        if status not in NO_LENGTH:
            headers.append((b"content-length", b"%d" % len(body)))
        await self._send({"type": "http.response.start", "status": status, "headers": headers})
        await self._send({"type": "http.response.body", "body": body})


async def _nothing() -> None:
    """There is nothing to wait for."""


async def serve_lifespan(receive: Receive, send: Send) -> None:
    """ASGI's start and stop: nothing to prepare, nothing to put away."""
    while True:
        event = await receive()
        await send({"type": f"{event['type']}.complete"})
        if event["type"] == "lifespan.shutdown":
            return
