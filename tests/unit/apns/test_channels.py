"""What is decided before any connection; everything else: see the integration tests."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime

import pytest

from apns_connector.apns import (
    APPLE_CHANNELS,
    CHANNELS_PRODUCTION,
    Channels,
    Destination,
    StoragePolicy,
)
from apns_connector.apns.credentials import Certificate, SigningKey
from apns_connector.errors import (
    ConfigurationError,
    CredentialsError,
    NotificationError,
    NotSent,
)

APP = "com.example.app"


@pytest.fixture
def signing_key(ec_key):
    return SigningKey(ec_key, "ABC123DEFG", "DEF123GHIJ")


def test_channels_are_managed_in_production_unless_said_otherwise(signing_key):
    assert Channels(signing_key, APP).destination is CHANNELS_PRODUCTION
    sandbox = APPLE_CHANNELS["sandbox"]
    assert Channels(signing_key, APP, sandbox).destination is sandbox


def test_a_topic_has_no_channels(signing_key):
    with pytest.raises(NotificationError, match="is a topic") as refused:
        Channels(signing_key, f"{APP}.push-type.liveactivity")
    assert refused.value.field == "bundle_id"


def test_a_certificate_out_of_its_time_manages_nothing(issue, ec_key):
    expired = issue(ec_key, ends=datetime(2021, 1, 1, tzinfo=UTC))
    with pytest.raises(CredentialsError, match="expired on 2021-01-01"):
        Channels(Certificate(ec_key, expired), APP)


def test_trust_that_cannot_be_read_is_told(signing_key, tmp_path):
    destination = Destination("local", "localhost", 8443, tmp_path / "absent.pem")
    with pytest.raises(ConfigurationError, match=r"absent\.pem cannot be read"):
        Channels(signing_key, APP, destination)


def test_what_cannot_be_a_channel_is_refused_without_a_connection(signing_key):
    async def scenario():
        async with Channels(signing_key, APP) as channels:
            for refused in (channels.read("channel 1"), channels.delete("")):
                with pytest.raises(NotificationError, match="not base64"):
                    await refused

    asyncio.run(scenario())


def test_once_closed_nothing_is_sent(signing_key):
    async def scenario():
        channels = Channels(signing_key, APP)
        await channels.close()
        with pytest.raises(NotSent, match="the client is closed"):
            await channels.create(StoragePolicy.NO_MESSAGE)

    asyncio.run(scenario())


def test_channels_show_no_secret(signing_key):
    token = signing_key.provider_token(1_700_000_000)
    assert token not in str(vars(Channels(signing_key, APP)))
