"""TLS as Apple speaks it: who is let in, what is said to those who are not."""

from __future__ import annotations

import asyncio
import socket
import ssl

import pytest

from apns_connector.simulator import Authority, Close, token_for


def _speak(port, context):
    """Shake hands, say something, and listen until the other side has had its say."""
    with (
        socket.create_connection(("127.0.0.1", port), timeout=10) as tcp,
        context.wrap_socket(tcp, server_hostname="localhost") as tls,
    ):
        tls.sendall(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + bytes.fromhex("000000040000000000"))
        while tls.recv(1000):
            pass


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
@pytest.mark.parametrize("alpn", [True, False])
async def test_clients_with_and_without_alpn_are_served_in_both_versions_of_tls(
    version, alpn, start, connect, certificate
):
    async with start() as simulator:
        client = await connect(simulator, certificate, alpn=alpn, version=version)
        assert client.tls.selected_alpn_protocol() == ("h2" if alpn else None)
        assert client.tls.version() == version.name.replace("v1_", "v1.")
        assert (await client.ask())[0] == 200
        await client.close()


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
async def test_an_expired_certificate_gets_the_alert_that_says_so(
    version, start, context, credentials
):
    expired = credentials.authority.push_certificate(credentials.topic, days=-1)
    async with start() as simulator:
        with pytest.raises(ssl.SSLError) as refused:
            await asyncio.to_thread(_speak, simulator.port, context(expired, version=version))
    assert "CERTIFICATE_EXPIRED" in refused.value.reason


async def test_a_certificate_of_another_authority_is_refused_by_an_alert(
    start, context, credentials
):
    foreign = Authority.create().push_certificate(credentials.topic)
    async with start() as simulator:
        with pytest.raises(ssl.SSLError) as refused:
            await asyncio.to_thread(_speak, simulator.port, context(foreign))
    assert "UNKNOWN_CA" in refused.value.reason


async def test_what_is_no_tls_is_turned_away(start, until):
    async with start() as simulator:
        reader, writer = await asyncio.open_connection("127.0.0.1", simulator.port)
        writer.write(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
        assert len(await asyncio.wait_for(reader.read(), 10)) < 100
        writer.close()
        await writer.wait_closed()
        await until(lambda: not simulator.connections)


async def test_a_client_that_ends_in_the_middle_of_the_handshake_is_forgotten(start, until):
    async with start() as simulator:
        _, writer = await asyncio.open_connection("127.0.0.1", simulator.port)
        writer.write(bytes.fromhex("160301"))
        await writer.drain()
        writer.close()
        await writer.wait_closed()
        await until(lambda: not simulator.connections)


async def test_what_was_answered_before_a_reset_counts(start, connect, certificate):
    async with start() as simulator:
        client = await connect(simulator, certificate)
        await client.ask()
        client.push(token_for(Close(processed=True)))
        with pytest.raises(ConnectionResetError):
            await client.until_end()
        assert simulator.counts == {"accepted": 2, "rejected": 0, "unanswered": 0}


async def test_a_client_that_says_close_notify_is_answered_in_kind(
    start, context, certificate, until
):
    def say_goodbye(port):
        with socket.create_connection(("127.0.0.1", port), timeout=10) as tcp:
            tls = context(certificate).wrap_socket(tcp, server_hostname="localhost")
            tls.recv(1000)
            tls.unwrap().close()

    async with start() as simulator:
        await asyncio.to_thread(say_goodbye, simulator.port)
        await until(lambda: not simulator.connections)
