"""Provider tokens that Apple takes, declares expired, or does not know."""

from __future__ import annotations

import asyncio
import time

from apns_connector.simulator import Fault


def expired(**fields):
    return Fault.from_json({"fault": "answer", "reason": "ExpiredProviderToken", **fields})


async def test_an_expired_provider_token_is_renewed_once_on_a_new_connection(
    simulate, notify, signing_key
):
    async with simulate(signing_key, token_update_interval=0) as (simulator, client):
        assert (await client.send(notify())).accepted
        simulator.faults.add(expired())
        first = signing_key.provider_token(time.time())
        assert (await client.send(notify())).accepted
        assert simulator.connections_opened == 2
        assert signing_key.provider_token(time.time()) != first


async def test_a_provider_token_that_stays_expired_is_not_renewed_again_and_again(
    simulate, notify, signing_key
):
    async with simulate(signing_key, token_update_interval=0) as (simulator, client):
        simulator.faults.add(expired(count=None))
        for _ in range(5):
            response = await client.send(notify())
            assert response.reason == "ExpiredProviderToken"
        assert len(simulator.received) == 6  # the first was tried twice


async def test_an_expired_provider_token_in_the_middle_of_many_fails_none(
    simulate, notify, signing_key
):
    async with simulate(signing_key, timeout=15, token_update_interval=0) as (simulator, client):
        simulator.faults.add(expired(after=50))
        responses = await asyncio.gather(*(client.send(notify()) for _ in range(200)))
        assert all(response.accepted for response in responses)


async def test_a_provider_token_of_another_key_is_rejected(simulate, notify, demo, signing_key):
    signing_key.key_id = "OTHERKEY01"
    async with simulate(signing_key) as (_, client):
        response = await client.send(notify())
        assert response.reason == "InvalidProviderToken"
