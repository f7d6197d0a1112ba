"""What a server says when it goes away: Apple's JSON in GOAWAY's debug data, or any bytes.

Source: Apple, "Handling error responses from APNs"; plain text has been seen as well.
"""

from __future__ import annotations

import msgspec

from apns_connector.apns.frames import ErrorCode, error_name
from apns_connector.apns.reasons import REASONS, Action, Reason


def reason_in(debug: bytes) -> str | None:
    """Apple's reason, or whatever text there is; ``None`` if there is nothing."""
    try:
        said = msgspec.json.decode(debug)
    except (msgspec.DecodeError, UnicodeDecodeError):
        said = None
    if isinstance(said, dict) and isinstance(said.get("reason"), str):
        return str(said["reason"])
    return debug[:200].decode("utf-8", "replace").strip() or None


def describe(code: int, debug: bytes) -> str:
    """For people: ``GOAWAY (Shutdown)``, ``GOAWAY (ENHANCE_YOUR_CALM: too many pings)``."""
    words = [error_name(code)] if code != ErrorCode.NO_ERROR else []
    reason = reason_in(debug)
    if reason:
        words.append(reason)
    return f"GOAWAY ({': '.join(words)})" if words else "GOAWAY"


def refusal(debug: bytes) -> Reason | None:
    """The reason, if it means that no connection with these credentials will ever do."""
    row = REASONS.get(reason_in(debug) or "")
    return row if row is not None and row.action is Action.CREDENTIALS else None
