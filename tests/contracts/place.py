"""Where the stores of one test keep their records, and how time passes there."""

from __future__ import annotations

import asyncio
import time
from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from apns_connector.delivery.record import Again, Claim, Dead, Done, Kept, Record, State
from apns_connector.delivery.store import MessageStore


class Place(ABC):
    """Empty at the beginning of each test. Whoever tests a store derives from this.

    ``lease``: seconds, the shortest that the tests shall ask for. ``brief``: seconds, how far off
    "later" is. Both are passed in a moment where the clock is ours.
    """

    lease = 1.0
    brief = 1.0

    @abstractmethod
    def store(self, limit: int = 1_000_000) -> MessageStore:
        """One more store over the same records, not open yet."""

    def now(self) -> float:
        """What the stores take for the time, seconds since 1970."""
        return time.time()

    async def pass_time(self, seconds: float) -> None:
        await asyncio.sleep(seconds)

    @asynccontextmanager
    async def opened(self, limit: int = 1_000_000) -> AsyncIterator[MessageStore]:
        store = self.store(limit)
        await store.open()
        try:
            yield store
        finally:
            await store.close()


class PlaceWithAClock(Place):
    """For stores that ask nobody but ``clock`` for the time."""

    lease = 30.0
    brief = 30.0

    def __init__(self) -> None:
        self._now = 1_700_000_000.0

    def now(self) -> float:
        return self._now

    async def pass_time(self, seconds: float) -> None:
        self._now += seconds


LONG = 60.0  # seconds: a lease that no test outlives


def a_record(body: bytes = b"sealed", **values: object) -> Record:
    return Record(**{"body": body, "created": 1_690_000_000.5, **values})  # type: ignore[arg-type]


def records(count: int, **values: object) -> list[Record]:
    return [a_record(b"%d" % number, **values) for number in range(count)]


async def claim_one(store: MessageStore, lease: float = LONG, wait: float = 5.0) -> Claim:
    """The one record that is due. ``wait`` forgives a store that lives on another machine."""
    (claim,) = await store.claim(1, lease=lease, wait=wait)
    return claim


async def claim_all(store: MessageStore, count: int, lease: float = LONG) -> list[Claim]:
    """``count`` records that are due, in as many goes as the store needs."""
    found: list[Claim] = []
    while len(found) < count:
        more = await store.claim(count - len(found), lease=lease, wait=5.0)
        assert more, f"only {len(found)} of {count} records came out"
        found += more
    return found


async def nothing_due(store: MessageStore) -> bool:
    return await store.claim(10, lease=LONG, wait=0.1) == []


async def done(store: MessageStore, *claims: Claim) -> None:
    await store.settle([Done(claim) for claim in claims])


async def bury(store: MessageStore, claim: Claim, reason: str = "no use") -> None:
    await store.settle([Dead(claim, reason)])


async def give_back(store: MessageStore, claim: Claim, due: float = 0.0) -> None:
    await store.settle([Again(claim, due, "try again")])


def ids(found: Sequence[Record | Claim | Kept]) -> list[str]:
    return [one.id if isinstance(one, Record) else one.record.id for one in found]


async def states(store: MessageStore) -> dict[str, State]:
    return {kept.record.id: kept.state for kept in await store.browse(limit=1000)}
