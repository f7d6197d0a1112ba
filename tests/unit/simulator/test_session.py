"""A TLS session, joined in memory to a TLS client."""

from __future__ import annotations

import asyncio
import ssl

import pytest
from cryptography.hazmat.primitives.serialization import Encoding

from apns_connector.simulator.authority import Authority
from apns_connector.simulator.session import Session
from apns_connector.simulator.tls import load_identity, server_context

AUTHORITY = Authority.create()
CLIENT = AUTHORITY.push_certificate("com.example.app")


class Pipe(asyncio.Transport):
    """Keeps what the session writes and what it asks of its transport."""

    def __init__(self):
        super().__init__()
        self.written = bytearray()
        self.calls = []

    def write(self, data):
        self.written += data

    def __getattribute__(self, name):
        if name in ("pause_reading", "resume_reading", "write_eof", "abort"):
            return lambda: self.calls.append(name)
        return super().__getattribute__(name)


class Echo:
    """An application that says in capitals what it hears."""

    def __init__(self):
        self.certificate = None
        self.losses = 0

    def opened(self, session, client_certificate):
        self.session = session
        self.certificate = client_certificate

    def received(self, data):
        self.session.write(data.upper())

    def lost(self):
        self.losses += 1


class Client:
    """TLS over two buffers, fed in pieces of a given size."""

    def __init__(self, session, pipe, piece, identity=None):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.load_verify_locations(
            cadata=AUTHORITY.certificate.public_bytes(Encoding.PEM).decode()
        )
        if identity is not None:
            load_identity(context, identity)
        self._incoming, self._outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        self.tls = context.wrap_bio(self._incoming, self._outgoing, server_hostname="localhost")
        self._session, self._pipe, self._piece = session, pipe, piece

    def until(self, operation, *arguments):
        """Repeat a TLS operation, carrying bytes, for as long as it wants to read."""
        for _ in range(10):
            try:
                return operation(*arguments)
            except ssl.SSLWantReadError:
                self.carry()
            finally:
                self.carry()
        raise AssertionError("the other side has nothing to say")

    def carry(self):
        there = self._outgoing.read()
        for start in range(0, len(there), self._piece):
            self._session.data_received(there[start : start + self._piece])
        self._incoming.write(bytes(self._pipe.written))
        self._pipe.written.clear()


@pytest.fixture
def joined():
    """Runs a scenario in an event loop: ``joined(scenario, piece=…, identity=…)``."""

    def joined(scenario, *, piece=65536, identity=None):
        async def run():
            application, pipe = Echo(), Pipe()
            session = Session(server_context(AUTHORITY), application)
            session.connection_made(pipe)
            scenario(session, pipe, application, Client(session, pipe, piece, identity))
            session.connection_lost(None)
            assert application.losses == 1

        asyncio.run(run())

    return joined


@pytest.mark.parametrize("piece", [1, 7, 65536])
def test_bytes_may_come_in_pieces_of_any_size(piece, joined):
    def scenario(session, pipe, application, client):
        client.until(client.tls.do_handshake)
        client.until(client.tls.write, b"hello" * 10_000)
        heard = b""
        while len(heard) < 50_000:
            heard += client.until(client.tls.read, 65536)
        assert heard == b"HELLO" * 10_000

    joined(scenario, piece=piece)


def test_the_application_learns_the_verified_certificate(joined):
    def scenario(session, pipe, application, client):
        client.until(client.tls.do_handshake)
        assert application.certificate == CLIENT.certificate.public_bytes(Encoding.DER)

    joined(scenario, identity=CLIENT)


def test_the_application_learns_that_there_is_no_certificate(joined):
    def scenario(session, pipe, application, client):
        assert not session.established
        client.until(client.tls.do_handshake)
        assert session.established
        assert application.certificate is None

    joined(scenario)


def test_a_client_that_does_not_read_is_not_read_until_it_does(joined):
    def scenario(session, pipe, application, client):
        session.pause_writing()
        session.resume_writing()
        assert pipe.calls == ["pause_reading", "resume_reading"]

    joined(scenario)


def test_closing_says_close_notify_after_all_that_was_written(joined):
    def scenario(session, pipe, application, client):
        client.until(client.tls.do_handshake)
        session.write(b"last words")
        session.close()
        session.close()
        session.write(b"too late")
        assert session.closing
        assert pipe.calls == ["write_eof"]
        client.carry()
        assert client.tls.read(100) == b"last words"
        assert client.tls.read(100) == b""

    joined(scenario)


def test_after_closing_what_still_comes_is_thrown_away(joined):
    def scenario(session, pipe, application, client):
        client.until(client.tls.do_handshake)
        session.close()
        client.tls.write(b"more")
        client.carry()
        assert client.tls.read(100) == b""

    joined(scenario)


def test_bytes_that_are_no_tls_end_the_session_with_an_alert(joined):
    def scenario(session, pipe, application, client):
        client.until(client.tls.do_handshake)
        client.carry()
        session.data_received(bytes.fromhex("1703030020") + bytes(32))
        assert session.closing
        assert len(pipe.written) > 0

    joined(scenario)
