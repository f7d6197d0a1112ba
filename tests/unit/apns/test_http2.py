"""The HTTP/2 core against h2's server core, in memory."""

from __future__ import annotations

from struct import pack

import hpack
import pytest
from hyperframe.frame import (
    ContinuationFrame,
    DataFrame,
    GoAwayFrame,
    HeadersFrame,
    PingFrame,
    PriorityFrame,
    PushPromiseFrame,
    RstStreamFrame,
    SettingsFrame,
    WindowUpdateFrame,
)
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from apns_connector.apns.frames import ErrorCode
from apns_connector.apns.header_block import DELETE, GET
from apns_connector.apns.http2 import Http2
from apns_connector.apns.http2_events import Answered, Broken, GoingAway, Lost, NotProcessed

MOST = 2**31 - 1


def frame(kind: int, payload: bytes, *, flags: int = 0, stream: int = 0) -> bytes:
    return pack(">L", len(payload))[1:] + bytes((kind, flags)) + pack(">L", stream) + payload


def settings(**values: int) -> bytes:
    numbers = {getattr(SettingsFrame, name.upper()): value for name, value in values.items()}
    return SettingsFrame(0, settings=numbers).serialize()


def block(*fields: tuple[str, str]) -> bytes:
    encoder = hpack.Encoder()
    encoder.header_table_size = 0
    return encoder.encode([(name, value) for name, value in fields])


def headers(stream: int, *fields: tuple[str, str], flags: tuple[str, ...]) -> bytes:
    return HeadersFrame(stream, block(*fields), flags=flags).serialize()


def client_with_one_request(body: bytes = b"{}", **values: int) -> Http2:
    client = Http2("localhost")
    client.receive_data(settings(**values))
    assert client.send("tag", b"/", ((b"apns-topic", b"a"),), (), body) == 1
    client.data_to_send()
    return client


# Requests


def test_requests_arrive_as_they_were_sent(join, cut):
    pair = join(cut, authorization=b"bearer abc")
    for number in range(20):
        pair.send(
            number,
            b"body %d" % number,
            path=b"/3/device/%064x" % number,
            varying=((b"apns-id", b"%036d" % number), (b"apns-collapse-id", b"game")),
        )
    pair.exchange()
    assert [request.body for request in pair.requests.values()] == [
        b"body %d" % number for number in range(20)
    ]
    for number, request in enumerate(pair.requests.values()):
        assert request.ended
        assert request.headers == [
            (b":method", b"POST"),
            (b":scheme", b"https"),
            (b":authority", b"api.push.apple.com"),
            (b":path", b"/3/device/%064x" % number),
            (b"apns-topic", b"com.example.app"),
            (b"authorization", b"bearer abc"),
            (b"apns-id", b"%036d" % number),
            (b"apns-collapse-id", b"game"),
        ]


def test_pseudo_headers_come_before_all_others(join):
    pair = join()
    pair.send("tag")
    pair.exchange()
    names = [name for name, _ in pair.requests[1].headers]
    assert [name.startswith(b":") for name in names] == [True] * 4 + [False] * 2


def test_nothing_may_be_sent_before_the_settings_are_here():
    client = Http2("localhost")
    assert client.usable
    assert not client.ready
    client.receive_data(settings())
    assert client.ready


def test_without_a_limit_in_the_settings_there_is_none():
    client = Http2("localhost")
    client.receive_data(settings())
    assert client.max_streams == MOST


def test_a_renewed_authorization_is_in_the_next_request(join):
    pair = join(authorization=b"bearer old")
    pair.send(1)
    pair.client.authorize(b"bearer new")
    pair.send(2)
    pair.exchange()
    assert [request["authorization"] for request in pair.requests.values()] == [
        b"bearer old",
        b"bearer new",
    ]


def test_a_header_block_longer_than_a_frame_is_continued(join):
    pair = join()
    value = b"v" * 40_000
    pair.send("tag", varying=((b"apns-collapse-id", value),))
    pair.exchange()
    assert pair.requests[1]["apns-collapse-id"] == value


# Requests without a body


@pytest.mark.parametrize("method", [GET, DELETE])
def test_a_request_without_a_body_ends_with_its_headers(join, cut, method):
    pair = join(cut, authorization=b"bearer abc")
    pair.send("before")
    pair.send("bare", None, path=b"/1/apps/a/channels", constant=(method,))
    pair.send("after")
    pair.exchange()
    before, bare, after = pair.requests.values()
    assert bare.ended
    assert bare.body == b""
    assert bare.headers == [
        method,
        (b":scheme", b"https"),
        (b":authority", b"api.push.apple.com"),
        (b":path", b"/1/apps/a/channels"),
        (b"authorization", b"bearer abc"),
        (b"apns-id", b"0" * 36),
    ]
    assert before.headers == after.headers


def test_a_request_without_a_body_is_one_headers_frame_with_end_stream():
    client = Http2("localhost")
    client.receive_data(settings())
    client.data_to_send()
    client.send("tag", b"/", (GET,), (), None)
    written = client.data_to_send()
    parsed, length = HeadersFrame.parse_frame_header(memoryview(written[:9]))
    assert length == len(written) - 9
    assert parsed.flags == {"END_STREAM", "END_HEADERS"}


def test_a_request_without_a_body_uses_up_no_window(join):
    pair = join(initial_window_size=0)
    for number in range(5):
        pair.send(number, None, constant=(GET,))
    pair.exchange()
    assert all(request.ended for request in pair.requests.values())
    assert pair.client.ready


def test_a_long_header_block_without_a_body_is_continued_and_ends_the_stream(join):
    pair = join()
    value = b"v" * 40_000
    pair.send("tag", None, constant=(GET,), varying=((b"apns-channel-id", value),))
    pair.exchange()
    assert pair.requests[1]["apns-channel-id"] == value
    assert pair.requests[1].ended


def test_a_long_answer_comes_together_from_many_frames(join, cut):
    pair = join(cut)
    stream_id = pair.send("tag", None, constant=(GET,))
    pair.exchange()
    body = bytes(range(256)) * 1200
    pair.server.send_headers(stream_id, [(b":status", b"200")])
    for start in range(0, len(body), 16_384):
        pair.server.send_data(stream_id, body[start : start + 16_384])
    pair.server.end_stream(stream_id)
    (event,) = pair.exchange()
    assert isinstance(event, Answered)
    assert event.body == body


@pytest.mark.parametrize("written", [True, False])
def test_a_lost_request_without_a_body_may_have_been_processed_once_it_was_written(join, written):
    pair = join()
    stream_id = pair.send("tag", None, constant=(DELETE,))
    if written:
        pair.client.data_to_send()
    (event,) = pair.client.connection_lost("gone")
    assert isinstance(event, Lost if written else NotProcessed)
    assert not pair.client.carries(stream_id, "tag")


def test_a_request_without_a_body_can_be_cancelled(join):
    pair = join()
    stream_id = pair.send("tag", None, constant=(GET,))
    pair.exchange()
    assert pair.client.cancel(stream_id)
    pair.exchange()
    assert pair.requests[stream_id].reset == ErrorCode.CANCEL


# Answers


def test_an_accepted_request_is_answered_once(join, cut):
    pair = join(cut)
    stream_id = pair.send("tag")
    pair.exchange()
    pair.answer(stream_id)
    (event,) = pair.exchange()
    assert isinstance(event, Answered)
    assert (event.tag, event.status, event.body) == ("tag", 200, b"")
    assert pair.client.open_streams == 0


def test_answers_may_come_in_any_order(join, cut):
    pair = join(cut)
    ids = [pair.send(number) for number in range(5)]
    pair.exchange()
    for stream_id in reversed(ids):
        pair.answer(stream_id)
    assert [event.tag for event in pair.exchange()] == [4, 3, 2, 1, 0]


def test_a_rejection_brings_its_body(join, cut):
    pair = join(cut)
    pair.send("tag")
    pair.exchange()
    pair.answer(1, 400, b'{"reason":"BadDeviceToken"}')
    (event,) = pair.exchange()
    assert (event.status, event.body) == (400, b'{"reason":"BadDeviceToken"}')


def test_a_body_may_come_in_many_frames_and_end_with_an_empty_one(join, cut):
    pair = join(cut)
    pair.send("tag")
    pair.exchange()
    pair.server.send_headers(1, [(b":status", b"410")])
    for part in (b'{"reason"', b":", b'"Unregistered"}'):
        pair.server.send_data(1, part)
    pair.server.end_stream(1)
    (event,) = pair.exchange()
    assert event.body == b'{"reason":"Unregistered"}'


def test_padding_is_no_part_of_the_body(join, cut):
    pair = join(cut)
    pair.send("tag")
    pair.exchange()
    pair.server.send_headers(1, [(b":status", b"400")])
    pair.server.send_data(1, b"body", end_stream=True, pad_length=200)
    (event,) = pair.exchange()
    assert event.body == b"body"


def test_headers_may_be_padded_and_carry_a_priority(cut):
    client = client_with_one_request()
    data = HeadersFrame(
        1,
        block((":status", "200")),
        pad_length=30,
        depends_on=3,
        stream_weight=7,
        flags=("END_STREAM", "END_HEADERS", "PADDED", "PRIORITY"),
    ).serialize()
    events = [event for piece in cut(data) for event in client.receive_data(piece)]
    assert [(event.tag, event.status) for event in events] == [("tag", 200)]


def test_a_header_block_may_be_continued(cut):
    client = client_with_one_request()
    whole = block((":status", "200"), ("apns-id", "x" * 36))
    data = HeadersFrame(1, whole[:2], flags=("END_STREAM",)).serialize()
    data += ContinuationFrame(1, whole[2:5]).serialize()
    data += ContinuationFrame(1, whole[5:], flags=("END_HEADERS",)).serialize()
    (event,) = [event for piece in cut(data) for event in client.receive_data(piece)]
    assert (event.status, event.block) == (200, whole)


def test_interim_answers_are_passed_over(join, cut):
    pair = join(cut)
    pair.send("tag")
    pair.exchange()
    pair.server.send_headers(1, [(b":status", b"100")])
    pair.server.send_headers(1, [(b":status", b"103")])
    pair.answer(1)
    (event,) = pair.exchange()
    assert event.status == 200


def test_trailers_end_an_answer(join, cut):
    pair = join(cut)
    pair.send("tag")
    pair.exchange()
    pair.server.send_headers(1, [(b":status", b"500")])
    pair.server.send_data(1, b"body")
    pair.server.send_headers(1, [(b"x-took", b"1")], end_stream=True)
    (event,) = pair.exchange()
    assert (event.status, event.body) == (500, b"body")


def test_an_early_answer_stops_the_rest_of_the_body(join):
    pair = join(initial_window_size=10)
    pair.gives_window_back = False
    pair.send("tag", b"x" * 100)
    pair.exchange()
    assert pair.requests[1].body == b"x" * 10
    pair.answer(1, 413, b'{"reason":"PayloadTooLarge"}')
    (event,) = pair.exchange()
    assert event.status == 413
    assert pair.client.receive_data(WindowUpdateFrame(1, window_increment=90).serialize()) == []
    assert pair.client.data_to_send() == b""


def test_an_early_acceptance_resets_the_stream_too():
    client = client_with_one_request(b"x" * 10, initial_window_size=1)
    (event,) = client.receive_data(
        headers(1, (":status", "200"), flags=("END_STREAM", "END_HEADERS"))
    )
    assert event.status == 200
    assert client.data_to_send() == RstStreamFrame(1, error_code=0).serialize()


# Flow control


@pytest.mark.parametrize("window", [0, 1, 100])
def test_a_body_waits_for_the_window_of_its_stream(join, cut, window):
    pair = join(cut, initial_window_size=window, gives_window_back=False)
    body = bytes(range(250))
    pair.send("tag", body)
    pair.exchange()
    assert pair.requests[1].body == body[:window]
    pair.server.increment_flow_control_window(50, 1)
    pair.exchange()
    assert pair.requests[1].body == body[: window + 50]
    assert not pair.requests[1].ended
    pair.server.increment_flow_control_window(1000, 1)
    pair.exchange()
    assert (pair.requests[1].body, pair.requests[1].ended) == (body, True)


def test_a_larger_initial_window_lets_waiting_bodies_go(join):
    pair = join(initial_window_size=0, gives_window_back=False)
    pair.send("tag", b"body")
    pair.exchange()
    assert pair.requests[1].body == b""
    pair.set(initial_window_size=100)
    pair.exchange()
    assert (pair.requests[1].body, pair.requests[1].ended) == (b"body", True)


def test_a_smaller_initial_window_can_leave_a_stream_below_zero(join):
    pair = join(initial_window_size=100, gives_window_back=False)
    pair.send("tag", b"x" * 150)
    pair.exchange()
    pair.set(initial_window_size=20)
    pair.exchange()
    pair.server.increment_flow_control_window(80, 1)
    pair.exchange()
    assert len(pair.requests[1].body) == 100
    pair.server.increment_flow_control_window(5, 1)
    pair.exchange()
    assert len(pair.requests[1].body) == 105


def test_a_shut_connection_window_lets_no_request_begin(join):
    pair = join(gives_window_back=False)
    ids = [pair.send(number, b"x" * 4096) for number in range(16)]
    assert not pair.client.ready
    pair.exchange()
    assert sum(len(request.body) for request in pair.requests.values()) == 65_535
    pair.server.increment_flow_control_window(1)
    pair.exchange()
    assert pair.requests[ids[-1]].ended
    assert not pair.client.ready
    pair.server.increment_flow_control_window(1)
    pair.exchange()
    assert pair.client.ready


def test_many_large_bodies_all_arrive_while_windows_are_given_back(join, cut):
    pair = join(cut, initial_window_size=500)
    for number in range(60):
        pair.send(number, b"%04d" % number * 1024)
        pair.exchange()
    assert [request.body for request in pair.requests.values()] == [
        b"%04d" % number * 1024 for number in range(60)
    ]


def test_no_frame_is_longer_than_the_server_takes(join):
    pair = join(initial_window_size=1_000_000)
    pair.server.increment_flow_control_window(1_000_000)
    pair.exchange()
    pair.send("tag", b"x" * 100_000)  # h2 refuses any frame beyond 16,384 bytes
    pair.exchange()
    assert len(pair.requests[1].body) == 100_000


def test_a_larger_max_frame_size_is_used():
    client = client_with_one_request(
        b"x" * 30_000, max_frame_size=40_000, initial_window_size=65_535
    )
    assert client.data_to_send() == b""
    client.send("second", b"/", ((b"apns-topic", b"a"),), (), b"y" * 30_000)
    assert pack(">L", 30_000)[1:] + b"\0\1" in client.data_to_send()


def test_the_window_for_answers_is_given_back(join):
    pair = join()
    for number in range(20):
        pair.send(number)
        pair.exchange()
        pair.server.send_headers(2 * number + 1, [(b":status", b"500")])
        for _ in range(60):
            pair.server.send_data(2 * number + 1, b"x" * 16_000)
        pair.server.end_stream(2 * number + 1)
        (event,) = pair.exchange()
        assert len(event.body) == 960_000


# Streams


def test_no_more_streams_are_open_than_the_server_allows(join):
    pair = join(max_concurrent_streams=3)
    for number in range(3):
        assert pair.client.ready
        pair.send(number)
    assert not pair.client.ready
    pair.exchange()
    pair.answer(1)
    pair.exchange()
    assert pair.client.ready


def test_the_limit_may_fall_to_one_and_rise_again(join):
    pair = join(max_concurrent_streams=3)
    for number in range(3):
        pair.send(number)
    pair.set(max_concurrent_streams=1)
    pair.exchange()
    for stream_id in (1, 3):
        pair.answer(stream_id)
        pair.exchange()
        assert not pair.client.ready
    pair.answer(5)
    pair.exchange()
    assert pair.client.ready
    pair.send("alone")
    assert not pair.client.ready
    pair.set(max_concurrent_streams=2)
    pair.exchange()
    assert pair.client.ready


def test_a_limit_of_zero_is_obeyed():
    client = Http2("localhost")
    client.receive_data(settings(max_concurrent_streams=0))
    assert client.usable
    assert not client.ready


def test_the_connection_is_used_up_when_the_stream_ids_are():
    client = Http2("localhost")
    client.receive_data(settings())
    client._writer.next_id = MOST
    assert client.send("last", b"/", (), (), b"{}") == MOST
    client.data_to_send()
    assert not client.usable
    assert not client.ready
    (event,) = client.receive_data(
        headers(MOST, (":status", "200"), flags=("END_STREAM", "END_HEADERS"))
    )
    assert event.tag == "last"


def test_a_cancelled_request_is_reset_and_its_late_answer_ignored(join, cut):
    pair = join(cut)
    pair.send("tag")
    pair.exchange()
    pair.answer(1)  # the server has answered, but the answer is still under way
    assert pair.client.cancel(1)
    assert pair.give(pair.server.data_to_send()) == []
    assert pair.client.open_streams == 0
    assert pair.client.data_to_send() == RstStreamFrame(1, error_code=8).serialize()


def test_cancelling_tells_whether_the_request_was_written_in_full():
    assert client_with_one_request(b"{}").cancel(1)
    assert not client_with_one_request(b"{}", initial_window_size=1).cancel(1)


def test_data_for_a_cancelled_request_still_counts_for_the_window(join):
    pair = join()
    pair.send("tag")
    pair.exchange()
    pair.server.send_headers(1, [(b":status", b"500")])
    pair.client.cancel(1)
    pair.server.send_data(1, b"x" * 16_000)
    assert pair.give(pair.server.data_to_send()) == []
    assert pair.client._reader._unacknowledged_bytes == 16_000


@pytest.mark.parametrize("code", [*ErrorCode, 0xDEAD])
def test_only_a_refused_stream_was_certainly_not_processed(code):
    client = client_with_one_request()
    (event,) = client.receive_data(RstStreamFrame(1, error_code=code).serialize())
    assert isinstance(event, NotProcessed if code == ErrorCode.REFUSED_STREAM else Lost)
    assert event.tag == "tag"
    assert "the server reset the stream" in event.why


def test_a_second_reset_of_the_same_stream_is_ignored():
    client = client_with_one_request()
    client.receive_data(RstStreamFrame(1, error_code=ErrorCode.REFUSED_STREAM).serialize())
    assert client.receive_data(RstStreamFrame(1, error_code=5).serialize()) == []
    assert client.usable


def test_a_request_reset_before_its_body_was_written_was_not_processed():
    client = client_with_one_request(b"body", initial_window_size=0)
    (event,) = client.receive_data(RstStreamFrame(1, error_code=2).serialize())
    assert isinstance(event, NotProcessed)


# The connection


def test_streams_above_the_last_of_a_goaway_were_not_processed_and_others_are_awaited(cut):
    client = Http2("localhost")
    client.receive_data(settings())
    for number in range(5):
        client.send(number, b"/", (), (), b"{}")
    client.data_to_send()
    data = GoAwayFrame(
        0, last_stream_id=5, error_code=0, additional_data=b'{"reason":"Shutdown"}'
    ).serialize()
    going, *unprocessed = [event for piece in cut(data) for event in client.receive_data(piece)]
    assert going == GoingAway(5, 0, b'{"reason":"Shutdown"}')
    assert [(type(event), event.tag) for event in unprocessed] == [
        (NotProcessed, 3),
        (NotProcessed, 4),
    ]
    assert not client.usable
    assert client.open_tags() == [0, 1, 2]
    (event,) = client.receive_data(
        headers(3, (":status", "200"), flags=("END_STREAM", "END_HEADERS"))
    )
    assert event.tag == 1
    lost = client.connection_lost("cut")
    assert [(type(event), event.tag) for event in lost] == [(Lost, 0), (Lost, 2)]


def test_a_second_goaway_may_lower_the_last_stream_id():
    client = Http2("localhost")
    client.receive_data(settings())
    for number in range(3):
        client.send(number, b"/", (), (), b"{}")
    first = client.receive_data(GoAwayFrame(0, last_stream_id=MOST, error_code=0).serialize())
    second = client.receive_data(GoAwayFrame(0, last_stream_id=1, error_code=0).serialize())
    assert [type(event) for event in first] == [GoingAway]
    assert [getattr(event, "tag", None) for event in second] == [None, 1, 2]


def test_a_body_that_waits_still_goes_out_after_a_goaway_that_spares_its_stream():
    client = client_with_one_request(b"body", initial_window_size=0)
    client.receive_data(GoAwayFrame(0, last_stream_id=1, error_code=0).serialize())
    client.receive_data(WindowUpdateFrame(1, window_increment=4).serialize())
    expected = DataFrame(1, b"body", flags=("END_STREAM",)).serialize()
    assert client.data_to_send() == expected


def test_settings_do_not_reopen_a_connection_that_is_going_away():
    client = client_with_one_request()
    client.receive_data(GoAwayFrame(0, last_stream_id=1, error_code=0).serialize())
    client.receive_data(settings(max_concurrent_streams=100))
    assert not client.ready


def test_a_ping_is_answered_with_its_own_bytes(join, cut):
    pair = join(cut)
    pair.server.ping(b"12345678")
    pair.exchange()
    assert pair.pings == [b"12345678"]


def test_our_own_ping_is_answered_too(join):
    pair = join()
    pair.client.ping(b"still up")
    pair.exchange()
    assert pair.give(PingFrame(0, b"still up", flags=("ACK",)).serialize()) == []
    assert pair.client.usable


@pytest.mark.parametrize("size", [0, 100, 4096, 65_536])
def test_the_header_table_may_change_its_size_at_any_time(join, cut, size):
    pair = join(cut)
    for number in range(3):
        pair.send(number)
    pair.exchange()
    pair.set(header_table_size=size)
    pair.exchange()
    for number in range(3):
        pair.send(number)
    pair.exchange()
    first, *others = [request.headers for request in pair.requests.values()]
    assert len(others) == 5
    assert all(headers == first for headers in others)


def test_settings_are_acknowledged_before_anything_that_they_allow():
    client = client_with_one_request(b"body", initial_window_size=0)
    client.receive_data(settings(initial_window_size=10))
    acknowledgement = SettingsFrame(0, flags=("ACK",)).serialize()
    assert client.data_to_send().startswith(acknowledgement)


def test_closing_says_goodbye_once(join):
    pair = join()
    pair.client.close()
    assert not pair.client.usable
    assert pair.client.data_to_send() == GoAwayFrame(0, last_stream_id=0, error_code=0).serialize()


@pytest.mark.parametrize(
    ("handed_out", "outcome"), [(True, Lost), (False, NotProcessed)], ids=["written", "unwritten"]
)
def test_a_request_is_lost_with_its_connection_only_if_it_was_written(handed_out, outcome):
    client = Http2("localhost")
    client.receive_data(settings())
    client.send("tag", b"/", (), (), b"{}")
    if handed_out:
        client.data_to_send()
    assert client.connection_lost("cut") == [outcome("tag", "cut")]
    assert client.data_to_send() == b""


def test_a_request_whose_body_was_cut_short_is_not_processed():
    client = client_with_one_request(b"body", initial_window_size=2)
    assert client.connection_lost("cut") == [NotProcessed("tag", "cut")]


def test_what_was_not_written_when_the_peer_broke_the_protocol_is_never_written():
    """It comes back as not processed and goes elsewhere: written as well, it would arrive twice."""
    client = client_with_one_request()
    client.send("unwritten", b"/", (), (), b"{}")
    lost, not_processed, broken = client.receive_data(frame(0, b"", stream=0))
    assert (lost.tag, not_processed.tag) == ("tag", "unwritten")
    assert isinstance(lost, Lost)
    assert isinstance(not_processed, NotProcessed)
    assert (
        client.data_to_send()
        == GoAwayFrame(
            0,
            last_stream_id=0,
            error_code=1,
            additional_data=broken.why.partition("sent ")[2].encode(),
        ).serialize()
    )


def test_unknown_frames_and_settings_are_ignored(cut):
    client = client_with_one_request()
    data = frame(0xBE, b"whatever", flags=0xFF, stream=1)
    data += frame(4, pack(">HL", 0x99, 7))
    data += PriorityFrame(3, depends_on=1, stream_weight=1).serialize()
    data += headers(1, (":status", "200"), flags=("END_STREAM", "END_HEADERS"))
    (event,) = [event for piece in cut(data) for event in client.receive_data(piece)]
    assert event.tag == "tag"


def test_the_reserved_bit_of_a_stream_id_is_ignored():
    client = client_with_one_request()
    data = frame(1, b"\x88", flags=5, stream=1 | 1 << 31)
    assert [event.tag for event in client.receive_data(data)] == ["tag"]


def test_after_a_broken_protocol_nothing_is_read_any_more():
    client = client_with_one_request()
    client.receive_data(frame(0, b"", stream=0))
    assert client.receive_data(settings()) == []
    assert client.broken


LONG_BLOCK = block(("x", "y" * 20_000))

BROKEN_CONNECTION = [
    ("DATA on stream 0", frame(0, b"x"), 1, "DATA on stream 0"),
    ("DATA on a stream that we never opened", frame(0, b"x", stream=3), 1, "never opened"),
    ("DATA on a stream of the server's", frame(0, b"x", stream=2), 1, "never opened"),
    ("HEADERS on stream 0", frame(1, b"\x88", flags=5), 1, "HEADERS on stream 0"),
    ("HEADERS on an idle stream", frame(1, b"\x88", flags=5, stream=9), 1, "never opened"),
    ("an empty padded frame", frame(0, b"", flags=8, stream=1), 1, "padding longer"),
    ("padding longer than its frame", frame(0, b"\x05abcd", flags=8, stream=1), 1, "padding"),
    ("padded HEADERS without room", frame(1, b"\x09\x88", flags=13, stream=1), 1, "padding"),
    ("HEADERS without room for priority", frame(1, b"\x88", flags=37, stream=1), 6, "priority"),
    ("a frame beyond 16,384 bytes", frame(0, b"x" * 16_385, stream=1), 6, "16385 bytes"),
    ("an undecodable header block", frame(1, b"\xff\xff\xff", flags=5, stream=1), 9, "header"),
    ("an index into an empty table", frame(1, b"\xbe", flags=5, stream=1), 9, "undecodable"),
    ("a table that we did not allow", frame(1, b"\x3f\xe1\x1f\x88", flags=5, stream=1), 9, "unde"),
    ("RST_STREAM on an idle stream", frame(3, b"\0\0\0\1", stream=7), 1, "never opened"),
    ("RST_STREAM on stream 0", frame(3, b"\0\0\0\1"), 1, "RST_STREAM on stream 0"),
    ("RST_STREAM of 3 bytes", frame(3, b"\0\0\1", stream=1), 6, "RST_STREAM of a wrong size"),
    ("SETTINGS on a stream", frame(4, b"", stream=1), 1, "SETTINGS on a stream"),
    ("SETTINGS of 5 bytes", frame(4, b"\0\1\0\0\0"), 6, "SETTINGS of a wrong size"),
    ("an acknowledgement with content", frame(4, b"\0\1\0\0\0\0", flags=1), 6, "wrong size"),
    ("ENABLE_PUSH", frame(4, pack(">HL", 2, 1)), 1, "ENABLE_PUSH"),
    ("INITIAL_WINDOW_SIZE of 2^31", frame(4, pack(">HL", 4, 1 << 31)), 3, "INITIAL_WINDOW_SIZE"),
    ("MAX_FRAME_SIZE of 16,383", frame(4, pack(">HL", 5, 16_383)), 1, "MAX_FRAME_SIZE of 16383"),
    ("MAX_FRAME_SIZE of 2^24", frame(4, pack(">HL", 5, 1 << 24)), 1, "MAX_FRAME_SIZE"),
    ("PUSH_PROMISE", PushPromiseFrame(1, 2, b"\x88").serialize(), 1, "PUSH_PROMISE"),
    ("PING on a stream", frame(6, b"12345678", stream=1), 1, "PING on a stream"),
    ("PING of 7 bytes", frame(6, b"1234567"), 6, "PING of a wrong size"),
    ("GOAWAY on a stream", frame(7, bytes(8), stream=1), 1, "GOAWAY on a stream"),
    ("GOAWAY of 7 bytes", frame(7, bytes(7)), 6, "GOAWAY of a wrong size"),
    ("WINDOW_UPDATE of 3 bytes", frame(8, bytes(3)), 6, "WINDOW_UPDATE of a wrong size"),
    ("WINDOW_UPDATE of 0", frame(8, bytes(4)), 1, "a WINDOW_UPDATE of 0"),
    ("a connection window beyond 2^31-1", frame(8, pack(">L", MOST)), 3, "a window wider"),
    ("WINDOW_UPDATE on an idle stream", frame(8, b"\0\0\0\1", stream=5), 1, "never opened"),
    ("PRIORITY without a stream", frame(2, bytes(5)), 1, "PRIORITY without a stream"),
    ("CONTINUATION without HEADERS", frame(9, b"x", stream=1), 1, "CONTINUATION without HEADERS"),
    (
        "a frame within a header block",
        frame(1, b"\x88", stream=1) + frame(6, b"12345678"),
        1,
        "in the middle of a header block",
    ),
    (
        "CONTINUATION of another stream",
        frame(1, b"\x88", stream=1) + frame(9, b"", flags=4, stream=3),
        1,
        "in the middle of a header block",
    ),
    (
        "a header block that goes on and on",
        frame(1, b"", stream=1) + frame(9, b"", stream=1) * 17,
        11,
        "a header block without end",
    ),
    (
        "a header block beyond 65,536 bytes",
        frame(1, b"", stream=1) + frame(9, b"x" * 16_384, stream=1) * 5,
        11,
        "a header block without end",
    ),
]


@pytest.mark.parametrize(
    ("data", "code", "sentence"),
    [row[1:] for row in BROKEN_CONNECTION],
    ids=[row[0] for row in BROKEN_CONNECTION],
)
def test_a_broken_rule_of_the_connection_ends_it_and_names_what_was_sent(data, code, sentence, cut):
    client = client_with_one_request()
    events = [event for piece in cut(data) for event in client.receive_data(piece)]
    lost, broken = events
    assert isinstance(lost, Lost)
    assert isinstance(broken, Broken)
    assert broken.code == code
    assert sentence in broken.why
    assert broken.why.startswith("the server broke HTTP/2: it sent ")
    assert not client.usable
    goaway = client.data_to_send()
    assert goaway[3] == 7
    assert goaway[13:17] == pack(">L", code)


BROKEN_STREAM = [
    ("an answer without status", headers(1, ("x", "y"), flags=("END_STREAM", "END_HEADERS")), 1),
    ("a status of two digits", headers(1, (":status", "20"), flags=("END_HEADERS",)), 1),
    ("a status in letters", headers(1, (":status", "abc"), flags=("END_HEADERS",)), 1),
    ("a status below 100", headers(1, (":status", "099"), flags=("END_HEADERS",)), 1),
    (
        "two statuses",
        headers(1, (":status", "400"), (":status", "200"), flags=("END_HEADERS",)),
        1,
    ),
    ("a late status", headers(1, ("x", "y"), (":status", "400"), flags=("END_HEADERS",)), 1),
    (
        "a foreign pseudo-field",
        headers(1, (":status", "400"), (":path", "/"), flags=("END_HEADERS",)),
        1,
    ),
    (
        "an interim answer that ends the stream",
        headers(1, (":status", "103"), flags=("END_STREAM", "END_HEADERS")),
        1,
    ),
    ("DATA before HEADERS", frame(0, b"x", stream=1), 1),
    (
        "trailers that do not end the stream",
        headers(1, (":status", "400"), flags=("END_HEADERS",))
        + headers(1, ("x", "y"), flags=("END_HEADERS",)),
        1,
    ),
    (
        "trailers with a status",
        headers(1, (":status", "400"), flags=("END_HEADERS",))
        + headers(1, (":status", "200"), flags=("END_STREAM", "END_HEADERS")),
        1,
    ),
    ("WINDOW_UPDATE of 0", frame(8, bytes(4), stream=1), 1),
    ("PRIORITY of 4 bytes", frame(2, bytes(4), stream=1), 6),
    (
        "a body beyond its window",
        headers(1, (":status", "400"), flags=("END_HEADERS",))
        + frame(0, b"x" * 16_384, stream=1) * 65,
        3,
    ),
]


@pytest.mark.parametrize(
    ("data", "code"), [row[1:] for row in BROKEN_STREAM], ids=[row[0] for row in BROKEN_STREAM]
)
def test_a_broken_rule_of_one_stream_ends_that_stream_alone(data, code):
    client = client_with_one_request()
    client.send("other", b"/", (), (), b"{}")
    client.data_to_send()
    (event,) = client.receive_data(data)
    assert isinstance(event, Lost)
    assert event.tag == "tag"
    assert event.why.startswith("the server sent ")
    assert client.data_to_send() == RstStreamFrame(1, error_code=code).serialize()
    assert client.usable
    assert client.open_tags() == ["other"]


def test_a_stream_window_beyond_its_limit_ends_the_stream():
    client = client_with_one_request(b"x" * 70_000, initial_window_size=70_000)
    (event,) = client.receive_data(WindowUpdateFrame(1, window_increment=MOST).serialize())
    assert isinstance(event, NotProcessed)
    assert client.data_to_send() == RstStreamFrame(1, error_code=3).serialize()


def test_an_initial_window_that_lifts_a_stream_beyond_the_limit_ends_the_connection():
    client = client_with_one_request(b"x" * 70_000, initial_window_size=1)
    client.receive_data(WindowUpdateFrame(1, window_increment=1 << 30).serialize())
    events = client.receive_data(settings(initial_window_size=MOST))
    assert events[-1].code == ErrorCode.FLOW_CONTROL_ERROR


@pytest.mark.parametrize(
    "greeting",
    [
        b"HTTP/1.1 400 Bad Request\r\n\r\n",
        b"SSH-2.0-OpenSSH_9.6\r\n",
        PingFrame(0, b"12345678").serialize(),
        SettingsFrame(0, flags=("ACK",)).serialize(),
    ],
    ids=["HTTP/1.1", "SSH", "PING first", "ACK first"],
)
def test_a_server_that_does_not_begin_with_settings_is_no_http2_server(greeting, cut):
    client = Http2("localhost")
    (event,) = [event for piece in cut(greeting) for event in client.receive_data(piece)]
    assert isinstance(event, Broken)
    assert "this is no HTTP/2 server" in event.why


# The invariant

ACTIONS = st.lists(
    st.one_of(
        st.tuples(st.just("send"), st.integers(1, 300)),
        st.tuples(st.just("accept"), st.integers(0, 50)),
        st.tuples(st.just("reject"), st.integers(0, 50)),
        st.tuples(st.just("reset"), st.integers(0, 50), st.integers(0, 13)),
        st.tuples(st.just("cancel"), st.integers(0, 50)),
        st.tuples(st.just("limit"), st.integers(0, 5)),
        st.tuples(st.just("window"), st.integers(0, 400)),
        st.tuples(st.just("table"), st.integers(0, 5000)),
        st.tuples(st.just("flush")),
    ),
    max_size=60,
)


@given(
    actions=ACTIONS,
    ending=st.sampled_from(["lost", "goaway", "broken"]),
    last=st.integers(0, 40),
    seed=st.integers(0, 1000),
)
@hypothesis_settings(max_examples=200, deadline=None)
def test_each_tag_comes_back_exactly_once_whatever_happens(
    join, random_cut, actions, ending, last, seed
):
    pair = join(random_cut(seed), max_concurrent_streams=4, initial_window_size=100)
    sent, cancelled = 0, set()
    for action, *arguments in actions:
        alive = [i for i, request in pair.requests.items() if i in pair.client._streams.open]
        target = alive[arguments[0] % len(alive)] if alive and arguments else None
        match action:
            case "send" if pair.client.ready:
                pair.send(sent, b"x" * arguments[0])
                sent += 1
            case "accept" if target:
                pair.answer(target)
                pair.exchange()
            case "reject" if target:
                pair.answer(target, 400, b'{"reason":"BadTopic"}')
                pair.exchange()
            case "reset" if target:
                pair.server.reset_stream(target, arguments[1])
                pair.exchange()
            case "cancel" if target:
                cancelled.add(pair.client._streams.open[target])
                pair.client.cancel(target)
                pair.exchange()
            case "limit":
                pair.set(max_concurrent_streams=arguments[0])
                pair.exchange()
            case "window":
                pair.set(initial_window_size=arguments[0])
                pair.exchange()
            case "table":
                pair.set(header_table_size=arguments[0])
                pair.exchange()
            case "flush":
                pair.exchange()
    if ending == "goaway":
        pair.events += pair.give(GoAwayFrame(0, last_stream_id=last, error_code=0).serialize())
    elif ending == "broken":
        pair.events += pair.give(frame(0, b"", stream=0))
    pair.events += pair.client.connection_lost("cut")
    ended = [event.tag for event in pair.events if hasattr(event, "tag")]
    assert sorted(ended) == sorted(set(range(sent)) - cancelled)


@given(st.binary(max_size=400))
@hypothesis_settings(max_examples=100, deadline=None)
def test_any_bytes_at_all_end_in_events_and_never_in_an_exception(noise):
    client = client_with_one_request()
    events = client.receive_data(noise) + client.connection_lost("cut")
    assert [event.tag for event in events if hasattr(event, "tag")] == ["tag"]


@given(
    st.lists(
        st.tuples(
            st.integers(0, 10), st.integers(0, 255), st.integers(0, 4), st.binary(max_size=40)
        ),
        max_size=12,
    )
)
@hypothesis_settings(max_examples=300, deadline=None)
def test_any_frames_at_all_end_in_events_and_never_in_an_exception(parts):
    client = client_with_one_request(b"body", initial_window_size=2)
    noise = b"".join(
        frame(kind, payload, flags=flags, stream=stream) for kind, flags, stream, payload in parts
    )
    events = client.receive_data(noise) + client.connection_lost("cut")
    assert [event.tag for event in events if hasattr(event, "tag")] == ["tag"]
