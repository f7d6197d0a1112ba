"""A stream of notifications: every one has its outcome, with bounded memory, whatever happens."""

from __future__ import annotations

import asyncio
from collections import Counter
from contextlib import aclosing, asynccontextmanager

import pytest

from apns_connector.apns import Client, Destination, Notification, Response
from apns_connector.apns.credentials import Certificate
from apns_connector.errors import NotificationError, NotSent, OutcomeUnknown, PayloadError
from apns_connector.simulator import Fault, Simulator, SimulatorOptions, demo_credentials

GOOD = "ab" * 32
BAD_DEVICE_TOKEN = "bad04002" + "0" * 56
NEVER_ANSWERED = "bad20000" + "0" * 56
ACCEPTED_AFTER_100_MS = "bad23010" + "0" * 56


@pytest.fixture(scope="module")
def credentials(tmp_path_factory):
    return demo_credentials(tmp_path_factory.mktemp("credentials"))


@pytest.fixture
def joined(credentials):
    """A client and the simulator it sends to."""
    certificate = Certificate.from_pkcs12(
        credentials.client_certificate.read_bytes(), credentials.password
    )

    @asynccontextmanager
    async def start(**options):
        async with Simulator(credentials) as simulator:
            here = Destination("local", "localhost", simulator.port, credentials.ca)
            async with Client(certificate, here, **{"timeout": 20, **options}) as client:
                yield simulator, client

    return start


def notification(device_token: str = GOOD, **values) -> Notification:
    return Notification(device_token=device_token, **{"payload": {"aps": {}}, **values})


def test_every_notification_has_one_outcome_and_is_named_by_it(joined):
    async def scenario():
        async with joined() as (simulator, client):
            sent = [notification(BAD_DEVICE_TOKEN if i % 10 == 0 else GOOD) for i in range(1000)]
            outcomes = [outcome async for outcome in client.send_many(sent, under_way=50)]
            assert Counter(o.status for o in outcomes) == {200: 900, 400: 100}
            assert {o.notification.apns_id for o in outcomes} == {n.apns_id for n in sent}
            assert simulator.counts == {"accepted": 900, "rejected": 100, "unanswered": 0}

    asyncio.run(scenario())


def test_an_async_source_is_read_as_there_is_room(joined):
    async def scenario():
        async with joined() as (_, client):
            taken = 0

            async def source():
                nonlocal taken
                for _ in range(200):
                    taken += 1
                    yield notification()

            seen = 0
            async for outcome in client.send_many(source(), under_way=10):
                seen += 1
                assert outcome.accepted
                # Those under way, those that came and wait to be read, and the one in hand.
                assert taken - seen <= 2 * 10 + 1
            assert seen == 200

    asyncio.run(scenario())


def test_what_cannot_be_sent_is_an_outcome_and_the_rest_goes_on(joined):
    async def scenario():
        async with joined() as (_, client):
            sent = [
                notification(),
                notification(payload={"aps": {"alert": "x" * 5000}}),
                notification(topic=None, payload={"aps": {"alert": object()}}),
                notification(),
            ]
            outcomes = {o.notification.apns_id: o async for o in client.send_many(sent)}
            kinds = [type(outcomes[n.apns_id]) for n in sent]
            assert kinds == [Response, PayloadError, PayloadError, Response]

    asyncio.run(scenario())


def test_through_lost_connections_nothing_is_silent_and_nothing_is_resent_blindly(joined):
    async def scenario():
        async with joined() as (simulator, client):
            simulator.faults.add(Fault(fault="close", after=300, count=5))
            simulator.faults.add(Fault(fault="goaway", after=700, count=5))
            sent = [notification() for _ in range(5000)]
            outcomes = [o async for o in client.send_many(sent, under_way=500)]
            assert {o.notification.apns_id for o in outcomes} == {n.apns_id for n in sent}
            accepted = sum(isinstance(o, Response) and o.accepted for o in outcomes)
            unknown = sum(isinstance(o, OutcomeUnknown) for o in outcomes)
            assert accepted + unknown == len(sent)
            assert accepted <= simulator.counts["accepted"] <= accepted + unknown

    asyncio.run(scenario())


def test_giving_up_in_the_middle_resets_what_is_under_way(joined):
    async def scenario():
        async with joined() as (_, client):
            sent = (notification(GOOD if i == 0 else NEVER_ANSWERED) for i in range(100))
            async with aclosing(client.send_many(sent, under_way=20)) as outcomes:
                async for outcome in outcomes:
                    assert outcome.accepted
                    break
            assert (await client.send(notification())).accepted

    asyncio.run(scenario())


def test_an_error_of_the_source_comes_through_after_the_outcomes(joined):
    async def scenario():
        async with joined() as (_, client):

            def source():
                yield notification()
                raise LookupError("the file of tokens is damaged")

            outcomes = []

            async def read():
                async for outcome in client.send_many(source()):
                    outcomes.append(outcome)

            with pytest.raises(LookupError, match="damaged"):
                await read()
            assert [o.accepted for o in outcomes] == [True]

    asyncio.run(scenario())


def test_a_closed_client_says_so_for_each(joined):
    async def scenario():
        async with joined() as (_, client):
            await client.close()
            outcomes = [o async for o in client.send_many([notification(), notification()])]
            assert [type(o) for o in outcomes] == [NotSent, NotSent]
            assert all(isinstance(o.notification, Notification) for o in outcomes)

    asyncio.run(scenario())


def test_a_wrong_notification_is_refused_when_it_is_made():
    with pytest.raises(NotificationError):
        notification("xyz")


def test_a_slow_server_is_sent_no_more_than_it_answers_in_time(credentials):
    """Ten streams of 100 ms are 100 a second at most: 500 in half of ten seconds."""
    certificate = Certificate.from_pkcs12(
        credentials.client_certificate.read_bytes(), credentials.password
    )
    taken = 0

    def slow():
        nonlocal taken
        for _ in range(800):
            taken += 1
            yield notification(ACCEPTED_AFTER_100_MS)

    async def scenario():
        async with Simulator(credentials, SimulatorOptions(max_concurrent_streams=10)) as simulator:
            here = Destination("local", "localhost", simulator.port, credentials.ca)
            async with Client(certificate, here, timeout=10, connections=1) as client:
                settled = 0
                most_under_way = 0
                async for _ in client.send_many(slow()):
                    most_under_way = max(most_under_way, taken - settled)
                    settled += 1
                assert settled == 800
                assert most_under_way <= 600

    asyncio.run(scenario())


def test_what_goes_wrong_while_feeding_comes_out_and_nobody_waits_for_ever(joined, monkeypatch):
    async def scenario():
        async with joined() as (_, client):
            submit, calls = client._sender.submit, 0

            def fail_at_the_third(requests):
                nonlocal calls
                calls += 1
                if calls == 3:
                    raise ZeroDivisionError
                submit(requests)

            monkeypatch.setattr(client._sender, "submit", fail_at_the_third)
            seen = []

            async def read():
                async for outcome in client.send_many([notification() for _ in range(400)]):
                    seen.append(outcome.accepted)

            with pytest.raises(ZeroDivisionError):
                await read()
            assert seen == [True] * 200

    asyncio.run(asyncio.wait_for(scenario(), 20))
