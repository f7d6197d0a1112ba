"""Whole conversations with h2's server core, drawn at random: all that it reads is what was sent,
and the client understands the same however the network cuts what it is told."""

from __future__ import annotations

from dataclasses import dataclass, field

from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from apns_connector.apns.header_block import DELETE, GET

CANCEL = 8
POST = (b":method", b"POST")
AUTHORIZATIONS = (b"bearer first", b"bearer " + b"s" * 400)
TOPICS = (b"a", b"com.example.app", b"t" * 900, b"u" * 4_000)
VARYING = (b"apns-id", b"apns-expiration", b"apns-collapse-id")

SEND = st.tuples(
    st.just("send"),
    st.sampled_from([None, 0, 1, 40, 300, 5_000, 20_000]),
    st.sampled_from(TOPICS),
    st.lists(st.sampled_from(VARYING), unique=True, max_size=3),
)
WHICH = st.integers(0, 20)
BODIES = st.lists(st.binary(max_size=60), min_size=1, max_size=4)
ANSWER = st.one_of(
    st.tuples(st.just("accept"), WHICH),
    st.tuples(st.just("reject"), WHICH, BODIES, st.integers(0, 255)),
    st.tuples(st.just("reject with trailers"), WHICH, BODIES),
    st.tuples(st.just("begin"), WHICH),
    st.tuples(st.just("interim"), WHICH),
    st.tuples(st.just("reset"), WHICH, st.integers(0, 14)),
)
CHANGE = st.one_of(
    st.tuples(st.just("limit"), st.integers(0, 5)),
    st.tuples(st.just("window"), st.sampled_from([0, 1, 30, 400, 65_535, 200_000])),
    st.tuples(st.just("table"), st.sampled_from([0, 40, 200, 1_200, 4_096, 65_536])),
    st.tuples(st.just("frame size"), st.sampled_from([16_384, 17_000, 2**24 - 1])),
    st.tuples(st.just("at once"), st.sampled_from([0, 50_000]), st.sampled_from([16_384, 20_000])),
    st.tuples(st.just("both tables"), st.sampled_from([0, 100]), st.sampled_from([300, 4_096])),
)
OURS = st.one_of(
    st.tuples(st.just("cancel"), WHICH),
    st.tuples(st.just("authorize"), st.sampled_from(AUTHORIZATIONS)),
    st.tuples(st.just("ping")),
)
STEPS = st.lists(
    st.one_of(SEND, SEND, ANSWER, ANSWER, CHANGE, OURS, st.tuples(st.just("flush"))), max_size=40
)


@dataclass
class Conversation:
    """One run of the steps. ``sent``: by stream, the header fields and the body."""

    pair: object
    authorization: bytes = AUTHORIZATIONS[0]
    sent: dict[int, tuple[list[tuple[bytes, bytes]], bytes]] = field(default_factory=dict)
    begun: set[int] = field(default_factory=set)
    cancelled: set[int] = field(default_factory=set)

    def step(self, name, *values):
        match name, values:
            case "send", (size, topic, varying):
                self.send(size, topic, varying)
            case "authorize", (authorization,):
                self.authorization = authorization
                self.pair.client.authorize(authorization)
            case "ping", ():
                self.pair.client.ping(b"still up")
            case "limit", (streams,):
                self.pair.set(max_concurrent_streams=streams)
            case "window", (size,):
                self.pair.set(initial_window_size=size)
            case "table", (size,):
                self.pair.set(header_table_size=size)
            case "both tables", sizes:
                for size in sizes:
                    self.pair.set(header_table_size=size)
            case "frame size", (size,):
                self.pair.set(max_frame_size=size)
            case "at once", (window, frame):
                self.pair.set(initial_window_size=window, max_frame_size=frame)
            case "flush", ():
                pass
            case _:
                self.to_one(name, *values)
        if name != "send":
            self.pair.exchange()

    def send(self, size, topic, varying):
        if self.pair.client.ready:
            number = len(self.sent)
            method = (DELETE if number % 2 else GET) if size is None else POST
            body = None if size is None else b"%d" % (number % 10) * size
            path = b"/3/device/%064x" % number
            constant = ((b"apns-topic", topic), (b"apns-priority", b"5"))
            values = tuple((name, b"%s %d" % (name, number)) for name in varying)
            chosen = constant if method is POST else (method, *constant)
            stream_id = self.pair.send(number, body, path=path, constant=chosen, varying=values)
            self.sent[stream_id] = (
                [
                    method,
                    (b":scheme", b"https"),
                    (b":authority", b"api.push.apple.com"),
                    (b":path", path),
                    *constant,
                    (b"authorization", self.authorization),
                    *values,
                ],
                body or b"",
            )

    def to_one(self, name, which, *values):
        """Something about one of the requests that the server has read and not answered."""
        pair = self.pair
        open_streams = [
            stream_id
            for stream_id, request in pair.requests.items()
            if pair.client.carries(stream_id, stream_id // 2) and request.reset is None
        ]
        if not open_streams:
            return
        stream_id = open_streams[which % len(open_streams)]
        begun = stream_id in self.begun
        if name == "cancel":
            self.cancelled.add(stream_id // 2)
            pair.client.cancel(stream_id)
        elif name == "reset":
            pair.server.reset_stream(stream_id, values[0])
        elif name == "interim":
            if not begun:
                pair.server.send_headers(stream_id, [(b":status", b"103"), (b"link", b"x")])
        elif name == "accept":
            if begun:
                pair.server.end_stream(stream_id)
            else:
                pair.answer(stream_id)
        else:
            if not begun:
                self.begun.add(stream_id)
                pair.server.send_headers(stream_id, [(b":status", b"400")])
            if name != "begin":
                self.end_with_body(stream_id, *values)

    def end_with_body(self, stream_id, parts, padding=None):
        server = self.pair.server
        for part in parts:
            server.send_data(stream_id, part, pad_length=padding)
        if padding is None:
            server.send_headers(stream_id, [(b"x-checksum", b"1")], end_stream=True)
        else:
            server.end_stream(stream_id)


def whole(data):
    return [data]


def byte_by_byte(data):
    return [data[i : i + 1] for i in range(len(data))]


def converse(pair, steps):
    conversation = Conversation(pair)
    for step in steps:
        conversation.step(*step)
    pair.exchange()
    pair.events += pair.client.connection_lost("cut")
    return conversation


@given(steps=STEPS, seed=st.integers(0, 1000))
@hypothesis_settings(max_examples=150, deadline=None)
def test_any_conversation_is_understood_by_both_sides_however_it_is_cut(
    join, random_cut, steps, seed
):
    told = []
    for cut in (whole, byte_by_byte, random_cut(seed)):
        pair = join(
            cut,
            authorization=AUTHORIZATIONS[0],
            max_concurrent_streams=4,
            initial_window_size=100,
        )
        conversation = converse(pair, steps)
        read_as_sent(conversation)
        answered_once(conversation)
        told.append(pair.events)
    assert told[0] == told[1] == told[2]


def read_as_sent(conversation):
    """h2 would have raised for a window overdrawn, a stream too many, or a table not kept to."""
    for stream_id, request in conversation.pair.requests.items():
        headers, body = conversation.sent[stream_id]
        assert request.headers == headers
        assert request.body == body if request.ended else body.startswith(request.body)
        assert (request.reset == CANCEL) == (stream_id // 2 in conversation.cancelled)


def answered_once(conversation):
    tags = [event.tag for event in conversation.pair.events if hasattr(event, "tag")]
    assert sorted(tags) == sorted(set(range(len(conversation.sent))) - conversation.cancelled)
