"""Servers that are not what they should be: other protocols, old TLS, no answer at all."""

from __future__ import annotations

import asyncio
import ssl
from contextlib import asynccontextmanager

import h2.config
import h2.connection
import h2.events
import pytest

from apns_connector.apns import Client, Destination
from apns_connector.errors import NotSent

SETTINGS = b"\0\0\0\4\0\0\0\0\0"


@pytest.fixture
def tls(server_pem):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(server_pem)
    context.set_alpn_protocols(["h2"])
    return context


@pytest.fixture
def serve(demo, tls):
    """A server that welcomes each connection with a coroutine of (reader, writer)."""

    @asynccontextmanager
    async def enter(welcome, context=tls):
        tasks = set()

        async def keep(reader, writer):
            tasks.add(asyncio.current_task())
            try:
                await welcome(reader, writer)
                await reader.read()
            except (ConnectionError, asyncio.CancelledError):
                writer.transport.abort()
            finally:
                writer.close()

        server = await asyncio.start_server(keep, "127.0.0.1", 0, ssl=context)
        port = server.sockets[0].getsockname()[1]
        try:
            yield Destination("strange", "localhost", port, demo.ca)
        finally:
            server.close()
            for task in tasks:
                task.cancel()
            await asyncio.wait(tasks) if tasks else None

    return enter


@pytest.mark.parametrize(
    "greeting", [b"HTTP/1.1 400 Bad Request\r\n\r\n", b"220 mail.example.com ESMTP\r\n"]
)
async def test_a_server_of_another_protocol_is_told_as_such(serve, certificate, notify, greeting):
    async def welcome(reader, writer):
        writer.write(greeting)

    async with serve(welcome) as destination, Client(certificate, destination) as client:
        with pytest.raises(NotSent, match="this is no HTTP/2 server"):
            await client.send(notify(), timeout=1)


async def test_a_server_that_never_says_anything_gets_no_notification(serve, certificate, notify):
    received = bytearray()

    async def welcome(reader, writer):
        received.extend(await reader.read(1000))

    async with serve(welcome) as destination, Client(certificate, destination) as client:
        with pytest.raises(NotSent):
            await client.send(notify(), timeout=1)
    assert b"apns-topic" not in received


async def test_a_server_without_tls_is_told_in_words(serve, certificate, notify):
    async def welcome(reader, writer):
        writer.write(b"hello there, no TLS here")

    async with serve(welcome, None) as destination, Client(certificate, destination) as client:
        with pytest.raises(NotSent, match="cannot be reached: "):
            await client.send(notify(), timeout=1)


async def test_a_connection_that_only_ever_breaks_is_tried_with_growing_pauses(
    serve, certificate, notify
):
    connections = []

    async def welcome(reader, writer):
        connections.append(writer)
        writer.write(SETTINGS + b"\0\0\0\0\0\0\0\0\0")  # DATA on stream 0

    async with serve(welcome) as destination, Client(certificate, destination) as client:
        with pytest.raises(NotSent):
            await client.send(notify(), timeout=1)
    assert 1 < len(connections) < 10


class Sleeper:
    """Answers until it falls asleep: from then on not even a PING on that connection."""

    def __init__(self) -> None:
        self.asleep: set[int] = set()
        self.requests: list[int] = []
        self.connections = 0

    async def welcome(self, reader, writer):
        self.connections += 1
        number = self.connections
        core = h2.connection.H2Connection(h2.config.H2Configuration(client_side=False))
        core.initiate_connection()
        writer.write(core.data_to_send())
        while data := await reader.read(65_536):
            events = core.receive_data(data)
            if number in self.asleep:
                continue
            for event in events:
                if isinstance(event, h2.events.StreamEnded):
                    self.requests.append(number)
                    core.send_headers(event.stream_id, [(":status", "200")], end_stream=True)
            writer.write(core.data_to_send())


async def test_an_idle_connection_that_has_died_is_found_out_before_anything_is_sent(
    serve, certificate, notify
):
    sleeper = Sleeper()
    async with (
        serve(sleeper.welcome) as destination,
        Client(certificate, destination, timeout=15, probe_after=0.05) as client,
    ):
        await client.send(notify())
        sleeper.asleep.add(1)
        await asyncio.sleep(0.1)
        responses = await asyncio.gather(*(client.send(notify()) for _ in range(10)))
        assert all(response.accepted for response in responses)
    assert sleeper.requests == [1] + [2] * 10


async def test_an_idle_connection_that_is_alive_stays_in_use(serve, certificate, notify):
    sleeper = Sleeper()
    async with (
        serve(sleeper.welcome) as destination,
        Client(certificate, destination, timeout=15, probe_after=0.05) as client,
    ):
        for _ in range(3):
            await client.send(notify())
            await asyncio.sleep(0.1)
    assert sleeper.requests == [1, 1, 1]
