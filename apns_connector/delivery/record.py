"""What a store keeps: one message until it is delivered, and what may become of it.

::

    put ──► waiting ──claim──► claimed ──done──► gone
              ▲  ▲                │ │
              │  └─again, at T────┘ └──dead──► dead ──drop──► gone
              │  └─lease is over──┘             │
              └───────────retry─────────────────┘
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from apns_connector.delivery.record_id import new_record_id


class State(StrEnum):
    WAITING = "waiting"
    CLAIMED = "claimed"
    DEAD = "dead"


class Record(Struct, frozen=True, gc=False):
    """``body`` is sealed: a store cannot read it, and nothing else here is secret.

    ``id``: a UUID, of which each attempt makes its apns-id. ``lane``: records of one lane are
    delivered one after the other, in the order in which they were put; "" for none of them.
    ``label``: what a list shows of it. ``created`` and ``due`` (not to be claimed before): seconds
    since 1970. ``attempts``: how many have failed; ``reason``: why the last one did, a sentence.
    """

    body: bytes
    created: float
    id: str = msgspec.field(default_factory=new_record_id)
    lane: str = ""
    label: str = ""
    due: float = 0.0
    attempts: int = 0
    reason: str = ""

    def failed(self, due: float, reason: str) -> Record:
        """The same after one more failed attempt."""
        return replace(self, due=due, attempts=self.attempts + 1, reason=reason)

    def __repr__(self) -> str:
        return f"Record({self.id}, {self.label!r}, attempts={self.attempts}, due={self.due})"


class Claim(Struct, frozen=True, gc=False):
    """A record that is ours until the lease is over; ``receipt`` is the store's own."""

    record: Record
    receipt: Any = None


class Done(Struct, frozen=True, gc=False):
    """Delivered, or not to be delivered any more: the store forgets the record."""

    claim: Claim


@dataclass(frozen=True, slots=True)
class Again:
    """Waiting again, for an attempt at ``due``. ``counts``: the attempt that was made has failed;
    without it the record is given back with no more than a new time, and a reason if there is
    one. ``body``: what it holds from now on, where the attempt has achieved a part of it."""

    claim: Claim
    due: float
    reason: str = ""
    counts: bool = True
    body: bytes | None = field(default=None, repr=False)

    def record(self) -> Record:
        """What is waiting from now on."""
        record = _holding(self.claim.record, self.body)
        if self.counts:
            return record.failed(self.due, self.reason)
        return replace(record, due=self.due, reason=self.reason or record.reason)


@dataclass(frozen=True, slots=True)
class Dead:
    """No further attempt, unless a human asks for one; ``reason`` says why. ``body``: as of
    ``Again``."""

    claim: Claim
    reason: str
    body: bytes | None = field(default=None, repr=False)

    def record(self) -> Record:
        """What is dead from now on."""
        record = _holding(self.claim.record, self.body)
        return record.failed(record.due, self.reason)


Settlement = Done | Again | Dead


def _holding(record: Record, body: bytes | None) -> Record:
    return record if body is None else replace(record, body=body)


@dataclass(frozen=True, slots=True)
class Kept:
    """A record as somebody who only looks sees it."""

    record: Record
    state: State


@dataclass(frozen=True, slots=True)
class Counts:
    """How many records a store has. ``waiting``: those that are due and those that are not yet.
    ``oldest``: when the oldest one that is not dead was created, seconds since 1970."""

    waiting: int = 0
    claimed: int = 0
    dead: int = 0
    oldest: float | None = None
