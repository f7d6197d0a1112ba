"""The lines of a file of device tokens, and the notification that each of them asks for."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from apns_connector.apns import Notification, clean_device_token
from apns_connector.errors import NotificationError

DEVICE_COLUMN: Final = "device_token"
# What a line may say for itself; each wins over what the command line says for all.
OVERRIDES: Final = ("alert", "title", "badge", "sound", "topic")
REASON: Final = "reason"  # written beside failures, ignored when they are read again
_KNOWN: Final = frozenset((DEVICE_COLUMN, *OVERRIDES, REASON))
_BOM: Final = b"\xef\xbb\xbf"


@dataclass(frozen=True, slots=True)
class Line:
    """One device, as written. ``number`` counts from 1, as editors do.

    ``problem``: why the line cannot be taken apart; its text is then the ``device_token``.
    """

    number: int
    device_token: str
    overrides: Mapping[str, str] = field(default_factory=dict)
    problem: str | None = None

    def __repr__(self) -> str:
        return f"Line({self.number}, …{self.device_token[-8:]})"


class LineReader:
    """Takes lines apart, in order; the first that is not blank may be a header.

    One line is one notification: a quoted field ends on the line it began on. So a stray quote
    costs its own line alone, and a number names a line for good.
    """

    def __init__(self) -> None:
        self._number = 0
        self._header: list[str] | None = None
        self._begun = False

    def read(self, raw: bytes) -> Line | None:
        """The line, or ``None`` if it is blank or the header."""
        self._number += 1
        if self._number == 1:
            raw = raw.removeprefix(_BOM)
        try:
            text = raw.decode().strip()
        except UnicodeDecodeError:
            self._begun = True
            return self._invalid(raw.decode("utf-8", "replace").strip(), "The line is not UTF-8")
        if not text:
            return None
        if not self._begun:
            self._begun = True
            self._header = _header(text)
            if self._header is not None:
                return None
        return self._line(text)

    def _line(self, text: str) -> Line:
        if self._header is None:
            return Line(self._number, text)
        try:
            cells = _cells(text)
        except csv.Error as error:
            return self._invalid(text, f"The line is not CSV: {error}")
        if len(cells) > len(self._header):
            return self._invalid(
                text,
                f"The line has {len(cells)} columns and the header {len(self._header)}; "
                "a text with a comma must stand in double quotes",
            )
        said = dict(zip(self._header, cells, strict=False))
        overrides = {name: said[name] for name in OVERRIDES if said.get(name)}
        return Line(self._number, said.get(DEVICE_COLUMN, ""), overrides)

    def _invalid(self, text: str, problem: str) -> Line:
        return Line(self._number, text, problem=problem)


def _header(text: str) -> list[str] | None:
    """The columns, if ``text`` names any; without a column device_token the first one is it."""
    try:
        columns = [cell.casefold() for cell in _cells(text)]
    except csv.Error:
        return None
    several = len(columns) > 1 and not _is_hexadecimal(columns[0])
    if not several and _KNOWN.isdisjoint(columns):
        return None
    if DEVICE_COLUMN not in columns:
        columns[0] = DEVICE_COLUMN
    return columns


def _cells(text: str) -> list[str]:
    return [cell.strip() for cell in next(csv.reader([text], strict=True, skipinitialspace=True))]


def _is_hexadecimal(text: str) -> bool:
    return not set(clean_device_token(text)) - set("0123456789abcdef")


@dataclass(frozen=True, slots=True)
class Template:
    """What all lines share. ``payload``: a JSON object, empty if the command line gives none."""

    payload: Mapping[str, Any]
    topic: str | None = None
    push_type: str | None = "alert"
    priority: int | None = None
    expiration: int | None = None
    collapse_id: str | None = None

    def notification(self, line: Line) -> Notification:
        """What ``line`` asks for. Raises :class:`NotificationError` if it cannot be sent."""
        if line.problem is not None:
            raise NotificationError(DEVICE_COLUMN, line.problem)
        return Notification(
            device_token=clean_device_token(line.device_token),
            payload=overridden(self.payload, line.overrides),
            topic=line.overrides.get("topic", self.topic),
            push_type=self.push_type,
            priority=self.priority,
            expiration=self.expiration,
            collapse_id=self.collapse_id,
        )


def overridden(payload: Mapping[str, Any], overrides: Mapping[str, str]) -> Mapping[str, Any]:
    """``payload`` with the alert, title, badge and sound of one line in its ``aps``."""
    aps = payload.get("aps", {})
    if not isinstance(aps, Mapping):
        raise NotificationError("payload", "The payload's aps is not a JSON object")
    changes: dict[str, Any] = {}
    if "alert" in overrides or "title" in overrides:
        changes["alert"] = _alert(aps.get("alert"), overrides)
    if "badge" in overrides:
        changes["badge"] = _badge(overrides["badge"])
    if "sound" in overrides:
        changes["sound"] = overrides["sound"]
    if not changes and not payload:
        raise NotificationError(
            "payload", "Nothing to send: neither the line nor the command line gives a payload"
        )
    return {**payload, "aps": {**aps, **changes}} if changes else payload


def _alert(alert: Any, overrides: Mapping[str, str]) -> str | dict[str, Any]:
    """Text stays text until there is a title; an object keeps its other keys."""
    if not isinstance(alert, Mapping):
        if "title" not in overrides:
            return overrides["alert"]
        alert = {} if alert is None else {"body": alert}
    keys = {"title": "title", "alert": "body"}
    return {**alert, **{key: overrides[name] for name, key in keys.items() if name in overrides}}


def _badge(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) < 10):
        raise NotificationError("payload", "The badge is not a whole number, 0 or more")
    return int(text)
