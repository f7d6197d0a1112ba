"""What arrived: the latest notifications and broadcasts, and counts of all."""

from __future__ import annotations

import json
from collections import Counter, deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from apns_connector.simulator.behaviour import Answer, Immediate
from apns_connector.simulator.provider_token import read_provider_token
from apns_connector.simulator.rules import Request

ACCEPTED = "accepted"
REJECTED = "rejected"
UNANSWERED = "unanswered"
OUTCOMES = (ACCEPTED, REJECTED, UNANSWERED)

TokenParts = dict[str, str | float | None]
"""alg, kid, iss and iat of a provider token."""


@dataclass(frozen=True, slots=True)
class ReceivedNotification:
    """One request as it came in, and what became of it.

    ``number`` counts from 1; ``received_at`` is in seconds since 1970; ``status`` is ``None``
    when no answer was given, which ``outcome`` "accepted" does not exclude. A broadcast has a
    ``channel_id`` and no device token; the ids are those of its answer. The authorization
    header is not kept: of the provider token there are the parts that are no secret.
    """

    number: int
    received_at: float
    connection: int
    device_token: str = field(repr=False)
    fields: tuple[tuple[bytes, bytes], ...] = field(repr=False)
    body: bytes = field(repr=False)
    outcome: str
    status: int | None
    reason: str | None
    apns_id: str
    apns_unique_id: str | None
    method: str
    path: str = field(repr=False)
    channel_id: str | None = None
    provider_token: TokenParts | None = None

    def __str__(self) -> str:
        """For the log: of the device token only the last eight characters."""
        answer = (
            "no answer" if self.status is None else f"{self.status} {self.reason or ''}".strip()
        )
        target = f"…{self.device_token[-8:]}" if self.channel_id is None else self.channel_id
        return f"{self.method} {target} {self.outcome}: {answer}"

    @property
    def headers(self) -> dict[str, str]:
        """Header fields without ``authorization``; of a repeated one the last."""
        return {
            name.decode("latin-1"): value.decode("utf-8", "replace") for name, value in self.fields
        }

    @property
    def payload(self) -> Any:
        """The decoded JSON, or the body as text if it is none."""
        try:
            return json.loads(self.body, parse_constant=_refuse_constant)
        except (ValueError, RecursionError):
            return self.body.decode("utf-8", "replace")

    def to_json(self) -> dict[str, Any]:
        """As the control port shows it, device token in full."""
        return {
            "number": self.number,
            "received_at": self.received_at,
            "connection": self.connection,
            "method": self.method,
            "path": self.path,
            "device_token": self.device_token,
            "channel_id": self.channel_id,
            "headers": self.headers,
            "provider_token": self.provider_token,
            "payload": self.payload,
            "outcome": self.outcome,
            "status": self.status,
            "reason": self.reason,
            "apns_id": self.apns_id,
            "apns_unique_id": self.apns_unique_id,
        }


class Received:
    """The latest ``keep`` notifications; the counts know of all since the last :meth:`clear`."""

    def __init__(self, keep: int, clock: Callable[[], float]) -> None:
        self._latest: deque[ReceivedNotification] = deque(maxlen=keep)
        self._clock = clock
        self._number = 0
        self.outcomes: Counter[str] = Counter(dict.fromkeys(OUTCOMES, 0))
        self.reasons: Counter[str] = Counter()

    def add(
        self,
        request: Request,
        behaviour: Immediate,
        *,
        connection: int,
        apns_id: str,
        apns_unique_id: str | None,
        provider_token: TokenParts | None,
    ) -> ReceivedNotification:
        outcome, status, reason = _outcome(behaviour)
        self._number += 1
        self.outcomes[outcome] += 1
        if reason is not None:
            self.reasons[reason] += 1
        notification = ReceivedNotification(
            number=self._number,
            received_at=self._clock(),
            connection=connection,
            device_token=request.device_token,
            fields=tuple(pair for pair in request.headers if pair[0] != b"authorization"),
            body=request.body,
            outcome=outcome,
            status=status,
            reason=reason,
            apns_id=apns_id,
            apns_unique_id=apns_unique_id,
            method=request.method,
            path=request.path,
            channel_id=request.channel_id if request.is_broadcast else None,
            provider_token=provider_token,
        )
        self._latest.append(notification)
        return notification

    def latest(
        self, *, outcome: str | None = None, after: int = 0, limit: int | None = None
    ) -> list[ReceivedNotification]:
        """Oldest first: those with a number above ``after``, of them the newest ``limit``."""
        chosen: Iterable[ReceivedNotification] = (
            notification
            for notification in self._latest
            if notification.number > after and outcome in (None, notification.outcome)
        )
        return list(chosen if limit is None else deque(chosen, maxlen=limit))

    def clear(self) -> None:
        """Forget all and count from zero; numbers go on, so that ``after`` keeps its meaning."""
        self._latest.clear()
        self.outcomes.update({outcome: -count for outcome, count in self.outcomes.items()})
        self.reasons.clear()


def _outcome(behaviour: Immediate) -> tuple[str, int | None, str | None]:
    """Outcome, status and reason."""
    if isinstance(behaviour, Answer):
        accepted = behaviour.reason is None
        return ACCEPTED if accepted else REJECTED, behaviour.status, behaviour.reason
    return ACCEPTED if behaviour.processed else UNANSWERED, None, None


def token_parts(authorization: bytes | None) -> TokenParts | None:
    """What may be shown of an authorization header; ``None`` if it holds no readable token."""
    token = None if authorization is None else read_provider_token(authorization.partition(b" ")[2])
    if token is None:
        return None
    return {
        "alg": token.algorithm,
        "kid": token.key_id,
        "iss": token.team_id,
        "iat": token.issued_at,
    }


def _refuse_constant(name: str) -> Any:
    raise ValueError(f"{name} is not JSON")
