"""Endings of streams; how frames lead to them: see test_http2."""

from __future__ import annotations

import pytest

from apns_connector.apns.frames import ErrorCode
from apns_connector.apns.http2_events import Answered, Lost, NotProcessed
from apns_connector.apns.received_frames import PeerError, StreamError
from apns_connector.apns.streams import Streams


class Table:
    """Streams with one open request on stream 1, written in full unless told otherwise."""

    def __init__(self, *, cut_short: bool = False) -> None:
        self.out: list[bytes] = []
        self.events: list[object] = []
        self.streams = Streams(self.out, self.events)
        self.streams.open[1] = "tag"
        if cut_short:
            self.streams.bodies.change_initial_window(1)
        self.streams.bodies.send(1, b"body")
        self.out.clear()


@pytest.mark.parametrize("cut_short", [False, True])
def test_an_answer_ends_a_stream_and_stops_what_is_left_of_the_request(cut_short):
    table = Table(cut_short=cut_short)
    table.streams.answer(1, 200, b"\x88")
    assert table.events == [Answered("tag", 200, b"\x88")]
    assert bool(table.out) is cut_short
    assert table.streams.open == {}


@pytest.mark.parametrize(
    ("code", "cut_short", "outcome"),
    [
        (ErrorCode.REFUSED_STREAM, False, NotProcessed),
        (ErrorCode.REFUSED_STREAM, True, NotProcessed),
        (ErrorCode.INTERNAL_ERROR, False, Lost),
        (ErrorCode.INTERNAL_ERROR, True, NotProcessed),
    ],
)
def test_a_reset_tells_nothing_unless_refused_or_cut_short(code, cut_short, outcome):
    table = Table(cut_short=cut_short)
    table.streams.read_reset(1, code)
    assert [type(event) for event in table.events] == [outcome]


@pytest.mark.parametrize(
    ("handed_out", "cut_short", "outcome"),
    [(1, False, Lost), (1, True, NotProcessed), (-1, False, NotProcessed)],
)
def test_at_the_end_only_what_was_written_in_full_is_lost(handed_out, cut_short, outcome):
    table = Table(cut_short=cut_short)
    table.streams.end_all(handed_out, "cut")
    assert table.events == [outcome("tag", "cut")]
    table.streams.end_all(handed_out, "again")
    assert len(table.events) == 1


def test_a_failed_stream_is_reset_with_the_code_of_the_rule():
    table = Table()
    table.streams.fail(1, StreamError("nonsense", ErrorCode.FLOW_CONTROL_ERROR))
    assert table.events == [Lost("tag", "the server sent nonsense")]
    assert table.out[0][-4:] == b"\0\0\0\3"


def test_what_ends_a_stream_that_is_gone_is_ignored():
    table = Table()
    table.streams.cancel(1)
    table.streams.read_reset(1, 0)
    table.streams.fail(1, StreamError("nonsense"))
    table.streams.read_body(1, b"late", 4, ended=True)
    table.streams.read_block(1, b"\x88", ended=True)
    assert table.events == []
    assert len(table.out) == 1


def test_the_block_of_a_stream_that_is_gone_must_be_valid_all_the_same():
    table = Table()
    table.streams.cancel(1)
    with pytest.raises(PeerError, match="undecodable"):
        table.streams.read_block(1, b"\xff", ended=True)


def test_a_body_is_kept_until_it_is_whole():
    table = Table()
    table.streams.read_block(1, b"\x8c", ended=False)
    table.streams.read_body(1, b"one ", 10, ended=False)
    assert table.events == []
    table.streams.read_body(1, b"two", 3, ended=True)
    assert table.events == [Answered("tag", 400, b"\x8c", b"one two")]
    assert table.streams.partial == {}
