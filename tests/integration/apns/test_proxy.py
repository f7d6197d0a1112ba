"""The tunnel through a proxy on loopback, and an APNs connection inside it."""

from __future__ import annotations

import asyncio
import base64
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import pytest

from apns_connector.apns import tls
from apns_connector.apns.proxy import Proxy, open_tunnel
from apns_connector.simulator import Simulator, SimulatorOptions

WANTED = b"Proxy-Authorization: Basic " + base64.b64encode(b"ann:s3cret")


class TinyProxy:
    """Knows CONNECT to loopback, and one user; ``asked``: the first line of each request."""

    def __init__(self, *, byte_by_byte: bool = False) -> None:
        self.asked: list[str] = []
        self._byte_by_byte = byte_by_byte

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).split(b"\r\n")
        self.asked.append(head[0].decode())
        if WANTED not in head:
            writer.write(b"HTTP/1.1 407 Who\r\nProxy-Authenticate: Basic realm=x\r\n\r\n<html>")
        else:
            await self._tunnel(head[0].split()[1].decode(), reader, writer)

    async def _tunnel(
        self, target: str, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        try:
            far_reader, far_writer = await asyncio.open_connection(*target.rsplit(":", 1))
        except OSError:
            writer.write(b"HTTP/1.1 502 No\r\n\r\n")
            return
        answer = b"HTTP/1.1 200 Here you are\r\nVia: 1.1 tiny\r\n\r\n"
        for piece in [bytes([b]) for b in answer] if self._byte_by_byte else [answer]:
            writer.write(piece)
            await writer.drain()
        await asyncio.gather(pump(reader, far_writer), pump(far_reader, writer))


async def pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with suppress(ConnectionError):
        while data := await reader.read(65_536):
            writer.write(data)
            await writer.drain()
        await close(writer)


async def close(writer: asyncio.StreamWriter) -> None:
    writer.close()
    with suppress(ConnectionError):
        await writer.wait_closed()


@asynccontextmanager
async def listening(serve) -> AsyncIterator[Proxy]:
    """``serve(reader, writer)`` for each connection; all have gone in the end."""
    served: list[asyncio.Task[None]] = []

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        served.append(asyncio.current_task())
        await serve(reader, writer)
        await close(writer)

    server = await asyncio.start_server(handle, "127.0.0.1", 0)
    async with server:
        yield Proxy("127.0.0.1", server.sockets[0].getsockname()[1], "ann", "s3cret")
        await asyncio.gather(*served)


class Collector(asyncio.Protocol):
    """The first bytes that come, as a future."""

    def __init__(self) -> None:
        self.heard: asyncio.Future[bytes] = asyncio.get_running_loop().create_future()
        self.lost: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def data_received(self, data: bytes) -> None:
        if not self.heard.done():
            self.heard.set_result(data)

    def connection_lost(self, exc: Exception | None) -> None:
        self.lost.set_result(None)


@pytest.mark.every_loop
@pytest.mark.parametrize("byte_by_byte", [False, True], ids=["at once", "byte by byte"])
async def test_tls_to_apple_runs_inside_the_tunnel(demo, byte_by_byte):
    proxy_server = TinyProxy(byte_by_byte=byte_by_byte)
    async with (
        Simulator(demo, SimulatorOptions(control_port=None)) as simulator,
        listening(proxy_server.serve) as proxy,
    ):
        tunnel = await open_tunnel(proxy, "localhost", simulator.port)
        transport, collector = await asyncio.get_running_loop().create_connection(
            Collector, sock=tunnel, ssl=tls.client_context(demo.ca), server_hostname="localhost"
        )
        transport.write(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + bytes([0, 0, 0, 4, 0, 0, 0, 0, 0]))
        assert (await collector.heard)[3:4] == b"\x04"  # the server's SETTINGS
        transport.close()
        await collector.lost
        assert proxy_server.asked == [f"CONNECT localhost:{simulator.port} HTTP/1.1"]


@pytest.mark.every_loop
async def test_a_proxy_that_wants_a_password_says_so():
    async with listening(TinyProxy().serve) as proxy:
        with pytest.raises(ConnectionError, match=r"407 .*: give user and password"):
            await open_tunnel(Proxy(proxy.host, proxy.port), "localhost", 443)
        with pytest.raises(ConnectionError, match="does not take this user") as caught:
            await open_tunnel(Proxy(proxy.host, proxy.port, "ann", "wr0ng"), "localhost", 443)
        assert "wr0ng" not in str(caught.value)


async def test_a_server_that_the_proxy_cannot_reach_is_told_from_the_proxy(free_port):
    async with listening(TinyProxy().serve) as proxy:
        with pytest.raises(ConnectionError, match=f"localhost:{free_port}: it answered 502"):
            await open_tunnel(proxy, "localhost", free_port)


async def test_a_proxy_that_is_not_there_is_named(free_port):
    with pytest.raises(ConnectionError, match=f"the proxy http://127.0.0.1:{free_port} cannot be"):
        await open_tunnel(Proxy("127.0.0.1", free_port), "localhost", 443)


async def test_a_proxy_whose_name_has_no_address_is_named():
    with pytest.raises(ConnectionError, match=r"the proxy http://no\.invalid:1 cannot be reached"):
        await open_tunnel(Proxy("no.invalid", 1), "localhost", 443)


async def test_the_next_address_of_a_proxy_is_tried_when_one_fails(monkeypatch):
    loop = asyncio.get_running_loop()
    look_up = loop.getaddrinfo

    async def two_addresses(host, port, **options):
        found = [await look_up(address, port, **options) for address in ("127.0.0.2", "127.0.0.1")]
        return found[0] + found[1]

    async with listening(TinyProxy().serve) as target, listening(TinyProxy().serve) as proxy:
        monkeypatch.setattr(loop, "getaddrinfo", two_addresses)  # what a name server would say
        tunnel = await open_tunnel(proxy, target.host, target.port)
        assert tunnel.getpeername() == ("127.0.0.1", proxy.port)
        monkeypatch.undo()
        tunnel.sendall(b"GET / HTTP/1.1\r\n\r\n")
        assert (await loop.sock_recv(tunnel, 100)).startswith(b"HTTP/1.1 407")
        tunnel.close()


@pytest.mark.every_loop
async def test_a_proxy_that_hangs_up_opens_no_tunnel():
    async def hang_up(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")

    async with listening(hang_up) as proxy:
        with pytest.raises(ConnectionError, match="it closed the connection without an answer"):
            await open_tunnel(proxy, "localhost", 443)


async def test_a_proxy_that_resets_the_connection_opens_no_tunnel():
    async def reset(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.transport.get_extra_info("socket").setsockopt(
            socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0"
        )
        writer.transport.abort()

    async with listening(reset) as proxy:
        with pytest.raises(ConnectionError, match="the connection to it was lost"):
            await open_tunnel(proxy, "localhost", 443)


@pytest.mark.every_loop
async def test_whoever_gives_up_on_a_silent_proxy_leaves_no_socket_open():
    asked = asyncio.Event()
    hung_up = asyncio.Event()

    async def say_nothing(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        asked.set()
        assert await reader.read() == b""  # the other side has closed
        hung_up.set()

    async with listening(say_nothing) as proxy:
        opening = asyncio.create_task(open_tunnel(proxy, "localhost", 443))
        await asked.wait()
        opening.cancel()  # what asyncio.timeout does when the time is up
        with pytest.raises(asyncio.CancelledError):
            await opening
        await hung_up.wait()
