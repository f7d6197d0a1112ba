"""The simulator over real TLS sockets."""

from __future__ import annotations

import asyncio
import gc
import socket
import warnings

import pytest

from apns_connector.simulator import Answer, Close, Fault, Simulator, Slow, rejection, token_for
from apns_connector.simulator.special_tokens import SPECIAL_TOKENS

APP = "com.example.app"


async def test_a_notification_by_certificate_is_accepted_and_kept(start, connect, certificate):
    async with start() as simulator:
        client = await connect(simulator, certificate)
        status, headers, body = await client.ask(body=b'{"aps":{"alert":"hi"}}', apns_priority="5")
        assert (status, body) == (200, None)
        (notification,) = simulator.received
        assert notification.apns_unique_id == headers["apns-unique-id"]
        assert notification.payload == {"aps": {"alert": "hi"}}
        assert notification.headers == {"apns-priority": "5"}
        assert notification.device_token == "ab" * 32
        assert simulator.counts == {"accepted": 1, "rejected": 0, "unanswered": 0}
        await client.close()


@pytest.mark.parametrize("der", [False, True])
async def test_a_notification_by_provider_token_is_accepted_in_both_forms(
    der, start, connect, bearer, credentials
):
    async with start() as simulator:
        client = await connect(simulator)
        status, _, _ = await client.ask(authorization=bearer(der=der), apns_topic=APP)
        assert status == 200
        assert simulator.received[0].provider_token["kid"] == credentials.key_id
        await client.close()


async def test_without_any_credentials_a_provider_token_is_missing(start, connect):
    async with start() as simulator:
        client = await connect(simulator)
        status, _, body = await client.ask(apns_topic=APP)
        assert (status, body) == (403, {"reason": "MissingProviderToken"})
        assert simulator.reasons == {"MissingProviderToken": 1}
        await client.close()


async def test_a_provider_token_of_the_day_before_has_expired(start, connect, bearer):
    async with start() as simulator:
        client = await connect(simulator)
        _, _, body = await client.ask(authorization=bearer(age=86400), apns_topic=APP)
        assert body == {"reason": "ExpiredProviderToken"}
        await client.close()


async def test_a_second_new_provider_token_on_a_connection_is_too_much(start, connect, bearer):
    async with start() as simulator:
        client = await connect(simulator)
        await client.ask(authorization=bearer(), apns_topic=APP)
        status, _, body = await client.ask(authorization=bearer(age=5), apns_topic=APP)
        assert (status, body) == (429, {"reason": "TooManyProviderTokenUpdates"})
        other = await connect(simulator)
        status, _, _ = await other.ask(authorization=bearer(age=5), apns_topic=APP)
        assert status == 200
        await client.close()
        await other.close()


async def test_topics_come_from_the_certificate(start, connect, credentials):
    topics = {APP: "app", APP + ".voip": "voip"}
    universal = credentials.authority.push_certificate(APP, topics=topics)
    async with start() as simulator:
        client = await connect(simulator, universal)
        assert (await client.ask())[2] == {"reason": "MissingTopic"}
        assert (await client.ask(apns_topic="a.b"))[2] == {"reason": "TopicDisallowed"}
        assert (await client.ask(apns_topic=APP + ".voip"))[0] == 200
        await client.close()


async def test_a_certificate_for_the_other_environment_gets_goaway(start, connect, credentials):
    environments = frozenset({"sandbox"})
    identity = credentials.authority.push_certificate(APP, environments=environments)
    async with start(environment="production") as simulator:
        client = await connect(simulator, identity)
        await client.until_end()
        assert client.goaway == (0, 0, b'{"reason":"BadCertificateEnvironment"}')


async def test_every_rejection_in_the_table_arrives_as_it_stands_there(start, connect, certificate):
    rows = [row for row in SPECIAL_TOKENS if isinstance(row.behaviour, Answer)]
    async with start() as simulator:
        client = await connect(simulator, certificate)
        await client.ask()
        streams = [client.push(row.device_token()) for row in rows]
        for row, stream in zip(rows, streams, strict=True):
            status, _, body = await client.answer(stream)
            assert (status, body["reason"]) == (row.behaviour.status, row.behaviour.reason)
        assert simulator.counts["rejected"] == len(rows)
        await client.close()


async def test_a_slow_answer_does_not_hold_up_the_others(start, connect, certificate):
    async with start() as simulator:
        client = await connect(simulator, certificate)
        slow = client.push(token_for(Slow(100, Answer(200))))
        assert (await client.ask())[0] == 200
        assert slow not in client.answers
        assert (await client.answer(slow))[0] == 200
        await client.close()


async def test_a_delay_goes_with_any_answer(start, connect, certificate):
    async with start() as simulator:
        simulator.faults.add(Fault(fault="delay", milliseconds=50))
        client = await connect(simulator, certificate)
        late = client.push("zz")
        assert (await client.ask())[0] == 200
        assert (await client.answer(late))[2] == {"reason": "BadDeviceToken"}
        await client.close()


async def test_the_handler_is_a_line_in_a_test(start, connect, certificate):
    async with start(handler=lambda request: rejection("Surprise", 418)) as simulator:
        client = await connect(simulator, certificate)
        status, _, body = await client.ask()
        assert (status, body) == (418, {"reason": "Surprise"})
        await client.close()


async def test_a_closed_connection_is_a_tcp_reset(start, connect, certificate):
    async with start() as simulator:
        client = await connect(simulator, certificate)
        client.push(token_for(Close()))
        with pytest.raises(ConnectionResetError):
            await client.until_end()
        assert simulator.counts["unanswered"] == 1


async def test_after_goaway_the_connection_ends_in_order(start, connect, certificate):
    async with start() as simulator:
        simulator.faults.add(Fault(fault="goaway", after=1))
        client = await connect(simulator, certificate)
        stream = client.push()
        client.push()
        await client.until_end()
        assert client.goaway == (stream, 0, b'{"reason":"Shutdown"}')
        assert simulator.counts == {"accepted": 1, "rejected": 0, "unanswered": 1}


async def test_a_refused_connection_ends_before_tls_and_the_next_is_served(
    start, connect, certificate
):
    async with start() as simulator:
        simulator.faults.add(Fault(fault="refuse"))
        with pytest.raises(ConnectionResetError):
            await connect(simulator, certificate)
        client = await connect(simulator, certificate)
        assert (await client.ask())[0] == 200
        assert simulator.connections_opened == 1
        await client.close()


async def test_a_broken_client_does_not_disturb_the_others(start, connect, certificate):
    async with start() as simulator:
        good = await connect(simulator, certificate)
        broken = await connect(simulator, certificate)
        broken.send_raw(bytes(9))  # a DATA frame on stream 0
        await broken.until_end()
        assert broken.goaway is not None
        assert (await good.ask())[0] == 200
        await good.close()


async def test_stopping_says_goaway_to_every_client(start, connect, certificate):
    simulator = start()
    await simulator.start()
    client = await connect(simulator, certificate)
    await client.ask()
    assert simulator.connections == 1
    ending = asyncio.create_task(client.until_end())
    await simulator.stop()
    await ending
    assert client.goaway == (1, 0, b'{"reason":"Shutdown"}')
    assert simulator.connections == 0


async def test_stopping_does_not_wait_for_clients_that_never_speak(start, until):
    simulator = start()
    await simulator.start()
    with socket.create_connection(("127.0.0.1", simulator.port)):
        await until(lambda: simulator.connections)
        await asyncio.wait_for(simulator.stop(), 1)
    assert simulator.connections == 0


@pytest.mark.parametrize("turns", range(6))
async def test_stopping_leaves_nothing_of_a_client_that_comes_in_the_same_moment(start, turns):
    """Whether asyncio has taken its connection, has begun with it, or has told of it."""
    simulator = start()
    await simulator.start()
    with socket.create_connection(("127.0.0.1", simulator.port)) as client:
        for _ in range(turns):
            await asyncio.sleep(0)
        await asyncio.wait_for(simulator.stop(), 1)
        for _ in range(5):
            await asyncio.sleep(0)
        assert simulator.connections == 0
        with warnings.catch_warnings(record=True) as told:  # a connection that was left open
            warnings.simplefilter("always")
            gc.collect()
        assert [str(one.message) for one in told] == []
        client.settimeout(5)
        with pytest.raises(ConnectionError):
            client.recv(1)


async def test_what_arrived_stays_after_the_stop_until_it_is_cleared(start, connect, certificate):
    async with start() as simulator:
        client = await connect(simulator, certificate)
        await client.ask()
        await client.close()
    assert len(simulator.received) == 1
    simulator.clear()
    assert simulator.received == []
    assert simulator.counts["accepted"] == 0


async def test_a_simulator_that_was_away_is_back_at_the_same_ports(start, connect, certificate):
    simulator = start()
    async with simulator:
        ports = simulator.port, simulator.control_port
        client = await connect(simulator, certificate)
        await client.ask()
        await client.close()
    async with simulator:
        assert (simulator.port, simulator.control_port) == ports
        client = await connect(simulator, certificate)
        await client.ask()
        assert simulator.counts["accepted"] == 2
        await client.close()


async def test_all_connections_can_be_cut(start, connect, certificate):
    async with start() as simulator:
        clients = [await connect(simulator, certificate) for _ in range(2)]
        simulator.cut_connections()
        for client in clients:
            with pytest.raises(ConnectionResetError):
                await client.until_end()


async def test_only_the_latest_are_kept(start, connect, certificate):
    async with start(keep=2) as simulator:
        client = await connect(simulator, certificate)
        for _ in range(3):
            await client.ask()
        assert [notification.number for notification in simulator.received] == [2, 3]
        assert simulator.counts["accepted"] == 3
        await client.close()


async def test_a_port_that_is_taken_is_an_error_and_leaves_nothing_open(start):
    async with start() as first:
        second = start(control_port=first.control_port)
        with pytest.raises(OSError, match="in use"):
            await second.start()
        with pytest.raises(RuntimeError, match="not running"):
            _ = second.port


async def test_ports_are_known_only_while_it_runs(start):
    simulator = start(control_port=None)
    assert repr(simulator) == "<Simulator sandbox, not started>"
    with pytest.raises(RuntimeError):
        _ = simulator.port
    async with simulator:
        assert repr(simulator) == f"<Simulator sandbox, port {simulator.port}>"
        assert simulator.control_port is None


async def test_without_options_it_needs_only_credentials(credentials, connect, certificate):
    async with Simulator(credentials) as simulator:
        client = await connect(simulator, certificate)
        assert (await client.ask())[0] == 200
        await client.close()
