"""The client against haproxy's HTTP/2, written in C by others."""

from __future__ import annotations

import asyncio
import json

import pytest

from apns_connector.apns import Client
from apns_connector.errors import CredentialsError


@pytest.mark.every_loop
async def test_two_thousand_sends_through_a_hundred_streams(haproxy, certificate, notify):
    async with Client(certificate, haproxy, timeout=15) as client:
        notifications = [notify(f"{number:064x}") for number in range(2000)]
        responses = await asyncio.gather(*map(client.send, notifications))
        assert all(response.accepted for response in responses)
        for response, notification in zip(responses, notifications, strict=True):
            assert response.headers["apns-id"] == notification.apns_id


async def test_rejections_and_acceptances_side_by_side(haproxy, certificate, notify):
    async with Client(certificate, haproxy, timeout=15) as client:
        tokens = ["0" * 60 + ("dead" if number % 2 else "beef") for number in range(300)]
        responses = await asyncio.gather(*(client.send(notify(token)) for token in tokens))
        assert [response.accepted for response in responses] == [
            token.endswith("beef") for token in tokens
        ]
        assert responses[1].reason == "Unregistered"
        assert responses[1].timestamp == 1_700_000_000_123


async def test_large_payloads_pass_through_its_windows(haproxy, certificate, notify):
    payload = json.dumps({"aps": {"alert": "x" * 4_070}}).encode()
    async with Client(certificate, haproxy, timeout=15) as client:
        responses = await asyncio.gather(
            *(client.send(notify(payload=payload)) for _ in range(500))
        )
        assert all(response.accepted for response in responses)


async def test_a_provider_token_may_be_renewed_on_a_living_connection(haproxy, signing_key, notify):
    async with Client(signing_key, haproxy, timeout=15) as client:
        for _ in range(3):
            assert (await client.send(notify())).accepted
            client._sender.link.active[0].authorize("bearer " + "x" * 300)


@pytest.mark.every_loop
async def test_a_client_certificate_that_is_known_is_let_in(demanding_haproxy, certificate, notify):
    async with Client(certificate, demanding_haproxy, timeout=15) as client:
        assert (await client.send(notify())).accepted


@pytest.mark.every_loop
async def test_a_client_certificate_that_is_refused_is_an_error_of_the_credentials(
    demanding_haproxy, stranger, notify
):
    """TLS 1.2 refuses within the handshake, TLS 1.3 only after it has succeeded on our side."""
    async with Client(stranger, demanding_haproxy, timeout=15) as client:
        for _ in range(2):
            sends = (client.send(notify()) for _ in range(20))
            outcomes = await asyncio.gather(*sends, return_exceptions=True)
            assert {type(outcome) for outcome in outcomes} == {CredentialsError}
            assert "does not know the issuer of the client certificate" in str(outcomes[0])


@pytest.mark.every_loop
async def test_a_server_that_requires_a_certificate_refuses_a_signing_key(
    haproxies, signing_key, notify
):
    async with Client(signing_key, haproxies["port_13"], timeout=15) as client:
        with pytest.raises(CredentialsError, match="requires a client certificate"):
            await client.send(notify())
