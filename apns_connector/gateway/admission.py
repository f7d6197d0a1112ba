"""How many requests, and how many bytes of them, may be in progress together."""

from __future__ import annotations

from types import TracebackType

from apns_connector.gateway.limits import Limits
from apns_connector.gateway.refusal import Refused


class Admission:
    """Counts; a request that goes beyond a limit is refused at once and told when to come back."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self.requests = 0
        self.body_bytes = 0

    def __repr__(self) -> str:
        return f"Admission({self.requests} requests, {self.body_bytes} bytes)"

    def admit(self) -> Ticket:
        """One request more. Raises Refused (503)."""
        if self.requests >= self._limits.requests:
            raise self._busy(f"The gateway is busy with {self.requests} requests")
        return Ticket(self)

    def reserve(self, size: int) -> None:
        """``size`` bytes more of a body. Raises Refused (503)."""
        if self.body_bytes + size > self._limits.bodies_bytes:
            raise self._busy(f"The gateway is busy with {self.body_bytes} bytes of requests")
        self.body_bytes += size

    def _busy(self, problem: str) -> Refused:
        seconds = str(self._limits.retry_after_seconds)
        return Refused(503, f"{problem}: try again", (("retry-after", seconds),))


class Ticket:
    """The share of one admitted request, given back at the end of its ``with`` block."""

    __slots__ = ("_admission", "_reserved")

    def __init__(self, admission: Admission) -> None:
        self._admission = admission
        self._reserved = 0

    def reserve(self, size: int) -> None:
        self._admission.reserve(size)
        self._reserved += size

    def __enter__(self) -> Ticket:
        self._admission.requests += 1
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._admission.requests -= 1
        self._admission.body_bytes -= self._reserved
