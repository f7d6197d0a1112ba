"""What somebody sees who looks at the records of a store in NATS, and what he may do with them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from typing import Final

from msgspec.structs import replace

from apns_connector.delivery.record import Counts, Kept, Record, State
from apns_connector.delivery.stores.nats.claims import claimed
from apns_connector.delivery.stores.nats.layout import WRONG_SEQUENCE
from apns_connector.delivery.stores.nats.records import NatsRecords, each

_PAGE: Final = 100


class NatsLooking:
    """As MessageStore has it. Between looking and doing somebody may be faster; what was replaced
    meanwhile is left alone."""

    def __init__(self, records: NatsRecords, clock: Callable[[], float]) -> None:
        self._records = records
        self._clock = clock

    async def _claimed(self) -> frozenset[int]:
        return claimed(await self._records.told_claims(), self._clock())

    async def count(self) -> Counts:
        live, dead, sequences, oldest = await asyncio.gather(
            self._records.count_live(),
            self._records.count_dead(),
            self._claimed(),
            self._records.oldest(),
        )
        taken = min(len(sequences), live)
        return Counts(live - taken, taken, dead, oldest)

    async def browse(self, state: State | None, limit: int, after: str) -> list[Kept]:
        sequences = await self._claimed()
        ids = sorted(one for one in await self._ids(state, sequences) if one > after)
        found: list[Kept] = []
        for begin in range(0, len(ids), _PAGE):
            kept = await each(self._look(one, sequences) for one in ids[begin : begin + _PAGE])
            found += [one for one in kept if one and state in (None, one.state)]
            if len(found) >= limit:
                break
        return found[:limit]

    async def _ids(self, state: State | None, sequences: frozenset[int]) -> set[str]:
        """Of records that may be in this state."""
        if state is State.CLAIMED:
            return {one for one in await each(map(self._records.id_at, sequences)) if one}
        live = [] if state is State.DEAD else await self._records.live_ids()
        dead = await self._records.dead_ids() if state in (None, State.DEAD) else []
        return {*live, *dead}

    async def find(self, record_id: str) -> Kept | None:
        return await self._look(record_id, await self._claimed())

    async def _look(self, record_id: str, sequences: frozenset[int]) -> Kept | None:
        if live := await self._records.live(record_id):
            taken = live.sequence in sequences
            return Kept(live.record, State.CLAIMED if taken else State.WAITING)
        dead = await self._records.dead(record_id)
        return Kept(dead.record, State.DEAD) if dead else None

    async def retry(self, record_ids: Sequence[str]) -> int:
        sequences = await self._claimed()
        return sum(await each(self._retry(one, sequences) for one in record_ids))

    async def _retry(self, record_id: str, sequences: frozenset[int]) -> bool:
        now = self._clock()
        if live := await self._records.live(record_id):
            if live.sequence in sequences or live.record.due <= now:
                return False
            return await self._renew(replace(live.record, due=now), live.sequence)
        dead = await self._records.dead(record_id)
        if dead is None:
            return False
        waits = await self._renew(replace(dead.record, due=now, attempts=0), 0)
        await self._records.remove_dead(dead.sequence)
        return waits

    async def _renew(self, record: Record, instead_of: int) -> bool:
        """Whether it waits now; not if somebody else was faster."""
        answer = await self._records.keep(record, instead_of)
        if answer.failed and answer.code != WRONG_SEQUENCE:
            raise self._records.refusal(answer)
        return not answer.failed

    async def drop(self, record_ids: Sequence[str]) -> int:
        sequences = await self._claimed()
        return sum(await each(self._drop(one, sequences) for one in record_ids))

    async def _drop(self, record_id: str, sequences: frozenset[int]) -> bool:
        if live := await self._records.live(record_id):
            taken = live.sequence in sequences
            return not taken and await self._records.remove_live(live.sequence)
        dead = await self._records.dead(record_id)
        return dead is not None and await self._records.remove_dead(dead.sequence)
