"""Moments written, and read, after a Java pattern such as ``yyyy-MM-dd'T'HH:mm:ss``."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone, tzinfo

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


# Reading.

# What a letter looks like that is more than a number.
_SHAPES = {
    "a": "[AaPp][Mm]",
    "E": "[A-Za-z]+",
    "S": r"\d{1,9}",
    "X": r"Z|[+-]\d{2}(?::?\d{2})?",
    "Z": r"[+-]\d{2}:?\d{2}",
}
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")


def parse_date(text: str, pattern: str) -> datetime:
    """The moment that a text in that form means; what the pattern leaves out is that of the start
    of 1970. Raises MediationError for a text that has another form, or names no moment."""
    letters: list[str] = []
    expression = "".join(_reading(match.group(), letters) for match in _PARTS.finditer(pattern))
    found = re.fullmatch(expression, text)
    if found is None:
        raise MediationError(f"the date has not the form {pattern}")
    fields = dict(zip(letters, found.groups(), strict=True))
    try:
        return _moment(fields)
    except ValueError as error:
        raise MediationError(f"the date does not exist: {error}") from error


def _reading(part: str, letters: list[str]) -> str:
    """The regular expression for one part of a pattern; its letter is noted."""
    if part.startswith("'"):
        return re.escape(part[1:-1].replace("''", "'") or "'")
    if not part[0].isalpha():
        return re.escape(part)
    if part[0] not in _SHAPES and part[0] not in "yMdHhkKms":
        raise MediationError(f"The date pattern letter '{part[0]}' cannot be read")
    letters.append(part[0])
    return f"({_shape(part[0], len(part))})"


def _shape(letter: str, width: int) -> str:
    if letter == "y":
        return r"\d{2}" if width == 2 else r"\d{4}"
    if letter == "M" and width > 2:
        return "[A-Za-z]+"
    return _SHAPES.get(letter) or (rf"\d{{{width}}}" if width > 1 else r"\d{1,2}")


def _moment(fields: dict[str, str]) -> datetime:
    def number(*letters: str, default: int) -> int:
        return next((int(fields[letter]) for letter in letters if letter in fields), default)

    year = number("y", default=1970)
    hour = number("H", "k", default=-1)
    if hour < 0:
        afternoon = fields.get("a", "").lower() == "pm"
        hour = number("h", "K", default=0) % 12 + (12 if afternoon else 0)
    return datetime(
        year + 2000 if year < 100 else year,
        _month_number(fields.get("M", "1")),
        number("d", default=1),
        hour % 24,
        number("m", default=0),
        number("s", default=0),
        int(fields.get("S", "0")[:6].ljust(6, "0")),
        _zone(fields.get("Z") or fields.get("X")),
    )


def _month_number(text: str) -> int:
    return int(text) if text.isdecimal() else _MONTHS.index(text[:3].lower()) + 1


def _zone(text: str | None) -> tzinfo | None:
    if text is None:
        return None
    digits = text.replace(":", "")
    if digits == "Z":
        return UTC
    offset = timedelta(hours=int(digits[1:3]), minutes=int(digits[3:5] or "0"))
    return timezone(-offset if digits[0] == "-" else offset)
