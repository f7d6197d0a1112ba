"""What to do with a record after an attempt: a decision without clock.

Waiting times double from the first to the longest. Each is shortened by up to a quarter, by
chance, so that what failed together does not come back together.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum, auto

from apns_connector.delivery.record import Again, Claim, Dead, Done, Settlement

_JITTER = 0.25
# 2 ** 64 would be a number without sense, and a float without precision.
_MOST_DOUBLINGS = 32


class Verdict(Enum):
    """What an attempt has shown. ``DELIVERED``: there is nothing more to do, also since the device
    is gone. ``AGAIN``: another attempt may succeed. ``HOPELESS``: none will."""

    DELIVERED = auto()
    AGAIN = auto()
    HOPELESS = auto()


@dataclass(frozen=True, slots=True)
class Outcome:
    """``reason``: a sentence without secrets. ``after``: seconds that whoever refused asked to be
    left alone. ``counts``: whether the attempt counts; an outage of all is no fault of a record.
    ``body``: what the record holds from now on, where the attempt has achieved a part of it.
    ``last``: a Forwarder ends with this record, although it is delivered."""

    verdict: Verdict
    reason: str = ""
    after: float | None = None
    counts: bool = True
    body: bytes | None = field(default=None, repr=False)
    last: bool = False


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """``attempts``: after so many that count a record is dead; 0 for never. ``first`` and ``most``:
    seconds between two attempts. ``factor``: by which they grow."""

    attempts: int = 10
    first: float = 1.0
    most: float = 600.0
    factor: float = 2.0

    def delay(self, failed: int, chance: float) -> float:
        """Seconds to wait after ``failed`` attempts, at least one; ``chance`` from 0 to 1."""
        grown = self.first * self.factor ** min(failed - 1, _MOST_DOUBLINGS)
        return float(min(grown, self.most) * (1 - _JITTER * chance))


def decide(
    claim: Claim, outcome: Outcome, policy: RetryPolicy, now: float, chance: float
) -> Settlement:
    """``now``: seconds since 1970; ``chance`` from 0 to 1."""
    if outcome.verdict is Verdict.DELIVERED:
        return Done(claim)
    failed = claim.record.attempts + 1
    if outcome.verdict is Verdict.HOPELESS:
        return Dead(claim, outcome.reason, outcome.body)
    if outcome.counts and 0 < policy.attempts <= failed:
        return Dead(claim, f"{outcome.reason} ({failed} attempts)", outcome.body)
    delay = max(policy.delay(failed, chance), outcome.after or 0.0)
    return Again(claim, now + delay, outcome.reason, outcome.counts, outcome.body)
