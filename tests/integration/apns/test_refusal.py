"""Servers and certificates that TLS refuses, or that Apple does: what the caller is told."""

from __future__ import annotations

import asyncio

import pytest

from apns_connector.apns import Client, Destination
from apns_connector.errors import CredentialsError, NotSent


@pytest.mark.every_loop
async def test_a_server_that_is_not_trusted_gets_nothing(simulate, certificate, notify):
    async with simulate() as (simulator, _):
        stranger = Destination("simulator", "localhost", simulator.port)
        async with Client(certificate, stranger, timeout=5) as client:
            with pytest.raises(NotSent, match=r"is not trusted: .*trust file"):
                await client.send(notify())
        assert simulator.received == []


async def test_a_server_of_another_name_gets_nothing(simulate, demo, certificate, notify):
    async with simulate() as (simulator, _):
        other = Destination("simulator", "127.0.0.2", simulator.port, demo.ca)
        async with Client(certificate, other, timeout=0.5) as client:
            with pytest.raises(NotSent):
                await client.send(notify())


async def test_a_certificate_that_has_expired_is_refused_before_anything_is_sent(
    demo, certificate_of, certificate
):
    expired = certificate_of(demo.authority.push_certificate("com.example.app", days=-2))
    with pytest.raises(CredentialsError, match=r"expired on \d{4}-\d\d-\d\d; renew it"):
        Client(expired)


@pytest.mark.every_loop
async def test_a_client_certificate_that_tls_refuses_is_an_error_of_the_credentials(
    simulate, stranger, notify
):
    """TLS 1.3: the alert arrives with the first read, after the handshake has succeeded here."""
    async with simulate(stranger) as (simulator, client):
        sends = [client.send(notify()) for _ in range(20)]
        outcomes = await asyncio.gather(*sends, return_exceptions=True)
        assert {type(outcome) for outcome in outcomes} == {CredentialsError}
        assert {str(outcome) for outcome in outcomes} == {
            f"simulator (localhost:{simulator.port}) refuses the TLS connection: "
            "it does not know the issuer of the client certificate"
        }
        assert simulator.received == []


async def test_a_certificate_of_the_other_environment_is_rejected_in_apples_words(
    simulate, demo, certificate_of, notify
):
    sandbox = certificate_of(
        demo.authority.push_certificate("com.example.app", environments=frozenset({"sandbox"}))
    )
    async with simulate(sandbox, environment="production") as (simulator, client):
        for response in await asyncio.gather(*(client.send(notify()) for _ in range(5))):
            assert (response.status, response.reason) == (403, "BadCertificateEnvironment")
        assert simulator.counts["accepted"] == 0
