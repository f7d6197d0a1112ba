"""A backend on a loopback socket: reads HTTP/1.1 requests and writes whatever it is told to."""

from __future__ import annotations

import asyncio
import inspect
import ssl
import threading
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self


@dataclass(frozen=True, slots=True)
class Asked:
    """One request; header names in lower case."""

    method: str
    target: str
    version: str
    headers: dict[str, str]
    body: bytes


# Writes the answer. What it leaves unwritten is never sent; ``False`` closes the connection.
Answer = Callable[[Asked, asyncio.StreamReader, asyncio.StreamWriter], Awaitable[bool]]


def reply(
    body: str | bytes = "", content_type: str = "text/xml", status: int = 200, **headers: str
) -> Answer:
    """An answer with that body, the same to each request."""
    content = body.encode() if isinstance(body, str) else body
    fields = {"Content-Type": content_type, "Content-Length": str(len(content))}
    fields |= {name.replace("_", "-"): value for name, value in headers.items()}
    head = "".join(f"{name}: {value}\r\n" for name, value in fields.items() if value)
    return raw(f"HTTP/1.1 {status} Said so\r\n{head}\r\n".encode() + content)


def raw(content: bytes, *, closes: bool = False) -> Answer:
    """These bytes, whatever they are."""

    async def answer(
        asked: Asked, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> bool:
        writer.write(content)
        await writer.drain()
        return not closes

    return answer


class Silent:
    """Never answers. ``asked`` is set when a request comes, ``left`` when its client goes."""

    def __init__(self) -> None:
        self.asked = threading.Event()
        self.left = threading.Event()

    async def __call__(
        self, asked: Asked, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> bool:
        self.asked.set()
        await reader.read(1)
        self.left.set()
        return False


class Backend:
    """Give it another ``answer`` at any time. ``asked`` are the requests, ``connections`` how many
    connections were made."""

    def __init__(self, answer: Answer, tls: ssl.SSLContext | None = None) -> None:
        self.answer = answer
        self.asked: list[Asked] = []
        self.connections = 0
        self._tls = tls
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="backend")
        self._server: asyncio.Server | None = None
        self.port = 0

    def __enter__(self) -> Self:
        self._thread.start()
        asyncio.run_coroutine_threadsafe(self.open(), self._loop).result(20)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    @property
    def url(self) -> str:
        return f"{'http' if self._tls is None else 'https'}://127.0.0.1:{self.port}"

    def close(self) -> None:
        """Listen no more, and break off what is open; the port may be opened again."""
        asyncio.run_coroutine_threadsafe(self._close(), self._loop).result(20)

    def reopen(self) -> None:
        asyncio.run_coroutine_threadsafe(self.open(), self._loop).result(20)

    async def open(self) -> None:
        self._server = await asyncio.start_server(
            self._serve, "127.0.0.1", self.port, ssl=self._tls
        )
        self.port = self._server.sockets[0].getsockname()[1]

    async def _close(self) -> None:
        """Takes no more; then ends what is served; then frees the port. In another order, asyncio
        would leave open a connection that it has just accepted."""
        if self._server is None:
            return
        for listening in self._server.sockets:
            self._loop.remove_reader(listening.fileno())
        while others := asyncio.all_tasks() - {asyncio.current_task()}:
            for task in filter(_has_begun, others):
                task.cancel()
            await asyncio.sleep(0)
        self._server.close()
        self._server = None

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        try:
            while (asked := await _read(reader)) is not None:
                self.asked.append(asked)
                if not await self.answer(asked, reader, writer):
                    return
        except asyncio.CancelledError:
            writer.transport.abort()
        except ConnectionError:
            return
        finally:
            writer.close()


def _has_begun(task: asyncio.Task[Any]) -> bool:
    """Cancelled before its first step, a task that takes a connection would leave it open."""
    coroutine = task.get_coro()
    return coroutine is None or inspect.getcoroutinestate(coroutine) != inspect.CORO_CREATED


async def _read(reader: asyncio.StreamReader) -> Asked | None:
    try:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
    except asyncio.IncompleteReadError:
        return None
    line, *fields = head.strip().split("\r\n")
    method, target, version = line.split(" ")
    headers = {
        name.lower(): value.strip() for name, _, value in (field.partition(":") for field in fields)
    }
    body = await reader.readexactly(int(headers.get("content-length", 0)))
    return Asked(method, target, version, headers, body)
