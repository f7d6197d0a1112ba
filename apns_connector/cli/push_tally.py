"""What became of each line of a bulk send, and the count of it."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from enum import Enum
from typing import Final

from apns_connector.apns import Response
from apns_connector.errors import ApnsError, NotificationError, OutcomeUnknown, PayloadError

_FIRST: Final = 5  # invalid lines told one by one
_REASONS: Final = 20  # reasons told for each outcome


class Kind(Enum):
    """The value is the word in the summary."""

    ACCEPTED = "accepted"
    REJECTED = "rejected"
    NOT_SENT = "not sent"
    UNKNOWN = "unknown"
    INVALID = "invalid lines"


@dataclass(frozen=True, slots=True)
class Verdict:
    """The end of one line; ``reason`` is Apple's word, or a sentence, or empty if accepted."""

    kind: Kind
    reason: str = ""

    @property
    def settled(self) -> bool:
        """False if Apple has certainly not processed it: it can be sent again without a doubt."""
        return self.kind is not Kind.NOT_SENT


def verdict_of(outcome: Response | ApnsError) -> Verdict:
    """``outcome`` as one of the kinds; what only a later attempt can change counts as not sent."""
    if isinstance(outcome, Response):
        if outcome.accepted:
            return Verdict(Kind.ACCEPTED)
        return Verdict(Kind.REJECTED, outcome.reason or "")
    if isinstance(outcome, OutcomeUnknown):
        return Verdict(Kind.UNKNOWN, str(outcome))
    if isinstance(outcome, NotificationError | PayloadError):
        return Verdict(Kind.INVALID, str(outcome))
    return Verdict(Kind.NOT_SENT, str(outcome))


class Tally:
    """Counts verdicts; ``skipped``: how many lines an earlier run had settled."""

    def __init__(self) -> None:
        self.skipped = 0
        self.counts: Counter[Kind] = Counter()
        self._reasons: Counter[tuple[Kind, str]] = Counter()
        self._first_invalid: list[tuple[int, str]] = []

    def add(self, number: int, verdict: Verdict) -> None:
        self.counts[verdict.kind] += 1
        if verdict.kind is not Kind.INVALID:
            self._reasons[verdict.kind, verdict.reason] += 1
        elif len(self._first_invalid) < _FIRST:
            self._first_invalid.append((number, verdict.reason))

    @property
    def all_accepted(self) -> bool:
        return self.counts.total() == self.counts[Kind.ACCEPTED]

    def text(self) -> str:
        """The summary, one line for each kind, and below it why."""
        lines = [f"{self.skipped} lines settled before"] if self.skipped else []
        for kind in Kind:
            lines.append(f"{kind.value:<14}{self.counts[kind]:>9}")
            lines += self._below(kind)
        return "\n".join(lines)

    def _below(self, kind: Kind) -> list[str]:
        if kind is Kind.INVALID:
            told = [f"  line {number}: {problem}" for number, problem in self._first_invalid]
            more = self.counts[kind] - len(told)
            return told + ([f"  and {more} more"] if more else [])
        reasons = Counter(
            {reason: count for (of, reason), count in self._reasons.items() if of is kind}
        )
        told = [
            f"  {reason:<32}{count:>9}" for reason, count in reasons.most_common(_REASONS) if reason
        ]
        more = len(reasons) - _REASONS
        return told + ([f"  and {more} more reasons"] if more > 0 else [])
