"""Deadlines over real TLS: what is late ends, and what else is on its connection does not."""

from __future__ import annotations

import asyncio

import pytest

from apns_connector.errors import NotSent, OutcomeUnknown
from apns_connector.simulator import Fault


@pytest.mark.every_loop
async def test_what_is_not_answered_is_unknown_and_a_living_connection_stays(simulate, notify):
    async with simulate() as (simulator, client):
        await client.send(notify())
        simulator.faults.add(Fault.from_json({"fault": "silence"}))
        with pytest.raises(OutcomeUnknown, match="did not answer in time"):
            await client.send(notify(), timeout=0.3)
        assert (await client.send(notify())).accepted
        assert simulator.connections_opened == 1


async def test_the_timeout_of_one_send_may_differ_from_the_clients(simulate, notify):
    async with simulate(timeout=10) as (simulator, client):
        await client.send(notify())
        slow = asyncio.create_task(client.send(notify("bad23100")))
        with pytest.raises(OutcomeUnknown):
            await client.send(notify("bad20000"), timeout=0.3)
        assert (await slow).accepted  # it is still awaited on the connection that was set aside
        assert simulator.connections_opened == 1


async def test_what_a_full_connection_lets_in_too_late_is_certainly_not_sent(simulate, notify):
    async with simulate(timeout=10, max_concurrent_streams=1) as (simulator, client):
        await client.send(notify())
        silent = asyncio.create_task(client.send(notify("bad20000"), timeout=5))
        await asyncio.sleep(0)
        with pytest.raises(NotSent, match="did not let it in before its deadline"):
            await client.send(notify(), timeout=0.3)
        silent.cancel()
        assert len(simulator.received) == 2
