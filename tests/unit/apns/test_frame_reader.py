"""How what arrives becomes events; what each frame means: see test_http2 and test_rfc9113."""

from __future__ import annotations

import pytest

from apns_connector.apns import frames
from apns_connector.apns.http2 import Http2
from apns_connector.apns.http2_events import Accepted, Answered

WHOLE = frames.FLAG_END_STREAM | frames.FLAG_END_HEADERS


def answer(stream_id: int, block: bytes = b"\x88", flags: int = WHOLE) -> bytes:
    return frames.head(len(block), frames.HEADERS, flags, stream_id) + block


@pytest.fixture
def client():
    client = Http2("localhost")
    client.receive_data(frames.settings({}))
    for tag in ("a", "b", "c", "d"):
        client.send(tag, b"/", (), (), b"{}")
    client.data_to_send()
    return client


def test_all_that_were_accepted_in_one_go_are_one_event_in_the_order_of_the_answers(client):
    answers = answer(3) + answer(1, b"\x88\x76\x01s") + answer(7)
    assert client.receive_data(answers) == [
        Accepted([("b", b"\x88"), ("a", b"\x88\x76\x01s"), ("d", b"\x88")])
    ]
    assert client.open_tags() == ["c"]


def test_events_in_between_keep_their_place(client):
    ping = frames.ping(b"12345678")
    assert client.receive_data(answer(1) + answer(3, b"\x8c") + answer(5) + ping + answer(7)) == [
        Accepted([("a", b"\x88")]),
        Answered("b", 400, b"\x8c"),
        Accepted([("c", b"\x88"), ("d", b"\x88")]),
    ]


def test_the_end_of_an_answer_that_has_begun_is_no_second_answer(client):
    begun = answer(1, flags=frames.FLAG_END_HEADERS)
    trailers = answer(1, b"\x00\x01x\x01y")
    events = client.receive_data(begun + answer(3) + trailers + answer(3))
    assert events == [Accepted([("b", b"\x88")]), Answered("a", 200, b"\x88")]


@pytest.fixture
def halfway(client):
    """With a fifth request, of which the window of its stream holds something back."""
    client._streams.bodies.change_initial_window(10)
    client.send("long", b"/", (), (), b"x" * 30)
    client.data_to_send()
    return client


def test_updates_of_the_windows_of_requests_that_are_out_mean_nothing(client):
    updates = [frames.window_update(stream_id, 100) for stream_id in (1, 3, 1, 7)]
    data = b"".join(updates) + answer(3) + updates[0] + answer(1)
    assert client.receive_data(data) == [Accepted([("b", b"\x88"), ("a", b"\x88")])]
    assert client.data_to_send() == b""


def test_among_them_the_update_that_is_waited_for_is_found(halfway):
    updates = [frames.window_update(stream_id, 100) for stream_id in (1, 9, 3)]
    assert halfway.receive_data(b"".join(updates)) == []
    assert halfway.data_to_send() == frames.head(20, frames.DATA, 1, 9) + b"x" * 20


@pytest.mark.parametrize("increment", [b"\0\0\0\0", b"\x80\0\0\0"])
def test_among_them_an_update_of_nothing_ends_its_stream(client, increment):
    wrong = frames.head(4, frames.WINDOW_UPDATE, 0, 3) + increment
    (lost,) = client.receive_data(frames.window_update(1, 5) + wrong + frames.window_update(5, 5))
    assert lost.tag == "b"
    assert client.open_tags() == ["a", "c", "d"]


@pytest.mark.parametrize("stream_id", [2, 9])
def test_among_them_an_update_of_a_stream_that_was_never_opened_ends_all(client, stream_id):
    data = frames.window_update(1, 5) + frames.window_update(stream_id, 5)
    *_, broken = client.receive_data(data)
    assert "never opened" in broken.why


def test_an_update_in_the_middle_of_a_header_block_ends_all(client):
    begun = answer(1, flags=frames.FLAG_END_STREAM)
    *_, broken = client.receive_data(begun + frames.window_update(1, 5))
    assert "in the middle of a header block" in broken.why


def test_an_update_that_is_cut_is_read_with_its_rest(client):
    update = frames.window_update(1, 5)
    assert client.receive_data(update + update[:10]) == []
    assert client.receive_data(update[10:] + answer(1)) == [Accepted([("a", b"\x88")])]


def test_an_answer_before_the_end_of_its_request_stops_the_rest_of_it(client):
    client.send("long", b"/", (), (), b"x" * 70_000)
    client.data_to_send()
    assert client.receive_data(answer(9)) == [Answered("long", 200, b"\x88")]
    assert client.data_to_send() == frames.rst_stream(9, frames.ErrorCode.NO_ERROR)
