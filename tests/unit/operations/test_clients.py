"""One client for each destination and certificate, for as long as it is used."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager

import pytest

from apns_connector.apns import PRODUCTION, SANDBOX
from apns_connector.errors import CredentialsError, DestinationError
from apns_connector.operations.clients import IDLE_SECONDS, Clients
from apns_connector.simulator.authority import Authority

AUTHORITY = Authority.create()
FILE = AUTHORITY.push_certificate("com.example.app").to_pkcs12("password")


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
    with pytest.raises(DestinationError, match="'moon' is not valid"):
        Clients().destination("moon")


def test_the_same_file_is_opened_once():
    async def scenario(clients):
        first = await clients.certificate(FILE, "password", "a")
        assert await clients.certificate(FILE, "password", "b") is first

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


def test_a_client_is_shared_by_destination_and_certificate():
    async def scenario(clients):
        certificate = await clients.certificate(FILE, "password", "a")
        first, second = await asyncio.gather(
            clients.client(certificate, SANDBOX), clients.client(certificate, SANDBOX)
        )
        assert first is second
        assert await clients.client(certificate, PRODUCTION) is not first

    run(scenario)


def test_a_renewed_certificate_gets_a_client_of_its_own():
    async def scenario(clients):
        old = await clients.certificate(FILE, "password", "a")
        renewed = AUTHORITY.push_certificate("com.example.app").to_pkcs12("password")
        new = await clients.certificate(renewed, "password", "a")
        assert await clients.client(old, SANDBOX) is not await clients.client(new, SANDBOX)

    run(scenario)


def test_the_client_that_was_used_longest_ago_makes_room():
    async def scenario(clients):
        made = []
        for _ in range(3):
            file = AUTHORITY.push_certificate("com.example.app").to_pkcs12("password")
            certificate = await clients.certificate(file, "password", "a")
            made.append((certificate, await clients.client(certificate, SANDBOX)))
        assert await clients.client(made[2][0], SANDBOX) is made[2][1]
        assert await clients.client(made[0][0], SANDBOX) is not made[0][1]

    run(scenario)


def test_a_certificate_that_ends_soon_is_warned_of(caplog):
    async def scenario(clients):
        file = AUTHORITY.push_certificate("com.example.app", days=3).to_pkcs12("password")
        await clients.certificate(file, "password", "gov:/push.p12")

    run(scenario)
    assert "The certificate in gov:/push.p12 expires in 2 days: renew it" in caplog.text


def test_a_client_that_nobody_uses_any_more_is_closed():
    now = 0.0

    async def scenario():
        nonlocal now
        async with closing(Clients(clock=lambda: now)) as clients:
            certificate = await clients.certificate(FILE, "password", "a")
            first = await clients.client(certificate, SANDBOX)
            now = IDLE_SECONDS + 1
            await clients.client(certificate, PRODUCTION)
            assert await clients.client(certificate, SANDBOX) is not first

    asyncio.run(scenario())
