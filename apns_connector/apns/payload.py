"""The JSON that travels: the ``aps`` dictionary and its size.

Source: Apple, "Generating a remote notification" (UserNotifications).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import msgspec

from apns_connector.errors import PayloadError

MAX_PAYLOAD_BYTES: Final = 4_096
MAX_VOIP_PAYLOAD_BYTES: Final = 5_120

_encoder = msgspec.json.Encoder()


def aps(
    *,
    alert: str | Mapping[str, Any] | None = None,
    sound: str | None = None,
    badge: int | None = None,
) -> dict[str, Any]:
    """A payload with nothing in it but what is given: ``{"aps": {...}}``."""
    given = {"alert": alert, "sound": sound, "badge": badge}
    return {"aps": {key: value for key, value in given.items() if value is not None}}


def limit_for(push_type: str | None) -> int:
    """The most bytes that Apple takes; one more is PayloadTooLarge."""
    return MAX_VOIP_PAYLOAD_BYTES if push_type == "voip" else MAX_PAYLOAD_BYTES


def encode(payload: Mapping[str, Any] | bytes, push_type: str | None = "alert") -> bytes:
    """``payload`` as UTF-8 JSON without white space; bytes are taken as they are.

    Raises :class:`PayloadError`: not encodable, empty, or longer than :func:`limit_for`.
    """
    body = payload if isinstance(payload, bytes) else _to_json(payload)
    size, limit = len(body), limit_for(push_type)
    if size > limit:
        raise PayloadError(f"Payload is too long. ({size} bytes, {limit} are allowed)", size, limit)
    if not size:
        raise PayloadError("The payload is empty", 0, limit)
    return body


def _to_json(payload: Mapping[str, Any]) -> bytes:
    try:
        return _encoder.encode(payload if type(payload) is dict else dict(payload))
    except (TypeError, ValueError, RecursionError, OverflowError) as error:
        raise PayloadError(f"The payload cannot be written as JSON: {error}") from error
