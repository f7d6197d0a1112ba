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


def test_an_answer_before_the_end_of_its_request_stops_the_rest_of_it(client):
    client.send("long", b"/", (), (), b"x" * 70_000)
    client.data_to_send()
    assert client.receive_data(answer(9)) == [Answered("long", 200, b"\x88")]
    assert client.data_to_send() == frames.rst_stream(9, frames.ErrorCode.NO_ERROR)
