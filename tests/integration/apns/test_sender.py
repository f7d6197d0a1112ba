"""The client and the simulator: each outcome that a notification can have, over real TLS."""

from __future__ import annotations

import asyncio

import pytest

from apns_connector.apns import Client, Destination, backoff
from apns_connector.errors import (
    NotificationError,
    NotSent,
    OutcomeUnknown,
    PayloadError,
)
from apns_connector.simulator import (
    SPECIAL_TOKENS,
    Fault,
    Simulator,
    SimulatorOptions,
)


def fault(**fields):
    return Fault.from_json(fields)


async def settled(*sends):
    """The outcome of each: a response or an exception."""
    return await asyncio.gather(*sends, return_exceptions=True)


# Answered


async def test_a_certificate_sends(simulate, notify):
    async with simulate() as (simulator, client):
        notification = notify(topic=None, collapse_id="game", expiration=0, priority=5)
        response = await client.send(notification)
        assert response.accepted
        assert response.headers["apns-id"] == notification.apns_id
        assert response.apns_unique_id
        (received,) = simulator.received
        assert received.payload == {"aps": {"alert": "Hello iOS"}}
        assert received.headers == {
            "apns-topic": "com.example.app",
            "apns-push-type": "alert",
            "apns-priority": "5",
            "apns-id": notification.apns_id,
            "apns-expiration": "0",
            "apns-collapse-id": "game",
        }


async def test_a_signing_key_sends(simulate, notify, signing_key):
    async with simulate(signing_key) as (simulator, client):
        assert (await client.send(notify())).accepted
        assert simulator.received[0].provider_token["kid"] == "DEMOKEY001"


REJECTIONS = [row for row in SPECIAL_TOKENS if row.always.startswith("bad0")]


async def test_each_rejection_comes_back_as_a_response(simulate, notify):
    async with simulate(resend_rejected=False) as (_, client):
        responses = await asyncio.gather(*(client.send(notify(row.always)) for row in REJECTIONS))
        for row, response in zip(REJECTIONS, responses, strict=True):
            assert not response.accepted
            assert response.reason == row.behaviour.reason
            assert response.status == row.behaviour.status
            assert response.timestamp == row.behaviour.timestamp
        assert (await client.send(notify())).accepted


@pytest.mark.parametrize(
    "prefix",
    ["bad14292", "bad15001", "bad15031", "bad15032"],
    ids=["TooManyRequests", "InternalServerError", "ServiceUnavailable", "Shutdown"],
)
async def test_what_is_rejected_for_now_is_sent_again_after_a_pause(simulate, notify, prefix):
    async with simulate() as (simulator, client):
        notification = notify(prefix)
        assert (await client.send(notification)).accepted
        first, second = simulator.received
        assert first.apns_id == second.apns_id == notification.apns_id
        assert second.received_at - first.received_at >= 0.25


async def test_what_is_rejected_for_longer_than_its_deadline_comes_back_as_the_last_answer(
    simulate, notify
):
    async with simulate(timeout=1.2) as (simulator, client):
        response = await client.send(notify("bad05031"))
        assert response.reason == "ServiceUnavailable"
        assert 2 <= len(simulator.received) <= 3


async def test_a_provider_token_renewed_too_often_is_not_waited_for(simulate, notify):
    async with simulate() as (simulator, client):
        response = await client.send(notify("bad04291"))
        assert response.reason == "TooManyProviderTokenUpdates"
        assert len(simulator.received) == 1


@pytest.mark.every_loop
async def test_a_thousand_sends_at_once_have_a_thousand_answers(simulate, notify, signing_key):
    """Token connections begin with one stream; the limit rises with the first answer."""
    async with simulate(signing_key, timeout=15) as (simulator, client):
        notifications = [notify(f"{number:064x}") for number in range(1000)]
        responses = await asyncio.gather(*map(client.send, notifications))
        assert [r.apns_id for r in responses] == [n.apns_id for n in notifications]
        assert all(response.accepted for response in responses)
        assert simulator.counts["accepted"] == 1000
        assert simulator.connections_opened == 1


async def test_the_stream_limit_may_fall_to_one_and_rise_again(simulate, notify):
    async with simulate(timeout=15, max_concurrent_streams=100) as (simulator, client):
        for after, limit in ((50, 1), (100, 50), (150, 1), (200, 1000)):
            simulator.faults.add(fault(fault="settings", after=after, max_concurrent_streams=limit))
        responses = await asyncio.gather(*(client.send(notify()) for _ in range(400)))
        assert all(response.accepted for response in responses)
        assert len({received.apns_id for received in simulator.received}) == 400


async def test_many_small_rejections_between_acceptances_keep_their_order(simulate, notify):
    async with simulate(timeout=15) as (_, client):
        devices = ["bad04002" if number % 3 else "" for number in range(300)]
        responses = await asyncio.gather(*(client.send(notify(device)) for device in devices))
        assert [response.accepted for response in responses] == [not device for device in devices]


# Refused before anything is sent


async def test_what_apple_would_refuse_never_leaves(simulate, notify, signing_key):
    async with simulate(signing_key) as (simulator, client):
        with pytest.raises(NotificationError, match="A topic is needed"):
            await client.send(notify(topic=None))
        with pytest.raises(PayloadError, match="too long"):
            await client.send(notify(payload=b"x" * 4097))
        assert simulator.connections_opened == 0


# Resent: certainly not processed


async def test_a_refused_stream_is_sent_again(simulate, notify):
    async with simulate() as (simulator, client):
        simulator.faults.add(fault(fault="reset", error_code="REFUSED_STREAM", count=2))
        assert (await client.send(notify())).accepted
        assert simulator.connections_opened == 1
        assert simulator.counts["accepted"] == 1


async def test_what_is_refused_again_and_again_is_paused_and_sent_in_the_end(simulate, notify):
    async with simulate() as (simulator, client):
        simulator.faults.add(fault(fault="reset", error_code="REFUSED_STREAM", count=6))
        responses = await asyncio.gather(*(client.send(notify()) for _ in range(3)))
        assert all(response.accepted for response in responses)


async def test_what_is_refused_to_the_end_is_not_sent_and_says_why(simulate, notify, monkeypatch):
    monkeypatch.setattr(backoff, "seconds", lambda failures, chance: 60.0)
    async with simulate() as (simulator, client):
        await client.send(notify())
        simulator.faults.add(fault(fault="reset", error_code="REFUSED_STREAM", count=None))
        with pytest.raises(NotSent, match=r"not processed: .*REFUSED_STREAM"):
            await client.send(notify(), timeout=2)  # which ends within the pause


@pytest.mark.every_loop
async def test_a_goaway_in_the_middle_loses_nothing_and_doubles_nothing(simulate, notify):
    async with simulate(timeout=15) as (simulator, client):
        simulator.faults.add(fault(fault="goaway", after=100, count=1))
        simulator.faults.add(fault(fault="goaway", after=250, count=1, reason="Shutdown"))
        notifications = [notify(f"{number:064x}") for number in range(500)]
        responses = await asyncio.gather(*map(client.send, notifications))
        assert all(response.accepted for response in responses)
        accepted = [r.apns_id for r in simulator.received if r.outcome == "accepted"]
        assert sorted(accepted) == sorted(n.apns_id for n in notifications)
        assert simulator.connections_opened == 3


async def test_a_connection_that_is_refused_a_few_times_is_tried_again(simulate, notify):
    async with simulate() as (simulator, client):
        simulator.faults.add(fault(fault="refuse", count=2))
        assert (await client.send(notify())).accepted


async def test_a_server_that_comes_within_the_deadline_gets_what_waited(
    demo, certificate, notify, free_port
):
    destination = Destination("simulator", "localhost", free_port, demo.ca)
    async with Client(certificate, destination, timeout=10) as client:
        sends = [asyncio.create_task(client.send(notify())) for _ in range(20)]
        await asyncio.sleep(0.3)
        async with Simulator(
            demo, SimulatorOptions(port=free_port, control_port=None)
        ) as simulator:
            assert all(response.accepted for response in await asyncio.gather(*sends))
            assert simulator.counts["accepted"] == 20
            await client.close()


@pytest.mark.every_loop
async def test_a_server_that_goes_away_and_comes_back_is_found_again(
    demo, certificate, notify, free_port
):
    destination = Destination("simulator", "localhost", free_port, demo.ca)
    options = SimulatorOptions(port=free_port, control_port=None)
    async with Client(certificate, destination, timeout=10) as client:
        for _ in range(2):
            async with Simulator(demo, options):
                assert (await client.send(notify())).accepted
        with pytest.raises(NotSent, match="cannot be reached"):
            await client.send(notify(), timeout=0.3)
        async with Simulator(demo, options):
            assert (await client.send(notify())).accepted
            await client.close()


async def test_after_a_long_outage_the_first_to_come_is_not_kept_waiting(
    demo, certificate, notify, free_port
):
    """What counts is the time since the last failure, not a pause for everybody who comes."""
    destination = Destination("simulator", "localhost", free_port, demo.ca)
    async with Client(certificate, destination, timeout=10) as client:
        an_hour_ago = asyncio.get_running_loop().time() - 3600
        for _ in range(20):
            client._sender.link._backoff.failed(an_hour_ago, 0.5)
        async with Simulator(demo, SimulatorOptions(port=free_port, control_port=None)):
            assert (await client.send(notify())).accepted
            await client.close()


# Unknown


@pytest.mark.parametrize("code", [0, 1, 2, 8, 11])
async def test_a_stream_reset_for_any_other_reason_has_an_unknown_outcome(simulate, notify, code):
    async with simulate() as (simulator, client):
        simulator.faults.add(fault(fault="reset", error_code=code))
        notification = notify()
        with pytest.raises(OutcomeUnknown, match="sent, but the server reset the stream") as lost:
            await client.send(notification)
        assert lost.value.apns_id == notification.apns_id
        assert (await client.send(notify())).accepted
        assert simulator.connections_opened == 1


@pytest.mark.parametrize("processed", [False, True])
@pytest.mark.every_loop
async def test_a_cut_connection_leaves_what_was_written_unknown(simulate, notify, processed):
    async with simulate() as (simulator, client):
        await client.send(notify())
        simulator.faults.add(fault(fault="close", processed=processed))
        with pytest.raises(OutcomeUnknown, match="sent, but "):
            await client.send(notify())
        assert (await client.send(notify())).accepted
        assert simulator.connections_opened == 2


async def test_a_goaway_that_covers_a_request_leaves_it_unknown(simulate, notify):
    async with simulate() as (simulator, client):
        simulator.faults.add(fault(fault="goaway", processed=True))
        with pytest.raises(OutcomeUnknown):
            await client.send(notify())


@pytest.mark.every_loop
async def test_each_of_many_in_a_storm_of_faults_has_exactly_one_outcome(simulate, notify):
    async with simulate(timeout=2) as (simulator, client):
        for after, fields in enumerate(
            [
                {"fault": "reset", "error_code": "REFUSED_STREAM"},
                {"fault": "reset", "error_code": "INTERNAL_ERROR"},
                {"fault": "goaway"},
                {"fault": "close"},
                {"fault": "silence"},
                {"fault": "settings", "max_concurrent_streams": 2},
                {"fault": "answer", "reason": "TooManyRequests"},
                {"fault": "settings", "max_concurrent_streams": 500},
            ]
        ):
            simulator.faults.add(fault(after=20 + 45 * after, **fields))
        sends = [client.send(notify(f"{number:064x}")) for number in range(600)]
        outcomes = await settled(*sends)
        kinds = {type(outcome).__name__ for outcome in outcomes}
        assert kinds <= {"Response", "NotSent", "OutcomeUnknown"}
        accepted = [o.apns_id for o in outcomes if not isinstance(o, Exception) and o.accepted]
        received = [r.apns_id for r in simulator.received if r.outcome == "accepted"]
        assert set(accepted) <= set(received)
        assert len(received) == len(set(received))  # nothing arrived twice


# Not sent


@pytest.mark.every_loop
async def test_a_server_that_is_not_there_is_told_in_words(demo, certificate, notify, free_port):
    destination = Destination("nowhere", "localhost", free_port, demo.ca)
    async with Client(certificate, destination, timeout=0.2) as client:
        with pytest.raises(NotSent, match=r"nowhere \(localhost:\d+\) cannot be reached: "):
            await client.send(notify())


@pytest.mark.parametrize("host", ["no.such.host.invalid", "a..b", "x" * 70 + ".example"])
async def test_a_host_that_is_none_is_told_in_words(demo, certificate, notify, host):
    async with Client(certificate, Destination("nowhere", host, 443, demo.ca), timeout=2) as client:
        with pytest.raises(NotSent, match=r"(could not|cannot) be reached"):
            await client.send(notify(), timeout=0.5)


# Cancelled and closed


@pytest.mark.every_loop
async def test_a_cancelled_send_frees_its_stream_for_the_next(simulate, notify, until):
    async with simulate(max_concurrent_streams=1) as (simulator, client):
        simulator.faults.add(fault(fault="silence"))
        silent = asyncio.create_task(client.send(notify()))
        await until(lambda: simulator.received)
        waiting = asyncio.create_task(client.send(notify()))
        await asyncio.sleep(0)
        silent.cancel()
        with pytest.raises(asyncio.CancelledError):
            await silent
        assert (await waiting).accepted
        assert simulator.connections_opened == 1


async def test_a_send_that_is_cancelled_while_it_waits_is_never_sent(simulate, notify):
    async with simulate(max_concurrent_streams=1) as (simulator, client):
        first = asyncio.create_task(client.send(notify("bad23010")))
        waiting = asyncio.create_task(client.send(notify("dead")))
        await asyncio.sleep(0)
        waiting.cancel()
        assert (await first).accepted
        assert (await client.send(notify())).accepted
        assert "dead" not in {received.device_token[:4] for received in simulator.received}


@pytest.mark.every_loop
async def test_closing_awaits_what_is_under_way(simulate, notify):
    async with simulate(max_concurrent_streams=2) as (_, client):
        sends = [asyncio.create_task(client.send(notify("bad23010"))) for _ in range(6)]
        await asyncio.sleep(0)
        await client.close()
        assert all(send.done() for send in sends)
        assert all(send.result().accepted for send in sends)


@pytest.mark.every_loop
async def test_closing_without_patience_tells_the_sent_from_the_unsent(simulate, notify, until):
    async with simulate(max_concurrent_streams=2) as (simulator, client):
        sends = [asyncio.create_task(client.send(notify("bad20000"))) for _ in range(5)]
        await until(lambda: len(simulator.received) == 2)
        await client.close(grace=0.05)
        outcomes = await settled(*sends)
        assert [type(outcome) for outcome in outcomes] == [OutcomeUnknown] * 2 + [NotSent] * 3
        assert "the client was closed before it could be sent" in str(outcomes[-1])
        assert simulator.connections_opened == 1


@pytest.mark.every_loop
async def test_closing_while_nobody_can_be_reached_fails_what_waits(
    demo, certificate, notify, free_port
):
    client = Client(certificate, Destination("nowhere", "localhost", free_port, demo.ca))
    sends = [asyncio.create_task(client.send(notify())) for _ in range(3)]
    await asyncio.sleep(0.1)
    await client.close(grace=0.1)
    assert {type(outcome) for outcome in await settled(*sends)} == {NotSent}


@pytest.mark.every_loop
async def test_closing_may_itself_be_cancelled_and_leaves_nothing_behind(simulate, notify, until):
    async with simulate() as (simulator, client):
        send = asyncio.create_task(client.send(notify("bad20000")))
        await until(lambda: simulator.received)
        closing = asyncio.create_task(client.close())
        await asyncio.sleep(0.05)
        closing.cancel()
        with pytest.raises(asyncio.CancelledError):
            await closing
        assert [type(outcome) for outcome in await settled(send)] == [OutcomeUnknown]


async def test_a_closed_client_sends_nothing_and_may_be_closed_again(simulate, notify):
    async with simulate() as (_, client):
        await asyncio.gather(client.close(), client.close())
        with pytest.raises(NotSent, match="the client is closed"):
            await client.send(notify())
