"""``SYSTEM_DATE``: a moment written after a Java SimpleDateFormat pattern."""

from __future__ import annotations

import re
from datetime import datetime

from apns_connector.errors import MediationError

# Java's short date and time of the US locale, its default when no pattern is given.
DEFAULT_PATTERN = "M/d/yy h:mm a"

_PARTS = re.compile(r"'(?:[^']|'')*'|([A-Za-z])\1*|[^A-Za-z']+")


def format_date(moment: datetime, pattern: str = DEFAULT_PATTERN) -> str:
    """``moment``, which knows its time zone, after ``pattern``.

    Raises MediationError for a letter that SimpleDateFormat does not know, or that is not
    supported here.
    """
    return "".join(_part(match.group(), moment) for match in _PARTS.finditer(pattern))


def _part(part: str, moment: datetime) -> str:
    if part.startswith("'"):
        return part[1:-1].replace("''", "'") or "'"
    if not part[0].isalpha():
        return part
    return _field(part[0], len(part), moment)


def _field(letter: str, width: int, moment: datetime) -> str:
    if letter in _NUMBERS:
        return str(_number(letter, moment)).zfill(width)
    match letter:
        case "y":
            return f"{moment.year % 100:02}" if width == 2 else str(moment.year).zfill(width)
        case "M":
            return _month(width, moment)
        case "E":
            return moment.strftime("%A" if width > 3 else "%a")
        case "a":
            return "AM" if moment.hour < 12 else "PM"
        case "z":
            return moment.tzname() or ""
        case "Z":
            return moment.strftime("%z")
        case "X":
            return _iso_zone(width, moment)
    raise MediationError(f"The date pattern letter '{letter}' is not supported")


_NUMBERS = "dHhkKmsSDu"


def _number(letter: str, moment: datetime) -> int:
    return {
        "d": moment.day,
        "H": moment.hour,
        "k": moment.hour or 24,
        "K": moment.hour % 12,
        "h": moment.hour % 12 or 12,
        "m": moment.minute,
        "s": moment.second,
        "S": moment.microsecond // 1000,
        "D": moment.timetuple().tm_yday,
        "u": moment.isoweekday(),
    }[letter]


def _month(width: int, moment: datetime) -> str:
    if width > 2:
        return moment.strftime("%B" if width > 3 else "%b")
    return str(moment.month).zfill(width)


def _iso_zone(width: int, moment: datetime) -> str:
    offset = moment.strftime("%z")
    if offset == "+0000":
        return "Z"
    return {1: offset[:3], 2: offset}.get(width, f"{offset[:3]}:{offset[3:]}")
