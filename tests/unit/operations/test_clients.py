"""One client for each destination, credentials and proxy, for as long as it is used."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from apns_connector.apns import CHANNELS_SANDBOX, PRODUCTION, SANDBOX, Proxy
from apns_connector.errors import CredentialsError, DestinationError
from apns_connector.operations.clients import Clients
from apns_connector.simulator.authority import Authority

AUTHORITY = Authority.create()
FILE = AUTHORITY.push_certificate("com.example.app").to_pkcs12("password")
KEY = generate_private_key(SECP256R1()).private_bytes(
    Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()
)


@asynccontextmanager
async def closing(clients: Clients):
    try:
        yield clients
    finally:
        await clients.close()


def run(scenario):
    async def with_clients():
        async with closing(Clients(capacity=2)) as clients:
            await scenario(clients)

    asyncio.run(with_clients())


def test_a_destination_that_is_not_known_is_refused():
    for ask in (Clients().destination, Clients().channel_server):
        with pytest.raises(DestinationError, match="'moon' is not valid"):
            ask("moon")


def test_channels_are_managed_elsewhere_than_notifications_are_sent():
    assert Clients().channel_server("sandbox") is CHANNELS_SANDBOX
    assert Clients(channel_servers={}).channel_server("sandbox") is None


def test_the_same_file_is_opened_once():
    async def scenario(clients):
        first = await clients.certificate(FILE, "password", "a")
        assert await clients.certificate(FILE, "password", "b") is first

    run(scenario)


def test_those_who_ask_at_once_share_one_opening(caplog):
    async def scenario(clients):
        with caplog.at_level("INFO"):
            asked = [clients.certificate(FILE, "password", "a") for _ in range(20)]
            first, *others = await asyncio.gather(*asked)
        assert all(other is first for other in others)
        assert sum(record.message.startswith("Opened a") for record in caplog.records) == 1

    run(scenario)


def test_one_who_goes_away_takes_the_certificate_from_nobody():
    async def scenario(clients):
        going, staying = (
            asyncio.create_task(clients.certificate(FILE, "password", "a")) for _ in range(2)
        )
        await asyncio.sleep(0)
        going.cancel()
        assert (await staying).topics

    run(scenario)


def test_knowing_the_file_is_not_knowing_the_password():
    async def scenario(clients):
        await clients.certificate(FILE, "password", "a")
        with pytest.raises(CredentialsError, match="the password is wrong"):
            await clients.certificate(FILE, "other", "a")

    run(scenario)


def test_an_expired_certificate_is_refused_by_name():
    async def scenario(clients):
        expired = AUTHORITY.push_certificate("com.example.app", days=-3).to_pkcs12("password")
        with pytest.raises(CredentialsError, match=r"in old\.p12 expired on "):
            await clients.certificate(expired, "password", "old.p12")

    run(scenario)


def test_a_signing_key_is_opened_once_for_each_key_id_and_team():
    clients = Clients()
    first = clients.signing_key(KEY, "ABCDEFGHIJ", "KLMNOPQRST", "a")
    assert clients.signing_key(KEY, "ABCDEFGHIJ", "KLMNOPQRST", "b") is first
    assert clients.signing_key(KEY, "ABCDEFGHI2", "KLMNOPQRST", "a") is not first
    assert clients.signing_key(KEY, "ABCDEFGHIJ", "KLMNOPQRS2", "a") is not first


def test_what_is_no_signing_key_is_refused_by_name():
    with pytest.raises(CredentialsError, match=r"gov:/x\.p8 is not a \.p8 file"):
        Clients().signing_key(b"no key", "ABCDEFGHIJ", "KLMNOPQRST", "gov:/x.p8")


def test_those_opened_longest_ago_are_forgotten():
    clients = Clients(capacity=2)
    first = clients.signing_key(KEY, "ABCDEFGHI1", "KLMNOPQRST", "a")
    for number in (2, 3):
        clients.signing_key(KEY, f"ABCDEFGHI{number}", "KLMNOPQRST", "a")
    assert clients.signing_key(KEY, "ABCDEFGHI1", "KLMNOPQRST", "a") is not first


def test_a_client_is_shared_by_destination_credentials_and_proxy():
    async def scenario(clients):
        certificate = await clients.certificate(FILE, "password", "a")
        first, second = await asyncio.gather(
            clients.client(certificate, SANDBOX), clients.client(certificate, SANDBOX)
        )
        assert first is second
        assert await clients.client(certificate, PRODUCTION) is not first
        assert await clients.client(certificate, SANDBOX, Proxy("proxy", 3128)) is not first

    run(scenario)


def test_a_signing_key_has_a_client_as_a_certificate_has():
    async def scenario(clients):
        key = clients.signing_key(KEY, "ABCDEFGHIJ", "KLMNOPQRST", "a")
        client = await clients.client(key, SANDBOX)
        assert client.credentials is key
        assert await clients.client(key, SANDBOX) is client

    run(scenario)


def test_a_renewed_certificate_gets_a_client_of_its_own():
    async def scenario(clients):
        old = await clients.certificate(FILE, "password", "a")
        renewed = AUTHORITY.push_certificate("com.example.app").to_pkcs12("password")
        new = await clients.certificate(renewed, "password", "a")
        assert await clients.client(old, SANDBOX) is not await clients.client(new, SANDBOX)

    run(scenario)


def test_channels_are_shared_by_app_and_timeout_as_well():
    async def scenario(clients):
        key = clients.signing_key(KEY, "ABCDEFGHIJ", "KLMNOPQRST", "a")
        first = await clients.channels(key, "a.b", CHANNELS_SANDBOX)
        assert await clients.channels(key, "a.b", CHANNELS_SANDBOX) is first
        assert (await clients.channels(key, "c.d", CHANNELS_SANDBOX)).bundle_id == "c.d"
        assert (await clients.channels(key, "a.b", CHANNELS_SANDBOX, timeout=2)).timeout == 2

    run(scenario)


def test_a_certificate_that_ends_soon_is_warned_of(caplog):
    async def scenario(clients):
        file = AUTHORITY.push_certificate("com.example.app", days=3).to_pkcs12("password")
        await clients.certificate(file, "password", "gov:/push.p12")

    run(scenario)
    assert "The certificate in gov:/push.p12 expires in 2 days: renew it" in caplog.text
