"""What this process has claimed over one connection: RabbitMQ itself knows no end of a claim but
the end of the connection."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Generic, TypeVar

from apns_connector.delivery.record import Claim, Record

Message = TypeVar("Message")

_LONGEST_MEMORY: Final = 10_000


@dataclass(slots=True)
class Held(Generic[Message]):
    """What is claimed, and until when."""

    record: Record
    message: Message
    until: float


class Claims(Generic[Message]):
    """``Message``: what is to be acknowledged or returned. Times in seconds since 1970.

    A receipt is a number that no other claim of this process has had.
    """

    _last = 0

    def __init__(self) -> None:
        self._held: dict[int, Held[Message]] = {}

    def __len__(self) -> int:
        return len(self._held)

    def __iter__(self) -> Iterator[Record]:
        return (held.record for held in self._held.values())

    def add(self, record: Record, message: Message, until: float) -> Claim:
        Claims._last += 1
        self._held[Claims._last] = Held(record, message, until)
        return Claim(record, Claims._last)

    def extend(self, claim: Claim, until: float) -> None:
        """A lost one stays lost."""
        if held := self._held.get(claim.receipt):
            held.until = until

    def release(self, claim: Claim) -> Held[Message] | None:
        """It is nobody's any more, if it was not lost before."""
        return self._held.pop(claim.receipt, None)

    def restore(self, claim: Claim, held: Held[Message]) -> None:
        """What it was released for has failed."""
        self._held[claim.receipt] = held

    def expired(self, now: float) -> list[Message]:
        """Those whose lease is over; they are nobody's any more."""
        over = [receipt for receipt, held in self._held.items() if held.until <= now]
        return [self._held.pop(receipt).message for receipt in over]


class Memory:
    """The last ids of a kind; older ones are forgotten."""

    def __init__(self, most: int = _LONGEST_MEMORY) -> None:
        self._ids: OrderedDict[str, None] = OrderedDict()
        self._most = most

    def __contains__(self, record_id: str) -> bool:
        return record_id in self._ids

    def add(self, *record_ids: str) -> None:
        for record_id in record_ids:
            self._ids[record_id] = None
        while len(self._ids) > self._most:
            self._ids.popitem(last=False)

    def discard(self, record_id: str) -> None:
        self._ids.pop(record_id, None)
