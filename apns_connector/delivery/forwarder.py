"""Takes records out of a store one after the other: the first one blocks those behind it.

An attempt that fails is made again after a while, with the same record, until it succeeds or the
attempts are used up. Then the record is got rid of, or it stays the first one and the forwarder
ends (Synapse: the message processor is deactivated).
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from apns_connector.delivery.attempt import Bury, Deliver, attempted, buried
from apns_connector.delivery.held import Held
from apns_connector.delivery.outage import Outage
from apns_connector.delivery.record import Claim, Done, Record
from apns_connector.delivery.retry import Verdict
from apns_connector.delivery.stopping import Stopping, cancel
from apns_connector.delivery.store import MessageStore
from apns_connector.delivery.turns import Schedule, Turns

# Seconds for one claim: a store on another machine needs a moment to say that there is nothing.
_WAIT = 0.5

# Called when a forwarder has ended by itself, with the record because of which it has.
GivenUp = Callable[[Record | None, str], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class ForwarderOptions:
    """``attempts`` for one record, 0 for ever, with ``retry`` seconds between them. ``all_there``:
    a turn takes all records that are there, ``gap`` seconds apart, and not one. ``members``: how
    many records are under way at the same time. ``store_attempts``: failures of the store in a row
    after which the forwarder ends, 0 for never, with ``store_retry`` seconds between them."""

    attempts: int = 4
    retry: float = 1.0
    all_there: bool = False
    gap: float = 0.0
    members: int = 1
    store_attempts: int = 0
    store_retry: float = 1.0
    lease: float = 60.0
    stop_seconds: float = 30.0


class Forwarder:
    """``bury`` is asked when the attempts are used up: False leaves the record where it is, and
    ends the forwarder. So does a record that is hopeless: something is wrong here, and not with
    where it goes. ``given_up`` is called then."""

    def __init__(
        self,
        name: str,
        store: MessageStore,
        deliver: Deliver,
        options: ForwarderOptions,
        schedule: Schedule,
        *,
        bury: Bury,
        given_up: GivenUp,
        clock: Callable[[], float],
    ) -> None:
        self.name = name
        self._store = store
        self._deliver = deliver
        self._options = options
        self._schedule = schedule
        self._bury = bury
        self._given_up = given_up
        self._clock = clock
        self._held = Held(name, store, options.lease)
        self._claiming = Outage(
            f"Message processor '{name}': claiming a record",
            first=options.store_retry,
            most=options.store_retry,
        )
        self._stopping = Stopping()
        self._ended_with: tuple[Record | None, str] | None = None

    def stop(self) -> None:
        """Claim nothing more. ``run`` ends when the attempt that is under way has ended."""
        self._stopping.set()

    async def run(self) -> None:
        """Forward until ``stop``, or until a record cannot be got rid of."""
        extending = asyncio.create_task(self._held.extend())
        members = [asyncio.create_task(self._member()) for _ in range(self._options.members)]
        try:
            await self._until_stopped(members)
            await asyncio.wait(members, timeout=self._options.stop_seconds)
        finally:
            await cancel([extending, *members])
            await self._held.finish(self._options.stop_seconds)
        for member in members:
            if not member.cancelled():
                member.result()
        if self._ended_with is not None:
            await self._given_up(*self._ended_with)

    async def _until_stopped(self, members: list[asyncio.Task[None]]) -> None:
        stopped = asyncio.create_task(self._stopping.sleep(None))
        try:
            await asyncio.wait([*members, stopped], return_when=asyncio.FIRST_COMPLETED)
        finally:
            stopped.cancel()
        self._stopping.set()

    async def _member(self) -> None:
        turns = Turns(self._schedule, self._stopping, self._clock)
        while await turns.next():
            while await self._take_one() and self._options.all_there:
                if not await self._stopping.sleep(self._options.gap):
                    break

    async def _take_one(self) -> bool:
        """Whether there was a record."""
        claim = await self._claim()
        if claim is None:
            return False
        self._held.add([claim])
        try:
            forgotten = await self._forward(claim)
        except BaseException:
            self._held.give_back(claim)
            raise
        if forgotten:
            self._held.end(Done(claim))
        else:
            self._held.give_back(claim)
        await self._stopping.cancelling(self._held.flush())
        return True

    async def _claim(self) -> Claim | None:
        try:
            claims = await self._stopping.cancelling(
                self._store.claim(1, lease=self._options.lease, wait=_WAIT)
            )
        except Exception as error:  # noqa: BLE001 - logged, and tried again
            delay = self._claiming.failed(error)
            if self._claiming.failures == self._options.store_attempts:
                self._end(None, f"the store has failed {self._claiming.failures} times: {error}")
            else:
                await self._stopping.sleep(delay)
            return None
        self._claiming.over()
        return claims[0] if claims else None

    async def _forward(self, claim: Claim) -> bool:
        """Whether the store may forget the record."""
        record, failed = claim.record, 0
        while True:
            outcome = await attempted(self.name, self._deliver, record)
            if outcome.verdict is Verdict.DELIVERED:
                if outcome.last:
                    self._end(record, outcome.reason)
                return True
            if outcome.verdict is Verdict.HOPELESS:
                self._end(record, outcome.reason)
                return False
            failed += 1
            if 0 < self._options.attempts <= failed:
                moved = await buried(self.name, self._bury, record, outcome.reason)
                if moved is False:
                    self._end(record, outcome.reason)
                if moved is not None:
                    return moved
            if not await self._stopping.sleep(self._options.retry):
                return False

    def _end(self, record: Record | None, why: str) -> None:
        self._ended_with = (record, why)
        self._stopping.set()
