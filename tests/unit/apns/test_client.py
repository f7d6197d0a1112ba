"""What the client decides before any connection; everything else: see the integration tests."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime

import pytest

from apns_connector.apns import Client, Destination, Notification
from apns_connector.apns.credentials import Certificate, SigningKey
from apns_connector.errors import (
    ConfigurationError,
    CredentialsError,
    NotificationError,
    NotSent,
    PayloadError,
)


@pytest.fixture
def signing_key(ec_key):
    return SigningKey(ec_key, "ABC123DEFG", "DEF123GHIJ")


def notification(**fields):
    given = {"device_token": "ab" * 32, "payload": {"aps": {}}, "topic": "com.example", **fields}
    return Notification(**given)


def test_a_certificate_out_of_its_time_makes_no_client(issue, ec_key):
    expired = issue(ec_key, ends=datetime(2021, 1, 1, tzinfo=UTC))
    with pytest.raises(CredentialsError, match="expired on 2021-01-01; renew it"):
        Client(Certificate(ec_key, expired))


def test_trust_that_cannot_be_read_makes_no_client(signing_key, tmp_path):
    destination = Destination("local", "localhost", 8443, tmp_path / "absent.pem")
    with pytest.raises(ConfigurationError, match=r"absent\.pem cannot be read"):
        Client(signing_key, destination)


@pytest.mark.parametrize(
    ("fields", "error"),
    [({"topic": None}, NotificationError), ({"payload": b"x" * 5000}, PayloadError)],
)
def test_what_apple_would_refuse_is_refused_without_a_connection(signing_key, fields, error):
    async def scenario():
        async with Client(signing_key) as client:
            with pytest.raises(error):
                await client.send(notification(**fields))
            assert client._sender.link._connecting is None

    asyncio.run(scenario())


def test_a_client_that_was_never_used_closes_at_once(signing_key):
    async def scenario():
        client = Client(signing_key)
        assert not client.closed
        await client.close()
        assert client.closed
        with pytest.raises(NotSent, match="the client is closed") as refused:
            await client.send(sent := notification())
        assert refused.value.apns_id == sent.apns_id

    asyncio.run(scenario())


def test_a_client_shows_no_secret(signing_key):
    token = signing_key.provider_token(1_700_000_000)
    assert token not in repr(Client(signing_key))
    assert token not in str(vars(Client(signing_key)))
