"""One HTTP/2 connection: bytes in, h2 events, decisions, bytes out."""

from __future__ import annotations

import asyncio
import logging
import re
from collections.abc import Callable
from dataclasses import dataclass, field

from h2.config import H2Configuration
from h2.connection import H2Connection
from h2.errors import ErrorCodes
from h2.events import (
    ConnectionTerminated,
    DataReceived,
    Event,
    RemoteSettingsChanged,
    RequestReceived,
    SettingsAcknowledged,
    StreamEnded,
    StreamReset,
    WindowUpdated,
)
from h2.exceptions import H2Error
from h2.settings import SettingCodes, Settings

from apns_connector.simulator import frames
from apns_connector.simulator.behaviour import (
    ACTIVE_STREAMS_VIOLATED,
    Answer,
    Close,
    Goaway,
    Reset,
    Silence,
    goaway_reason,
)
from apns_connector.simulator.channels import ChannelAnswer
from apns_connector.simulator.client_certificate import ClientCertificate, read_client_certificate
from apns_connector.simulator.decision import Decider, Decision
from apns_connector.simulator.options import SimulatorOptions
from apns_connector.simulator.provider_token import Binding
from apns_connector.simulator.received import Received
from apns_connector.simulator.record import Ids, Record
from apns_connector.simulator.rules import VOIP_PAYLOAD_LIMIT, Request
from apns_connector.simulator.session import Session
from apns_connector.simulator.stream_limit import UNLIMITED, StreamLimit, StreamVerdict

logger = logging.getLogger(__name__)

_BODY_KEPT = VOIP_PAYLOAD_LIMIT + 1  # enough to see that a body is too long

_Headers = list[tuple[bytes, bytes]]


@dataclass(slots=True)
class _Incoming:
    """An open stream: its request as far as it has come."""

    headers: _Headers
    body: bytearray = field(default_factory=bytearray)
    timer: asyncio.TimerHandle | None = None
    silent: bool = False  # is never to be answered


class Connection:
    """One client, the application of a :class:`Session`. What it sends disturbs no other.

    ``received``: where what it publishes is remembered; ``None`` where channels are managed.
    ``gone`` is called when the connection has ended, whoever ended it.
    """

    def __init__(
        self,
        number: int,
        options: SimulatorOptions,
        decider: Decider,
        received: Received | None,
        gone: Callable[[Connection], None],
    ) -> None:
        self._number = number
        self._options = options
        self._decider = decider
        self._record = Record(number, options.environment, received)
        self._gone = gone
        self._certificate: ClientCertificate | None = None
        self._binding: Binding | None = None
        self._limit = StreamLimit()
        self._opened_up = False  # to the high number of streams
        self._streams: dict[int, _Incoming] = {}
        self._complete: list[int] = []
        self._blocked: dict[int, bytes] = {}  # what of bodies waits for a flow-control window
        self._highest_processed = 0
        self._last_stream_id: int | None = None  # of our GOAWAY, once it is sent
        self._out = bytearray()
        self._h2 = _state_machine()

    # -- the session calls --------------------------------------------------------------------

    def opened(self, session: Session, client_certificate: bytes | None) -> None:
        self._session = session
        self._h2.initiate_connection()
        self._h2.clear_outbound_data_buffer()
        limit = self._options.streams_before_authenticated
        if client_certificate is not None:
            self._certificate = read_client_certificate(client_certificate)
            self._opened_up = True
            limit = self._options.max_concurrent_streams
        self._limit.announce(limit)
        self._out += frames.first_settings(limit)
        self._check_environment()
        self._send()

    def received(self, data: bytes) -> None:
        try:
            events = self._h2.receive_data(data)
        except H2Error as error:
            logger.warning("connection %d: HTTP/2 broken: %s", self._number, _harmless(error))
            self._send()
            self._session.close()
            return
        if any(isinstance(event, ConnectionTerminated) for event in events):
            self._session.close()
            return
        # First all that came, then the answers: what was sent together is open together.
        for event in events:
            self._take(event)
        complete, self._complete = self._complete, []
        for stream_id in complete:
            if stream_id in self._streams and not self._session.closing:
                self._process(stream_id, self._streams[stream_id])
        self._send()

    def lost(self) -> None:
        self._drop(list(self._streams))
        self._gone(self)

    # -- the server calls ---------------------------------------------------------------------

    def shut_down(self) -> None:
        """GOAWAY as of a server that goes down, then the end; for an opened connection."""
        self._go_away(self._highest_processed, ErrorCodes.NO_ERROR, goaway_reason("Shutdown"))
        self._send()
        self._session.close()

    # -- what the client sends ----------------------------------------------------------------

    def _take(self, event: Event) -> None:
        match event:
            case RequestReceived():
                self._open(event.stream_id, event.headers)
            case DataReceived():
                self._h2.acknowledge_received_data(event.flow_controlled_length, event.stream_id)
                incoming = self._streams.get(event.stream_id)
                if incoming is not None:
                    incoming.body += event.data[: _BODY_KEPT - len(incoming.body)]
            case StreamEnded():
                self._complete.append(event.stream_id)
            case StreamReset():
                self._drop([event.stream_id])
            case SettingsAcknowledged():
                self._limit.acknowledge()
            case WindowUpdated() | RemoteSettingsChanged():
                for stream_id, body in list(self._blocked.items()):
                    self._send_body(stream_id, body)

    def _open(self, stream_id: int, headers: _Headers) -> None:
        if self._last_stream_id is not None and stream_id > self._last_stream_id:
            return
        match self._limit.judge(len(self._streams) + 1):
            case StreamVerdict.ACCEPT:
                self._streams[stream_id] = _Incoming(headers)
            case StreamVerdict.REFUSE:
                self._h2.reset_stream(stream_id, ErrorCodes.REFUSED_STREAM)
            case StreamVerdict.VIOLATION:
                logger.warning("connection %d: more streams than announced", self._number)
                last = max(self._streams, default=self._highest_processed)
                self._go_away(last, ErrorCodes.REFUSED_STREAM, ACTIVE_STREAMS_VIOLATED)

    # -- what becomes of a request ------------------------------------------------------------

    def _process(self, stream_id: int, incoming: _Incoming) -> None:
        request = _request(incoming)
        decision = self._decider.decide(request, self._certificate, self._binding)
        self._binding = decision.binding
        ids = self._record.keep(request, decision.behaviour)
        if decision.max_concurrent_streams is not None:
            self._opened_up = True
            self._announce(decision.max_concurrent_streams)
        if not decision.milliseconds:
            self._act(stream_id, decision, ids)
            return
        incoming.timer = asyncio.get_running_loop().call_later(
            decision.milliseconds / 1000, self._act_late, stream_id, decision, ids
        )

    def _act_late(self, stream_id: int, decision: Decision, ids: Ids) -> None:
        self._act(stream_id, decision, ids)
        self._send()

    def _act(self, stream_id: int, decision: Decision, ids: Ids) -> None:
        behaviour = decision.behaviour
        if isinstance(behaviour, Answer) or behaviour.processed:
            self._highest_processed = max(self._highest_processed, stream_id)
        match behaviour:
            case Answer():
                self._answer(stream_id, behaviour, ids)
                self._move_limit(behaviour, decision.authenticated)
            case Silence():
                self._streams[stream_id].silent = True
            case Reset():
                self._reset(stream_id, behaviour.error_code)
            case Close():
                self._send()
                self._session.cut()
            case Goaway():
                self._end(stream_id, behaviour)

    def _answer(self, stream_id: int, answer: Answer, ids: Ids) -> None:
        headers = [(":status", str(answer.status)), *ids.fields()]
        if isinstance(answer, ChannelAnswer):
            headers += answer.fields
        # RFC 9110, 9.3.2: the answer to HEAD has no content.
        head = (b":method", b"HEAD") in self._streams[stream_id].headers
        body = b"" if head else answer.body
        self._h2.send_headers(stream_id, headers, end_stream=not body)
        if body:
            self._send_body(stream_id, body)
        else:
            self._drop([stream_id])

    def _send_body(self, stream_id: int, body: bytes) -> None:
        """As much as windows and frames allow; the rest when the windows open."""
        while body:
            window = self._h2.local_flow_control_window(stream_id)
            size = min(window, self._h2.max_outbound_frame_size)
            if size <= 0:
                self._blocked[stream_id] = body
                return
            part, body = body[:size], body[size:]
            self._h2.send_data(stream_id, part, end_stream=not body)
        self._drop([stream_id])

    def _reset(self, stream_id: int, error_code: int) -> None:
        self._h2.reset_stream(stream_id, error_code)
        self._drop([stream_id])

    def _end(self, stream_id: int, behaviour: Goaway) -> None:
        if not behaviour.processed and stream_id < self._highest_processed:
            # A newer stream has been processed already, so last-stream-id cannot lie below it.
            self._reset(stream_id, ErrorCodes.REFUSED_STREAM)
        self._drop([stream_id])
        self._go_away(self._highest_processed, behaviour.error_code, behaviour.debug)

    # -- streams, settings, frames ------------------------------------------------------------

    def _move_limit(self, answer: Answer, authenticated: bool) -> None:
        if self._options.narrow_after_rejection and answer.reason is not None:
            self._opened_up = False
            self._announce(1)
        elif authenticated and not self._opened_up:
            self._opened_up = True
            self._announce(self._options.max_concurrent_streams)

    def _announce(self, limit: int) -> None:
        if limit != self._limit.newest:
            self._limit.announce(limit)
            self._write(frames.stream_limit_settings(limit))

    def _check_environment(self) -> None:
        environment = self._options.environment
        if self._certificate is not None and not self._certificate.serves(environment):
            logger.warning(
                "connection %d: the certificate is not for %s", self._number, environment
            )
            self._go_away(0, ErrorCodes.NO_ERROR, goaway_reason("BadCertificateEnvironment"))

    def _go_away(self, last_stream_id: int, error_code: int, debug: bytes) -> None:
        """Streams above the last are dropped here and now; the others are still answered."""
        if self._last_stream_id is None:
            self._last_stream_id = last_stream_id
            self._write(frames.goaway(last_stream_id, error_code, debug))
            self._drop([stream_id for stream_id in self._streams if stream_id > last_stream_id])

    def _drop(self, stream_ids: list[int]) -> None:
        for stream_id in stream_ids:
            self._blocked.pop(stream_id, None)
            incoming = self._streams.pop(stream_id, None)
            if incoming is not None and incoming.timer is not None:
                incoming.timer.cancel()

    def _write(self, frame: bytes) -> None:
        """Add a frame of our own, behind what h2 has to send."""
        self._out += self._h2.data_to_send()
        self._out += frame

    def _send(self) -> None:
        self._out += self._h2.data_to_send()
        if self._out:
            self._session.write(self._out)
            self._out.clear()
        if self._last_stream_id is not None and all(
            incoming.silent for incoming in self._streams.values()
        ):
            self._session.close()


def _state_machine() -> H2Connection:
    """h2 as a server: strict with what comes in, silent about the number of streams."""
    config = H2Configuration(
        client_side=False, validate_outbound_headers=False, normalize_outbound_headers=False
    )
    connection = H2Connection(config)
    connection.local_settings = Settings(
        client=False,
        initial_values={
            SettingCodes.MAX_CONCURRENT_STREAMS: UNLIMITED,
            SettingCodes.MAX_HEADER_LIST_SIZE: frames.MAX_HEADER_LIST_SIZE,
        },
    )
    connection.decoder.max_header_list_size = frames.MAX_HEADER_LIST_SIZE
    return connection


def _request(incoming: _Incoming) -> Request:
    pseudo = {name: value for name, value in incoming.headers if name.startswith(b":")}
    return Request(
        method=pseudo[b":method"].decode("latin-1"),
        path=pseudo.get(b":path", b"").decode("latin-1"),
        headers=tuple(pair for pair in incoming.headers if not pair[0].startswith(b":")),
        body=bytes(incoming.body),
    )


def _harmless(error: H2Error) -> str:
    """What h2 found, without the header values that it quotes."""
    return re.sub(r"b['\"].*", "(not shown)", f"{type(error).__name__}: {error}", flags=re.DOTALL)
