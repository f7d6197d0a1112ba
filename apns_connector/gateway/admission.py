"""How many requests, and how many bytes of them, may be in progress together."""

from __future__ import annotations

from types import TracebackType

import msgspec

from apns_connector.gateway.limits import Limits
from apns_connector.gateway.refusal import Refused


class Admission:
    """Counts; a request that goes beyond a limit is refused at once and told when to come back."""

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self.requests = 0
        self.body_bytes = 0

    def __repr__(self) -> str:
        return f"Admission({self.requests} requests, {self.body_bytes} bytes)"

    def admit(self) -> Ticket:
        """One request more. Raises Refused (503)."""
        if self.requests >= self.limits.requests:
            raise self.busy(f"The gateway is busy with {self.requests} requests")
        return Ticket(self)

    def busy(self, problem: str) -> Refused:
        """503, with the time after which to try again."""
        seconds = str(self.limits.retry_after_seconds)
        return Refused(503, f"{problem}: try again", (("retry-after", seconds),))


class Ticket(msgspec.Struct, eq=False):
    """The share of one admitted request, given back at the end of its ``with`` block."""

    _admission: Admission
    _reserved: int = 0

    def reserve(self, size: int) -> None:
        """``size`` bytes more of a body. Raises Refused (503)."""
        admission = self._admission
        in_progress = admission.body_bytes
        if in_progress + size > admission.limits.bodies_bytes:
            raise admission.busy(f"The gateway is busy with {in_progress} bytes of requests")
        admission.body_bytes = in_progress + size
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
