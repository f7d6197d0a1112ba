"""A listener sees connections and notifications come and go."""

from __future__ import annotations

import asyncio

import pytest

from apns_connector.apns import Client, Destination
from apns_connector.apns.events import (
    ConnectionClosed,
    ConnectionFailed,
    ConnectionOpened,
    NotificationAnswered,
    NotificationFailed,
    NotificationResent,
    NotificationSent,
)
from apns_connector.apns.pool import Bound
from apns_connector.errors import NotSent, OutcomeUnknown

# Special tokens of the simulator.
REFUSED_ONCE = "bad31007"
UNREGISTERED = "bad04102"
ALWAYS_LOST = "bad24001"
LOST_ONCE = "bad34001"


def kinds(events):
    return [type(event).__name__ for event in events]


async def test_a_notification_is_seen_from_the_connection_to_the_answer(simulate, notify):
    seen = []
    async with simulate() as (simulator, client):
        client.events.add(seen.append)
        response = await client.send(notify())
        (state,) = client.pool.connections
        assert state.number == 1
        assert state.address.endswith(f":{simulator.port}")
        assert (state.sent, state.open_streams, state.usable) == (1, 0, True)
        assert client.pool.bound is Bound.NOTHING
        assert client.pool.waiting == 0
    opened, sent, answered, closed = seen
    assert isinstance(opened, ConnectionOpened)
    assert opened.connection.sent == 0
    assert sent == NotificationSent(response.notification, 1)
    assert answered == NotificationAnswered(response)
    assert isinstance(closed, ConnectionClosed)
    assert closed.why == "the connection was closed"
    assert closed.connection.sent == 1
    assert closed.connection.opened_at == opened.connection.opened_at


async def test_a_resend_is_seen_with_its_reason(simulate, notify):
    seen = []
    async with simulate() as (_, client):
        client.events.add(seen.append)
        assert (await client.send(notify(REFUSED_ONCE))).accepted
        assert kinds(seen) == [
            "ConnectionOpened",
            "NotificationSent",
            "NotificationResent",
            "NotificationSent",
            "NotificationAnswered",
        ]
        (resent,) = (event for event in seen if isinstance(event, NotificationResent))
        assert "REFUSED_STREAM" in resent.why


async def test_a_failure_is_seen_as_its_sender_sees_it(notify, certificate, demo, free_port):
    seen = []
    away = Destination("away", "localhost", free_port, demo.ca)
    async with Client(certificate, away, timeout=0.3) as client:
        client.events.add(seen.append)
        with pytest.raises(NotSent) as raised:
            await client.send(notify())
    assert isinstance(seen[0], ConnectionFailed)
    assert seen[-1] == NotificationFailed(raised.value.notification, raised.value)


async def test_a_listener_that_raises_costs_nobody_an_outcome(simulate, notify, caplog):
    def fail(event):
        raise OSError("no disk")

    async with simulate() as (_, client):
        client.events.add(fail)
        responses = await asyncio.gather(*(client.send(notify()) for _ in range(20)))
        assert all(response.accepted for response in responses)
    assert "no disk" in caplog.text


async def test_feedback_that_cannot_be_noted_costs_nobody_an_outcome(
    demo, certificate, simulate, notify, caplog
):
    def fail(unregistered):
        raise OSError("no disk")

    async with simulate() as (simulator, _):
        there = Destination("simulator", "localhost", simulator.port, demo.ca)
        async with Client(certificate, there, on_unregistered=fail) as client:
            response = await client.send(notify(UNREGISTERED))
            assert not response.accepted
    assert "could not be noted" in caplog.text


# What becomes of unknown


async def test_what_is_unknown_is_reported_unless_asked_otherwise(simulate, notify):
    async with simulate() as (_, client):
        with pytest.raises(OutcomeUnknown):
            await client.send(notify(LOST_ONCE))


async def test_what_is_unknown_is_sent_again_under_the_same_id_if_asked(
    simulate, demo, certificate, notify
):
    async with simulate() as (simulator, _):
        there = Destination("simulator", "localhost", simulator.port, demo.ca)
        async with Client(certificate, there, resend_unknown=True) as client:
            notification = notify(LOST_ONCE)
            assert (await client.send(notification)).accepted
        twice = [received.apns_id for received in simulator.received]
        assert twice == [notification.apns_id, notification.apns_id]


async def test_a_resend_of_unknown_that_is_not_answered_is_still_unknown(
    simulate, demo, certificate, notify
):
    async with simulate() as (simulator, _):
        there = Destination("simulator", "localhost", simulator.port, demo.ca)
        async with Client(certificate, there, resend_unknown=True, timeout=1.0) as client:
            with pytest.raises(OutcomeUnknown):
                await client.send(notify(ALWAYS_LOST))
