"""A running simulator, and an HTTP/2 client on the h2 library over real TLS sockets."""

from __future__ import annotations

import asyncio
import base64
import inspect
import json
import ssl
import time

import h2.config
import h2.connection
import h2.events
import pytest
from cryptography.hazmat.primitives.asymmetric.ec import ECDSA
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from apns_connector.simulator import Simulator, SimulatorOptions, demo_credentials
from apns_connector.simulator.tls import load_identity

DEVICE = "ab" * 32
SECONDS = 10  # before a test gives up


@pytest.hookimpl(tryfirst=True)
def pytest_pyfunc_call(pyfuncitem):
    """A test that is a coroutine has an event loop of its own."""
    if not inspect.iscoroutinefunction(pyfuncitem.obj):
        return None
    names = pyfuncitem._fixtureinfo.argnames
    arguments = {name: pyfuncitem.funcargs[name] for name in names}
    asyncio.run(asyncio.wait_for(pyfuncitem.obj(**arguments), 3 * SECONDS))
    return True


@pytest.fixture(scope="session")
def credentials(tmp_path_factory):
    return demo_credentials(tmp_path_factory.mktemp("credentials"))


@pytest.fixture
def start(credentials):
    """``async with start(option=…) as simulator``."""
    return lambda **options: Simulator(credentials, SimulatorOptions(**options))


@pytest.fixture(scope="session")
def certificate(credentials):
    """A push certificate of one topic."""
    return credentials.authority.push_certificate(credentials.topic)


def _base64url(content):
    return base64.urlsafe_b64encode(content).rstrip(b"=")


@pytest.fixture(scope="session")
def bearer(credentials):
    """Makes authorization headers with the key that the demo credentials hand out."""
    key = load_pem_private_key(credentials.signing_key.read_bytes(), None)

    def bearer(*, der=False, age=0):
        header = {"alg": "ES256", "kid": credentials.key_id}
        claims = {"iss": credentials.team_id, "iat": int(time.time()) - age}
        signed = b".".join(_base64url(json.dumps(part).encode()) for part in (header, claims))
        signature = key.sign(signed, ECDSA(SHA256()))
        if not der:
            r, s = decode_dss_signature(signature)
            signature = r.to_bytes(32) + s.to_bytes(32)
        return "bearer " + (signed + b"." + _base64url(signature)).decode()

    return bearer


@pytest.fixture(scope="session")
def context(credentials):
    """Makes client contexts: with or without certificate, ALPN, TLS 1.3."""

    def context(identity=None, *, alpn=True, version=None):
        context = ssl.create_default_context(cafile=str(credentials.ca))
        if identity is not None:
            load_identity(context, identity)
        if alpn:
            context.set_alpn_protocols(["h2"])
        if version is not None:
            context.maximum_version = version
        return context

    return context


class Client:
    """One connection; requests are written and their answers awaited by stream."""

    def __init__(self, reader, writer):
        self._reader = reader
        self._writer = writer
        self.h2 = h2.connection.H2Connection(h2.config.H2Configuration(header_encoding="utf-8"))
        self.h2.initiate_connection()
        self.answers = {}
        self.goaway = None
        self.resets = {}
        self._ended = set()
        self._send()

    def push(self, token=DEVICE, *, body=b'{"aps":{}}', method="POST", path=None, **fields):
        """Write a request, without a body if that is None; returns its stream."""
        stream = self.h2.get_next_available_stream_id()
        headers = [
            (":method", method),
            (":scheme", "https"),
            (":authority", "localhost"),
            (":path", path or f"/3/device/{token}"),
            *((name.replace("_", "-"), value) for name, value in fields.items()),
        ]
        self.h2.send_headers(stream, headers, end_stream=body is None)
        if body is not None:
            self.h2.send_data(stream, body, end_stream=True)
        self._send()
        return stream

    async def answer(self, stream):
        """Status, headers and decoded body of the answer to ``stream``."""
        while stream not in self._ended:
            await self.read()
        headers, body = self.answers[stream]
        return int(headers[":status"]), headers, json.loads(body) if body else None

    async def ask(self, *args, **fields):
        return await self.answer(self.push(*args, **fields))

    async def read(self):
        """Take in what comes next; EOFError at the end."""
        data = await asyncio.wait_for(self._reader.read(65536), SECONDS)
        if not data:
            raise EOFError
        for event in self.h2.receive_data(data):
            self._take(event)
        self._send()

    async def until_end(self):
        while True:
            try:
                await self.read()
            except EOFError:
                return

    def send_raw(self, data):
        self._writer.write(data)

    @property
    def tls(self):
        return self._writer.get_extra_info("ssl_object")

    async def close(self):
        self._writer.transport.abort()

    def _send(self):
        data = self.h2.data_to_send()
        if data:
            self._writer.write(data)

    def _take(self, event):
        match event:
            case h2.events.ResponseReceived():
                self.answers[event.stream_id] = (dict(event.headers), b"")
            case h2.events.DataReceived():
                headers, body = self.answers[event.stream_id]
                self.answers[event.stream_id] = (headers, body + event.data)
            case h2.events.StreamEnded():
                self._ended.add(event.stream_id)
            case h2.events.StreamReset():
                self.resets[event.stream_id] = event.error_code
            case h2.events.ConnectionTerminated():
                self.goaway = (event.last_stream_id, event.error_code, event.additional_data)


@pytest.fixture
def until():
    """``await until(lambda: …)``: for what happens at the other end of a socket."""

    async def until(true):
        async with asyncio.timeout(SECONDS):
            while not true():  # noqa: ASYNC110 - the other end tells nobody
                await asyncio.sleep(0.001)

    return until


@pytest.fixture
def connect(context):
    """``await connect(simulator, certificate)`` gives a client; close it before the end."""

    async def connect(simulator, identity=None, port=None, **tls):
        reader, writer = await asyncio.open_connection(
            "127.0.0.1",
            port or simulator.port,
            ssl=context(identity, **tls),
            server_hostname="localhost",
        )
        return Client(reader, writer)

    return connect
