"""What the simulated Apple does with one complete request: answer it, or one of the ways not to.

``processed`` on those that give no answer says whether Apple took the notification all the same:
the case in which a sender that repeats itself shows the user the same notification twice.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field

# Apple, "Handling error responses from APNs"; IdleTimeout, BadCertificate and others that a
# request cannot provoke by itself are here for the special tokens and the faults.
STATUS_OF: dict[str, int] = {
    "BadCollapseId": 400,
    "BadDeviceToken": 400,
    "BadExpirationDate": 400,
    "BadMessageId": 400,
    "BadPriority": 400,
    "BadTopic": 400,
    "DeviceTokenNotForTopic": 400,
    "DuplicateHeaders": 400,
    "IdleTimeout": 400,
    "InvalidPushType": 400,
    "MissingDeviceToken": 400,
    "MissingTopic": 400,
    "PayloadEmpty": 400,
    "TopicDisallowed": 400,
    "BadCertificate": 403,
    "BadCertificateEnvironment": 403,
    "ExpiredProviderToken": 403,
    "Forbidden": 403,
    "InvalidProviderToken": 403,
    "MissingProviderToken": 403,
    "UnrelatedKeyIdInToken": 403,
    "BadEnvironmentKeyIdInToken": 403,
    "BadEnvironmentKeyInToken": 403,  # on the wire in 2025; Apple documents the row above
    "BadPath": 404,
    "MethodNotAllowed": 405,
    "ExpiredToken": 410,
    "Unregistered": 410,
    "PayloadTooLarge": 413,
    "TooManyProviderTokenUpdates": 429,
    "TooManyRequests": 429,
    "InternalServerError": 500,
    "ServiceUnavailable": 503,
    "Shutdown": 503,
}

GONE_SINCE = 1_700_000_000_000
"""The ``timestamp`` of each 410, in milliseconds: 2023-11-14T22:13:20Z, fixed so that it can be
expected word for word."""


@dataclass(frozen=True, slots=True)
class Answer:
    """A response: ``reason`` is ``None`` for 200; ``timestamp`` (ms) exists only with 410."""

    status: int
    reason: str | None = None
    timestamp: int | None = None
    body: bytes = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "body", self._body())

    def _body(self) -> bytes:
        if self.reason is None:
            return b""
        content: dict[str, str | int] = {"reason": self.reason}
        if self.timestamp is not None:
            content["timestamp"] = self.timestamp
        return json.dumps(content, separators=(",", ":")).encode()


@dataclass(frozen=True, slots=True)
class Silence:
    """No answer, ever; the stream stays open."""

    processed: bool = False


@dataclass(frozen=True, slots=True)
class Reset:
    """RST_STREAM with ``error_code`` (RFC 9113, section 7)."""

    error_code: int
    processed: bool = False


@dataclass(frozen=True, slots=True)
class Close:
    """The TCP connection is reset, without GOAWAY and without close_notify."""

    processed: bool = False


@dataclass(frozen=True, slots=True)
class Goaway:
    """GOAWAY, the answers to the streams before this one, then the end of the connection.

    ``processed`` false: last-stream-id lies below the stream of the request. True: it covers the
    stream, which is never answered nevertheless.
    """

    debug: bytes
    error_code: int = 0
    processed: bool = False


@dataclass(frozen=True, slots=True)
class Slow:
    """``behaviour`` after ``milliseconds``; other streams go on."""

    milliseconds: int
    behaviour: Answer


Immediate = Answer | Silence | Reset | Close | Goaway
Behaviour = Immediate | Slow

ACCEPTED = Answer(200)
ACTIVE_STREAMS_VIOLATED = b"Maximum active streams violated for this endpoint."
"""Debug data of the GOAWAY (error 7) for too many streams; plain text, as seen from Apple."""


def rejection(reason: str, status: int | None = None) -> Answer:
    """The answer for ``reason``; ``status`` is needed only for one that Apple does not document."""
    code = STATUS_OF[reason] if status is None else status
    return Answer(code, reason, GONE_SINCE if code == 410 else None)


def goaway_reason(reason: str) -> bytes:
    """Debug data as Apple documents it: compact JSON with a reason."""
    return json.dumps({"reason": reason}, separators=(",", ":")).encode()
