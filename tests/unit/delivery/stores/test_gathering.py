"""Many askers, few goes."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import pytest

from apns_connector.delivery.stores.gathering import Gathering
from apns_connector.errors import StoreFull, StoreUnavailable


class Deed:
    """What is done in each go; it waits until it may."""

    def __init__(self) -> None:
        self.goes: list[list[Sequence[int]]] = []
        self.may = asyncio.Event()
        self.may.set()
        self.failures: dict[int, Exception] = {}

    async def perform(self, asked: list[Sequence[int]]) -> list[Exception | None]:
        self.goes.append(asked)
        await self.may.wait()
        return [self.failures.get(one[0]) for one in asked]


def gathering(deed: Deed, most: int = 1000) -> Gathering[Sequence[int]]:
    return Gathering("outbox", deed.perform, len, most)


async def test_those_who_ask_at_one_moment_are_one_go():
    deed = Deed()
    gathered = gathering(deed)
    await asyncio.gather(*(gathered.add([number]) for number in range(5)))
    assert deed.goes == [[[0], [1], [2], [3], [4]]]


async def test_those_who_come_meanwhile_are_the_next_go():
    deed = Deed()
    deed.may.clear()
    gathered = gathering(deed)
    first = asyncio.create_task(gathered.add([0]))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    others = [asyncio.create_task(gathered.add([number])) for number in (1, 2)]
    await asyncio.sleep(0)
    deed.may.set()
    await asyncio.gather(first, *others)
    assert deed.goes == [[[0]], [[1], [2]]]


async def test_a_go_has_an_end():
    deed = Deed()
    gathered = gathering(deed, most=4)
    await asyncio.gather(*(gathered.add([number] * 3) for number in range(5)))
    assert [len(go) for go in deed.goes] == [2, 2, 1]


async def test_each_gets_his_own_answer():
    deed = Deed()
    deed.failures[1] = StoreFull("outbox", "no room")
    gathered = gathering(deed)
    asked = [gathered.add([0]), gathered.add([1]), gathered.add([2])]
    answers = await asyncio.gather(*asked, return_exceptions=True)
    assert answers == [None, deed.failures[1], None]


async def test_a_go_that_fails_fails_for_all_of_it_and_the_next_one_is_tried():
    class Broken(Deed):
        async def perform(self, asked: list[Sequence[int]]) -> list[Exception | None]:
            self.goes.append(asked)
            raise StoreUnavailable("outbox", "gone")

    deed = Broken()
    gathered = gathering(deed)
    for _ in range(2):
        asked = [gathered.add([0]), gathered.add([1])]
        answers = await asyncio.gather(*asked, return_exceptions=True)
        assert [type(answer) for answer in answers] == [StoreUnavailable, StoreUnavailable]
    assert len(deed.goes) == 2


async def test_who_stops_waiting_changes_nothing_for_the_others():
    deed = Deed()
    deed.may.clear()
    gathered = gathering(deed)
    one, other = asyncio.create_task(gathered.add([0])), asyncio.create_task(gathered.add([1]))
    await asyncio.sleep(0)
    one.cancel()
    deed.may.set()
    await other
    assert deed.goes == [[[0], [1]]]


async def test_what_has_been_asked_is_done_before_the_end_and_nothing_after_it():
    deed = Deed()
    gathered = gathering(deed)
    asked = asyncio.create_task(gathered.add([0]))
    await asyncio.sleep(0)
    await gathered.close()
    assert asked.done()
    with pytest.raises(StoreUnavailable):
        await gathered.add([1])
    assert deed.goes == [[[0]]]


async def test_who_closes_does_not_wait_for_one_failure_after_the_other():
    deed = Deed()

    async def hang(asked: list[Sequence[int]]) -> list[Exception | None]:
        await deed.perform(asked)
        raise StoreUnavailable("outbox", "no answer")

    gathered = Gathering("outbox", hang, len, 1)
    deed.may.clear()
    asking = [asyncio.create_task(gathered.add([number])) for number in range(3)]
    await asyncio.sleep(0)
    closing = asyncio.create_task(gathered.close())
    await asyncio.sleep(0)
    deed.may.set()
    await closing
    failures = await asyncio.gather(*asking, return_exceptions=True)
    assert [str(failure) for failure in failures] == ["Message store 'outbox': no answer"] * 3
    assert deed.goes == [[[0]]]


async def test_who_stops_waiting_for_the_end_leaves_nobody_without_an_answer():
    deed = Deed()
    deed.may.clear()
    gathered = gathering(deed)
    asking = asyncio.create_task(gathered.add([0]))
    await asyncio.sleep(0)
    closing = asyncio.create_task(gathered.close())
    await asyncio.sleep(0)
    closing.cancel()
    await asyncio.wait([closing])
    deed.may.set()
    await asking
