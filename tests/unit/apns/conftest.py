"""What the unit tests share: a strict HTTP/2 server (python-hyper's h2), a transport in memory,
and certificates as Apple issues them."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import h2.config
import h2.connection
import h2.events
import h2.settings
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import NameOID

from apns_connector.apns.http2 import Http2
from apns_connector.apns.http2_events import Event
from tests.unit.apns.one_by_one import one_by_one

Cut = Callable[[bytes], Iterator[bytes]]


def whole(data: bytes) -> Iterator[bytes]:
    yield data


def byte_by_byte(data: bytes) -> Iterator[bytes]:
    for position in range(len(data)):
        yield data[position : position + 1]


def in_random_pieces(seed: int) -> Cut:
    chance = random.Random(seed)

    def cut(data: bytes) -> Iterator[bytes]:
        while data:
            size = chance.randint(1, 40)
            yield data[:size]
            data = data[size:]

    return cut


@dataclass
class Received:
    """A request as the server read it."""

    headers: list[tuple[bytes, bytes]]
    body: bytes = b""
    ended: bool = False
    reset: int | None = None

    def __getitem__(self, name: str) -> bytes:
        return dict(self.headers)[name.encode()]


@dataclass
class Pair:
    """Our client core and an h2 server core, joined in memory."""

    client: Http2
    server: h2.connection.H2Connection
    cut: Cut = whole
    gives_window_back: bool = True
    requests: dict[int, Received] = field(default_factory=dict)
    events: list[Event] = field(default_factory=list)
    pings: list[bytes] = field(default_factory=list)

    def send(
        self,
        tag: Any,
        body: bytes = b'{"aps":{}}',
        *,
        path: bytes = b"/3/device/" + b"ab" * 32,
        constant: tuple[tuple[bytes, bytes], ...] = ((b"apns-topic", b"com.example.app"),),
        varying: tuple[tuple[bytes, bytes], ...] = ((b"apns-id", b"0" * 36),),
    ) -> int:
        return self.client.send(tag, path, constant, varying, body)

    def exchange(self) -> list[Event]:
        """Carry bytes both ways until nobody has more to say; what the client made of it."""
        events: list[Event] = []
        while True:
            to_server = self.client.data_to_send()
            for event in self.server.receive_data(to_server) if to_server else []:
                self._note(event)
            to_client = self.server.data_to_send()
            if not to_server and not to_client:
                self.events += events
                return events
            events += self.give(to_client)

    def give(self, data: bytes) -> list[Event]:
        """Bytes to the client, past the server's state machine; cut as this pair cuts."""
        return [
            event
            for piece in self.cut(data)
            for event in one_by_one(self.client.receive_data(piece))
        ]

    def answer(self, stream_id: int, status: int = 200, body: bytes = b"") -> None:
        headers = [(b":status", b"%d" % status), (b"apns-id", b"0" * 36)]
        self.server.send_headers(stream_id, headers, end_stream=not body)
        if body:
            self.server.send_data(stream_id, body, end_stream=True)

    def set(self, **values: int) -> None:
        """New SETTINGS from the server, such as ``max_concurrent_streams=1``."""
        self.server.update_settings(
            {h2.settings.SettingCodes[name.upper()]: value for name, value in values.items()}
        )

    def _note(self, event: h2.events.Event) -> None:
        match event:
            case h2.events.RequestReceived():
                self.requests[event.stream_id] = Received(list(event.headers))
            case h2.events.DataReceived():
                self.requests[event.stream_id].body += event.data
                if self.gives_window_back:
                    size = event.flow_controlled_length
                    self.server.acknowledge_received_data(size, event.stream_id)
            case h2.events.StreamEnded():
                self.requests[event.stream_id].ended = True
            case h2.events.StreamReset():
                self.requests[event.stream_id].reset = event.error_code
            case h2.events.PingAckReceived():
                self.pings.append(event.ping_data)


def join(
    cut: Cut = whole,
    *,
    authorization: bytes | None = None,
    gives_window_back: bool = True,
    **settings: int,
) -> Pair:
    """A client and a server that have shaken hands; ``settings``: the server's first ones."""
    config = h2.config.H2Configuration(client_side=False, header_encoding=None)
    server = h2.connection.H2Connection(config)
    server.local_settings = h2.settings.Settings(
        client=False,
        initial_values={
            h2.settings.SettingCodes.MAX_CONCURRENT_STREAMS: 1000,
            **{h2.settings.SettingCodes[name.upper()]: to for name, to in settings.items()},
        },
    )
    server.initiate_connection()
    client = Http2("api.push.apple.com", authorization)
    pair = Pair(client, server, cut, gives_window_back)
    pair.exchange()
    return pair


@pytest.fixture(params=["whole", "byte by byte", "in random pieces"])
def cut(request: pytest.FixtureRequest) -> Cut:
    """The same bytes must mean the same, however the network cuts them."""
    cuts = {"whole": whole, "byte by byte": byte_by_byte, "in random pieces": in_random_pieces(7)}
    return cuts[request.param]


@pytest.fixture(name="join", scope="session")
def join_fixture() -> Callable[..., Pair]:
    return join


@pytest.fixture(scope="session")
def random_cut() -> Callable[[int], Cut]:
    return in_random_pieces


class Wire(asyncio.Transport):
    """A transport whose other end is the test: ``written`` is what went out."""

    def __init__(self) -> None:
        super().__init__()
        self.written = b""
        self.writes = 0
        self.closed = False
        self.aborted = False

    def write(self, data: Any) -> None:
        assert not self.closed
        self.written += data
        self.writes += 1

    def is_closing(self) -> bool:
        return self.closed

    def close(self) -> None:
        self.closed = True

    def abort(self) -> None:
        self.closed = self.aborted = True


@pytest.fixture(scope="session")
def make_wire() -> Callable[[], Wire]:
    return Wire


# Certificates as Apple issues them: UID, environments and topics


def _der(tag: int, content: bytes) -> bytes:
    size = len(content)
    if size < 128:
        return bytes((tag, size)) + content
    length = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes((tag, 0x80 | len(length))) + length + content


def topic_list(*topics: str) -> bytes:
    """The content of the extensions .6 and .4: topics, each with a list of labels."""
    label = _der(0x30, _der(0x0C, b"app"))
    return _der(0x30, b"".join(_der(0x0C, topic.encode()) + label for topic in topics))


def issue(
    key: Any,
    *,
    uid: str | None = "com.example.app",
    extensions: dict[str, bytes] | None = None,
    starts: datetime = datetime(2020, 1, 1, tzinfo=UTC),
    ends: datetime = datetime(2099, 12, 31, tzinfo=UTC),
) -> x509.Certificate:
    """A self-signed certificate; ``extensions``: content by the last number of Apple's OID."""
    names = [x509.NameAttribute(NameOID.COMMON_NAME, "Apple Push Services: com.example.app")]
    if uid is not None:
        names.append(x509.NameAttribute(NameOID.USER_ID, uid))
    builder = (
        x509.CertificateBuilder()
        .subject_name(x509.Name(names))
        .issuer_name(x509.Name(names))
        .public_key(key.public_key())
        .serial_number(4711)
        .not_valid_before(starts)
        .not_valid_after(ends)
    )
    for number, content in (extensions or {}).items():
        oid = x509.ObjectIdentifier(f"1.2.840.113635.100.6.3.{number}")
        builder = builder.add_extension(x509.UnrecognizedExtension(oid, content), critical=False)
    return builder.sign(key, hashes.SHA256())


@pytest.fixture(scope="session", name="issue")
def issue_fixture() -> Callable[..., x509.Certificate]:
    return issue


@pytest.fixture(scope="session", name="topic_list")
def topic_list_fixture() -> Callable[..., bytes]:
    return topic_list


@pytest.fixture(scope="session")
def rsa_key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(65_537, 2048)


@pytest.fixture(scope="session")
def ec_key() -> ec.EllipticCurvePrivateKey:
    return ec.generate_private_key(ec.SECP256R1())
