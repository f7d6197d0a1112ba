"""The control port over real HTTP/1.1."""

from __future__ import annotations

import asyncio
import http.client
import json
import re
import socket

import pytest


async def ask(simulator, method, path, body=None, headers=None):
    """Status and decoded content."""

    def ask():
        connection = http.client.HTTPConnection("127.0.0.1", simulator.control_port, timeout=10)
        try:
            connection.request(method, path, body, headers or {})
            response = connection.getresponse()
            return response.status, json.loads(response.read())
        finally:
            connection.close()

    return await asyncio.to_thread(ask)


async def raw(simulator, data):
    """All that comes back for ``data`` until the other side closes."""
    reader, writer = await asyncio.open_connection("127.0.0.1", simulator.control_port)
    writer.write(data)
    answer = await asyncio.wait_for(reader.read(), 10)
    writer.close()
    await writer.wait_closed()
    return answer


async def test_it_shows_what_arrived(start, connect, certificate, bearer):
    async with start() as simulator:
        client = await connect(simulator)
        authorization = bearer()
        await client.ask(authorization=authorization, apns_topic="com.example.app")
        status, content = await ask(simulator, "GET", "/notifications?outcome=accepted")
        assert status == 200
        (notification,) = content
        assert notification["headers"] == {"apns-topic": "com.example.app"}
        assert notification["payload"] == {"aps": {}}
        assert notification["provider_token"]["alg"] == "ES256"
        assert authorization[7:] not in json.dumps(content)
        assert (await ask(simulator, "DELETE", "/notifications"))[0] == 200
        assert simulator.received == []
        await client.close()


async def test_faults_are_ordered_over_it(start, connect, certificate):
    async with start() as simulator:
        fault = '{"fault": "answer", "reason": "ServiceUnavailable"}'
        assert await ask(simulator, "POST", "/faults", fault) == (201, {"numbers": [1]})
        client = await connect(simulator, certificate)
        assert (await client.ask())[2] == {"reason": "ServiceUnavailable"}
        assert (await client.ask())[0] == 200
        assert await ask(simulator, "GET", "/faults") == (200, [])
        await client.close()


async def test_several_requests_on_one_connection_are_answered_in_order(start):
    async with start() as simulator:
        one = b"GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n"
        last = b"GET /nowhere HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
        answer = await raw(simulator, one + one + last)
        assert re.findall(rb"HTTP/1.1 (\d+)", answer) == [b"200", b"200", b"404"]


async def test_a_chunked_body_is_read(start):
    async with start() as simulator:
        body = b'{"fault": "close"}'
        request = (
            b"POST /faults HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n"
            b"Connection: close\r\n\r\n" + f"{len(body):x}\r\n".encode() + body + b"\r\n0\r\n\r\n"
        )
        assert b" 201 " in await raw(simulator, request)
        assert len(simulator.faults.pending) == 1


@pytest.mark.parametrize(
    ("data", "status"),
    [
        (b"\x16\x03\x01\x02\x00", b" 400 "),
        (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", b" 400 "),
        (b"GET /" + b"x" * 20_000 + b" HTTP/1.1\r\n", b" 413 "),
        (b"GET / HTTP/1.1\r\n" + b"X-Long: y\r\n" * 5_000, b" 413 "),
        (
            b"POST /faults HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2000000\r\n\r\n"
            + b" " * 1_100_000,
            b" 413 ",
        ),
    ],
    ids=["TLS", "HTTP/2", "long path", "many headers", "long body"],
)
async def test_what_is_no_proper_request_is_answered_and_ended(data, status, start):
    async with start() as simulator:
        assert status in (await raw(simulator, data)).split(b"\r\n")[0]


async def test_another_host_name_is_refused(start):
    async with start() as simulator:
        foreign = {"Host": f"rebound.example:{simulator.control_port}"}
        status, content = await ask(simulator, "GET", "/notifications", headers=foreign)
        assert status == 403
        assert "notifications" not in content


async def test_it_listens_on_loopback_whatever_the_other_port_does(start):
    async with start(host="0.0.0.0") as simulator:  # noqa: S104 - the point of this test
        for port in (simulator.port, simulator.management_port):
            with socket.create_connection(("127.0.0.2", port)):
                pass
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection(("127.0.0.2", simulator.control_port))


async def test_stopping_closes_connections_that_are_kept_alive(start):
    simulator = start()
    await simulator.start()
    reader, writer = await asyncio.open_connection("127.0.0.1", simulator.control_port)
    writer.write(b"GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n")
    assert await reader.readline() == b"HTTP/1.1 200 OK\r\n"
    await asyncio.wait_for(simulator.stop(), 5)
    assert (await reader.read()).endswith(b"}\n")
    writer.close()
    await writer.wait_closed()
