from __future__ import annotations

import asyncio

import pytest

from apns_connector.delivery.held import Held
from apns_connector.delivery.record import Claim, Done
from tests.unit.delivery.plain_store import PlainStore, records
from tests.virtual_time import clock, run


async def claimed(store: PlainStore, held: Held, count: int) -> list[Claim]:
    claims = await store.claim(count, lease=30.0)
    held.add(claims)
    return claims


def test_a_claim_is_held_until_its_end_is_durable():
    async def scenario() -> None:
        store = PlainStore(records(2))
        told: list[int] = []
        held = Held("P", store, 30.0, lambda: told.append(len(held)))
        first, second = await claimed(store, held, 2)
        held.end(Done(first))
        assert len(held) == 2
        await held.flush()
        assert (len(held), store.gone, told) == (1, ["0"], [1])
        held.give_back(second)
        await held.flush()
        assert (len(held), store.waiting) == (0, [second.record])

    run(scenario())


def test_a_flush_waits_for_the_settlement_that_is_being_written():
    async def scenario() -> None:
        store = PlainStore(records(1), settle_seconds=10.0)
        held = Held("P", store, 30.0)
        (claim,) = await claimed(store, held, 1)
        settling = asyncio.create_task(held.settle())
        held.end(Done(claim))
        await asyncio.sleep(1)
        await held.flush()
        assert store.gone == ["0"]
        settling.cancel()

    run(scenario())


def test_who_is_cancelled_while_writing_has_forgotten_nothing():
    async def scenario() -> None:
        store = PlainStore(records(1), settle_seconds=10.0)
        held = Held("P", store, 30.0)
        (claim,) = await claimed(store, held, 1)
        held.end(Done(claim))
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(held.flush(), 1)
        await held.flush()
        assert store.gone == ["0"]

    run(scenario())


def test_leases_are_extended_as_long_as_a_claim_is_held():
    async def scenario() -> None:
        store = PlainStore(records(1))
        held = Held("P", store, 30.0)
        extending = asyncio.create_task(held.extend())
        await asyncio.sleep(100)
        assert store.extended == []
        await claimed(store, held, 1)
        await asyncio.sleep(100)
        assert min(store.claimed.values()) > clock()
        extending.cancel()

    run(scenario())


def test_a_store_that_is_away_for_one_extension_does_no_harm():
    async def scenario() -> None:
        store = PlainStore(records(1))
        held = Held("P", store, 30.0)
        extending = asyncio.create_task(held.extend())
        await claimed(store, held, 1)
        store.away = True
        await asyncio.sleep(15)
        store.away = False
        await asyncio.sleep(100)
        assert min(store.claimed.values()) > clock()
        extending.cancel()

    run(scenario())


def test_the_end_of_a_process_does_not_wait_for_a_store_for_ever(
    caplog: pytest.LogCaptureFixture,
):
    async def scenario() -> None:
        store = PlainStore(records(1))
        held = Held("P", store, 30.0)
        (claim,) = await claimed(store, held, 1)
        store.away = True
        held.end(Done(claim))
        await held.finish(20.0)

    run(scenario())
    assert "what became of 1 records cannot be written" in caplog.text
