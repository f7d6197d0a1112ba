"""The management port, and broadcasts, as a client on the h2 library sees them."""

from __future__ import annotations

import asyncio
import json

import pytest

APP = "com.example.app"
CHANNELS = f"/1/apps/{APP}/channels"
ALL = f"/1/apps/{APP}/all-channels"
SETTINGS = b'{"message-storage-policy":1,"push-type":"LiveActivity"}'


@pytest.fixture
def manage(connect):
    """``await manage(simulator, certificate)`` connects to the management port."""
    return lambda simulator, identity=None: connect(simulator, identity, simulator.management_port)


async def ask(client, method, path, body=None, **fields):
    return await client.ask(method=method, path=path, body=body, **fields)


async def test_a_channel_lives_from_create_to_delete(start, manage, certificate):
    async with start() as simulator:
        client = await manage(simulator, certificate)
        status, headers, body = await ask(client, "POST", CHANNELS, SETTINGS)
        channel = headers["apns-channel-id"]
        assert (status, body) == (201, None)
        status, _, body = await ask(client, "GET", CHANNELS, apns_channel_id=channel)
        assert (status, body) == (200, json.loads(SETTINGS))
        assert (await ask(client, "GET", ALL))[2] == {"channels": [channel]}
        status, _, body = await ask(client, "DELETE", CHANNELS, apns_channel_id=channel)
        assert (status, body) == (204, None)
        status, headers, body = await ask(client, "DELETE", CHANNELS, apns_channel_id=channel)
        assert (status, body) == (404, {"reason": "BadPath"})
        assert list(headers) == [":status", "apns-request-id"]
        assert simulator.received == []
        await client.close()


async def test_a_provider_token_manages_channels_too(start, manage, bearer):
    async with start() as simulator:
        client = await manage(simulator)
        status, _, body = await ask(client, "GET", ALL)
        assert (status, body) == (403, {"reason": "MissingProviderToken"})
        status, _, _ = await ask(client, "GET", ALL, authorization=bearer())
        assert status == 200
        await client.close()


async def test_channels_of_one_app_are_not_those_of_another(start, manage, credentials):
    several = credentials.authority.push_certificate(APP, topics={APP: "app", "a.b": "app"})
    async with start() as simulator:
        channel = simulator.channels.create(APP, 1)
        client = await manage(simulator, several)
        assert (await ask(client, "GET", "/1/apps/a.b/all-channels"))[2] == {"channels": []}
        _, _, body = await ask(client, "GET", "/1/apps/a.b/channels", apns_channel_id=channel)
        assert body == {"reason": "BadChannelId"}
        assert (await ask(client, "GET", "/1/apps/c.d/all-channels"))[0] == 403
        await client.close()


async def test_a_broadcast_is_accepted_and_shown_on_the_control_port(start, connect, certificate):
    async with start() as simulator:
        channel = simulator.channels.create(APP, 1)
        client = await connect(simulator, certificate)
        status, headers, _ = await client.ask(
            path=f"/4/broadcasts/apps/{APP}",
            body=b'{"aps":{"event":"update"}}',
            apns_channel_id=channel,
            apns_push_type="liveactivity",
            apns_priority="10",
            apns_expiration="0",
        )
        assert status == 200
        (shown,) = await get(simulator, "/notifications")
        assert shown["channel_id"] == channel
        assert shown["payload"] == {"aps": {"event": "update"}}
        assert shown["apns_unique_id"] == headers["apns-unique-id"]
        assert (await get(simulator, "/counts"))["accepted"] == 1
        assert await get(simulator, "/channels") == {
            APP: [{"channel_id": channel, "message_storage_policy": 1}]
        }
        await client.close()


async def get(simulator, path):
    reader, writer = await asyncio.open_connection("127.0.0.1", simulator.control_port)
    head = f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n"
    writer.write(head.encode())
    answer = await reader.read()
    writer.close()
    return json.loads(answer.partition(b"\r\n\r\n")[2])


async def test_each_port_knows_its_own_paths(start, connect, manage, certificate):
    async with start() as simulator:
        device = await connect(simulator, certificate)
        assert (await ask(device, "POST", CHANNELS, SETTINGS))[2] == {"reason": "BadPath"}
        channels = await manage(simulator, certificate)
        assert (await channels.ask())[2] == {"reason": "BadPath"}
        await device.close()
        await channels.close()


async def test_channels_and_ports_outlast_a_stop(start, manage, certificate):
    simulator = start()
    await simulator.start()
    ports = (simulator.port, simulator.control_port, simulator.management_port)
    channel = simulator.channels.create(APP)
    await simulator.stop()
    await simulator.start()
    assert (simulator.port, simulator.control_port, simulator.management_port) == ports
    client = await manage(simulator, certificate)
    assert (await ask(client, "GET", ALL))[2] == {"channels": [channel]}
    await client.close()
    await simulator.stop()


async def test_stopping_says_goaway_on_the_management_port(start, manage, certificate):
    simulator = start()
    await simulator.start()
    client = await manage(simulator, certificate)
    await ask(client, "GET", ALL)
    stopping = asyncio.create_task(simulator.stop())
    await client.until_end()
    await stopping
    assert client.goaway == (1, 0, b'{"reason":"Shutdown"}')


async def test_there_may_be_no_management_port(start):
    async with start(management_port=None) as simulator:
        assert simulator.management_port is None
        assert simulator.port


async def test_a_management_port_in_use_leaves_no_other_port_open(start):
    async with start() as simulator:
        second = start(management_port=simulator.management_port)
        with pytest.raises(OSError, match="in use"):
            await second.start()
        with pytest.raises(RuntimeError, match="not running"):
            _ = second.port
