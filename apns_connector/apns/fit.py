"""Shortens the body of an alert until the payload fits.

A body is cut between characters (:mod:`apns_connector.apns.characters`), as late as possible, and
the bytes are counted as they travel, with JSON's escapes.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from apns_connector.apns.characters import last_cut
from apns_connector.apns.payload import to_json
from apns_connector.apns.push_type import MAX_PAYLOAD_BYTES
from apns_connector.errors import PayloadError

_AROUND_TEXT = len(to_json({"": ""}))


@dataclass(frozen=True, slots=True)
class Cut:
    """What was taken from the end of a body: code points, and their bytes in UTF-8."""

    characters: int
    bytes: int


@dataclass(frozen=True, slots=True)
class Fitted:
    """A payload that fits; ``cut`` is ``None`` if it did so before."""

    payload: Mapping[str, Any] = field(repr=False)
    cut: Cut | None


def fit(payload: Mapping[str, Any], limit: int = MAX_PAYLOAD_BYTES, postfix: str = "…") -> Fitted:
    """``payload``, or a copy whose alert body is shortened so that at most ``limit`` bytes travel.

    The body is the alert itself if that is text, else its ``body``; it becomes the longest
    beginning that fits together with ``postfix``, or alone if not even ``postfix`` has room.
    Takes one encoding of the payload, and a few of at most ``limit`` bytes.

    Raises :class:`PayloadError` saying by how many bytes it is too long without any body.
    """
    size = len(to_json(payload))
    if size <= limit:
        return Fitted(payload, None)
    body = _body(payload)
    if body is None:
        raise PayloadError(
            f"The payload is {size - limit} bytes too long and has no alert body to shorten",
            size,
            limit,
        )
    smallest = size - _size(body)
    if smallest > limit:
        raise PayloadError(
            f"The payload is {smallest - limit} bytes too long even without its alert body",
            smallest,
            limit,
        )
    kept, ending = _shorten(body, limit - smallest, postfix)
    lost = body[kept:]
    return Fitted(
        _with_body(payload, body[:kept] + ending),
        Cut(len(lost), len(lost.encode())),
    )


def _shorten(body: str, room: int, postfix: str) -> tuple[int, str]:
    """How much of ``body`` stays, and what follows it."""
    if _size(postfix) > room:
        postfix = ""
    room -= _size(postfix)
    head = body[:room]  # no character travels as less than a byte
    ends = range(len(head) + 1)
    longest = bisect_right(ends, room, key=lambda end: _size(head[:end])) - 1
    return last_cut(body, longest), postfix


def _size(text: str) -> int:
    """The bytes that ``text`` takes between its quotation marks."""
    return len(to_json({"": text})) - _AROUND_TEXT


def _body(payload: Mapping[str, Any]) -> str | None:
    aps = payload.get("aps")
    alert = aps.get("alert") if isinstance(aps, Mapping) else None
    body = alert.get("body") if isinstance(alert, Mapping) else alert
    return body if isinstance(body, str) else None


def _with_body(payload: Mapping[str, Any], body: str) -> dict[str, Any]:
    aps = payload["aps"]
    alert = aps["alert"]
    shortened = body if isinstance(alert, str) else {**alert, "body": body}
    return {**payload, "aps": {**aps, "alert": shortened}}
