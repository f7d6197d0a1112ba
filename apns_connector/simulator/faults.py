"""Faults on demand: what is to go wrong, when, and how often. State without clock or socket.

A fault lets ``after`` requests through, fires on the next one, and does so ``count`` times, or
until it is removed if ``count`` is ``None``. So ``after=999, count=None`` hits every thousandth
request and ``count=3`` the next three. ``refuse`` counts TCP connections, all others requests.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from h2.errors import ErrorCodes

from apns_connector.errors import ConfigurationError
from apns_connector.simulator.behaviour import (
    STATUS_OF,
    Behaviour,
    Close,
    Goaway,
    Reset,
    Silence,
    goaway_reason,
    rejection,
)

_COMMON = frozenset(("fault", "after", "count"))
# The visible list of all faults, with the fields that each takes besides the common ones.
FAULTS: dict[str, frozenset[str]] = {
    "answer": frozenset(("reason", "status")),
    "silence": frozenset(("processed",)),
    "reset": frozenset(("error_code", "processed")),
    "close": frozenset(("processed",)),
    "goaway": frozenset(("reason", "error_code", "debug", "processed")),
    "delay": frozenset(("milliseconds",)),
    "settings": frozenset(("max_concurrent_streams",)),
    "refuse": frozenset(),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One thing to go wrong; which fields belong to which ``fault`` is in :data:`FAULTS`.

    ``error_code`` is a name or number of RFC 9113, section 7; ``debug`` replaces the JSON debug
    data of a GOAWAY; ``status`` goes with a ``reason`` that Apple does not document.

    :raises ConfigurationError: if a value is missing or impossible
    """

    fault: str
    after: int = 0
    count: int | None = 1
    reason: str | None = None
    status: int | None = None
    error_code: str | int | None = None
    debug: str | None = None
    processed: bool = False
    milliseconds: int | None = None
    max_concurrent_streams: int | None = None

    def __post_init__(self) -> None:
        if self.fault not in FAULTS:
            raise ConfigurationError(f"unknown fault '{self.fault}'; known: {', '.join(FAULTS)}")
        _check_number("after", self.after, 0)
        if self.count is not None:
            _check_number("count", self.count, 1)
        _CHECKS.get(self.fault, _check_nothing)(self)

    @classmethod
    def from_json(cls, content: Any) -> Fault:
        """A fault from a decoded JSON object.

        :raises ConfigurationError: naming the field that is wrong
        """
        if not isinstance(content, Mapping) or not isinstance(content.get("fault"), str):
            raise ConfigurationError('a fault is a JSON object such as {"fault": "silence"}')
        fault = content["fault"]
        unknown = set(content) - _COMMON - FAULTS.get(fault, frozenset(content))
        if unknown:
            raise ConfigurationError(f"fault '{fault}' has no field '{min(unknown)}'")
        for name, kind in _TYPES.items():
            value = content.get(name)
            if value is not None and (
                not isinstance(value, kind) or (isinstance(value, bool) and kind is not bool)
            ):
                raise ConfigurationError(f"{name} of a fault cannot be {value!r}")
        return cls(**content)

    def to_json(self) -> dict[str, Any]:
        """Only the fields that this kind of fault has."""
        fields = _COMMON | FAULTS[self.fault]
        return {name: value for name, value in asdict(self).items() if name in fields}

    @property
    def behaviour(self) -> Behaviour | None:
        """What happens to the request; ``None`` for a fault that lets it be answered."""
        match self.fault:
            case "answer":
                return rejection(self.reason or "", self.status)
            case "silence":
                return Silence(self.processed)
            case "reset":
                return Reset(
                    _error_code(self.error_code, ErrorCodes.REFUSED_STREAM), self.processed
                )
            case "close":
                return Close(self.processed)
            case "goaway":
                code = _error_code(self.error_code, ErrorCodes.NO_ERROR)
                return Goaway(self._debug_data(), code, self.processed)
            case _:
                return None

    def _debug_data(self) -> bytes:
        if self.debug is not None:
            return self.debug.encode()
        return goaway_reason(self.reason or "Shutdown")


@dataclass(frozen=True, slots=True)
class Interference:
    """What the faults do to one request; each part may be absent."""

    behaviour: Behaviour | None = None
    milliseconds: int = 0
    max_concurrent_streams: int | None = None


UNDISTURBED = Interference()


@dataclass(slots=True)
class PendingFault:
    """A fault with its ``number``, the requests it still lets through, and its firings left."""

    number: int
    fault: Fault
    let_through: int
    left: int | None

    def to_json(self) -> dict[str, Any]:
        return {"number": self.number, **self.fault.to_json(), "left": self.left}


class Faults:
    """The faults that are pending, in the order in which they were added."""

    def __init__(self) -> None:
        self._pending: dict[int, PendingFault] = {}
        self._added = 0

    @property
    def pending(self) -> list[PendingFault]:
        return list(self._pending.values())

    def add(self, fault: Fault) -> int:
        """Let ``fault`` happen from now on; returns the number to remove it by."""
        self._added += 1
        self._pending[self._added] = PendingFault(self._added, fault, fault.after, fault.count)
        return self._added

    def remove(self, number: int) -> bool:
        """Whether there was a fault of that number."""
        return self._pending.pop(number, None) is not None

    def clear(self) -> None:
        self._pending.clear()

    def next_request(self) -> Interference:
        """What happens to the request that is now complete.

        Every pending fault counts it; if several want to replace the answer, the oldest does, and
        the others wait for the next request.
        """
        if not self._pending:
            return UNDISTURBED
        behaviour: Behaviour | None = None
        milliseconds = 0
        streams: int | None = None
        for pending in self.pending:
            fault = pending.fault
            if fault.fault == "refuse" or not self._is_due(pending):
                continue
            replacement = fault.behaviour
            if replacement is not None and behaviour is not None:
                continue
            self._fire(pending)
            behaviour = behaviour or replacement
            milliseconds += fault.milliseconds or 0
            streams = (
                streams if fault.max_concurrent_streams is None else fault.max_concurrent_streams
            )
        return Interference(behaviour, milliseconds, streams)

    def refuses_connection(self) -> bool:
        """Whether the TCP connection that is now here is cut."""
        refused = False
        for pending in self.pending:
            if pending.fault.fault == "refuse" and self._is_due(pending) and not refused:
                self._fire(pending)
                refused = True
        return refused

    def _is_due(self, pending: PendingFault) -> bool:
        if pending.let_through:
            pending.let_through -= 1
            return False
        return True

    def _fire(self, pending: PendingFault) -> None:
        pending.let_through = pending.fault.after
        if pending.left is not None:
            pending.left -= 1
            if not pending.left:
                del self._pending[pending.number]


_TYPES: dict[str, type | tuple[type, ...]] = {
    "after": int,
    "count": int,
    "reason": str,
    "status": int,
    "error_code": (str, int),
    "debug": str,
    "processed": bool,
    "milliseconds": int,
    "max_concurrent_streams": int,
}


def _check_number(name: str, value: int | None, least: int) -> None:
    if value is None or value < least:
        raise ConfigurationError(f"{name} of a fault must be {least} or more, not {value}")


def _check_nothing(fault: Fault) -> None:
    """Silence, close, refuse: nothing that could be wrong."""


def _check_answer(fault: Fault) -> None:
    if fault.reason is None:
        raise ConfigurationError("fault 'answer' needs a reason, such as ServiceUnavailable")
    if fault.reason not in STATUS_OF and fault.status is None:
        raise ConfigurationError(f"Apple documents no reason '{fault.reason}'; give its status too")
    if fault.status is not None and not 400 <= fault.status <= 599:
        raise ConfigurationError(f"status of a fault must be 400 to 599, not {fault.status}")


def _check_error_code(fault: Fault) -> None:
    _error_code(fault.error_code, ErrorCodes.NO_ERROR)


def _check_delay(fault: Fault) -> None:
    _check_number("milliseconds", fault.milliseconds, 1)


def _check_settings(fault: Fault) -> None:
    _check_number("max_concurrent_streams", fault.max_concurrent_streams, 0)


_CHECKS: dict[str, Callable[[Fault], None]] = {
    "answer": _check_answer,
    "reset": _check_error_code,
    "goaway": _check_error_code,
    "delay": _check_delay,
    "settings": _check_settings,
}


def _error_code(code: str | int | None, default: ErrorCodes) -> int:
    if code is None:
        return int(default)
    if isinstance(code, int) and 0 <= code < 2**32:
        return code
    if isinstance(code, str) and code in ErrorCodes.__members__:
        return int(ErrorCodes[code])
    raise ConfigurationError(
        f"error_code '{code}' is none of {', '.join(ErrorCodes.__members__)} and no number"
    )
