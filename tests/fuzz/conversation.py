"""Conversations with the HTTP/2 core as text, one step on a line, so that a finding can be read.

=================  =========================================================================
``send 300``       a request with a body of 300 bytes, if one may be sent
``get``            a request without a body, likewise
``delete``         another
``cancel 2``       give the third of the open requests up
``authorize 40``   another ``authorization``, of 40 bytes, from the next request on
``ping``           ask for a sign of life
``close``          say goodbye
``take``           hand out what is to be written
``give 0000…``     bytes from the server, in hexadecimal; nearly always one frame
=================  =========================================================================
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import h2.config
import h2.connection
import h2.settings
from h2.settings import SettingCodes

from apns_connector.apns.header_block import DELETE, GET, Field
from apns_connector.apns.http2 import Http2

POST = (b":method", b"POST")
CONSTANT = ((b"apns-topic", b"com.example.app"), (b"apns-push-type", b"alert"))


class Step(NamedTuple):
    name: str
    number: int = 0
    data: bytes = b""


Conversation = list[Step]


def read(text: str) -> Conversation:
    steps = []
    for line in text.splitlines():
        name, _, value = line.partition(" ")
        given = name == "give"
        steps.append(Step(name, 0 if given else int(value or 0), bytes.fromhex(value * given)))
    return steps


def write(conversation: Conversation) -> str:
    lines = []
    for name, number, data in conversation:
        value = data.hex() if name == "give" else str(number)
        lines.append(f"{name} {value}" if name in NUMBERED or name == "give" else name)
    return "\n".join(lines) + "\n"


NUMBERED = ("send", "cancel", "authorize")


def method(step: str) -> Field:
    return {"get": GET, "delete": DELETE}.get(step, POST)


def request(number: int) -> tuple[bytes, tuple[tuple[bytes, bytes], ...]]:
    """Path and varying fields of the ``number``-th request; not all have the same fields."""
    varying = [(b"apns-id", b"%036d" % number)]
    if number % 3 == 1:
        varying.append((b"apns-expiration", b"%d" % number))
    if number % 4 == 3:
        varying.append((b"apns-collapse-id", b"game %d" % number))
    return b"/3/device/%064x" % number, tuple(varying)


def body(size: int) -> bytes:
    return (bytes(range(251)) * (size // 251 + 1))[:size]


def split_frames(data: bytes) -> Iterator[bytes]:
    """Each whole frame, then what is left."""
    while data:
        size = 9 + int.from_bytes(data[:3], "big")
        yield data[:size]
        data = data[size:]


class Recorder:
    """A client and an h2 server core, whose conversation is written down."""

    def __init__(self, **settings: int) -> None:
        self.steps: Conversation = []
        config = h2.config.H2Configuration(client_side=False, header_encoding=None)
        self.server = h2.connection.H2Connection(config)
        values = {SettingCodes.MAX_CONCURRENT_STREAMS: 100, **_codes(settings)}
        self.server.local_settings = h2.settings.Settings(client=False, initial_values=values)
        self.server.initiate_connection()
        self._client = Http2("localhost", b"bearer first")
        self._sent = 0
        self.exchange()

    def send(self, *sizes: int) -> None:
        for size in sizes:
            path, varying = request(self._sent)
            self._client.send(self._sent, path, CONSTANT, varying, body(size))
            self._sent += 1
            self.steps.append(Step("send", size))
        self.exchange()

    def set(self, **settings: int) -> None:
        self.server.update_settings(_codes(settings))
        self.exchange()

    def exchange(self) -> None:
        """Until nobody has more to say."""
        while True:
            to_server = self._client.data_to_send()
            if to_server:
                self.steps.append(Step("take"))
                self.server.receive_data(to_server)
            to_client = self.server.data_to_send()
            for frame in split_frames(to_client):
                self.steps.append(Step("give", data=frame))
                self._client.receive_data(frame)
            if not to_server and not to_client:
                return

    def cancel(self, number: int) -> None:
        self._client.cancel(2 * number + 1)
        self.steps.append(Step("cancel", number))
        self.exchange()


def _codes(settings: dict[str, int]) -> dict[Any, int]:
    return {SettingCodes[name.upper()]: value for name, value in settings.items()}


def accepted() -> Conversation:
    talk = Recorder()
    talk.send(10, 20, 300)
    for stream_id in (5, 1, 3):
        talk.server.send_headers(stream_id, [(":status", "200"), ("apns-id", "0")], end_stream=True)
    talk.exchange()
    talk.send(10)
    return talk.steps


def rejected() -> Conversation:
    talk = Recorder()
    talk.send(10, 20, 30)
    talk.server.send_headers(1, [(":status", "400"), ("apns-id", "0")])
    talk.server.send_data(1, b'{"reason":', pad_length=7)
    talk.server.send_data(1, b'"BadTopic"}', end_stream=True)
    talk.server.send_headers(3, [(":status", "103"), ("link", "x")])
    talk.server.send_headers(3, [(":status", "410")])
    talk.server.send_data(3, b"{}")
    talk.server.send_headers(3, [("x-checksum", "1")], end_stream=True)
    talk.server.send_headers(5, [(":status", "500"), ("x", "y" * 200)], end_stream=True)
    talk.exchange()
    return talk.steps


def ended() -> Conversation:
    """In all ways but an answer."""
    talk = Recorder(initial_window_size=40)
    talk.send(10, 20, 30, 400, 500)
    talk.server.reset_stream(1, 7)
    talk.server.reset_stream(3, 2)
    talk.cancel(2)
    talk.server.reset_stream(7, 8)
    talk.exchange()
    talk.server.close_connection(last_stream_id=9, additional_data=b'{"reason":"Shutdown"}')
    talk.exchange()
    return talk.steps


def waiting() -> Conversation:
    """Bodies that wait for windows, which open and shrink."""
    talk = Recorder(initial_window_size=0)
    talk.send(10, 700, 70_000)
    talk.server.increment_flow_control_window(300, 3)
    talk.set(initial_window_size=100)
    talk.set(initial_window_size=20)
    talk.server.increment_flow_control_window(70_000)
    talk.server.increment_flow_control_window(70_000, 5)
    talk.exchange()
    talk.server.send_headers(3, [(":status", "413")], end_stream=True)
    talk.exchange()
    return talk.steps


def changing() -> Conversation:
    """SETTINGS of all kinds, and PING."""
    talk = Recorder(header_table_size=200, max_concurrent_streams=2)
    talk.send(10, 20)
    talk.server.send_headers(1, [(":status", "200")], end_stream=True)
    talk.set(header_table_size=0, max_concurrent_streams=3)
    talk.send(30)
    talk.set(header_table_size=65_536, max_frame_size=20_000)
    talk.server.ping(b"12345678")
    talk.server.send_headers(3, [(":status", "200")], end_stream=True)
    talk.exchange()
    talk.steps.append(Step("authorize", 40))
    talk.steps.append(Step("ping"))
    talk.send(18_000)
    talk.steps.append(Step("close"))
    return talk.steps


RECORDED: tuple[Callable[[], Conversation], ...] = (accepted, rejected, ended, waiting, changing)
