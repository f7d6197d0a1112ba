"""The engine against a store that the test holds in its hand, and a clock that leaps."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from apns_connector.delivery.breaker import FEW, TOLERATED
from apns_connector.delivery.processor import Processor, ProcessorOptions
from apns_connector.delivery.record import Record
from apns_connector.delivery.retry import Outcome, RetryPolicy, Verdict
from apns_connector.errors import StoreUnavailable
from tests.unit.delivery.plain_store import PlainStore, records
from tests.virtual_time import BEGINNING, clock, run

DELIVERED = Outcome(Verdict.DELIVERED)
OUTAGE = Outcome(Verdict.AGAIN, "nobody answers", counts=False)
REFUSED = Outcome(Verdict.AGAIN, "500 InternalServerError")
HOPELESS = Outcome(Verdict.HOPELESS, "400 BadTopic")
STEADY = RetryPolicy(attempts=3, first=10.0, most=1000.0)


class Deliveries:
    """Notes what is delivered and when; ``says`` gives the outcome."""

    def __init__(
        self, says: Callable[[Record], Outcome] = lambda record: DELIVERED, seconds: float = 1.0
    ) -> None:
        self.says = says
        self.seconds = seconds
        self.begun: list[tuple[float, str]] = []
        self.under_way = 0
        self.most = 0

    async def __call__(self, record: Record) -> Outcome:
        self.begun.append((clock() - BEGINNING, record.id))
        self.under_way += 1
        self.most = max(self.most, self.under_way)
        try:
            await asyncio.sleep(self.seconds)
        finally:
            self.under_way -= 1
        return self.says(record)


def work(
    store: PlainStore,
    deliver: Callable[[Record], Awaitable[Outcome]],
    meanwhile: Callable[[Processor], Awaitable[None]],
    *,
    bury: Any = None,
    **options: Any,
) -> None:
    """Run a processor while ``meanwhile`` runs, then stop it."""

    async def scenario() -> None:
        given = ProcessorOptions(**{"retry": STEADY, **options})
        processor = Processor(
            "P", store, deliver, given, bury=bury, clock=clock, chance=lambda: 0.0
        )
        running = asyncio.create_task(processor.run())
        await meanwhile(processor)
        processor.stop()
        await running

    run(scenario())


def after(seconds: float) -> Callable[[Processor], Awaitable[None]]:
    return lambda processor: asyncio.sleep(seconds)


def test_records_are_delivered_and_forgotten():
    store = PlainStore(records(5))
    deliveries = Deliveries()
    work(store, deliveries, after(10))
    assert sorted(store.gone) == ["0", "1", "2", "3", "4"]
    assert not store.claimed


def test_many_are_under_way_at_once_but_never_more_than_the_concurrency():
    store = PlainStore(records(1000))
    deliveries = Deliveries(seconds=1.0)
    work(store, deliveries, after(11), concurrency=100)
    assert deliveries.most == 100
    assert len(store.gone) == 1000


def test_a_slow_record_does_not_hold_up_the_others():
    async def deliver(record: Record) -> Outcome:
        await asyncio.sleep(50 if record.id == "0" else 1)
        return DELIVERED

    store = PlainStore(records(100))

    async def meanwhile(processor: Processor) -> None:
        await asyncio.sleep(40)
        assert len(store.gone) == 99

    work(store, deliver, meanwhile, concurrency=4)
    assert store.gone[-1] == "0"


def test_what_has_ended_together_is_settled_together():
    store = PlainStore(records(100), settle_seconds=0.1)
    work(store, Deliveries(), after(10), concurrency=100)
    assert max(len(batch) for batch in store.settled) > 90


def test_a_slow_store_is_not_asked_for_more_and_more():
    store = PlainStore(records(1000), settle_seconds=1000.0)

    async def meanwhile(processor: Processor) -> None:
        await asyncio.sleep(500)
        assert len(store.claimed) == 20

    work(store, Deliveries(), meanwhile, concurrency=10, lease=3000.0, stop_seconds=3000.0)
    assert len(store.gone) >= 20


def test_a_failed_attempt_is_made_again_later_and_later_and_then_the_record_is_dead():
    store = PlainStore(records(1))
    deliveries = Deliveries(lambda record: REFUSED, seconds=0.0)
    work(store, deliveries, after(100))
    times = [at for at, _ in deliveries.begun]
    assert times == pytest.approx([0, 10, 30], abs=0.2)
    assert store.dead == {"0": "500 InternalServerError (3 attempts)"}


def test_a_hopeless_record_is_dead_at_once():
    store = PlainStore(records(1))
    work(store, Deliveries(lambda record: HOPELESS), after(100))
    assert store.dead == {"0": "400 BadTopic"}


def test_a_dead_record_that_was_moved_elsewhere_is_forgotten():
    buried: list[tuple[str, str]] = []

    async def bury(record: Record, reason: str) -> bool:
        buried.append((record.id, reason))
        return True

    store = PlainStore(records(1))
    work(store, Deliveries(lambda record: HOPELESS), after(10), bury=bury)
    assert buried == [("0", "400 BadTopic")]
    assert (store.gone, store.dead) == (["0"], {})


def test_a_dead_record_that_cannot_be_moved_stays(caplog: pytest.LogCaptureFixture):
    async def bury(record: Record, reason: str) -> bool:
        raise StoreUnavailable("other", "it is away")

    store = PlainStore(records(1))
    work(store, Deliveries(lambda record: HOPELESS), after(10), bury=bury)
    assert store.dead == {"0": "400 BadTopic"}
    assert "cannot be moved" in caplog.text


def test_an_exception_loses_nothing(caplog: pytest.LogCaptureFixture):
    async def deliver(record: Record) -> Outcome:
        raise ZeroDivisionError("nobody thought of that")

    store = PlainStore(records(1))
    work(store, deliver, after(100))
    assert store.dead == {"0": "It failed unexpectedly: ZeroDivisionError (3 attempts)"}
    assert "nobody thought of that" in caplog.text


def test_an_outage_uses_up_no_attempt_and_is_asked_about_seldom(
    caplog: pytest.LogCaptureFixture,
):
    caplog.set_level(logging.INFO)
    store = PlainStore(records(1000))
    deliveries = Deliveries(lambda record: OUTAGE, seconds=0.0)

    async def meanwhile(processor: Processor) -> None:
        await asyncio.sleep(3600)
        assert len(deliveries.begun) < 50 + FEW * 3600 / 25
        deliveries.says = lambda record: DELIVERED
        await asyncio.sleep(60)

    work(store, deliveries, meanwhile, concurrency=50)
    assert len(store.gone) == 1000
    assert all(again.claim.record.attempts == 0 for again in store.given_back)
    assert [record.getMessage() for record in caplog.records] == [
        "Message processor 'P': nobody answers. It tries few records until one succeeds",
        "Message processor 'P': the outage is over",
    ]


def test_a_single_place_that_is_away_does_not_stop_the_others():
    def says(record: Record) -> Outcome:
        return OUTAGE if int(record.id) % TOLERATED == 0 else DELIVERED

    store = PlainStore(records(400))
    work(store, Deliveries(says, seconds=0.0), after(5), concurrency=10)
    assert len(store.gone) == 350


def test_the_lease_of_a_long_attempt_is_extended():
    store = PlainStore(records(1))
    work(store, Deliveries(seconds=100.0), after(150), lease=30.0)
    assert store.gone == ["0"]
    assert len(store.extended) >= 9


def test_a_stop_waits_for_what_is_under_way_and_claims_nothing_more():
    store = PlainStore(records(20))
    deliveries = Deliveries(seconds=5.0)
    work(store, deliveries, after(1), concurrency=10)
    assert len(store.gone) == len(deliveries.begun) == 10
    assert len(store.waiting) == 10
    assert not store.claimed


def test_a_stop_does_not_wait_for_a_claim_that_waits():
    async def scenario() -> None:
        processor = Processor("P", PlainStore(), Deliveries(), ProcessorOptions(wait=1000.0))
        running = asyncio.create_task(processor.run())
        await asyncio.sleep(1)
        processor.stop()
        await running
        assert clock() - BEGINNING < 2

    run(scenario())


def test_what_does_not_end_in_time_is_given_back_as_if_never_claimed():
    store = PlainStore(records(2, due=5.0, attempts=1))
    work(store, Deliveries(seconds=1000.0), after(1), stop_seconds=10.0)
    assert [(record.due, record.attempts) for record in store.waiting] == [(5.0, 1), (5.0, 1)]
    assert not store.claimed


def test_a_store_that_is_away_is_asked_again_and_told_of_once(caplog: pytest.LogCaptureFixture):
    caplog.set_level(logging.INFO)
    store = PlainStore(records(1), away=True)

    async def meanwhile(processor: Processor) -> None:
        await asyncio.sleep(300)
        assert len(store.asked) < 20
        store.away = False
        await asyncio.sleep(40)

    work(store, Deliveries(), meanwhile)
    assert store.gone == ["0"]
    assert caplog.text.count("claiming records fails") == 1
    assert caplog.text.count("claiming records works again") == 1


def test_what_became_of_a_record_is_written_when_the_store_is_back():
    store = PlainStore(records(3))

    async def meanwhile(processor: Processor) -> None:
        await asyncio.sleep(0.5)
        store.away = True
        await asyncio.sleep(20)
        assert store.gone == []
        store.away = False
        await asyncio.sleep(40)
        assert len(store.gone) == 3

    work(store, Deliveries(), meanwhile)


def test_a_store_that_fails_unexpectedly_is_survived_as_well(caplog: pytest.LogCaptureFixture):
    store = PlainStore(records(1), broken=RuntimeError("a bug of the driver"))

    async def meanwhile(processor: Processor) -> None:
        await asyncio.sleep(5)
        store.broken = None
        await asyncio.sleep(40)

    work(store, Deliveries(), meanwhile)
    assert store.gone == ["0"]
    assert "a bug of the driver" in caplog.text


def test_a_stop_while_the_store_is_away_ends_all_the_same(caplog: pytest.LogCaptureFixture):
    store = PlainStore(records(1))

    async def meanwhile(processor: Processor) -> None:
        await asyncio.sleep(0.5)
        store.away = True
        await asyncio.sleep(5)

    work(store, Deliveries(), meanwhile, stop_seconds=10.0)
    assert "delivered again when its lease is over" in caplog.text


def test_a_processor_that_is_cancelled_leaves_no_task_behind():
    async def scenario() -> None:
        processor = Processor(
            "P", PlainStore(records(5)), Deliveries(seconds=100), ProcessorOptions(), clock=clock
        )
        running = asyncio.create_task(processor.run())
        await asyncio.sleep(1)
        running.cancel()
        with pytest.raises(asyncio.CancelledError):
            await running
        assert asyncio.all_tasks() == {asyncio.current_task()}

    run(scenario())
