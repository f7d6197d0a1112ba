"""The client without asyncio, from threads of its own, against the simulator."""

from __future__ import annotations

import asyncio
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from apns_connector.apns import Client, Destination, Response
from apns_connector.apns.blocking_client import BlockingClient
from apns_connector.errors import CredentialsError, NotificationError, NotSent

UNREGISTERED = "bad04102"
NEVER_ANSWERED = "bad20000"


@pytest.fixture
def blocking(simulate, demo, certificate):
    """``await blocking(work)``: ``work(client)`` in a thread, beside the simulator."""

    async def run(work, credentials=certificate):
        async with simulate() as (simulator, _):
            there = Destination("simulator", "localhost", simulator.port, demo.ca)

            def inside():
                with BlockingClient(lambda: Client(credentials, there)) as client:
                    return work(client)

            return await asyncio.to_thread(inside)

    return run


async def test_each_call_waits_for_its_answer(blocking, notify):
    def work(client):
        return client.send(notify()), client.send(notify(UNREGISTERED))

    accepted, rejected = await blocking(work)
    assert accepted.accepted
    assert rejected.reason == "Unregistered"


async def test_a_caller_that_does_not_wait_has_a_future(blocking, notify):
    def work(client):
        futures = [client.submit(notify()) for _ in range(10)]
        return [future.result().accepted for future in futures]

    assert await blocking(work) == [True] * 10


async def test_threads_share_it(blocking, notify):
    def work(client):
        with ThreadPoolExecutor(20) as pool:
            responses = list(pool.map(client.send, [notify() for _ in range(200)]))
        return responses, client.client.pool

    responses, pool = await blocking(work)
    assert all(response.accepted for response in responses)
    assert sum(connection.sent for connection in pool.connections) == 200


async def test_many_are_sent_with_outcomes_as_they_come(blocking, notify):
    notifications = [notify(), notify(UNREGISTERED), notify()] * 300

    def work(client):
        return list(client.send_many(iter(notifications), under_way=100))

    outcomes = await blocking(work)
    assert {outcome.apns_id for outcome in outcomes} == {sent.apns_id for sent in notifications}
    assert sum(outcome.accepted for outcome in outcomes) == 600


async def test_the_source_is_never_further_ahead_than_it_may_be(blocking, notify):
    taken = 0

    def source():
        nonlocal taken
        for _ in range(500):
            taken += 1
            yield notify()

    def work(client):
        furthest = 0
        for settled, _ in enumerate(client.send_many(source(), under_way=50)):
            furthest = max(furthest, taken - settled)
        return furthest

    assert await blocking(work) <= 51


async def test_a_slow_source_holds_no_outcome_back(blocking, notify):
    answered = threading.Event()

    def source():
        yield notify()
        assert answered.wait(10)
        yield notify()

    def work(client):
        client.client.events.add(lambda event: answered.set() if _is_answer(event) else None)
        return [outcome.accepted for outcome in client.send_many(source())]

    assert await blocking(work) == [True, True]


def _is_answer(event):
    return type(event).__name__ == "NotificationAnswered"


async def test_what_the_source_raises_comes_out(blocking, notify):
    def source():
        yield notify()
        raise LookupError("no more rows")

    def work(client):
        with pytest.raises(LookupError, match="no more rows"):
            list(client.send_many(source()))
        return client.send(notify())

    assert (await blocking(work)).accepted


async def test_a_loop_that_is_left_early_gives_up_what_is_under_way(blocking, notify):
    def work(client):
        for outcome in client.send_many(notify() for _ in range(5000)):
            assert outcome.accepted
            break
        return client.send(notify())

    assert (await blocking(work)).accepted


async def test_a_notification_that_would_be_refused_is_one_outcome_of_many(
    blocking, notify, signing_key
):
    def work(client):
        with pytest.raises(NotificationError, match="topic is needed"):
            client.send(notify(topic=None))
        return list(client.send_many([notify(topic=None), notify()]))

    outcomes = await blocking(work, signing_key)
    assert sorted(type(outcome).__name__ for outcome in outcomes) == [
        "NotificationError",
        "Response",
    ]


def test_what_the_opening_raises_is_raised_at_once_and_leaves_no_thread():
    def refuse():
        raise CredentialsError("expired")

    before = threading.active_count()
    with pytest.raises(CredentialsError, match="expired"):
        BlockingClient(refuse)
    assert threading.active_count() == before


async def test_closed_it_says_so(blocking, notify):
    def work(client):
        client.close()
        client.close()
        with pytest.raises(RuntimeError, match="closed"):
            client.send(notify())

    await blocking(work)


async def test_what_is_under_way_ends_with_the_client(blocking, notify):
    def work(client):
        with ThreadPoolExecutor(1) as pool:
            sending = pool.submit(client.send, notify(NEVER_ANSWERED))
            while not client.client.pool.connections or not any(
                connection.open_streams for connection in client.client.pool.connections
            ):
                pass
            client.close(grace=0.1)
            return sending.exception()

    assert type(await blocking(work)).__name__ == "OutcomeUnknown"


async def test_two_clients_live_in_two_threads(simulate, demo, certificate, notify):
    async with simulate() as (simulator, _):
        there = Destination("simulator", "localhost", simulator.port, demo.ca)

        async def send_some() -> list[Response]:
            async with Client(certificate, there) as client:
                return await asyncio.gather(*(client.send(notify()) for _ in range(100)))

        def in_a_thread() -> list[Response]:
            return asyncio.run(send_some())

        answers = await asyncio.gather(*(asyncio.to_thread(in_a_thread) for _ in range(2)))
        assert all(response.accepted for responses in answers for response in responses)
        assert len({received.connection for received in simulator.received}) == 2


async def test_a_client_of_another_loop_is_refused(simulate, notify):
    async with simulate() as (_, client):
        await client.send(notify())

        def elsewhere() -> None:
            with pytest.raises(RuntimeError, match="another event loop"):
                asyncio.run(client.send(notify()))

        await asyncio.to_thread(elsewhere)


def test_nobody_there_is_not_sent(demo, certificate, notify, free_port):
    away = Destination("away", "localhost", free_port, demo.ca)
    with (
        BlockingClient(lambda: Client(certificate, away, timeout=0.3)) as client,
        pytest.raises(NotSent),
    ):
        client.send(notify())
