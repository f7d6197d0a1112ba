"""Fuzzes the HTTP/2 core with what a server may send, while requests come and go.

    python -m tests.fuzz.frames --seconds 60

Conversations (see :mod:`tests.fuzz.conversation`) that were recorded with h2's server core, and
those of the corpus, are changed step by step and frame by frame, or have noise put in. Each is held
three times: frame by frame, all that comes in a row at once, and cut at random. It must not matter.
"""

from __future__ import annotations

import random
import zlib
from dataclasses import dataclass

from apns_connector.apns import (
    frame_reader,
    frames,
    header_block,
    http2,
    ordinary_frames,
    received_frames,
    request_bodies,
    request_writer,
    streams,
)
from apns_connector.apns.header_block import Field
from apns_connector.apns.http2 import Http2
from apns_connector.apns.http2_events import Answered, Event
from tests.fuzz import changes, conversation, engine
from tests.fuzz.conversation import CONSTANT, Conversation, Step
from tests.fuzz.referee import Referee, Stream, frames_of
from tests.ordinary import ordinary_size
from tests.unit.apns.one_by_one import one_by_one

TRACED = (
    frame_reader,
    frames,
    header_block,
    http2,
    ordinary_frames,
    received_frames,
    request_bodies,
    request_writer,
    streams,
)
# What the client may hold beyond bodies and answers: see _held.
BASE_BYTES = 250_000
BYTES_PER_REQUEST = 3_000


@dataclass
class Asked:
    """A request, as the client takes them; ``number``: from 0."""

    number: int
    path: bytes
    constant: tuple[Field, ...]
    apns_id: bytes
    more: tuple[Field, ...]
    body: bytes | None
    stream_id: int = 0

    @property
    def ordinary_size(self) -> int:
        return ordinary_size(self.path, self.apns_id, self.more, self.body)

    @property
    def varying(self) -> tuple[Field, ...]:
        return ((header_block.APNS_ID, self.apns_id), *self.more)


class Talk:
    """One holding of a conversation: what the client made of it and what it wrote."""

    def __init__(self) -> None:
        self.client = Http2("localhost", b"bearer first")
        self.authorization = b"bearer first"
        self.referee = Referee()
        self.events: list[Event] = []
        self.written: list[bytes] = []
        self.sent = 0
        self.cancelled: set[int] = set()

    def step(self, step: Step) -> None:
        client = self.client
        match step.name:
            case "send" | "get" | "delete" if client.ready:
                self.send(step)
            case "cancel" if client.open_streams:
                self.cancel(step.number % client.open_streams)
            case "authorize":
                self.authorization = b"a" * step.number
                client.authorize(self.authorization)
            case "ping" if not client.broken:
                client.ping(b"still up")
            case "close":
                client.close()
            case "take":
                self.take()
            case "give":
                self.give(step.data)

    def send(self, step: Step) -> None:
        path, varying = conversation.request(self.sent)
        assert self.client.open_streams == self.open_requests() < self.referee.most_streams
        method = conversation.method(step.name)
        posted = method == conversation.POST
        body = conversation.body(step.number) if posted else None
        constant = CONSTANT if posted else (method, *CONSTANT)
        asked = Asked(self.sent, path, constant, varying[0][1], varying[1:], body)
        assert self.client.send_all([asked]) == 1
        fields = [
            method,
            (b":scheme", b"https"),
            (b":authority", b"localhost"),
            (b":path", path),
            *CONSTANT,
            (b"authorization", self.authorization),
            *varying,
        ]
        self.referee.streams[asked.stream_id] = Stream(fields, body)
        self.sent += 1

    def open_requests(self) -> int:
        return self.sent - len(self.cancelled) - len(self.ended())

    def ended(self) -> list[int]:
        return [event.tag.number for event in self.events if hasattr(event, "tag")]

    def answered(self) -> list[int]:
        return [event.tag.number for event in self.events if isinstance(event, Answered)]

    def stream(self, tag: int) -> Stream:
        return self.referee.streams[2 * tag + 1]

    def cancel(self, number: int) -> None:
        asked = self.client.open_tags()[number]
        self.cancelled.add(asked.number)
        self.client.cancel(asked.stream_id)

    def take(self) -> None:
        data = self.client.data_to_send()
        self.written.append(data)
        if not self.client.broken:
            self.referee.read(data)
        elif data:
            # The last word: all that waited to be written is dropped.
            assert [type(frame).__name__ for frame in frames_of(data)] == ["GoAwayFrame"]

    def give(self, data: bytes) -> None:
        broken = self.client.broken
        events = list(one_by_one(self.client.receive_data(data)))
        assert not (broken and events)
        self.events += events
        if not self.client.broken:
            self.referee.given(data)

    def end(self) -> None:
        self.take()
        if not self.client.broken:
            self.referee.end()
            assert all(self.stream(tag).reset for tag in self.cancelled)
            assert all(self.stream(tag).ended or self.stream(tag).reset for tag in self.answered())
            assert engine.held_bytes(self.client) < self.may_hold()
        self.events += self.client.connection_lost("cut")
        assert sorted(self.ended()) == sorted(set(range(self.sent)) - self.cancelled)
        assert self.client.open_streams == 0
        assert self.client.connection_lost("again") == []

    def may_hold(self) -> int:
        bodies = sum(len(stream.body or b"") for stream in self.referee.streams.values())
        return (
            BASE_BYTES
            + BYTES_PER_REQUEST * self.client.open_streams
            + 2 * bodies
            + 2 * self.referee.received_data
        )


def hold(steps: Conversation) -> Talk:
    talk = Talk()
    for step in steps:
        talk.step(step)
    talk.end()
    return talk


def run(data: bytes) -> None:
    """Raises if the client breaks one of its promises."""
    steps = conversation.read(data.decode())
    chance = random.Random(zlib.crc32(data))
    talk = hold(steps)
    for other in (hold(joined(steps)), hold(cut(steps, chance))):
        assert other.events == talk.events
        assert other.written == talk.written


def joined(steps: Conversation) -> Conversation:
    """What is given in a row, given at once."""
    together: Conversation = []
    for step in steps:
        if step.name == "give" and together and together[-1].name == "give":
            together[-1] = Step("give", data=together[-1].data + step.data)
        else:
            together.append(step)
    return together


def cut(steps: Conversation, chance: random.Random) -> Conversation:
    pieces: Conversation = []
    for step in joined(steps):
        data = step.data
        while len(data) > 1:
            size = chance.choice((1, chance.randint(1, 12), chance.randint(1, len(data))))
            pieces.append(Step("give", data=data[:size]))
            data = data[size:]
        pieces.append(step._replace(data=data))
    return pieces


TARGET = engine.Target(
    name="frames",
    run=run,
    watch=lambda data: hold(conversation.read(data.decode())),
    change=changes.change,
    smaller=engine.without_a_line,
    start=[conversation.write(record()).encode() for record in conversation.RECORDED],
    traced=TRACED,
)

if __name__ == "__main__":
    engine.main(TARGET)
