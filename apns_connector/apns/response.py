"""What Apple said to one request: a value, accepted or not."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Final, Protocol

import msgspec
from hpack import HPACKError

from apns_connector.apns import header_block
from apns_connector.apns.reasons import Reason, explain

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
# A channel was created, or deleted; everything else that is done is answered with 200.
_DONE: Final = (201, 204)


class Sent(Protocol):
    """What a request is about: a notification, a broadcast, or an operation on channels."""

    @property
    def apns_id(self) -> str: ...


class Response(msgspec.Struct, eq=False, gc=False):
    """Apple's answer to ``notification``, which is what was sent, be it something else.

    ``status``: the HTTP status. ``apns_id``: the id of the notification, as sent. ``block`` and
    ``body``: the header fields of the answer, and what followed them, as they came.
    """

    notification: Sent
    status: int
    block: bytes = b"\x88"
    body: bytes = b""

    @classmethod
    def refused_connection(cls, notification: Sent, reason: Reason) -> Response:
        """Apple closed the connection with ``reason`` instead of answering each request."""
        return cls(notification, reason.status, body=msgspec.json.encode({"reason": reason.name}))

    @property
    def accepted(self) -> bool:
        """True: Apple will try to deliver it. That is all that Apple ever tells."""
        return self.status == 200 or self.status in _DONE

    @property
    def reason(self) -> str | None:
        """Apple's word, verbatim; ``None`` if accepted."""
        return None if self.accepted else _read_body(self.status, self.body)[0]

    @property
    def timestamp(self) -> int | None:
        """With status 410: since when the token has been invalid, in milliseconds since 1970."""
        return None if self.accepted else _read_body(self.status, self.body)[1]

    @property
    def apns_id(self) -> str:
        return self.notification.apns_id

    @property
    def headers(self) -> dict[str, str]:
        """The header fields of the answer, decoded when asked for."""
        try:
            return dict(header_block.decode(self.block))
        except HPACKError:
            return {":status": str(self.status)}

    @property
    def apns_unique_id(self) -> str | None:
        """The key for Apple's delivery log; for notifications, the sandbox alone gives one."""
        return self.headers.get("apns-unique-id")

    @property
    def explanation(self) -> Reason | None:
        """What the reason means and what to do about it; ``None`` if accepted."""
        reason = self.reason
        return None if reason is None else explain(self.status, reason)

    @property
    def invalid_since(self) -> datetime | None:
        """``timestamp`` as a time in UTC; ``None`` also for one beyond the year 9999."""
        timestamp = self.timestamp
        if timestamp is None:
            return None
        try:
            return _EPOCH + timedelta(milliseconds=timestamp)
        except OverflowError:
            return None

    def __repr__(self) -> str:
        said = "accepted" if self.accepted else self.reason
        return f"Response({self.status} {said}, {self.notification!r})"


def _read_body(status: int, body: bytes) -> tuple[str, int | None]:
    """Reason and timestamp; a body that is not Apple's JSON becomes the reason as it stands."""
    try:
        said = msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError):
        said = None
    if not isinstance(said, dict) or not isinstance(said.get("reason"), str):
        text = body[:200].decode("utf-8", "replace").strip()
        return text or f"status {status} without a reason", None
    timestamp = said.get("timestamp")
    return said["reason"], timestamp if type(timestamp) is int else None
