"""When an endpoint takes no messages: a pure decision, the time is handed in.

Synapse: EndpointContext and AbstractEndpoint. An endpoint is *active* until an exchange fails. A
timeout code makes it wait for ``retry_delay`` and leaves it ``retries`` more failures; any other
code, or one failure more, suspends it, each time for longer. The first message after that decides:
success makes it active again. An operator may switch it off.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from enum import Enum

# No answer in time, and connection closed (Synapse: NHTTP_CONNECTION_TIMEOUT, …_CLOSED).
TIMEOUT_CODES = frozenset({101504, 101505})
DEFAULT_SUSPENSION_SECONDS = 30.0


class State(Enum):
    ACTIVE = "active"
    TIMEOUT = "timeout"
    SUSPENDED = "suspended"
    OFF = "off"


@dataclass(frozen=True, slots=True)
class Policy:
    """What an endpoint is configured to do about failures; times in seconds.

    ``suspend_codes`` empty: every code suspends. ``retried`` empty: a group tries another child
    after every code but those ``not_retried``.
    """

    timeout_codes: frozenset[int] = TIMEOUT_CODES
    retries: int = 0
    retry_delay: float = 0.0
    suspend_codes: frozenset[int] = frozenset()
    initial: float = DEFAULT_SUSPENSION_SECONDS
    factor: float = 1.0
    maximum: float = math.inf
    not_retried: frozenset[int] = frozenset()
    retried: frozenset[int] = frozenset()

    def retries_elsewhere(self, code: int) -> bool:
        """Whether a group may send the message to another child after that code."""
        return code not in self.not_retried and (not self.retried or code in self.retried)


@dataclass(frozen=True, slots=True)
class Condition:
    """How an endpoint is doing. ``retries_left`` is ``None`` as long as none was used;
    ``suspended_for`` is the last suspension, 0 for none; ``next_try`` on the clock of ``now``."""

    state: State = State.ACTIVE
    retries_left: int | None = None
    suspended_for: float = 0.0
    next_try: float = 0.0

    def ready(self, now: float) -> bool:
        """Whether a message may be sent. After the pause one may, before anything is known."""
        if self.state in (State.TIMEOUT, State.SUSPENDED):
            return now >= self.next_try
        return self.state is State.ACTIVE


ACTIVE = Condition()


def switched(condition: Condition, on: bool) -> Condition:
    """What an operator says counts whatever happened before."""
    return ACTIVE if on else replace(condition, state=State.OFF)


def after_success(condition: Condition) -> Condition:
    return condition if condition.state is State.OFF else ACTIVE


def after_failure(condition: Condition, code: int, policy: Policy, now: float) -> Condition:
    """The condition after an exchange that failed with that code."""
    if condition.state is State.OFF:
        return condition
    if code in policy.timeout_codes:
        return _timed_out(condition, policy, now)
    if not policy.suspend_codes or code in policy.suspend_codes:
        return _suspended(condition, policy, now)
    return condition


def _timed_out(condition: Condition, policy: Policy, now: float) -> Condition:
    left = policy.retries if condition.retries_left is None else condition.retries_left
    if left <= 0:
        return _suspended(condition, policy, now)
    next_try = now + policy.retry_delay
    return replace(condition, state=State.TIMEOUT, retries_left=left - 1, next_try=next_try)


def _suspended(condition: Condition, policy: Policy, now: float) -> Condition:
    last = condition.suspended_for
    duration = last * policy.factor if last > 0 else policy.initial
    duration = min(duration, policy.maximum)
    if duration < 0:
        duration = DEFAULT_SUSPENSION_SECONDS
    return replace(
        condition, state=State.SUSPENDED, suspended_for=duration, next_try=now + duration
    )
