"""What a server may do wrong, by the sections of RFC 9113, and what the client must make of it.

Every row meets a client with requests in all the states that they can be in, and is given to it
whole, byte by byte and in pieces. However it ends, each request comes back exactly once.
"""

from __future__ import annotations

from struct import pack
from typing import NamedTuple

import pytest
from hyperframe.frame import (
    DataFrame,
    Frame,
    GoAwayFrame,
    HeadersFrame,
    RstStreamFrame,
    SettingsFrame,
)

from apns_connector.apns.frames import ErrorCode
from apns_connector.apns.http2 import Http2
from apns_connector.apns.http2_events import Answered, Broken, Lost, NotProcessed
from tests.unit.apns.one_by_one import one_by_one

# The streams of the client.
OPEN, OTHER = 1, 3  # written in full, not answered
WAITING = 5  # its body waits for the window
ANSWERED = 7
RESET = 9  # by us
IDLE = 11
SERVERS = 2

DATA, HEADERS, PRIORITY, RST_STREAM, SETTINGS = 0, 1, 2, 3, 4
PUSH_PROMISE, PING, GOAWAY, WINDOW_UPDATE, CONTINUATION = 5, 6, 7, 8, 9
UNKNOWN = 0xBE

ACK = END_STREAM = 0x1
END_HEADERS = 0x4
WHOLE = END_STREAM | END_HEADERS
PADDED = 0x8
PRIORITIZED = 0x20

TABLE_SIZE, PUSH, MAX_STREAMS, WINDOW, FRAME_LIMIT = range(1, 6)
MOST = 2**31 - 1
RESERVED_BIT = 1 << 31

PROTOCOL = ErrorCode.PROTOCOL_ERROR
FLOW = ErrorCode.FLOW_CONTROL_ERROR
SIZE = ErrorCode.FRAME_SIZE_ERROR
COMPRESSION = ErrorCode.COMPRESSION_ERROR
CALM = ErrorCode.ENHANCE_YOUR_CALM


def frame(kind: int, on: int = 0, payload: bytes = b"", flags: int = 0) -> bytes:
    return pack(">L", len(payload))[1:] + bytes((kind, flags)) + pack(">L", on) + payload


def head(payload: bytes, flags: int = WHOLE, *, on: int = OPEN) -> bytes:
    """HEADERS with this header block."""
    return frame(HEADERS, on, payload, flags)


def fields(*pairs: tuple[str, str]) -> bytes:
    """Literals without a table: RFC 7541, section 6.2.2."""
    return b"".join(
        b"\0" + b"".join(bytes((len(text),)) + text.encode() for text in pair) for pair in pairs
    )


def settings(*pairs: tuple[int, int]) -> bytes:
    return frame(SETTINGS, 0, b"".join(pack(">HL", key, value) for key, value in pairs))


def window(increment: int, *, on: int = 0) -> bytes:
    return frame(WINDOW_UPDATE, on, pack(">L", increment))


STATUS_200, STATUS_400 = b"\x88", b"\x8c"
ANSWER = head(STATUS_400)
BEGUN = head(STATUS_400, END_HEADERS)  # a body follows
PART = head(STATUS_400, END_STREAM)  # CONTINUATION follows
EARLY = fields((":status", "103"))
INTERIM = head(EARLY, END_HEADERS)
MORE, LAST = (frame(CONTINUATION, OPEN, b"", flags) for flags in (0, END_HEADERS))


def length(value: str) -> bytes:
    return fields(("content-length", value))


LENGTH_4 = length("4")
ANNOUNCED = head(STATUS_400 + LENGTH_4, END_HEADERS)


class Row(NamedTuple):
    section: str
    what: str
    sent: bytes
    code: ErrorCode = ErrorCode.NO_ERROR


# Section 5.4.1: these end the connection.
CONNECTION_ERRORS = [
    Row("4.2", "DATA beyond 16,384 bytes", frame(DATA, OPEN, bytes(16_385)), SIZE),
    Row("4.2", "HEADERS beyond it", head(bytes(16_385)), SIZE),
    Row("4.2", "SETTINGS beyond it", settings(*[(UNKNOWN, 0)] * 2731), SIZE),
    Row("4.2", "an unknown frame beyond it", frame(UNKNOWN, 0, bytes(16_385)), SIZE),
    Row("4.2", "a mere announcement of 2^24-1 bytes", b"\xff\xff\xff\0\0\0\0\0\1", SIZE),
    Row("4.3", "an index without end", head(b"\xff"), COMPRESSION),
    Row("4.3", "an index of thousands of digits", head(b"\xff" * 3000 + b"\1"), COMPRESSION),
    Row("4.3", "index 0", head(b"\x80"), COMPRESSION),
    Row("4.3", "an index into an empty table", head(b"\xbe"), COMPRESSION),
    Row("4.3", "a name from an empty table", head(b"\x7e\1x"), COMPRESSION),
    Row("4.3", "a string that is cut off", head(b"\0\5ab"), COMPRESSION),
    Row("4.3", "a Huffman string with zeros for padding", head(b"\0\x81\0\1x"), COMPRESSION),
    Row(
        "4.3", "the end of a Huffman string within", head(b"\0\x84\xff\xff\xff\xff\1x"), COMPRESSION
    ),
    Row("4.3", "a bad block in trailers", BEGUN + head(b"\xbe"), COMPRESSION),
    Row("4.3", "a bad block for an interim answer", head(b"\x48", END_HEADERS), COMPRESSION),
    Row("4.3", "a bad block on a reset stream", head(b"\xbe", on=RESET), COMPRESSION),
    Row("4.3", "a bad block on an answered stream", head(b"\xbe", on=ANSWERED), COMPRESSION),
    Row("4.3.1", "a table larger than allowed", head(b"\x21\x8c"), COMPRESSION),
    Row("4.3.1", "a new table size after a field", head(b"\x8c\x20"), COMPRESSION),
    Row("4.3", "PING in a header block", PART + frame(PING, 0, bytes(8)), PROTOCOL),
    Row("4.3", "DATA in a header block", PART + frame(DATA, OPEN), PROTOCOL),
    Row("4.3", "HEADERS in a header block", PART + ANSWER, PROTOCOL),
    Row("4.3", "SETTINGS in a header block", PART + settings(), PROTOCOL),
    Row("4.3", "another's answer in a header block", PART + head(STATUS_200, on=OTHER), PROTOCOL),
    Row("5.5", "an unknown frame in a header block", PART + frame(UNKNOWN, OPEN), PROTOCOL),
    Row("5.1", "DATA on an idle stream", frame(DATA, IDLE, b"x"), PROTOCOL),
    Row("5.1", "HEADERS on an idle stream", head(STATUS_200, on=IDLE), PROTOCOL),
    Row("5.1", "part of HEADERS on an idle stream", head(STATUS_200, 0, on=IDLE), PROTOCOL),
    Row("5.1", "RST_STREAM on an idle stream", frame(RST_STREAM, IDLE, bytes(4)), PROTOCOL),
    Row("5.1", "WINDOW_UPDATE on an idle stream", window(1, on=IDLE), PROTOCOL),
    Row("5.1", "CONTINUATION on an idle stream", frame(CONTINUATION, IDLE), PROTOCOL),
    Row("5.1", "HEADERS on the last stream there is", head(STATUS_200, on=MOST), PROTOCOL),
    Row("5.1.1", "HEADERS on a stream of the server's", head(STATUS_200, on=SERVERS), PROTOCOL),
    Row("5.1.1", "DATA on a stream of the server's", frame(DATA, SERVERS, b"x"), PROTOCOL),
    Row(
        "5.1.1",
        "RST_STREAM on a stream of the server's",
        frame(RST_STREAM, SERVERS, bytes(4)),
        PROTOCOL,
    ),
    Row("5.1.1", "WINDOW_UPDATE on a stream of the server's", window(1, on=SERVERS), PROTOCOL),
    Row("6.1", "DATA on stream 0", frame(DATA, 0, b"x"), PROTOCOL),
    Row("6.1", "DATA on stream 0 but for the reserved bit", frame(DATA, RESERVED_BIT), PROTOCOL),
    Row("6.1", "padding without its length", BEGUN + frame(DATA, OPEN, b"", PADDED), PROTOCOL),
    Row("6.1", "padding as long as DATA", BEGUN + frame(DATA, OPEN, b"\2x", PADDED), PROTOCOL),
    Row("6.1", "padding longer than DATA", BEGUN + frame(DATA, OPEN, b"\xffx", PADDED), PROTOCOL),
    Row(
        "6.1",
        "padding longer than DATA on a reset stream",
        frame(DATA, RESET, b"\5x", PADDED),
        PROTOCOL,
    ),
    Row("6.2", "HEADERS on stream 0", head(STATUS_200, on=0), PROTOCOL),
    Row("6.2", "padding longer than HEADERS", head(b"\2\x88", WHOLE | PADDED), PROTOCOL),
    Row(
        "6.2", "padding into priority", head(b"\2prior\x88", WHOLE | PADDED | PRIORITIZED), PROTOCOL
    ),
    Row("6.2", "HEADERS too short for priority", head(b"prio", WHOLE | PRIORITIZED), SIZE),
    Row("6.3", "PRIORITY on stream 0", frame(PRIORITY, 0, bytes(5)), PROTOCOL),
    Row("6.4", "RST_STREAM on stream 0", frame(RST_STREAM, 0, bytes(4)), PROTOCOL),
    Row("6.4", "RST_STREAM of 3 bytes", frame(RST_STREAM, OPEN, bytes(3)), SIZE),
    Row("6.4", "RST_STREAM of 5 bytes", frame(RST_STREAM, OPEN, bytes(5)), SIZE),
    Row(
        "6.4", "RST_STREAM of 3 bytes on a closed stream", frame(RST_STREAM, RESET, bytes(3)), SIZE
    ),
    Row("6.5", "SETTINGS on a stream", frame(SETTINGS, OPEN), PROTOCOL),
    Row("6.5", "an acknowledgement on a stream", frame(SETTINGS, OPEN, b"", ACK), PROTOCOL),
    Row("6.5", "an acknowledgement with content", frame(SETTINGS, 0, bytes(6), ACK), SIZE),
    Row("6.5", "SETTINGS of 5 bytes", frame(SETTINGS, 0, bytes(5)), SIZE),
    Row("6.5", "SETTINGS of 7 bytes", frame(SETTINGS, 0, bytes(7)), SIZE),
    Row("6.5.2", "ENABLE_PUSH of 1", settings((PUSH, 1)), PROTOCOL),
    Row("6.5.2", "ENABLE_PUSH of 2", settings((PUSH, 2)), PROTOCOL),
    Row("6.5.2", "a window of 2^31", settings((WINDOW, 1 << 31)), FLOW),
    Row("6.5.2", "a window of 2^32-1", settings((WINDOW, 2**32 - 1)), FLOW),
    Row("6.5.2", "a frame size of 0", settings((FRAME_LIMIT, 0)), PROTOCOL),
    Row("6.5.2", "a frame size of 16,383", settings((FRAME_LIMIT, 16_383)), PROTOCOL),
    Row("6.5.2", "a frame size of 2^24", settings((FRAME_LIMIT, 1 << 24)), PROTOCOL),
    Row("6.5.2", "a wrong one after a right one", settings((WINDOW, 50), (PUSH, 1)), PROTOCOL),
    Row("6.6", "PUSH_PROMISE", frame(PUSH_PROMISE, OPEN, b"\0\0\0\2\x88", END_HEADERS), PROTOCOL),
    Row("6.6", "PUSH_PROMISE on stream 0", frame(PUSH_PROMISE, 0, b"\0\0\0\2\x88"), PROTOCOL),
    Row("6.6", "PUSH_PROMISE on a reset stream", frame(PUSH_PROMISE, RESET, b"\0\0\0\2"), PROTOCOL),
    Row("6.6", "PUSH_PROMISE of 3 bytes", frame(PUSH_PROMISE, OPEN, bytes(3)), PROTOCOL),
    Row("6.7", "PING on a stream", frame(PING, OPEN, bytes(8)), PROTOCOL),
    Row("6.7", "PING of 7 bytes", frame(PING, 0, bytes(7)), SIZE),
    Row("6.7", "PING of 9 bytes", frame(PING, 0, bytes(9)), SIZE),
    Row("6.7", "an answer to PING of no bytes", frame(PING, 0, b"", ACK), SIZE),
    Row("6.8", "GOAWAY on a stream", frame(GOAWAY, OPEN, bytes(8)), PROTOCOL),
    Row("6.8", "GOAWAY of 7 bytes", frame(GOAWAY, 0, bytes(7)), SIZE),
    Row("6.9", "WINDOW_UPDATE of 3 bytes", frame(WINDOW_UPDATE, 0, bytes(3)), SIZE),
    Row("6.9", "WINDOW_UPDATE of 5 bytes", frame(WINDOW_UPDATE, OPEN, bytes(5)), SIZE),
    Row("6.9", "WINDOW_UPDATE of 0", window(0), PROTOCOL),
    Row("6.9", "WINDOW_UPDATE of 0 but for the reserved bit", window(RESERVED_BIT), PROTOCOL),
    Row("6.9.1", "a window beyond 2^31-1", window(MOST), FLOW),
    Row(
        "6.9.1",
        "a window that gets there in two steps",
        window(MOST - 65_535) + window(70_000),
        FLOW,
    ),
    Row(
        "6.9.2",
        "an initial window that lifts a stream beyond 2^31-1",
        window(1 << 30, on=WAITING) + settings((WINDOW, MOST)),
        FLOW,
    ),
    Row("6.10", "CONTINUATION of nothing", frame(CONTINUATION, OPEN, STATUS_200), PROTOCOL),
    Row("6.10", "CONTINUATION after the last", BEGUN + frame(CONTINUATION, OPEN), PROTOCOL),
    Row("6.10", "CONTINUATION on stream 0", PART + frame(CONTINUATION, 0, b"", 4), PROTOCOL),
    Row("6.10", "CONTINUATION of another's block", PART + frame(CONTINUATION, OTHER), PROTOCOL),
    Row("10.5", "CONTINUATION without end", PART + frame(CONTINUATION, OPEN) * 1000, CALM),
    Row(
        "10.5.1",
        "a header block of 80 KB",
        PART + frame(CONTINUATION, OPEN, bytes(16_384)) * 5,
        CALM,
    ),
    Row(
        "10.5.1",
        "a header list that unpacks to more than 65,536 bytes",
        PART + frame(CONTINUATION, OPEN, b"\x90" * 2_000, END_HEADERS),
        COMPRESSION,
    ),
]

# Section 5.4.2: these end the stream OPEN.
STREAM_ERRORS = [
    Row("6.3", "PRIORITY of 4 bytes", frame(PRIORITY, OPEN, bytes(4)), SIZE),
    Row("6.3", "PRIORITY of 6 bytes", frame(PRIORITY, OPEN, bytes(6)), SIZE),
    Row("6.9", "WINDOW_UPDATE of 0", window(0, on=OPEN), PROTOCOL),
    Row("8.1", "DATA before HEADERS", frame(DATA, OPEN, b"x"), PROTOCOL),
    Row("8.1", "an end before HEADERS", frame(DATA, OPEN, b"", END_STREAM), PROTOCOL),
    Row("8.1", "DATA after an interim answer", INTERIM + frame(DATA, OPEN, b"x"), PROTOCOL),
    Row("8.1", "an interim answer that is the end", head(fields((":status", "100"))), PROTOCOL),
    Row("8.1", "an interim answer after the head", BEGUN + INTERIM, PROTOCOL),
    Row("8.1", "two heads", BEGUN + BEGUN, PROTOCOL),
    Row("8.1", "trailers without end", BEGUN + head(fields(("x", "y")), END_HEADERS), PROTOCOL),
    Row("8.1", "trailers with a status", BEGUN + head(STATUS_200), PROTOCOL),
    Row(
        "8.1.1",
        "a body longer than announced",
        ANNOUNCED + frame(DATA, OPEN, b"12345", 1),
        PROTOCOL,
    ),
    Row(
        "8.1.1", "a body shorter than announced", ANNOUNCED + frame(DATA, OPEN, b"123", 1), PROTOCOL
    ),
    Row("8.1.1", "no body where one was announced", head(STATUS_400 + LENGTH_4), PROTOCOL),
    Row("8.1.1", "a shorter body and trailers", ANNOUNCED + head(fields(("x", "y"))), PROTOCOL),
    Row(
        "8.1.1",
        "two lengths",
        head(STATUS_400 + LENGTH_4 + length("5"), END_HEADERS) + frame(DATA, OPEN, b"1234", 1),
        PROTOCOL,
    ),
    Row("8.1.1", "a length that is no number", head(STATUS_400 + length("+4")), PROTOCOL),
    Row("8.2", "a name in capitals", head(STATUS_400 + fields(("Apns-Id", "1"))), PROTOCOL),
    Row("8.2.1", "a name with a space", head(STATUS_400 + fields(("a b", "1"))), PROTOCOL),
    Row("8.2.1", "a name with a colon", head(STATUS_400 + fields(("a:b", "1"))), PROTOCOL),
    Row("8.2.1", "a name beyond ASCII", head(STATUS_400 + b"\0\1\xe9\0"), PROTOCOL),
    Row("8.2.1", "no name", head(STATUS_400 + fields(("", "1"))), PROTOCOL),
    Row(
        "8.2.1", "a value with line breaks", head(STATUS_400 + fields(("a", "1\r\nb: 2"))), PROTOCOL
    ),
    Row("8.2.1", "a value with NUL", head(STATUS_400 + fields(("a", "1\0"))), PROTOCOL),
    Row(
        "8.2.1",
        "a value that begins with a space",
        head(STATUS_400 + fields(("a", " 1"))),
        PROTOCOL,
    ),
    Row("8.2.1", "a value that ends with a tab", head(STATUS_400 + fields(("a", "1\t"))), PROTOCOL),
    Row("8.2.1", "such a value in trailers", BEGUN + head(fields(("a", " 1"))), PROTOCOL),
    Row("8.2.2", "connection", head(STATUS_400 + fields(("connection", "close"))), PROTOCOL),
    Row(
        "8.2.2",
        "transfer-encoding",
        head(STATUS_400 + fields(("transfer-encoding", "chunked"))),
        PROTOCOL,
    ),
    Row("8.3", "a pseudo-field that is unknown", head(STATUS_400 + fields((":x", "y"))), PROTOCOL),
    Row("8.3", "a pseudo-field of requests", head(STATUS_400 + fields((":path", "/"))), PROTOCOL),
    Row("8.3", "a pseudo-field after others", head(fields(("x", "y")) + STATUS_200), PROTOCOL),
    Row("8.3", "two statuses", head(STATUS_400 + STATUS_200), PROTOCOL),
    Row("8.3.2", "no status", head(fields(("x", "y"))), PROTOCOL),
    Row("8.3.2", "no field at all", head(b""), PROTOCOL),
    Row("8.3.2", "a status of two digits", head(fields((":status", "20"))), PROTOCOL),
    Row("8.3.2", "a status of four digits", head(fields((":status", "2000"))), PROTOCOL),
    Row("8.3.2", "a status in letters", head(fields((":status", "two"))), PROTOCOL),
    Row("8.3.2", "a status below 100", head(fields((":status", "099"))), PROTOCOL),
]

# What looks odd and is allowed, or is to be passed over: nothing happens, and all goes on.
PASSED_OVER = [
    Row("4.1", "flags that mean nothing", frame(WINDOW_UPDATE, 0, b"\0\0\0\1", 0xFF)),
    Row("4.1", "the reserved bit", frame(WINDOW_UPDATE, RESERVED_BIT, b"\x80\0\0\1")),
    Row("4.2", "a frame of 16,384 bytes", BEGUN + frame(DATA, OPEN, bytes(16_384))),
    Row("5.1", "PRIORITY on an idle stream", frame(PRIORITY, IDLE, bytes(5))),
    Row("5.1", "a wrong PRIORITY on an idle stream", frame(PRIORITY, IDLE, bytes(4))),
    Row("5.1", "WINDOW_UPDATE after the answer", window(1, on=ANSWERED)),
    Row("5.1", "RST_STREAM after the answer", frame(RST_STREAM, ANSWERED, bytes(4))),
    Row("5.1", "HEADERS after the answer", head(STATUS_200, on=ANSWERED)),
    Row("5.1", "DATA after the answer", frame(DATA, ANSWERED, b"x")),
    Row("5.1", "HEADERS after our RST_STREAM", head(STATUS_200, on=RESET)),
    Row("5.1", "DATA after our RST_STREAM", frame(DATA, RESET, b"x", END_STREAM)),
    Row("5.1", "RST_STREAM after our RST_STREAM", frame(RST_STREAM, RESET, bytes(4)) * 2),
    Row("5.1", "WINDOW_UPDATE after our RST_STREAM", window(MOST, on=RESET) * 2),
    Row("5.4.2", "a malformed answer after our RST_STREAM", head(fields(("x", "y")), on=RESET)),
    Row("5.5", "unknown frames", frame(UNKNOWN, OPEN, b"x", 0xFF) + frame(UNKNOWN, IDLE)),
    Row("6.1", "nothing but padding", BEGUN + frame(DATA, OPEN, b"\2\0\0", PADDED)),
    Row("6.2", "HEADERS with padding", head(b"\3" + EARLY + b"\0\0\0", END_HEADERS | PADDED)),
    Row("6.3", "a stream that depends on itself", frame(PRIORITY, OPEN, b"\0\0\0\1\xff")),
    Row("6.5", "an acknowledgement of nothing", frame(SETTINGS, 0, b"", ACK) * 3),
    Row("6.7", "an answer to no PING", frame(PING, 0, bytes(8), ACK)),
    Row("6.9.1", "a window too wide for a body that has gone", window(MOST, on=OPEN) * 2),
    Row("6.9.1", "the widest window", window(MOST - 65_535)),
    Row("6.10", "CONTINUATION", head(b"", 0) + frame(CONTINUATION, OPEN, EARLY, END_HEADERS)),
    Row("6.10", "the most CONTINUATION", head(EARLY, 0) + MORE * 15 + LAST),
    Row("8.1", "interim answers", INTERIM * 3),
    Row("8.2.1", "an empty value", head(EARLY + fields(("a", "")), END_HEADERS)),
    Row("8.2.1", "a space within a value", head(EARLY + fields(("a", "b c")), END_HEADERS)),
    Row("8.2.1", "bytes beyond ASCII in a value", head(EARLY + b"\0\1a\1\xe9", END_HEADERS)),
    Row("8.1", "a body in empty frames", BEGUN + frame(DATA, OPEN) * 3),
]

# Section 3.4: what comes instead of SETTINGS.
GREETINGS = [
    Row("3.4", "HTTP/1.1", b"HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n"),
    Row("3.4", "a TLS alert in the clear", b"\x15\x03\x01\0\2\2\x28\0\0"),
    Row("3.4", "PING", frame(PING, 0, bytes(8))),
    Row("3.4", "an acknowledgement", frame(SETTINGS, 0, b"", ACK)),
    Row("3.4", "GOAWAY", frame(GOAWAY, 0, bytes(8))),
    Row("3.4", "an answer", head(STATUS_200)),
    Row("3.4", "an unknown frame", frame(UNKNOWN)),
    Row("3.4", "SETTINGS on a stream", frame(SETTINGS, 1)),
]


class Meeting:
    """A client with requests in all states, what the server sends to it, and what comes of it."""

    def __init__(self, cut) -> None:
        self.cut = cut
        self.client = client = Http2("localhost")
        self.outcomes: dict[str, list[object]] = {}
        client.receive_data(settings((WINDOW, 10)))
        for stream_id, tag, body in (
            (OPEN, "open", b"{}"),
            (OTHER, "other", b"{}"),
            (WAITING, "waiting", b"x" * 70_000),
            (ANSWERED, "answered", b"{}"),
            (RESET, "reset", b"{}"),
        ):
            assert client.send(tag, b"/", (), (), body) == stream_id
        client.receive_data(head(STATUS_200, on=ANSWERED))
        client.cancel(RESET)
        client.data_to_send()

    def give(self, data: bytes) -> list[object]:
        pieces = self.cut(data)
        return self.note(
            [event for piece in pieces for event in one_by_one(self.client.receive_data(piece))]
        )

    def note(self, events: list[object]) -> list[object]:
        for event in events:
            if hasattr(event, "tag"):
                self.outcomes.setdefault(event.tag, []).append(event)
        return events

    def said(self, kind: type[Frame]) -> list[Frame]:
        """The frames of one kind that the client has written since it was last asked."""
        return [frame for frame in frames_of(self.client.data_to_send()) if isinstance(frame, kind)]

    def end(self) -> dict[str, list[type]]:
        self.note(self.client.connection_lost("cut"))
        return {tag: [type(event) for event in events] for tag, events in self.outcomes.items()}


def frames_of(data: bytes) -> list[Frame]:
    frames = []
    while data:
        frame, length = Frame.parse_frame_header(memoryview(data[:9]))
        frame.parse_body(memoryview(data[9 : 9 + length]))
        frames.append(frame)
        data = data[9 + length :]
    return frames


@pytest.fixture
def meeting(cut):
    return Meeting(cut)


def rows(table: list[Row]):
    return pytest.mark.parametrize("row", table, ids=[f"{row.section} {row.what}" for row in table])


@rows(CONNECTION_ERRORS)
def test_an_error_of_the_connection_ends_it_with_its_code(row, meeting):
    events = meeting.give(row.sent)
    assert isinstance(events[-1], Broken)
    assert events[-1].code == row.code
    (goaway,) = frames_of(meeting.client.data_to_send())
    assert isinstance(goaway, GoAwayFrame)
    assert (goaway.error_code, goaway.last_stream_id) == (row.code, 0)
    assert not meeting.client.usable
    assert meeting.give(ANSWER + row.sent) == []
    assert meeting.end() == {"open": [Lost], "other": [Lost], "waiting": [NotProcessed]}


@rows(STREAM_ERRORS)
def test_an_error_of_a_stream_ends_that_stream_alone(row, meeting):
    (event,) = meeting.give(row.sent)
    assert event.tag == "open"
    (reset,) = meeting.said(RstStreamFrame)
    assert (reset.stream_id, reset.error_code) == (OPEN, row.code)
    assert meeting.give(ANSWER) == []
    assert meeting.client.usable
    meeting.give(head(STATUS_200, on=OTHER))
    assert meeting.end() == {"open": [Lost], "other": [Answered], "waiting": [NotProcessed]}


@rows(PASSED_OVER)
def test_what_is_allowed_changes_nothing(row, meeting):
    assert meeting.give(row.sent) == []
    assert meeting.said(GoAwayFrame | RstStreamFrame) == []
    meeting.give(head(fields(("x-trailer", "y"))) if BEGUN in row.sent else ANSWER)
    assert meeting.end() == {"open": [Answered], "other": [Lost], "waiting": [NotProcessed]}


@rows(GREETINGS)
def test_a_server_must_begin_with_settings(row, cut):
    client = Http2("localhost")
    client.data_to_send()
    (event,) = [event for piece in cut(row.sent) for event in client.receive_data(piece)]
    assert isinstance(event, Broken)
    assert event.code == PROTOCOL
    assert [type(frame) for frame in frames_of(client.data_to_send())] == [GoAwayFrame]


def test_a_window_beyond_its_limit_ends_the_stream_whose_body_waits(meeting):
    """Section 6.9.1."""
    (event,) = meeting.give(window(MOST, on=WAITING) * 2)
    assert event.tag == "waiting"
    (reset,) = meeting.said(RstStreamFrame)
    assert (reset.stream_id, reset.error_code) == (WAITING, FLOW)
    assert meeting.end() == {"open": [Lost], "other": [Lost], "waiting": [NotProcessed]}


@pytest.mark.parametrize(
    "data",
    [
        frame(DATA, OPEN, bytes(16_384)) * 65,
        frame(DATA, OPEN, b"\xff" + bytes(255), PADDED) * 4097,
    ],
    ids=["content", "padding"],
)
def test_more_data_than_a_stream_may_bring_ends_the_stream(data):
    """Section 6.9.1; padding counts."""
    meeting = Meeting(lambda whole: [whole])
    assert meeting.give(BEGUN + data[:-300]) == []
    assert meeting.said(RstStreamFrame) == []
    (event,) = meeting.give(data[-300:])
    assert event.tag == "open"
    (reset,) = meeting.said(RstStreamFrame)
    assert (reset.stream_id, reset.error_code) == (OPEN, FLOW)
    assert meeting.end() == {"open": [Lost], "other": [Lost], "waiting": [NotProcessed]}


def test_a_reset_is_never_answered_with_a_reset(meeting):
    """Section 5.4.2."""
    meeting.give(frame(RST_STREAM, OPEN, bytes(4)) + frame(RST_STREAM, WAITING, bytes(4)))
    assert meeting.client.data_to_send() == b""


def test_a_reset_after_a_whole_answer_does_not_take_it_back(meeting):
    """Section 8.1: a server may stop the rest of a request once it has answered."""
    meeting.give(head(STATUS_400, on=WAITING) + frame(RST_STREAM, WAITING, bytes(4)))
    assert meeting.end() == {"open": [Lost], "other": [Lost], "waiting": [Answered]}


def test_settings_that_are_wrong_change_nothing_and_are_not_acknowledged(meeting):
    meeting.give(settings((MAX_STREAMS, 1), (FRAME_LIMIT, 0)))
    assert meeting.client.max_streams == MOST
    assert [type(frame) for frame in frames_of(meeting.client.data_to_send())] == [GoAwayFrame]


def test_a_table_that_shrank_in_between_is_told_as_such(meeting):
    """RFC 7541, section 4.2: first the smallest size, or less, then the last."""
    meeting.give(settings((TABLE_SIZE, 100)) + settings((TABLE_SIZE, 4096)))
    meeting.client.send("new", b"/", (), (), b"{}")
    (opened,) = meeting.said(HeadersFrame)
    assert opened.data.startswith(b"\x20\x3f\xe1\x1f")


def test_nothing_is_done_between_the_values_of_one_settings_frame(meeting):
    """Section 6.5.3: a window that is open only there lets nothing through."""
    meeting.give(settings((WINDOW, 5_000), (WINDOW, 10)))
    assert [type(frame) for frame in frames_of(meeting.client.data_to_send())] == [SettingsFrame]


def test_a_frame_limit_holds_for_what_the_window_beside_it_lets_go(meeting):
    """Section 6.5.3: in whichever order they come, both are in force at once."""
    meeting.give(settings((FRAME_LIMIT, 20_000)))
    meeting.give(settings((WINDOW, 40_000), (FRAME_LIMIT, 16_384)))
    sent = meeting.said(DataFrame)
    assert [frame.body_len for frame in sent] == [16_384, 16_384, 40_000 - 10 - 2 * 16_384]


def test_a_later_goaway_that_names_a_higher_stream_revives_nothing(meeting):
    """Section 6.8."""
    meeting.give(frame(GOAWAY, 0, pack(">LL", OPEN, 0)) + frame(GOAWAY, 0, pack(">LL", MOST, 0)))
    assert meeting.client.open_tags() == ["open"]
    meeting.give(head(STATUS_200, on=OTHER))
    assert meeting.end() == {"open": [Lost], "other": [NotProcessed], "waiting": [NotProcessed]}


def test_the_head_of_a_success_is_believed_and_what_follows_it_not_read(meeting):
    """Section 4.3 would have it decoded; that is left to whoever asks. Without a table of ours
    nothing else depends on it, and the notification has been accepted, whatever comes after."""
    meeting.give(head(STATUS_200 + b"\xbe"))
    assert meeting.end()["open"] == [Answered]
