"""What applications and clients see of each other over real sockets, on both event loops."""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from importlib.util import find_spec
from typing import Any

import pytest

from apns_connector.gateway.asgi import App
from apns_connector.gateway.limits import Limits
from apns_connector.gateway.server import Server
from tests.integration.gateway.test_server import tls_contexts

GET = b"GET /%b HTTP/1.1\r\nHost: h\r\n\r\n"
LAST = GET.replace(b"Host", b"Connection: close\r\nHost") % b"last"
LARGE = bytes(range(256)) * 80_000  # more than the kernel takes off our hands
LOOPS = ["asyncio", *(["uvloop"] if find_spec("uvloop") else [])]


@pytest.fixture(params=LOOPS)
def run(request: pytest.FixtureRequest) -> Callable[[Any], Any]:
    """Runs a test's coroutine in an event loop."""
    if request.param == "asyncio":
        return asyncio.run
    import uvloop

    return uvloop.run


@asynccontextmanager
async def serving(app: App, tls: ssl.SSLContext | None = None) -> AsyncIterator[int]:
    """The port at which the application is served."""
    server = Server(app, Limits(stop_seconds=5))
    await server.start("127.0.0.1", 0, tls)
    try:
        yield server.port
    finally:
        await server.stop()


async def exchange(port: int, *pieces: bytes) -> bytes:
    """Sends the pieces and reads until the server closes the connection."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    for piece in pieces:
        writer.write(piece)
        await writer.drain()
    answer = await asyncio.wait_for(reader.read(), 20)
    writer.close()
    return answer


async def start(send: Any, *fields: tuple[bytes, bytes], status: int = 200) -> None:
    await send({"type": "http.response.start", "status": status, "headers": fields})


async def part(send: Any, body: bytes, more: bool = True) -> None:
    await send({"type": "http.response.body", "body": body, "more_body": more})


async def answer(send: Any, body: bytes) -> None:
    await start(send, (b"content-length", b"%d" % len(body)))
    await part(send, body, more=False)


async def path(scope: Any, receive: Any, send: Any) -> None:
    """Answers with the path of the request."""
    await asyncio.sleep(0.01)
    await answer(send, scope["path"].encode())


def test_pipelined_requests_are_answered_in_order(run):
    async def use() -> bytes:
        async with serving(path) as port:
            return await exchange(port, GET % b"a" + GET % b"b", GET % b"c" + LAST)

    answers = run(use()).split(b"HTTP/1.1 200 OK\r\n")[1:]
    assert [one.partition(b"\r\n\r\n")[2] for one in answers] == [b"/a", b"/b", b"/c", b"/last"]


@pytest.mark.parametrize(
    "broken", [b"\0garbage\r\n\r\n", b"GET / HTTP/9.9\r\n\r\n", b"GET /" + b"x" * 100_000]
)
def test_what_comes_broken_behind_requests_does_not_take_their_answers(run, broken):
    async def use() -> bytes:
        async with serving(path) as port:
            return await exchange(port, GET % b"a" + GET % b"b" + broken)

    first, second = run(use()).split(b"HTTP/1.1 200 OK\r\n")[1:]
    assert first.endswith(b"/a")
    assert second.endswith(b"/b")
    assert b"connection: close" in second


def test_all_whose_client_leaves_hear_of_it(run):
    heard = asyncio.Event()

    async def waiting(scope: Any, receive: Any, send: Any) -> None:
        await receive()
        await receive()
        heard.set()

    async def use() -> None:
        async with serving(waiting) as port:
            _, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(GET % b"a" + GET % b"b")
            await writer.drain()
            await asyncio.sleep(0.05)
            writer.transport.abort()
            await asyncio.wait_for(heard.wait(), 5)

    run(use())


def test_an_answer_to_head_has_the_fields_of_get_and_no_body(run):
    async def use() -> bytes:
        async with serving(path) as port:
            return await exchange(port, LAST.replace(b"GET", b"HEAD"))

    head, _, body = run(use()).partition(b"\r\n\r\n")
    assert b"\r\ndate: " in head
    assert b"\r\ncontent-length: 5\r\n" in head + b"\r\n"
    assert body == b""


def test_a_stream_comes_while_it_is_made(run):
    """Head, first part and second part, each as soon as it is there."""
    go_on = asyncio.Queue[bytes]()

    async def stream(scope: Any, receive: Any, send: Any) -> None:
        await start(send)
        while content := await go_on.get():
            await part(send, content)
        await part(send, b"", more=False)

    async def use() -> None:
        async with serving(stream) as port:
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(LAST)
            head = await reader.readuntil(b"\r\n\r\n")
            assert b"\r\ntransfer-encoding: chunked\r\n" in head
            for content in (b"one", b"two"):
                await go_on.put(content)
                assert await reader.readexactly(8) == b"3\r\n" + content + b"\r\n"
            await go_on.put(b"")
            assert await reader.read() == b"0\r\n\r\n"
            writer.close()

    run(use())


def test_an_application_waits_for_a_client_that_reads_slowly(run):
    """Not all is in memory: it is asked for as the client reads on."""
    given = 0

    async def stream(scope: Any, receive: Any, send: Any) -> None:
        nonlocal given
        await start(send, (b"content-length", b"%d" % (len(LARGE) * 5)))
        for number in range(5):
            await part(send, LARGE, more=number < 4)
            given += 1

    async def use() -> None:
        async with serving(stream) as port:
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(GET % b"")
            await reader.readuntil(b"\r\n\r\n")
            await asyncio.sleep(0.2)
            assert given < 3
            for _ in range(5):
                assert await reader.readexactly(len(LARGE)) == LARGE
            assert given == 5
            writer.close()

    run(use())


@pytest.mark.parametrize("reads", [True, False], ids=["reading", "not reading"])
def test_a_client_that_leaves_in_the_middle_of_an_answer_ends_it(run, reads, caplog):
    ended = asyncio.Event()

    async def endless(scope: Any, receive: Any, send: Any) -> None:
        await start(send)
        while (await receive())["type"] != "http.disconnect":
            for _ in range(1000):  # until the client, which reads no more, holds it up
                await part(send, b"x" * 65_536)
        ended.set()

    async def use() -> None:
        async with serving(endless) as port:
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(GET % b"")
            if reads:
                await reader.readuntil(b"\r\n\r\n")
            await asyncio.sleep(0.1)
            writer.transport.abort()
            await asyncio.wait_for(ended.wait(), 10)

    run(use())
    assert [record for record in caplog.records if record.levelname != "INFO"] == []


def test_a_client_that_holds_its_body_back_hears_when_it_is_wanted(run):
    wanted = asyncio.Event()

    async def echo(scope: Any, receive: Any, send: Any) -> None:
        await wanted.wait()
        body = b""
        while (event := await receive())["more_body"]:
            body += event["body"]
        await answer(send, body + event["body"])

    async def use() -> bytes:
        async with serving(echo) as port:
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(
                b"POST / HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nConnection: close\r\n"
                b"Content-Length: 8\r\n\r\n"
            )
            with pytest.raises(TimeoutError):
                await asyncio.wait_for(reader.readline(), 0.1)
            wanted.set()
            assert await reader.readuntil(b"\r\n\r\n") == b"HTTP/1.1 100 Continue\r\n\r\n"
            for piece in (b"half", b"rest"):
                writer.write(piece)
                await asyncio.sleep(0.02)
            said = await reader.read()
            writer.close()
            return said

    assert run(use()).endswith(b"\r\n\r\nhalfrest")


def test_a_server_that_stops_gives_the_answers_in_progress_as_last_ones(run):
    begun = asyncio.Event()

    async def slow(scope: Any, receive: Any, send: Any) -> None:
        begun.set()
        await asyncio.sleep(0.3)  # the server looks ten times a second whether it is to stop
        await answer(send, b"slow")

    async def use() -> bytes:
        async with serving(slow) as port:
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(GET % b"")
            await begun.wait()
        said = await reader.read()
        writer.close()
        return said

    head, _, body = run(use()).partition(b"\r\n\r\n")
    assert b"\r\nconnection: close" in head
    assert body == b"slow"


def test_over_tls_head_and_body_are_one_record(run, tmp_path):
    """As a client sees it before it decrypts: the type is the first byte of a record (RFC 5246
    6.2.1), 23 for what is no part of the handshake."""
    server, client = tls_contexts(tmp_path)
    client.maximum_version = ssl.TLSVersion.TLSv1_2

    async def use() -> tuple[list[int], bytes]:
        async with serving(path, server) as port:
            return await asyncio.to_thread(records, port, client)

    types, said = run(use())
    assert said.endswith(b"\r\n\r\n/last")
    assert types.count(23) == 1


def records(port: int, context: ssl.SSLContext) -> tuple[list[int], bytes]:
    """The types of the records that a server sends to ``LAST``, and what it says."""
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    session = context.wrap_bio(incoming, outgoing, server_hostname="127.0.0.1")
    with socket.create_connection(("127.0.0.1", port), timeout=20) as connection:
        received = b""

        def step(use: Callable[[], Any]) -> Any:
            nonlocal received
            while True:
                try:
                    result = use()
                    connection.sendall(outgoing.read())
                    return result
                except ssl.SSLWantReadError:
                    connection.sendall(outgoing.read())
                    chunk = connection.recv(65_536)
                    received += chunk
                    incoming.write(chunk)

        step(session.do_handshake)
        step(lambda: session.write(LAST))
        said = step(lambda: session.read(65_536))
    return types_of(received), said


def types_of(received: bytes) -> list[int]:
    types = []
    while received:
        types.append(received[0])
        received = received[5 + int.from_bytes(received[3:5]) :]
    return types
