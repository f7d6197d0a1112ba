"""Reads what the client writes, with hyperframe and hpack, as a strict server would."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field

import hpack
from hyperframe.frame import (
    ContinuationFrame,
    DataFrame,
    Frame,
    GoAwayFrame,
    HeadersFrame,
    PingFrame,
    RstStreamFrame,
    SettingsFrame,
    WindowUpdateFrame,
)

PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
HEADER_TABLE_SIZE, MAX_CONCURRENT_STREAMS, INITIAL_WINDOW_SIZE, MAX_FRAME_SIZE = 1, 3, 4, 5

Fields = list[tuple[bytes, bytes]]


@dataclass
class Stream:
    """``fields``, ``body``: what the caller sent, and has to arrive; without a body, HEADERS is to
    end the stream. ``window``: until the stream
    is opened, only what WINDOW_UPDATE added."""

    fields: Fields
    body: bytes | None
    window: int = 0
    opened: bool = False
    arrived: int = 0
    ended: bool = False
    reset: bool = False


@dataclass
class Referee:
    """Told what the server gives (:meth:`given`) and the caller sends (:attr:`streams`), it reads
    what the client writes (:meth:`read`), and raises AssertionError at the first broken rule."""

    streams: dict[int, Stream] = field(default_factory=dict)
    most_streams: int = 0
    received_data: int = 0
    _window: int = 65_535
    _initial_window: int = 65_535
    _frame_limit: int = 16_384
    _unacknowledged: deque[list[tuple[int, int]]] = field(default_factory=deque)
    _pings: deque[bytes] = field(default_factory=deque)
    _given_back: int = 0
    _last_opened: int = -1
    _block: bytearray | None = None
    _block_of: int = 0
    _partial: bytes = b""
    _greeted: bool = False
    _decoder: hpack.Decoder = field(default_factory=hpack.Decoder)

    def given(self, data: bytes) -> None:
        """What the client has taken in without objection."""
        data = self._partial + data
        while len(data) >= 9 and len(data) >= (size := 9 + int.from_bytes(data[:3], "big")):
            stream_id = int.from_bytes(data[5:9], "big") & 0x7FFF_FFFF
            self._note(data[3], data[4], stream_id, data[9:size])
            data = data[size:]
        self._partial = data

    def _note(self, kind: int, flags: int, stream_id: int, payload: bytes) -> None:
        if kind == DataFrame.type:
            self.received_data += len(payload)
        elif kind == SettingsFrame.type and not flags & 1:
            pairs = [payload[i : i + 6] for i in range(0, len(payload), 6)]
            values = [(int.from_bytes(p[:2], "big"), int.from_bytes(p[2:], "big")) for p in pairs]
            if not self._greeted:
                self._greeted = True
                self.most_streams = 2**31
            self.most_streams = dict(values).get(MAX_CONCURRENT_STREAMS, self.most_streams)
            self._unacknowledged.append(values)
        elif kind == PingFrame.type and not flags & 1:
            self._pings.append(payload)
        elif kind == WindowUpdateFrame.type:
            increment = int.from_bytes(payload, "big") & 0x7FFF_FFFF
            if not stream_id:
                self._window += increment
            elif stream_id in self.streams:
                self.streams[stream_id].window += increment

    def read(self, data: bytes) -> None:
        if self._last_opened < 0:
            if not data:
                return
            assert data.startswith(PREFACE)
            data = data[len(PREFACE) :]
            assert data[3] == SettingsFrame.type
            assert not data[4]
            self._last_opened = 0
        for frame in frames_of(data):
            assert frame.body_len <= self._frame_limit
            if self._block is not None:
                assert isinstance(frame, ContinuationFrame)
            self._read(frame)

    def _read(self, frame: Frame) -> None:
        match frame:
            case HeadersFrame():
                assert frame.stream_id in self.streams
                assert frame.stream_id % 2
                assert frame.stream_id > self._last_opened
                self._last_opened = frame.stream_id
                stream = self.streams[frame.stream_id]
                stream.ended = "END_STREAM" in frame.flags
                assert stream.ended == (stream.body is None)
                self._block, self._block_of = bytearray(frame.data), frame.stream_id
                self._end_block(frame)
            case ContinuationFrame():
                assert self._block is not None
                assert frame.stream_id == self._block_of
                self._block += frame.data
                self._end_block(frame)
            case DataFrame():
                self._read_data(frame)
            case RstStreamFrame():
                stream = self.streams[frame.stream_id]
                assert stream.opened
                assert not stream.reset
                stream.reset = True
            case SettingsFrame():
                if "ACK" in frame.flags:
                    self._apply(self._unacknowledged.popleft())
            case PingFrame():
                assert "ACK" not in frame.flags or frame.opaque_data == self._pings.popleft()
            case WindowUpdateFrame():
                self._read_window_update(frame)
            case _:
                assert isinstance(frame, GoAwayFrame)
                assert (frame.error_code, frame.last_stream_id) == (0, 0)

    def _end_block(self, frame: Frame) -> None:
        if "END_HEADERS" in frame.flags:
            assert self._block is not None
            fields = self._decoder.decode(bytes(self._block), raw=True)
            stream = self.streams[self._block_of]
            assert [(bytes(name), bytes(value)) for name, value in fields] == stream.fields
            stream.opened = True
            stream.window += self._initial_window
            self._block = None

    def _read_data(self, frame: DataFrame) -> None:
        stream, size = self.streams[frame.stream_id], len(frame.data)
        assert stream.opened
        assert not stream.ended
        assert not stream.reset
        assert stream.body is not None
        assert not size or (size <= stream.window and size <= self._window)
        assert frame.data == stream.body[stream.arrived : stream.arrived + size]
        stream.arrived += size
        stream.window -= size
        self._window -= size
        stream.ended = "END_STREAM" in frame.flags
        assert stream.ended == (stream.arrived == len(stream.body))

    def _apply(self, values: list[tuple[int, int]]) -> None:
        for key, value in values:
            if key == HEADER_TABLE_SIZE:
                self._decoder.max_allowed_table_size = value
                # A strict decoder evicts at once: who does not signal the new size is found out.
                if value < self._decoder.header_table_size:
                    self._decoder.header_table_size = value
            elif key == INITIAL_WINDOW_SIZE:
                for stream in self.streams.values():
                    if stream.opened:
                        stream.window += value - self._initial_window
                self._initial_window = value
            elif key == MAX_FRAME_SIZE:
                self._frame_limit = value

    def _read_window_update(self, frame: WindowUpdateFrame) -> None:
        assert frame.stream_id == 0
        self._given_back += frame.window_increment
        assert self._given_back <= self.received_data + (1 << 24)

    def end(self) -> None:
        """All that has to be answered was."""
        assert not self._unacknowledged
        assert not self._pings
        assert self._block is None


def frames_of(data: bytes) -> list[Frame]:
    """As hyperframe reads them; nothing may be left over."""
    frames = []
    while data:
        frame, length = Frame.parse_frame_header(memoryview(data[:9]), strict=True)
        assert len(data) >= 9 + length
        frame.parse_body(memoryview(data[9 : 9 + length]))
        frames.append(frame)
        data = data[9 + length :]
    return frames
