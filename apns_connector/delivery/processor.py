"""Takes records out of a store and delivers many of them at once.

::

    claim ──► deliver ──► decide ──► settle
      ▲          (concurrently)         │
      └──── as much as there is room ◄──┘

At least once: what was delivered when the process died before the settlement was durable is
delivered again. Nothing is lost by an exception, by a store that is away, or by a stop.
"""

from __future__ import annotations

import asyncio
import logging
import random
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from apns_connector.delivery.attempt import Bury, Deliver, attempted, buried
from apns_connector.delivery.breaker import CLOSED
from apns_connector.delivery.held import Held
from apns_connector.delivery.outage import Outage
from apns_connector.delivery.record import Claim, Dead, Done, Settlement
from apns_connector.delivery.retry import Outcome, RetryPolicy, decide
from apns_connector.delivery.stopping import Stopping, cancel
from apns_connector.delivery.store import MessageStore

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class ProcessorOptions:
    """``concurrency``: records under way at the same time. ``lease``: seconds after which others
    take over the records of a process that has died. ``wait``: seconds that one claim waits for
    records. ``stop_seconds``: how long attempts may go on after ``stop``."""

    concurrency: int = 500
    lease: float = 60.0
    wait: float = 1.0
    stop_seconds: float = 30.0
    retry: RetryPolicy = field(default_factory=RetryPolicy)


class Processor:
    """Runs in one event loop; any number of them, here and elsewhere, may use the same store.

    ``clock``: seconds since 1970. ``chance``: from 0 to 1, anew at each call.
    """

    def __init__(
        self,
        name: str,
        store: MessageStore,
        deliver: Deliver,
        options: ProcessorOptions,
        *,
        bury: Bury | None = None,
        clock: Callable[[], float] = time.time,
        chance: Callable[[], float] = random.random,
    ) -> None:
        self.name = name
        self._store = store
        self._deliver = deliver
        self._options = options
        self._bury = bury
        self._clock = clock
        self._chance = chance
        self._breaker = CLOSED
        self._change = asyncio.Event()
        self._held = Held(name, store, options.lease, self._change.set)
        self._claiming = Outage(f"Message processor '{name}': claiming records")
        self._stopping = Stopping()
        self._under_way: dict[asyncio.Task[None], Claim] = {}

    def stop(self) -> None:
        """Claim nothing more. ``run`` ends when what is under way has ended."""
        self._stopping.set()
        self._change.set()

    async def run(self) -> None:
        """Deliver until ``stop``. What has not ended then in time is given back, uncounted."""
        duties = [asyncio.create_task(self._held.settle())]
        duties.append(asyncio.create_task(self._held.extend()))
        try:
            while not self._stopping.is_set:
                await self._turn()
            await self._finish()
        finally:
            left = (*duties, *self._under_way)
            await cancel(left)
            await asyncio.gather(*left, return_exceptions=True)

    async def _turn(self) -> None:
        """Claim as much as there is room for, or wait for room."""
        self._change.clear()
        now = self._clock()
        room = self._breaker.room(self._room(), len(self._under_way), now)
        if room <= 0:
            await self._wait_for_change(self._breaker.wait(now))
            return
        claims = await self._claim(room)
        self._held.add(claims)
        for claim in claims:
            self._begin(claim)

    def _room(self) -> int:
        """A store that is slow to settle must not make us hold more and more."""
        most = self._options.concurrency
        return min(most - len(self._under_way), 2 * most - len(self._held))

    async def _wait_for_change(self, seconds: float | None) -> None:
        try:
            async with asyncio.timeout(seconds):
                await self._change.wait()
        except TimeoutError:
            return

    async def _claim(self, room: int) -> list[Claim]:
        lease, wait = self._options.lease, self._options.wait
        try:
            claims = await self._stopping.cancelling(
                self._store.claim(room, lease=lease, wait=wait)
            )
        except Exception as error:  # noqa: BLE001 - logged, and tried again
            await self._stopping.sleep(self._claiming.failed(error))
            return []
        self._claiming.over()
        return claims or []

    def _begin(self, claim: Claim) -> None:
        task = asyncio.create_task(self._attempt(claim), name=f"record {claim.record.id}")
        self._under_way[task] = claim
        task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[None]) -> None:
        claim = self._under_way.pop(task)
        if task.cancelled() or task.exception() is not None:
            self._held.give_back(claim)
        self._change.set()

    async def _attempt(self, claim: Claim) -> None:
        outcome = await attempted(self.name, self._deliver, claim.record)
        now = self._clock()
        self._learn(outcome, now)
        settlement = decide(claim, outcome, self._options.retry, now, self._chance())
        self._held.end(await self._buried(settlement))

    def _learn(self, outcome: Outcome, now: float) -> None:
        before, self._breaker = self._breaker, self._breaker.after(outcome, now)
        if before.closed and not self._breaker.closed:
            _log.warning(
                "Message processor '%s': %s. It tries few records until one succeeds",
                self.name,
                outcome.reason.rstrip(".") or "nobody answers",
            )
        elif self._breaker.closed and not before.closed:
            _log.info("Message processor '%s': the outage is over", self.name)

    async def _buried(self, settlement: Settlement) -> Settlement:
        if not isinstance(settlement, Dead):
            return settlement
        claim, reason = settlement.claim, settlement.reason
        _log.error(
            "Message processor '%s': record %s is dead: %s", self.name, claim.record.id, reason
        )
        if self._bury is None:
            return settlement
        moved = await buried(self.name, self._bury, settlement.record(), reason)
        return Done(claim) if moved else settlement

    async def _finish(self) -> None:
        """Wait for what is under way, and write what became of it."""
        if self._under_way:
            await asyncio.wait(self._under_way, timeout=self._options.stop_seconds)
        if self._under_way:
            _log.warning(
                "Message processor '%s': %d records have not ended in time: they are given back",
                self.name,
                len(self._under_way),
            )
            await cancel(self._under_way)
        await self._held.finish(self._options.stop_seconds)
