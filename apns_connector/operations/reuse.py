"""What is made once, used by many, and closed when nobody has used it for a while."""

from __future__ import annotations

import asyncio
import logging
from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from typing import Final, Generic, Protocol, TypeVar

from apns_connector.apns import Destination

logger = logging.getLogger(__name__)

# What nobody has used for this long is closed: its credentials have been replaced, mostly.
IDLE_SECONDS: Final = 900.0
# How often that is looked at while all find what they used before.
LOOK_SECONDS: Final = 60.0


class Closable(Protocol):
    destination: Destination

    async def close(self) -> None: ...


T = TypeVar("T", bound=Closable)


@dataclass(slots=True)
class _Kept(Generic[T]):
    """One, or the making of one, and when it was last asked for."""

    making: asyncio.Task[T]
    used_at: float


class Reused(Generic[T]):
    """At most ``capacity`` of them, by key. ``clock``: seconds, as of :func:`time.monotonic`."""

    def __init__(self, capacity: int, clock: Callable[[], float]) -> None:
        self._capacity = capacity
        self._clock = clock
        self._kept: OrderedDict[Hashable, _Kept[T]] = OrderedDict()
        self._made: dict[T, _Kept[T]] = {}
        self._look_at = 0.0
        self._closing: set[asyncio.Task[None]] = set()

    async def get(self, key: Hashable, make: Callable[[], T]) -> T:
        """What ``make`` gave for ``key``; it is called in a thread. Raises what it raises, and
        tries again for the next who asks."""
        now = self._clock()
        kept = self._kept.get(key)
        if kept is None or (kept.making.done() and kept.making.exception() is not None):
            making = asyncio.create_task(asyncio.to_thread(make))
            kept = self._kept[key] = _Kept(making, now)
        kept.used_at = now
        self._kept.move_to_end(key)
        self._evict(now)
        # Shielded: a caller that goes away must not take it from those that wait with it.
        made = kept.making.result() if kept.making.done() else await asyncio.shield(kept.making)
        if self._kept.get(key) is kept:
            self._made[made] = kept
        return made

    def again(self, made: T) -> bool:
        """Whether what ``get`` has given is still open; it counts as used now."""
        kept = self._made.get(made)
        if kept is None:
            return False
        kept.used_at = now = self._clock()
        if now >= self._look_at:
            self._evict(now)
        return True

    async def close(self) -> None:
        """Close all of them, each in its own way, and wait for it."""
        while self._kept:
            self._retire(self._kept.popitem()[1].making)
        await asyncio.gather(*self._closing)

    def _evict(self, now: float) -> None:
        """The one used longest ago goes if there are too many, or if that was too long ago."""
        self._look_at = now + LOOK_SECONDS
        key, oldest = min(self._kept.items(), key=lambda item: item[1].used_at)
        if len(self._kept) > self._capacity or now - oldest.used_at > IDLE_SECONDS:
            del self._kept[key]
            self._retire(oldest.making)

    def _retire(self, making: asyncio.Task[T]) -> None:
        if making.done() and making.exception() is None:
            self._made.pop(making.result(), None)
        closing = asyncio.create_task(_close(making))
        self._closing.add(closing)
        closing.add_done_callback(self._closing.discard)


async def _close(making: asyncio.Task[T]) -> None:
    await asyncio.wait([making])
    if making.exception() is None:
        client = making.result()
        await client.close()
        logger.info("Closed the connections of a client to %s", client.destination)
