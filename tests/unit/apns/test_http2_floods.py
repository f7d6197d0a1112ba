"""A server that floods the client, within the rules or beyond: nothing grows (RFC 9113, 10.5).

What is taken out with ``data_to_send`` is written at once, as a connection does it.
"""

from __future__ import annotations

import tracemalloc
from struct import pack

import pytest

from apns_connector.apns.http2 import CONNECTION_WINDOW, Http2

OPEN, ANSWERED = 1, 3
FRAMES = 10_000
ALLOWED_GROWTH = 16_384


def frame(kind: int, on: int = 0, payload: bytes = b"", flags: int = 0) -> bytes:
    return pack(">L", len(payload))[1:] + bytes((kind, flags)) + pack(">L", on) + payload


INTERIM = b"\x08\x03103"
BEGUN = frame(1, OPEN, b"\x8c", 4)
END = frame(0, OPEN, b"", 1)

FLOODS = {
    "empty DATA": frame(0, OPEN),
    "DATA of padding, after the answer": frame(0, ANSWERED, b"\xff" + bytes(255), 8),
    "answers to what is answered": frame(1, ANSWERED, b"\x8c", 5),
    "PRIORITY": frame(2, OPEN, bytes(5)),
    "RST_STREAM of what is answered": frame(3, ANSWERED, bytes(4)),
    "SETTINGS": frame(4),
    "SETTINGS that change all": frame(4, 0, pack(">HLHLHLHL", 1, 100, 3, 5, 4, 9, 5, 20_000)),
    "SETTINGS that mean nothing": frame(4, 0, pack(">HL", 0xBEEF, 1)),
    "acknowledgements": frame(4, 0, b"", 1),
    "PING": frame(6, 0, b"12345678"),
    "answers to PING": frame(6, 0, b"12345678", 1),
    "WINDOW_UPDATE": frame(8, OPEN, pack(">L", 1)),
    "unknown frames": frame(0xBE, OPEN, b"whatever"),
}


def client_with_an_answer_begun() -> Http2:
    client = Http2("localhost")
    client.receive_data(frame(4))
    client.send("open", b"/", (), (), b"{}")
    client.send("answered", b"/", (), (), b"{}")
    client.data_to_send()
    client.receive_data(frame(1, ANSWERED, b"\x88", 5) + BEGUN)
    client.data_to_send()
    return client


def growth_through(client: Http2, flood: bytes) -> tuple[int, int]:
    """Bytes that the client holds more than before, and bytes that it wrote."""
    written = 0
    tracemalloc.start()
    try:
        before, _ = tracemalloc.get_traced_memory()
        for _ in range(FRAMES // 100):
            assert not [
                event for event in client.receive_data(flood * 100) if hasattr(event, "tag")
            ]
            written += len(client.data_to_send())
        return tracemalloc.get_traced_memory()[0] - before, written
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("flood", FLOODS.values(), ids=FLOODS)
def test_a_flood_makes_nothing_grow_and_is_answered_with_no_more_than_it_is(flood):
    client = client_with_an_answer_begun()
    held, written = growth_through(client, flood)
    assert held < ALLOWED_GROWTH
    assert written <= FRAMES * len(flood)
    assert [event.tag for event in client.receive_data(END)] == ["open"]


def test_a_flood_of_interim_answers_makes_nothing_grow():
    client = Http2("localhost")
    client.receive_data(frame(4))
    client.send("open", b"/", (), (), b"{}")
    client.data_to_send()
    held, written = growth_through(client, frame(1, OPEN, INTERIM, 4))
    assert held < ALLOWED_GROWTH
    assert written == 0
    (event,) = client.receive_data(frame(1, OPEN, b"\x88", 5))
    assert event.answers == [("open", b"\x88")]


def test_a_flood_of_goaways_is_handed_on_and_not_kept():
    client = client_with_an_answer_begun()
    held, written = growth_through(client, frame(7, 0, pack(">LL", 1, 0) + bytes(1000)))
    assert held < ALLOWED_GROWTH
    assert written == 0


def test_a_flood_of_data_for_what_was_given_up_gets_its_window_back_and_is_not_kept():
    client = client_with_an_answer_begun()
    client.cancel(OPEN)
    client.data_to_send()
    held, written = growth_through(client, frame(0, OPEN, bytes(16_000)))
    assert held < ALLOWED_GROWTH
    assert written == FRAMES * 16_000 // (CONNECTION_WINDOW // 2) * 13


@pytest.mark.parametrize("size", [0, 1, 100, 16_384])
def test_a_header_block_without_end_is_given_up_before_it_holds_100_kilobytes(size):
    client = client_with_an_answer_begun()
    client.receive_data(frame(1, OPEN, bytes(size)))
    taken = size
    while not client.broken:
        client.receive_data(frame(9, OPEN, bytes(size)))
        taken += size + 1
        assert taken < 100_000


def test_a_frame_that_never_comes_to_its_end_is_no_more_than_its_part():
    client = client_with_an_answer_begun()
    client.receive_data(frame(0, OPEN, bytes(16_384))[:-1])
    assert client.receive_data(b"") == []
    assert client.open_tags() == ["open"]
    assert [type(event).__name__ for event in client.connection_lost("cut")] == ["Lost"]


def test_answers_that_never_end_are_kept_up_to_a_bound():
    client = Http2("localhost")
    client.receive_data(frame(4))
    streams = [client.send(number, b"/", (), (), b"{}") for number in range(50)]
    client.data_to_send()
    body = b"x" * 16_384
    for stream in streams:
        client.receive_data(frame(1, stream, b"\x8c", 4))
        for _ in range(40):
            client.receive_data(frame(0, stream, body))
            client.data_to_send()
    assert client.broken
    assert not client.open_streams
