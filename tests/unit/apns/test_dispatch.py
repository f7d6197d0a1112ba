"""What goes out when, on connections in memory; see also the integration tests of the sender."""

from __future__ import annotations

import asyncio
from concurrent.futures import Future
from types import SimpleNamespace

import pytest

from apns_connector.apns import frames
from apns_connector.apns.authentication import Authentication
from apns_connector.apns.connection import Connection
from apns_connector.apns.credentials import SigningKey
from apns_connector.apns.destination import Destination
from apns_connector.apns.dispatch import Dispatch
from apns_connector.apns.events import Events
from apns_connector.apns.link import Link
from apns_connector.apns.notification import Notification
from apns_connector.apns.outcomes import Outcomes
from apns_connector.apns.request import Request, request_for
from apns_connector.apns.waiting import Waiting
from apns_connector.errors import NotSent

HERE = Destination("local", "localhost", 8443)
BY_KEY = SimpleNamespace(certified=False, topic_for=lambda push_type: None)


def request() -> Request:
    notification = Notification(device_token="ab", payload={"aps": {}}, topic="a")
    return request_for(notification, BY_KEY, 10.0, Future())


class Bench:
    """A dispatch to connections that allow so many ``streams`` each, and what listeners saw."""

    def __init__(self, make_wire, key, streams: tuple[int, ...]) -> None:
        self.new = 0
        self.seen: list[object] = []
        events = Events()
        events.add(self.seen.append)
        self.waiting = Waiting()
        self.link = Link(
            HERE,
            Authentication(SimpleNamespace(current=lambda: key)),
            1.0,
            on_events=lambda connection, events: None,
            wanted=lambda: 0,
            on_refusal=lambda refusal: None,
            on_change=lambda: None,
        )
        for number in streams:
            connection = Connection(
                HERE,
                self.link._authentication.authorization(),
                lambda connection, events: None,
            )
            connection.answered = True
            connection.connection_made(make_wire())
            connection.data_received(frames.settings({3: number}))
            connection._transport.writes = 0
            self.link.active.append(connection)
        self.dispatch = Dispatch(self.waiting, self.link, Outcomes(events, None), 60.0, self._new)

    def _new(self) -> None:
        self.new += 1

    def sent(self) -> list[list[Request]]:
        return [connection.open_requests() for connection in self.link.active]


@pytest.fixture
def bench(make_wire, ec_key):
    key = SigningKey(ec_key, "ABC123DEFG", "DEF123GHIJ")

    def run(scenario, *streams: int):
        async def enter():
            await scenario(Bench(make_wire, key, streams))

        asyncio.run(enter())

    return run


def test_what_comes_in_one_turn_of_the_loop_goes_out_in_one_write(bench):
    async def scenario(bench):
        requests = [request() for _ in range(4)]
        bench.dispatch.add(requests[:1])
        bench.dispatch.add(requests[1:])
        assert bench.sent() == [[]]
        await asyncio.sleep(0)
        assert bench.sent() == [requests]
        assert bench.link.active[0]._transport.writes == 1
        assert bench.new == 1
        assert [event.notification for event in bench.seen] == [r.notification for r in requests]

    bench(scenario, 10)


def test_the_first_connection_is_filled_then_the_next_and_the_rest_waits_in_its_order(bench):
    async def scenario(bench):
        requests = [request() for _ in range(7)]
        bench.dispatch.add(requests)
        await asyncio.sleep(0)
        assert bench.sent() == [requests[:3], requests[3:5]]
        assert bench.waiting.requests() == requests[5:]

    bench(scenario, 3, 2)


def test_what_the_window_keeps_back_is_first_in_line_again(bench):
    async def scenario(bench):
        requests = [request() for _ in range(4)]
        bench.link.active[0]._core._streams.bodies.window = 15  # a body has 10 bytes
        bench.dispatch.add(requests)
        await asyncio.sleep(0)
        assert bench.sent() == [requests[:2]]
        assert bench.waiting.requests() == requests[2:]
        assert len(bench.seen) == 2

    bench(scenario, 10)


def test_who_gave_up_before_is_not_sent(bench):
    async def scenario(bench):
        gone, left = request(), request()
        bench.dispatch.add([gone, left])
        gone.waiter.cancel()
        await asyncio.sleep(0)
        assert bench.sent() == [[left]]

    bench(scenario, 10)


def test_new_ones_wake_a_connection_that_was_silent_for_long(bench):
    async def scenario(bench):
        connection = bench.link.active[0]
        connection.heard_at -= 61
        waiting = request()
        bench.dispatch.add([waiting])
        await asyncio.sleep(0)
        assert connection.probed
        assert bench.waiting.requests() == [waiting]
        connection.data_received(frames.ping(b"still up", ack=True))
        bench.dispatch.send()
        assert bench.sent() == [[waiting]]

    bench(scenario, 10)


def test_what_a_mistake_of_ours_keeps_from_being_written_has_its_outcome_all_the_same(
    bench, caplog
):
    async def scenario(bench):
        good, bad, behind = request(), request(), request()
        bad.body = 7
        first = bench.link.active[0]
        bench.dispatch.add([good, bad, behind])
        await asyncio.sleep(0)
        assert first.open_requests() == [good, bad]  # until their deadline at the latest
        assert isinstance(behind.waiter.exception(timeout=0), NotSent)
        later = request()
        bench.dispatch.add([later])
        await asyncio.sleep(0)
        assert bench.sent()[-1] == [later]
        assert "could not be written" in caplog.text

    bench(scenario, 10, 10)
