"""Claims that a process works on: their leases are extended, and their ends written down."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterable, Sequence

from apns_connector.delivery.outage import Outage
from apns_connector.delivery.record import Again, Claim, Settlement
from apns_connector.delivery.stopping import cancel
from apns_connector.delivery.store import MessageStore

_log = logging.getLogger(__name__)

# How many times within a lease it is extended: the store may be away for one of them.
_EXTENSIONS = 3


class Held:
    """The claims of one processor, from the claim until what became of them is durable.

    What ends while the store is busy with others is written together with all that ended meanwhile,
    so that a durable commit is shared by many. A store that is away is asked again. ``written`` is
    called when there are fewer claims than before.
    """

    def __init__(
        self,
        name: str,
        store: MessageStore,
        lease: float,
        written: Callable[[], None] = lambda: None,
    ) -> None:
        self._name = name
        self._store = store
        self._written = written
        self._lease = lease
        # By identity: a store may give the same record twice, and each claim has its own end.
        self._claims: dict[int, Claim] = {}
        self._ended: list[Settlement] = []
        self._news = asyncio.Event()
        self._writing = asyncio.Lock()
        self._settling = Outage(f"Message processor '{name}': writing what became of records")
        self._extending = Outage(f"Message processor '{name}': extending leases")

    def __len__(self) -> int:
        return len(self._claims)

    def add(self, claims: Iterable[Claim]) -> None:
        self._claims.update((id(claim), claim) for claim in claims)

    def end(self, settlement: Settlement) -> None:
        """To be written as soon as the store is free."""
        self._ended.append(settlement)
        self._news.set()

    def give_back(self, claim: Claim) -> None:
        """As if it had never been claimed, at its old place."""
        self.end(Again(claim, claim.record.due, claim.record.reason, counts=False))

    async def settle(self) -> None:
        """Write what has ended, for ever."""
        while True:
            await self._news.wait()
            self._news.clear()
            await self.flush()

    async def flush(self) -> None:
        """Write what has ended; returns when all of it is durable."""
        async with self._writing:
            while self._ended:
                batch, self._ended = self._ended, []
                try:
                    await self._write(batch)
                except asyncio.CancelledError:
                    self._ended = batch + self._ended
                    raise

    async def finish(self, seconds: float) -> None:
        """As ``flush``, but no longer than that."""
        writing = asyncio.create_task(self.flush())
        try:
            await asyncio.wait((writing,), timeout=seconds)
        finally:
            await cancel(() if writing.done() else (writing,))
        if not writing.cancelled():
            writing.result()
        else:
            _log.error(
                "Message processor '%s': what became of %d records cannot be written; each is "
                "delivered again when its lease is over",
                self._name,
                len(self._claims),
            )

    async def _write(self, batch: Sequence[Settlement]) -> None:
        while True:
            try:
                await self._store.settle(batch)
            except Exception as error:  # noqa: BLE001 - logged, and tried again: none is lost
                await asyncio.sleep(self._settling.failed(error))
                continue
            self._settling.over()
            for settlement in batch:
                self._claims.pop(id(settlement.claim), None)
            self._written()
            return

    async def extend(self) -> None:
        """Extend the leases of all, for ever."""
        while True:
            await asyncio.sleep(self._lease / _EXTENSIONS)
            claims = list(self._claims.values())
            if not claims:
                continue
            try:
                await self._store.extend(claims, self._lease)
            except Exception as error:  # noqa: BLE001 - logged; the next time comes before the end
                self._extending.failed(error)
            else:
                self._extending.over()
