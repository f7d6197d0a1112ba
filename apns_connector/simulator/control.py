"""The control port: which request means what. HTTP itself is in control_port.py."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl

from apns_connector.errors import ConfigurationError
from apns_connector.simulator.channels import Channels
from apns_connector.simulator.faults import Fault, Faults
from apns_connector.simulator.received import OUTCOMES, Received

DEFAULT_LIMIT = 1000
"""Notifications in one answer, unless asked for more."""

_LOOPBACK = re.compile(r"(localhost|127\.\d+\.\d+\.\d+|\[::1\])(:\d+)?", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class ControlRequest:
    """``host`` and ``origin`` are those header fields, if given."""

    method: str
    path: str
    query: str = ""
    host: str | None = None
    origin: str | None = None
    body: bytes = b""


@dataclass(frozen=True, slots=True)
class ControlAnswer:
    """``content`` goes out as JSON; ``allow`` names the methods that a 405 leaves."""

    status: int
    content: Any
    allow: str | None = None


class Control:
    """Shows what arrived and what channels there are, and takes orders for faults."""

    def __init__(
        self, received: Received, faults: Faults, channels: Channels | None = None
    ) -> None:
        self._received = received
        self._faults = faults
        self._channels = channels or Channels()
        self._routes = {
            ("GET", "/health"): self._health,
            ("GET", "/counts"): self._counts,
            ("GET", "/notifications"): self._notifications,
            ("DELETE", "/notifications"): self._clear_notifications,
            ("GET", "/channels"): self._list_channels,
            ("GET", "/faults"): self._list_faults,
            ("POST", "/faults"): self._add_faults,
            ("DELETE", "/faults"): self._clear_faults,
        }

    def answer(self, request: ControlRequest) -> ControlAnswer:
        if not _is_local(request):
            return _error(403, "the control port serves this machine only: use http://127.0.0.1")
        single = re.fullmatch(r"/faults/(\d{1,9})", request.path)
        if single and request.method == "DELETE":
            return self._remove_fault(int(single[1]))
        route = self._routes.get((request.method, request.path))
        if route is not None:
            try:
                return route(request)
            except ConfigurationError as error:
                return _error(400, str(error))
        methods = [method for method, path in self._routes if path == request.path]
        if single:
            methods = ["DELETE"]
        if methods:
            allowed = ", ".join(methods)
            return ControlAnswer(405, {"error": f"{request.path} takes {allowed}"}, allowed)
        return _error(404, "there are /health, /counts, /notifications, /channels and /faults")

    def _health(self, _: ControlRequest) -> ControlAnswer:
        return ControlAnswer(200, {"status": "ok"})

    def _notifications(self, request: ControlRequest) -> ControlAnswer:
        query = _query(request.query, ("outcome", "after", "limit"))
        outcome = query.get("outcome")
        if outcome not in (None, *OUTCOMES):
            raise ConfigurationError(f"outcome is one of {', '.join(OUTCOMES)}, not '{outcome}'")
        chosen = self._received.latest(
            outcome=outcome,
            after=_number(query, "after", 0),
            limit=_number(query, "limit", DEFAULT_LIMIT),
        )
        return ControlAnswer(200, [notification.to_json() for notification in chosen])

    def _clear_notifications(self, _: ControlRequest) -> ControlAnswer:
        self._received.clear()
        return ControlAnswer(200, [])

    def _counts(self, _: ControlRequest) -> ControlAnswer:
        outcomes, reasons = self._received.outcomes, self._received.reasons
        return ControlAnswer(200, {**outcomes, "reasons": dict(reasons)})

    def _list_channels(self, _: ControlRequest) -> ControlAnswer:
        return ControlAnswer(200, self._channels.to_json())

    def _list_faults(self, _: ControlRequest) -> ControlAnswer:
        return ControlAnswer(200, [pending.to_json() for pending in self._faults.pending])

    def _add_faults(self, request: ControlRequest) -> ControlAnswer:
        try:
            content = json.loads(request.body)
        except (ValueError, RecursionError) as error:
            raise ConfigurationError("the body is no JSON") from error
        # All are checked before the first is added.
        faults = [
            Fault.from_json(item) for item in (content if isinstance(content, list) else [content])
        ]
        numbers = [self._faults.add(fault) for fault in faults]
        return ControlAnswer(201, {"numbers": numbers})

    def _clear_faults(self, request: ControlRequest) -> ControlAnswer:
        self._faults.clear()
        return self._list_faults(request)

    def _remove_fault(self, number: int) -> ControlAnswer:
        if self._faults.remove(number):
            return ControlAnswer(200, {"removed": number})
        return _error(404, f"no fault has the number {number}")


def _is_local(request: ControlRequest) -> bool:
    """Neither a foreign name that resolves to loopback (DNS rebinding) nor a foreign page."""
    if request.host is None or not _LOOPBACK.fullmatch(request.host):
        return False
    return request.origin in (None, f"http://{request.host}")


def _query(text: str, known: tuple[str, ...]) -> dict[str, str]:
    query = dict(parse_qsl(text, keep_blank_values=True))
    for name in query:
        if name not in known:
            raise ConfigurationError(f"'{name}' is no parameter here; known: {', '.join(known)}")
    return query


def _number(query: dict[str, str], name: str, default: int) -> int:
    value = query.get(name)
    if value is None:
        return default
    if not re.fullmatch(r"\d{1,12}", value):
        raise ConfigurationError(f"{name} is a number, not '{value}'")
    return int(value)


def _error(status: int, text: str) -> ControlAnswer:
    return ControlAnswer(status, {"error": text})
