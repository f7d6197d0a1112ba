"""The queues of one store, and which of them a record belongs into: decisions only.

RabbitMQ looks only at the first message of a queue when it lets messages expire. So each queue of
those that wait has one time for all, after which the broker moves a message to the main queue; who
is to wait longer goes through several of them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

# Seconds. Four times the one before: at most three passes through each but the longest.
DELAYS: Final = (0.25, 1.0, 4.0, 16.0, 64.0, 256.0, 1024.0, 4096.0)

# Looking at a record returns it, which RabbitMQ 4 counts: it would give up after 20 times.
_DELIVERY_LIMIT: Final = 2**31 - 1

_QUORUM: Final[dict[str, Any]] = {
    "x-queue-type": "quorum",
    "x-overflow": "reject-publish",
    "x-delivery-limit": _DELIVERY_LIMIT,
}


@dataclass(frozen=True, slots=True)
class Queues:
    """``main``: what is due. ``limit``: records in it, for the broker to see to."""

    main: str
    limit: int

    @property
    def dead(self) -> str:
        """Also the name of the dead-letter exchange before it."""
        return f"{self.main}.dead"

    @property
    def waiting(self) -> tuple[str, ...]:
        return tuple(self._after(delay) for delay in DELAYS)

    @property
    def all(self) -> tuple[str, ...]:
        return (self.main, *self.waiting, self.dead)

    def after(self, seconds: float) -> str:
        """Where a record waits that is due in ``seconds``: never too long, but for the shortest."""
        fitting = [delay for delay in DELAYS if delay <= seconds]
        return self._after(fitting[-1] if fitting else DELAYS[0])

    def place(self, due: float, now: float) -> str:
        return self.main if due <= now else self.after(due - now)

    def _after(self, delay: float) -> str:
        return f"{self.main}.after-{delay:g}s"

    def arguments(self) -> dict[str, dict[str, Any]]:
        """How each queue is declared."""
        back = {
            "x-dead-letter-exchange": "",
            "x-dead-letter-routing-key": self.main,
            "x-dead-letter-strategy": "at-least-once",
        }
        return {
            self.dead: dict(_QUORUM),
            self.main: _QUORUM
            | back
            | {
                "x-max-length": self.limit,
                "x-dead-letter-exchange": self.dead,
                "x-dead-letter-routing-key": self.dead,
            },
            **{
                self._after(delay): _QUORUM | back | {"x-message-ttl": int(delay * 1000)}
                for delay in DELAYS
            },
        }
