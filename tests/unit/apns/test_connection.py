"""A connection on a transport in memory."""

from __future__ import annotations

import asyncio
from concurrent.futures import Future
from types import SimpleNamespace

import pytest

from apns_connector.apns import frames
from apns_connector.apns.connection import Connection
from apns_connector.apns.destination import Destination
from apns_connector.apns.http2_events import Accepted, Lost, NotProcessed
from apns_connector.apns.notification import Notification
from apns_connector.apns.request import Request, request_for

BY_KEY = SimpleNamespace(certified=False, topic_for=lambda push_type: None)
ANSWER = frames.head(1, frames.HEADERS, 5, 1) + b"\x88"
GOODBYE = frames.goaway(0, 0)
SETTINGS = frames.settings({})


class Bench:
    """A connection, the wire that it writes to, and the events that it reports."""

    def __init__(self, wire, authorization: str | None = None) -> None:
        self.events: list[object] = []
        destination = Destination("local", "localhost", 8443)
        self.connection = Connection(destination, authorization, self._note)
        self.wire = wire
        self.connection.connection_made(wire)

    def _note(self, connection, events) -> None:
        self.events += events

    def request(self) -> Request:
        notification = Notification(device_token="ab", payload={"aps": {}}, topic="a")
        return request_for(notification, BY_KEY, 10.0, Future())

    def send(self) -> Request:
        request = self.request()
        assert self.connection.send([request]) == 1
        return request


@pytest.fixture
def bench(make_wire):
    """Runs a coroutine with a bench that has received the server's settings."""

    def run(scenario, *, settings=SETTINGS, **options):
        async def enter():
            bench = Bench(make_wire(), **options)
            if settings:
                bench.connection.data_received(settings)
            await scenario(bench)

        asyncio.run(enter())

    return run


def test_it_greets_at_once_and_is_ready_when_greeted(bench):
    async def scenario(bench):
        assert bench.wire.written.startswith(frames.PREFACE)
        assert not bench.connection.ready
        bench.connection.data_received(SETTINGS)
        assert bench.connection.ready
        assert bench.wire.written.endswith(frames.SETTINGS_ACK)

    bench(scenario, settings=None)


def test_many_requests_are_one_write(bench):
    async def scenario(bench):
        bench.wire.written, bench.wire.writes = b"", 0
        assert bench.connection.send([bench.request() for _ in range(3)]) == 3
        assert bench.wire.written.count(b'{"aps":{}}') == 3
        assert bench.wire.writes == 1

    bench(scenario)


def test_an_answer_is_reported_with_its_request(bench):
    async def scenario(bench):
        request = bench.send()
        assert bench.connection.carries(request)
        bench.connection.data_received(ANSWER)
        assert bench.events == [Accepted([(request, b"\x88")])]
        assert bench.connection.idle
        assert not bench.connection.carries(request)

    bench(scenario)


def test_it_is_not_ready_while_the_socket_takes_nothing(bench):
    async def scenario(bench):
        bench.connection.pause_writing()
        assert not bench.connection.ready
        assert bench.connection.usable
        bench.connection.resume_writing()
        assert bench.connection.ready

    bench(scenario)


def test_a_probe_holds_requests_back_until_there_is_any_sign_of_life(bench):
    async def scenario(bench):
        bench.wire.written = b""
        bench.connection.probe()
        assert bench.wire.written == frames.ping(b"still up")
        assert bench.connection.probed
        assert not bench.connection.ready
        bench.connection.data_received(frames.ping(b"still up", ack=True))
        assert bench.connection.ready
        assert not bench.connection.probed

    bench(scenario)


def test_a_retired_connection_takes_nothing_new_and_closes_when_all_is_answered(bench):
    async def scenario(bench):
        bench.send()
        bench.connection.retire()
        assert not bench.connection.ready
        assert not bench.connection.usable
        assert not bench.wire.closed
        bench.connection.data_received(ANSWER)
        assert bench.wire.closed
        assert bench.wire.written.endswith(GOODBYE)

    bench(scenario)


def test_a_retired_connection_closes_when_the_last_request_is_cancelled(bench):
    async def scenario(bench):
        request = bench.send()
        bench.connection.retire()
        assert bench.connection.cancel(request)
        assert bench.wire.closed
        assert frames.rst_stream(1, 8) in bench.wire.written

    bench(scenario)


def test_an_idle_connection_that_is_retired_closes_at_once(bench):
    async def scenario(bench):
        bench.connection.retire()
        assert bench.wire.closed

    bench(scenario)


def test_a_goaway_lets_open_requests_finish_and_then_closes(bench):
    async def scenario(bench):
        bench.send()
        bench.connection.data_received(frames.goaway(1, 0))
        assert not bench.connection.usable
        assert not bench.wire.closed
        bench.connection.data_received(ANSWER)
        assert bench.wire.closed

    bench(scenario)


def test_a_broken_protocol_closes_the_connection_with_the_reason(bench):
    async def scenario(bench):
        request = bench.send()
        bench.connection.data_received(frames.head(0, frames.DATA, 0, 0))
        assert type(bench.events[0]) is Lost
        assert bench.events[0].tag is request
        assert bench.wire.closed
        assert b"DATA on stream 0" in bench.wire.written

    bench(scenario)


@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        (None, "the server closed the connection"),
        (ConnectionResetError("reset"), "the connection was lost (reset)"),
    ],
)
def test_a_lost_connection_tells_why(bench, error, sentence):
    async def scenario(bench):
        request = bench.send()
        bench.wire.closed = True
        bench.connection.connection_lost(error)
        assert bench.connection.lost
        assert bench.connection.error is error
        assert bench.connection.ending == sentence
        assert bench.events == [Lost(request, sentence)]
        await bench.connection.closed()

    bench(scenario)


def test_what_a_closing_socket_would_swallow_counts_as_not_written(bench):
    async def scenario(bench):
        bench.wire.closed = True
        request = bench.send()
        bench.connection.connection_lost(None)
        assert [(type(event), event.tag) for event in bench.events] == [(NotProcessed, request)]

    bench(scenario)


def test_it_is_stuck_only_if_idle_not_ready_and_silent(bench):
    async def scenario(bench):
        connection = bench.connection
        heard = connection.heard_at
        assert not connection.stuck(heard + 100, 2.0)
        bench.send()
        assert not connection.stuck(heard + 100, 2.0)
        connection.data_received(ANSWER)
        connection.data_received(frames.settings({frames.SETTINGS_MAX_CONCURRENT_STREAMS: 0}))
        heard = connection.heard_at
        assert not connection.stuck(heard + 1.9, 2.0)
        assert connection.stuck(heard + 2.0, 2.0)

    bench(scenario)


def test_a_renewed_token_is_in_the_next_request(bench):
    async def scenario(bench):
        bench.send()
        assert b"bearer old" in bench.wire.written
        bench.connection.authorize("bearer new")
        bench.send()
        assert bench.wire.written.count(b"bearer new") == 1
        assert bench.connection.authorization == "bearer new"

    bench(scenario, authorization="bearer old")


def test_its_repr_tells_its_state_and_no_secret(bench):
    async def scenario(bench):
        bench.send()
        connection = bench.connection
        assert repr(connection) == "Connection(local (localhost:8443), usable, 1 open)"
        connection.retire()
        assert repr(connection) == "Connection(local (localhost:8443), draining, 1 open)"
        connection.connection_lost(None)
        assert repr(connection) == "Connection(local (localhost:8443), lost, 0 open)"

    bench(scenario, authorization="bearer secret")
