"""What one run of one contestant gave, and many of them taken together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median


@dataclass(frozen=True, slots=True)
class Measurement:
    """``requests`` in ``seconds``, of which ``accepted`` were answered with 200.

    ``cpu_seconds``: of the client's process, in that time. ``server_cpu_seconds``: of the
    server's, likewise. ``peak_kb``: the most memory the client ever had; ``growth_kb``: how much
    that is above what it had before the first of the requests; ``None`` where that is not known.
    """

    requests: int
    accepted: int
    seconds: float
    cpu_seconds: float
    server_cpu_seconds: float
    peak_kb: int | None = None
    growth_kb: int | None = None

    @property
    def rate(self) -> float:
        return self.accepted / self.seconds


@dataclass(frozen=True, slots=True)
class Summary:
    """Medians over rounds, since the speed of a machine varies; ``slowest``, ``fastest``: rates.

    ``lost``: requests of all rounds without a good answer. ``cpu_each``: microseconds for one
    notification. ``server_busy``: the share of its core that the server needed.
    """

    rate: float
    slowest: float
    fastest: float
    lost: int
    cpu_each: float
    server_busy: float
    peak_mb: float | None
    growth_mb: float | None

    @classmethod
    def of(cls, rounds: Sequence[Measurement]) -> Summary:
        rates = [one.rate for one in rounds]
        return cls(
            rate=median(rates),
            slowest=min(rates),
            fastest=max(rates),
            lost=sum(one.requests - one.accepted for one in rounds),
            cpu_each=median(one.cpu_seconds / one.requests * 1e6 for one in rounds),
            server_busy=median(one.server_cpu_seconds / one.seconds for one in rounds),
            peak_mb=_most_mb([one.peak_kb for one in rounds]),
            growth_mb=_most_mb([one.growth_kb for one in rounds]),
        )


def _most_mb(kilobytes: Sequence[int | None]) -> float | None:
    """Of memory the most counts, not the median."""
    known = [number for number in kilobytes if number is not None]
    return max(known) / 1024 if known else None
