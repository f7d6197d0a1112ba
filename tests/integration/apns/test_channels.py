"""Channels managed and published to over real TLS, with a certificate and with a signing key."""

from __future__ import annotations

import asyncio
import time
from contextlib import asynccontextmanager

import pytest

from apns_connector.apns import (
    Broadcast,
    Channel,
    Channels,
    Client,
    Destination,
    Notification,
    StoragePolicy,
    live_activity,
)
from apns_connector.errors import (
    ChannelRefused,
    CredentialsError,
    NotSent,
    OutcomeUnknown,
    PayloadError,
)
from apns_connector.simulator import Fault, Simulator, SimulatorOptions, rejection

APP = "com.example.app"
UPDATE = live_activity.update(timestamp=1_700_000_000, content_state={"goals": 1})


@pytest.fixture(params=["certificate", "signing key"])
def credentials(request, certificate, signing_key):
    return certificate if request.param == "certificate" else signing_key


@pytest.fixture
def manage(demo, certificate):
    """``async with manage(credentials, timeout=1, **options) as (simulator, channels)``."""

    @asynccontextmanager
    async def enter(credentials=certificate, *, app=APP, timeout=5.0, **options):
        async with Simulator(demo, SimulatorOptions(control_port=None, **options)) as simulator:
            destination = Destination("channels", "localhost", simulator.management_port, demo.ca)
            async with Channels(credentials, app, destination, timeout=timeout) as channels:
                yield simulator, channels

    return enter


@pytest.fixture
def publisher(demo, certificate):
    def open_client(simulator, credentials=certificate, **options):
        destination = Destination("simulator", "localhost", simulator.port, demo.ca)
        return Client(credentials, destination, timeout=5.0, **options)

    return open_client


def broadcast(channel_id, **fields):
    return Broadcast(**{"channel_id": channel_id, "bundle_id": APP, "payload": UPDATE, **fields})


@pytest.mark.every_loop
async def test_a_channel_is_created_read_listed_and_deleted(manage, credentials):
    async with manage(credentials) as (simulator, channels):
        kept = await channels.create(StoragePolicy.MOST_RECENT)
        channel_id = await channels.create(StoragePolicy.NO_MESSAGE)
        assert await channels.read(channel_id) == Channel(
            channel_id=channel_id,
            storage_policy=StoragePolicy.NO_MESSAGE,
            push_type="LiveActivity",
        )
        assert await channels.list() == [kept, channel_id]
        await channels.delete(channel_id)
        assert await channels.list() == [kept]
        assert simulator.channels.of(APP) == {kept: StoragePolicy.MOST_RECENT}
        assert simulator.connections_opened == 1


@pytest.mark.every_loop
async def test_a_thousand_channels_are_listed(manage):
    async with manage() as (simulator, channels):
        ids = [simulator.channels.create(APP) for _ in range(1000)]
        assert await channels.list() == ids


async def test_ten_thousand_channels_are_listed_many_times(manage):
    async with manage() as (simulator, channels):
        ids = [simulator.channels.create(APP) for _ in range(10_000)]
        for _ in range(70):  # 18 megabytes: more than the connection's window
            assert len(await channels.list()) == 10_000
        assert await channels.list() == ids


async def test_operations_may_run_side_by_side(manage, credentials):
    async with manage(credentials) as (simulator, channels):
        ids = await asyncio.gather(*(channels.create(StoragePolicy.NO_MESSAGE) for _ in range(50)))
        assert set(ids) == set(simulator.channels.of(APP))
        read = await asyncio.gather(*(channels.read(channel_id) for channel_id in ids))
        assert [channel.channel_id for channel in read] == ids


# Publishing


async def test_a_broadcast_is_published_over_the_connection_of_notifications(
    manage, publisher, credentials
):
    async with manage(credentials) as (simulator, channels):
        channel_id = await channels.create(StoragePolicy.MOST_RECENT)
        async with publisher(simulator, credentials) as client:
            sent = broadcast(channel_id, expiration=1_900_000_000, priority=5)
            response = await client.send(sent)
            assert response.accepted
            assert response.notification is sent
            assert response.headers["apns-request-id"] == sent.apns_id == response.apns_id
            assert response.apns_unique_id
            notification = Notification(device_token="ab" * 32, payload=UPDATE, topic=APP)
            assert (await client.send(notification)).accepted
            assert simulator.connections_opened == 2  # one to manage, one to publish
        first, second = simulator.received
        assert (first.channel_id, first.payload) == (channel_id, UPDATE)
        assert first.headers == {
            "apns-push-type": "liveactivity",
            "apns-priority": "5",
            "apns-request-id": sent.apns_id,
            "apns-channel-id": channel_id,
            "apns-expiration": "1900000000",
        }
        assert second.device_token == "ab" * 32
        assert simulator.counts["accepted"] == 2


async def test_broadcasts_and_notifications_go_out_in_one_stream(manage, publisher, notify):
    async with manage() as (simulator, channels):
        ids = [await channels.create(StoragePolicy.NO_MESSAGE) for _ in range(3)]
        sent = [
            broadcast(ids[number % 3]) if number % 2 else notify(f"{number:04x}")
            for number in range(300)
        ]
        async with publisher(simulator) as client:
            outcomes = [outcome async for outcome in client.send_many(sent)]
        assert {outcome.apns_id for outcome in outcomes} == {each.apns_id for each in sent}
        assert all(outcome.accepted for outcome in outcomes)
        published = [each for each in simulator.received if each.channel_id is not None]
        assert len(published) == 150


async def test_what_apple_has_against_a_broadcast_is_its_response(manage, publisher):
    async with manage() as (simulator, channels):
        plain = await channels.create(StoragePolicy.NO_MESSAGE)
        gone = await channels.create(StoragePolicy.NO_MESSAGE)
        await channels.delete(gone)
        expiration = int(time.time()) + 60
        async with publisher(simulator) as client:
            for sent, reason in (
                (broadcast("QQ=="), "BadChannelId"),
                (broadcast(gone), "ChannelNotRegistered"),
                (broadcast(plain, expiration=expiration), "BadExpirationDate"),
                (broadcast(plain, bundle_id="com.example.other"), "TopicMismatch"),
            ):
                response = await client.send(sent)
                assert (response.accepted, response.reason) == (False, reason)
                assert response.headers["apns-request-id"] == sent.apns_id
            with pytest.raises(PayloadError, match="5121 bytes, 5120 are allowed"):
                await client.send(broadcast(plain, payload=b"x" * 5121))
            assert (await client.send(broadcast(plain, payload=b"x" * 5120))).accepted


async def test_a_broadcast_is_sent_again_like_a_notification(manage, publisher):
    async with manage() as (simulator, channels):
        channel_id = await channels.create(StoragePolicy.NO_MESSAGE)
        async with publisher(simulator) as client:
            simulator.faults.add(Fault(fault="reset", error_code="REFUSED_STREAM"))
            simulator.faults.add(Fault(fault="answer", reason="TooManyRequests", after=1))
            assert (await client.send(broadcast(channel_id))).accepted


async def test_a_broadcast_that_nobody_answers_has_an_unknown_outcome(manage, publisher):
    async with manage() as (simulator, channels):
        sent = broadcast(await channels.create(StoragePolicy.NO_MESSAGE))
        async with publisher(simulator) as client:
            assert (await client.send(sent)).accepted
            simulator.faults.add(Fault(fault="silence"))
            with pytest.raises(OutcomeUnknown) as unknown:
                await client.send(sent, timeout=0.2)
        assert unknown.value.notification is sent


async def test_a_gone_answer_to_a_broadcast_is_no_news_of_a_device(manage, publisher):
    gone = []
    async with (
        manage(handler=lambda request: rejection("Unregistered")) as (simulator, _),
        publisher(simulator, on_unregistered=gone.append) as client,
    ):
        assert (await client.send(broadcast("QQ=="))).reason == "Unregistered"
    assert gone == []


# Refusals


async def refusal_of(operation):
    with pytest.raises(ChannelRefused) as refused:
        await operation
    return refused.value


async def test_a_channel_that_never_was_is_bad(manage, credentials):
    async with manage(credentials) as (_, channels):
        error = await refusal_of(channels.read("QQ=="))
        assert (error.status, error.reason) == (400, "BadChannelId")
        assert str(error).startswith("Apple refuses to read channel QQ== of com.example.app: 400")
        assert (await refusal_of(channels.delete("QQ=="))).reason == "BadPath"


async def test_a_channel_that_was_deleted_is_not_registered(manage):
    async with manage() as (_, channels):
        channel_id = await channels.create(StoragePolicy.NO_MESSAGE)
        await channels.delete(channel_id)
        error = await refusal_of(channels.read(channel_id))
        assert (error.reason, error.code) == ("ChannelNotRegistered", "APNS_000004")
        error = await refusal_of(channels.delete(channel_id))
        assert (error.status, error.reason) == (404, "BadPath")
        assert "The channel does not exist" in str(error)


async def test_an_app_without_the_capability_is_told_to_get_it(manage, credentials):
    async with manage(credentials, broadcast_apps=frozenset()) as (_, channels):
        for operation in (
            channels.create(StoragePolicy.NO_MESSAGE),
            channels.read("QQ=="),
            channels.list(),
            channels.delete("QQ=="),
        ):
            error = await refusal_of(operation)
            assert (error.status, error.reason) == (400, "BroadcastFeatureNotEnabled")
            assert "in Apple's developer portal" in str(error)


async def test_an_app_can_have_only_so_many_channels(manage):
    async with manage(channels_per_app=2) as (_, channels):
        for _ in range(2):
            await channels.create(StoragePolicy.NO_MESSAGE)
        error = await refusal_of(channels.create(StoragePolicy.NO_MESSAGE))
        assert (error.status, error.reason) == (400, "CannotCreateChannelConfig")


async def test_a_certificate_manages_the_channels_of_its_app_alone(manage):
    async with manage(app="com.example.other") as (_, channels):
        error = await refusal_of(channels.list())
        assert (error.status, error.reason, error.code) == (403, "TopicMismatch", "APNS_000002")


async def test_a_team_manages_the_channels_of_its_apps_alone(manage, signing_key):
    topics = frozenset({"com.example.other"})
    async with manage(signing_key, topics=topics) as (_, channels):
        assert (await refusal_of(channels.list())).reason == "TopicMismatch"


async def test_a_voip_topic_has_no_channels(manage):
    async with manage(app="com.example.app.voip") as (_, channels):
        assert (await refusal_of(channels.list())).reason == "TopicDisallowed"


@pytest.mark.parametrize(
    ("reason", "status"),
    [
        ("FeatureNotEnabled", 400),
        ("BadRequestParams", 400),
        ("BadRequestPayload", 400),
        ("MissingChannelQueueSize", 400),
        ("MissingChannelId", 400),
        ("PayloadEmpty", 400),
        ("BadMessageId", 400),
        ("MissingPushType", 400),
        ("InvalidPushType", 400),
        ("BadCertificate", 403),
        ("MissingProviderToken", 403),
        ("InvalidProviderToken", 403),
        ("MethodNotAllowed", 405),
        ("PayloadTooLarge", 413),
        ("TooManyRequests", 429),
        ("TooManyProviderTokenUpdates", 429),
        ("InternalServerError", 500),
        ("ServiceUnavailable", 503),
        ("Shutdown", 503),
    ],
)
async def test_every_other_refusal_of_apple_is_raised_and_not_sent_again(manage, reason, status):
    asked = []

    def refuse(request):
        asked.append(request)
        return rejection(reason, status)

    async with manage(handler=refuse) as (_, channels):
        error = await refusal_of(channels.create(StoragePolicy.NO_MESSAGE))
        assert (error.status, error.reason) == (status, reason)
        assert error.apns_id == asked[0].apns_id
    assert len(asked) == 1


async def test_an_expired_provider_token_is_renewed_once(manage, signing_key):
    async with manage(signing_key) as (simulator, channels):
        simulator.faults.add(Fault(fault="answer", reason="ExpiredProviderToken"))
        await channels.create(StoragePolicy.NO_MESSAGE)
        assert simulator.connections_opened == 2


async def test_a_certificate_for_the_other_environment_manages_nothing(
    manage, demo, certificate_of
):
    sandbox = demo.authority.push_certificate(APP, environments=frozenset({"sandbox"}))
    async with manage(certificate_of(sandbox), environment="production") as (_, channels):
        error = await refusal_of(channels.list())
        assert (error.status, error.reason) == (403, "BadCertificateEnvironment")


async def test_a_certificate_of_a_stranger_is_refused_by_tls(manage, stranger):
    async with manage(stranger) as (_, channels):
        with pytest.raises(CredentialsError, match="does not know the issuer"):
            await channels.list()


# Nobody answers


async def test_an_operation_that_nobody_answers_has_an_unknown_outcome(manage):
    async with manage(timeout=1.5) as (simulator, channels):
        await channels.list()
        simulator.faults.add(Fault(fault="silence"))
        with pytest.raises(OutcomeUnknown, match="did not answer in time") as unknown:
            await channels.create(StoragePolicy.NO_MESSAGE)
        assert unknown.value.notification.verb == "create"


async def test_an_operation_that_was_not_processed_goes_out_again(manage):
    async with manage() as (simulator, channels):
        simulator.faults.add(Fault(fault="goaway"))
        channel_id = await channels.create(StoragePolicy.NO_MESSAGE)
        simulator.faults.add(Fault(fault="reset", error_code="REFUSED_STREAM"))
        assert await channels.list() == [channel_id]


async def test_an_operation_on_a_connection_that_dies_has_an_unknown_outcome(manage):
    async with manage() as (simulator, channels):
        await channels.list()
        simulator.faults.add(Fault(fault="close", processed=True))
        with pytest.raises(OutcomeUnknown):
            await channels.create(StoragePolicy.NO_MESSAGE)


async def test_without_a_server_nothing_is_sent(demo, certificate, free_port):
    nowhere = Destination("nowhere", "localhost", free_port, demo.ca)
    async with Channels(certificate, APP, nowhere, timeout=0.3) as channels:
        with pytest.raises(NotSent, match="cannot be reached"):
            await channels.list()


async def test_a_caller_that_goes_away_takes_its_operation_along(manage, until):
    async with manage() as (simulator, channels):
        simulator.faults.add(Fault(fault="silence"))
        asking = asyncio.create_task(channels.list())
        await until(lambda: not simulator.faults.pending)
        asking.cancel()
        with pytest.raises(asyncio.CancelledError):
            await asking
        assert await channels.list() == []
