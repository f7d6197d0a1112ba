"""The body of a request becomes notifications, and what is wrong becomes a path and a sentence."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, TypeVar

import msgspec

from apns_connector.rest.problem import FieldError, refusal
from apns_connector.rest.requests import NotificationRequest

T = TypeVar("T")

_one = msgspec.json.Decoder(NotificationRequest)
_many = msgspec.json.Decoder(list[NotificationRequest])
_raw = msgspec.json.Decoder(list[msgspec.Raw])
_STEP = re.compile(r"\.([^.\[]+)|\[(\d+)\]")
_UNKNOWN = re.compile(r"Object contains unknown field `(.+)`")
_MISSING = re.compile(r"Object missing required field `(.+)`")

# One of many is what was asked for, or what is wrong with it.
Entry = NotificationRequest | FieldError


def read_notifications(body: bytes, most: int) -> NotificationRequest | list[Entry]:
    """One notification, or a list of them; what is wrong with one in a list does not concern the
    others. Raises Refusal: 400 for what is no JSON, 413 for too many, 422 for anything else.
    """
    try:
        if not _is_array(body):
            return _one.decode(body)
        entries = _entries(body)
    except msgspec.ValidationError as error:
        raise refusal(422, "The notification is not valid", [field_error(error)]) from error
    except RecursionError as error:
        raise refusal(400, "The body is nested too deeply") from error
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise refusal(400, f"The body is no JSON in UTF-8: {_reason(error)}") from error
    if not entries:
        raise refusal(422, "The list is empty: send one notification at least")
    if len(entries) > most:
        raise refusal(413, f"The list has {len(entries)} notifications, and may have {most}")
    return entries


def _is_array(body: bytes) -> bool:
    return body.lstrip(b" \t\r\n")[:1] == b"["


def _entries(body: bytes) -> list[Entry]:
    try:
        return list(_many.decode(body))
    except msgspec.ValidationError:
        return [_entry(raw) for raw in _raw.decode(body)]


def _entry(raw: msgspec.Raw) -> Entry:
    try:
        return _one.decode(raw)
    except msgspec.ValidationError as error:
        return field_error(error)


def read_query(parameters: Mapping[str, str], type_: type[T]) -> T:
    """The query of a request. Raises Refusal (422)."""
    try:
        return msgspec.convert(dict(parameters), type_, strict=False)
    except msgspec.ValidationError as error:
        found = field_error(error)
        name = (found.pointer or "").removeprefix("#/") or None
        wrong = [FieldError(found.detail, parameter=name)]
        raise refusal(422, "The query is not valid", wrong) from error


def field_error(error: msgspec.ValidationError) -> FieldError:
    """What msgspec says, with the member that is to blame: also one that is missing, or should."""
    said, _, path = str(error).partition(" - at `$")
    steps = [name or index for name, index in _STEP.findall(path.rstrip("`"))]
    for pattern, detail in ((_UNKNOWN, "There is no such member"), (_MISSING, "It is required")):
        found = pattern.fullmatch(said)
        if found is not None:
            return FieldError(detail, pointer(*steps, found[1]))
    return FieldError(said, pointer(*steps))


def pointer(*steps: str) -> str:
    """A JSON Pointer as a URI fragment (RFC 6901, 6)."""
    return "#" + "".join(f"/{step.replace('~', '~0').replace('/', '~1')}" for step in steps)


def within(place: int, errors: Sequence[FieldError]) -> list[FieldError]:
    """The errors of one notification of a list, as of the whole body."""
    return [FieldError(error.detail, f"#/{place}{(error.pointer or '#')[1:]}") for error in errors]


def _reason(error: Any) -> str:
    return str(error).removeprefix("JSON is malformed: ")
