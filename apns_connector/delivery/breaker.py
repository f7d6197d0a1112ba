"""How much to claim while nobody answers: a decision without clock.

As long as attempts succeed, all there is room for. When several in a row show an outage (attempts
that do not count), nothing for a while, then a few at a time, until one gets an answer. So an hour
of Apple being away costs a few attempts a minute, whatever the number of records.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from apns_connector.delivery.retry import Outcome, Verdict

# So many in a row are an outage; fewer may be one place of several that records go to.
TOLERATED = 8
# Attempts at the same time, to see whether it is over.
FEW = 4
FIRST_SECONDS = 1.0
MOST_SECONDS = 30.0


@dataclass(frozen=True, slots=True)
class Breaker:
    """``outages``: in a row. ``until``: nothing is claimed before, seconds since 1970. ``pause``:
    seconds of the pause that ends then."""

    outages: int = 0
    until: float = 0.0
    pause: float = 0.0

    @property
    def closed(self) -> bool:
        """Whether all is well: the word is that of electricians."""
        return self.outages < TOLERATED

    def room(self, free: int, under_way: int, now: float) -> int:
        """How many records to claim now, at most ``free``, while others are ``under_way``."""
        if self.closed:
            return free
        return 0 if now < self.until else max(0, min(free, FEW - under_way))

    def wait(self, now: float) -> float | None:
        """Seconds after which ``room`` may say more; ``None``: not before an attempt has ended."""
        return None if self.closed or now >= self.until else self.until - now

    def after(self, outcome: Outcome, now: float) -> Breaker:
        """What an attempt has taught."""
        if outcome.verdict is not Verdict.AGAIN:
            return CLOSED
        if outcome.counts:  # a fault of the record, or of the flow: it says nothing of the others
            return self
        outages = self.outages + 1
        # Others that were under way when the pause began are no news.
        if outages < TOLERATED or now < self.until:
            return replace(self, outages=outages)
        pause = min(self.pause * 2 or FIRST_SECONDS, MOST_SECONDS)
        return Breaker(outages, now + pause, pause)


CLOSED = Breaker()
