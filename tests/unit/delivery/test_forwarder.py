"""The forwarder against a store that the test holds in its hand, and a clock that leaps."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from apns_connector.delivery.forwarder import Forwarder, ForwarderOptions
from apns_connector.delivery.record import Record
from apns_connector.delivery.retry import Outcome, Verdict
from apns_connector.errors import StoreUnavailable
from tests.unit.delivery.plain_store import PlainStore, records
from tests.virtual_time import BEGINNING, clock, run

DELIVERED = Outcome(Verdict.DELIVERED)
FAILED = Outcome(Verdict.AGAIN, "503")


class Scene:
    """A forwarder whose deliveries end as ``says`` has it, and what became of all."""

    def __init__(self, store: PlainStore, says: Callable[[Record], Outcome]) -> None:
        self.store = store
        self.says = says
        self.delivered: list[tuple[float, str]] = []
        self.given_up: list[tuple[str | None, str]] = []
        self.buried: list[str] = []
        self.takes_over = False
        self.seconds = 0.0

    async def deliver(self, record: Record) -> Outcome:
        self.delivered.append((round(clock() - BEGINNING, 1), record.id))
        await asyncio.sleep(self.seconds)
        return self.says(record)

    async def bury(self, record: Record, reason: str) -> bool:
        self.buried.append(record.id)
        return self.takes_over

    async def end(self, record: Record | None, why: str) -> None:
        self.given_up.append((None if record is None else record.id, why))

    def play(
        self,
        seconds: float = 60.0,
        *,
        interval: float = 1.0,
        meanwhile: Callable[[], Awaitable[None]] | None = None,
        **options: Any,
    ) -> Scene:
        async def scenario() -> None:
            forwarder = Forwarder(
                "P",
                self.store,
                self.deliver,
                ForwarderOptions(**options),
                lambda started, turns, now: started + turns * interval,
                bury=self.bury,
                given_up=self.end,
                clock=clock,
            )
            running = asyncio.create_task(forwarder.run())
            if meanwhile is not None:
                await meanwhile()
            await asyncio.sleep(seconds)
            forwarder.stop()
            await running

        run(scenario())
        return self


def ids(scene: Scene) -> list[str]:
    return [record for _, record in scene.delivered]


def test_a_turn_takes_one_record():
    scene = Scene(PlainStore(records(3)), lambda record: DELIVERED).play(interval=10.0)
    assert scene.delivered == [(0.0, "0"), (10.0, "1"), (20.0, "2")]
    assert scene.store.gone == ["0", "1", "2"]


def test_a_turn_takes_all_that_are_there_if_asked_to():
    scene = Scene(PlainStore(records(3)), lambda record: DELIVERED)
    scene.play(interval=10.0, all_there=True)
    assert scene.delivered == [(0.0, "0"), (0.0, "1"), (0.0, "2")]


def test_with_a_gap_between_them_if_asked_to():
    scene = Scene(PlainStore(records(3)), lambda record: DELIVERED)
    scene.play(interval=100.0, all_there=True, gap=2.0)
    assert scene.delivered == [(0.0, "0"), (2.0, "1"), (4.0, "2")]


def test_a_record_that_fails_blocks_those_behind_it_and_keeps_its_place():
    store = PlainStore(records(2))
    failures = [FAILED, FAILED]
    scene = Scene(store, lambda record: failures.pop() if failures else DELIVERED)
    scene.play(retry=3.0, interval=1.0)
    assert scene.delivered[:3] == [(0.0, "0"), (3.0, "0"), (6.0, "0")]
    assert ids(scene) == ["0", "0", "0", "1"]


def test_when_attempts_are_used_up_it_ends_and_the_record_stays_the_first():
    store = PlainStore(records(2))
    scene = Scene(store, lambda record: FAILED).play(attempts=3)
    assert ids(scene) == ["0", "0", "0"]
    assert scene.given_up == [("0", "503")]
    assert [record.attempts for record in store.waiting] == [0, 0]
    assert sorted(store.waiting, key=lambda record: record.due)[0].due == 0.0
    assert not store.claimed


def test_a_record_that_somebody_takes_over_is_forgotten_and_it_goes_on():
    store = PlainStore(records(2))
    scene = Scene(store, lambda record: FAILED if record.id == "0" else DELIVERED)
    scene.takes_over = True
    scene.play(attempts=2)
    assert (scene.buried, scene.given_up, store.gone) == (["0"], [], ["0", "1"])


def test_a_delivery_may_be_the_last_one():
    enough = Outcome(Verdict.DELIVERED, "enough", last=True)
    scene = Scene(PlainStore(records(3)), lambda record: enough).play()
    assert scene.store.gone == ["0"]
    assert scene.given_up == [("0", "enough")]


def test_a_hopeless_record_uses_up_all_attempts_at_once():
    scene = Scene(PlainStore(records(1)), lambda record: Outcome(Verdict.HOPELESS, "no endpoint"))
    scene.play(attempts=0)
    assert (ids(scene), scene.given_up) == (["0"], [("0", "no endpoint")])


def test_without_a_limit_it_tries_for_ever():
    scene = Scene(PlainStore(records(1)), lambda record: FAILED)
    scene.play(seconds=1000.5, attempts=0, lease=10.0)
    assert len(scene.delivered) == 1001
    assert len(scene.store.waiting) == 1


def test_a_burial_that_fails_is_tried_again():
    scene = Scene(PlainStore(records(1)), lambda record: FAILED)
    away = [StoreUnavailable("Dead", "it is away")] * 2

    async def bury(record: Record, reason: str) -> bool:
        if away:
            raise away.pop()
        return True

    scene.bury = bury  # type: ignore[method-assign]
    scene.play(attempts=1)
    assert len(scene.delivered) == 3
    assert scene.store.gone == ["0"]


def test_members_have_records_under_way_at_the_same_time():
    scene = Scene(PlainStore(records(4)), lambda record: DELIVERED)
    scene.seconds = 5.0
    scene.play(members=2, interval=1.0)
    assert [at for at, _ in scene.delivered] == [0.0, 0.0, 5.0, 5.0]


def test_a_stop_waits_for_the_attempt_and_gives_a_failed_one_back():
    store = PlainStore(records(1))
    scene = Scene(store, lambda record: FAILED)
    scene.seconds = 10.0
    scene.play(seconds=5.0, retry=100.0)
    assert (len(scene.delivered), scene.given_up) == (1, [])
    assert len(store.waiting) == 1


def test_an_attempt_that_takes_too_long_for_a_stop_is_broken_off():
    store = PlainStore(records(1))
    scene = Scene(store, lambda record: DELIVERED)
    scene.seconds = 1000.0
    scene.play(seconds=5.0, stop_seconds=10.0)
    assert len(store.waiting) == 1
    assert not store.claimed


def test_a_store_that_is_away_is_asked_again_at_its_own_interval():
    store = PlainStore(records(1), away=True)
    scene = Scene(store, lambda record: DELIVERED)

    async def meanwhile() -> None:
        await asyncio.sleep(50)
        store.away = False

    scene.play(meanwhile=meanwhile, store_retry=7.0)
    assert store.gone == ["0"]
    assert [at - BEGINNING for at, _ in store.asked[:3]] == pytest.approx([0, 7, 14])


def test_after_so_many_failures_of_the_store_it_ends():
    scene = Scene(PlainStore(away=True), lambda record: DELIVERED)
    scene.play(store_attempts=3)
    assert len(scene.store.asked) == 3
    ((record, why),) = scene.given_up
    assert record is None
    assert why == "the store has failed 3 times: Message store 'S': it is away"
