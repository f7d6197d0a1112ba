"""A server that plays a script over real TLS: h2 reads what comes in, and finds the client's
mistakes; what goes out is whatever bytes the script says.
"""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Self

from h2.config import H2Configuration
from h2.connection import H2Connection
from h2.events import DataReceived, Event, RequestReceived, StreamEnded, StreamReset
from h2.exceptions import H2Error
from h2.settings import SettingCodes, Settings
from hpack import Encoder
from hyperframe.frame import DataFrame, HeadersFrame

from apns_connector.simulator.behaviour import ACCEPTED, Answer
from apns_connector.simulator.session import Session

MAX_STREAMS = 1000


@dataclass(slots=True)
class Arrival:
    """A request; ``outcome`` is the server's word on it, whether the client hears it or not.

    ``complete``: it came in full. ``given_up``: the client has reset its stream.
    """

    stream_id: int
    apns_id: str
    body_bytes: int = 0
    complete: bool = False
    given_up: bool = False
    outcome: str = "unanswered"


class Peer:
    """One client, as its script sees it; the application of a :class:`Session`.

    ``arrivals``: by stream. ``mute``: set it to write nothing more that the script does not say,
    no acknowledgement either. ``opens_windows``: give flow control back as data comes in.
    """

    def __init__(
        self, script: Script, settings: dict[SettingCodes, int], *, opens_windows: bool
    ) -> None:
        self.arrivals: dict[int, Arrival] = {}
        self.mute = False
        self.mistake: H2Error | None = None
        self.gone = asyncio.Event()
        self.playing: asyncio.Future[None] | None = None
        self._script = script
        self._opens_windows = opens_windows
        self._changed = asyncio.Event()
        self.h2 = H2Connection(H2Configuration(client_side=False))
        self.h2.local_settings = Settings(
            client=False,
            initial_values={SettingCodes.MAX_CONCURRENT_STREAMS: MAX_STREAMS, **settings},
        )

    # For the script

    async def requests(self, number: int) -> list[Arrival]:
        """Wait until so many have come in full, on this connection."""
        await self.until(lambda: len(self.complete) >= number)
        return self.complete

    async def until(self, condition: Callable[[], bool]) -> None:
        """Wait until what the client sends makes ``condition`` true."""
        while not condition():
            self._changed.clear()
            await self._changed.wait()

    @property
    def complete(self) -> list[Arrival]:
        return [arrival for arrival in self.arrivals.values() if arrival.complete]

    @property
    def waiting(self) -> list[Arrival]:
        """Those that want an answer."""
        return [a for a in self.complete if a.outcome == "unanswered" and not a.given_up]

    def accept(self, *arrivals: Arrival) -> bytes:
        """Take them; the answers are returned, to be written or not."""
        return b"".join(self.answer(arrival, ACCEPTED) for arrival in arrivals)

    def answer(self, arrival: Arrival, answer: Answer) -> bytes:
        """As :meth:`accept`, whatever the answer is."""
        arrival.outcome = "accepted" if answer.reason is None else "rejected"
        if not arrival.given_up:
            self._end_stream(arrival.stream_id)
        return frames_of(answer, arrival.stream_id, arrival.apns_id)

    def _end_stream(self, stream_id: int) -> None:
        """For h2 alone, which does not see the frames that we make, and counts open streams."""
        self.write()
        self.h2.send_headers(stream_id, [(":status", "200")], end_stream=True)
        self.h2.clear_outbound_data_buffer()

    def write(self, data: bytes = b"") -> None:
        """What h2 has to say, unless mute; then ``data`` as it stands."""
        said = self.h2.data_to_send()
        self.session.write(data if self.mute else said + data)

    # For the session

    def opened(self, session: Session, client_certificate: bytes | None) -> None:
        self.session = session
        self.h2.initiate_connection()
        self.playing = asyncio.ensure_future(self._script(self))

    def received(self, data: bytes) -> None:
        """In the next turn of the loop, so that a script can have the first word."""
        asyncio.get_running_loop().call_soon(self._receive, data)

    def _receive(self, data: bytes) -> None:
        try:
            events = self.h2.receive_data(data)
        except H2Error as mistake:
            self.mistake = mistake
            self.session.close()
            return
        for event in events:
            self._take(event)
        self._changed.set()
        self.write()

    def _take(self, event: Event) -> None:
        match event:
            case RequestReceived():
                apns_id = dict(event.headers)[b"apns-id"].decode()
                self.arrivals[event.stream_id] = Arrival(event.stream_id, apns_id)
            case DataReceived():
                self.arrivals[event.stream_id].body_bytes += len(event.data)
                if self._opens_windows:
                    size = event.flow_controlled_length
                    self.h2.acknowledge_received_data(size, event.stream_id)
            case StreamEnded():
                self.arrivals[event.stream_id].complete = True
            case StreamReset():
                self.arrivals[event.stream_id].given_up = True

    def lost(self) -> None:
        if self.playing is not None:
            self.playing.cancel()
        self.gone.set()


Script = Callable[[Peer], Awaitable[None]]


def frames_of(answer: Answer, stream_id: int, apns_id: str) -> bytes:
    """HEADERS, and DATA if there is a body, as Apple sends them; of a length that is always the
    same, since nothing is compressed."""
    fields = [(":status", str(answer.status)), ("apns-id", apns_id, True)]
    block = Encoder().encode(fields, huffman=False)
    headers = HeadersFrame(stream_id, block, flags=["END_HEADERS"])
    if not answer.body:
        headers.flags.add("END_STREAM")
        return headers.serialize()
    return headers.serialize() + DataFrame(stream_id, answer.body, flags=["END_STREAM"]).serialize()


async def accept_all(peer: Peer) -> None:
    """The script of a server without a fault."""
    while True:
        await peer.until(lambda: bool(peer.waiting))
        peer.write(peer.accept(*peer.waiting))


class ScriptedServer:
    """Listens, and plays ``script_for(number)`` to each connection, numbered from 1.

    Leaving the context raises what a script raised, and the first of the client's mistakes.
    """

    def __init__(
        self,
        context: ssl.SSLContext,
        script_for: Callable[[int], Script],
        *,
        settings: dict[SettingCodes, int] | None = None,
        opens_windows: bool = True,
    ) -> None:
        self.peers: list[Peer] = []
        self._context = context
        self._script_for = script_for
        self._settings = settings or {}
        self._opens_windows = opens_windows
        self._sessions: list[Session] = []

    @property
    def port(self) -> int:
        return int(self._listener.sockets[0].getsockname()[1])

    @property
    def received(self) -> list[Arrival]:
        return [arrival for peer in self.peers for arrival in peer.arrivals.values()]

    async def __aenter__(self) -> Self:
        loop = asyncio.get_running_loop()
        self._listener = await loop.create_server(self._welcome, "127.0.0.1", 0)
        return self

    def _welcome(self) -> Session:
        script = self._script_for(len(self.peers) + 1)
        peer = Peer(script, self._settings, opens_windows=self._opens_windows)
        session = Session(self._context, peer)
        self.peers.append(peer)
        self._sessions.append(session)
        return session

    async def __aexit__(self, *_: object) -> None:
        self._listener.close()
        for peer, session in zip(self.peers, self._sessions, strict=True):
            if not peer.gone.is_set():
                session.cut()
            await peer.gone.wait()
            if peer.playing is not None:
                await asyncio.wait([peer.playing])
                if not peer.playing.cancelled():
                    peer.playing.result()
            if peer.mistake is not None:
                raise peer.mistake
