"""The one contract of all stores. tests/contracts/ judges each of them by it.

A record is durable when ``put`` returns, and gone only by ``settle`` with ``Done``, or by ``drop``.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from apns_connector.delivery.record import Claim, Counts, Kept, Record, Settlement, State


class MessageStore(Protocol):
    """Where records wait. Used from one event loop; any number of processes may use the same.

    Each method but ``close`` raises StoreUnavailable when the store cannot be reached or does not
    work; what it had to do may then have been done or not, and doing it again is right.
    """

    @property
    def durable(self) -> bool:
        """Whether the records survive the end of the process."""

    @property
    def keeps_order(self) -> bool:
        """Whether it heeds the lane of a record."""

    async def open(self) -> None:
        """Connect, and make what is missing there. Also raises StoreError for what is there but not
        ours, and ConfigurationError for a store that cannot be used as it is configured."""

    async def close(self) -> None:
        """What is claimed stays so until its lease is over. Closing twice is once."""

    async def put(self, records: Sequence[Record]) -> None:
        """Keep all or none of them; returns when they are durable. One whose id is kept already is
        kept once. Raises StoreFull when the limit of the store, or the disk, leaves no room."""

    async def claim(self, limit: int, *, lease: float, wait: float = 0.0) -> list[Claim]:
        """At most ``limit`` records that are due, the longest due first; they are nobody else's for
        ``lease`` seconds. Returns as soon as there is one, and after ``wait`` seconds with none.

        In a store that keeps order no record comes out before an earlier one of its lane is gone
        or dead.
        """

    async def extend(self, claims: Sequence[Claim], lease: float) -> None:
        """These are still being worked on: ``lease`` seconds from now. One that has been lost
        already stays lost."""

    async def settle(self, settlements: Sequence[Settlement]) -> None:
        """What became of claimed records; durable when it returns. A claim that was lost, since its
        lease is over, changes nothing, but that ``Done`` may still forget the record. A body that
        is too long for the store now leaves the record with the one it has."""

    async def count(self) -> Counts:
        """How many there are now."""

    async def browse(
        self, state: State | None = None, *, limit: int = 100, after: str = ""
    ) -> list[Kept]:
        """The next ``limit`` records behind the one with the id ``after``, in an order that stays
        the same, and that looking at them does not change."""

    async def find(self, record_id: str) -> Kept | None:
        """One record."""

    async def retry(self, record_ids: Sequence[str]) -> int:
        """Those of them that are dead wait again, due now and with no attempt counted; those that
        wait for their time are due now. Returns how many."""

    async def drop(self, record_ids: Sequence[str]) -> int:
        """Forget those of them that nobody has claimed. Returns how many."""
