"""What the keys of a payload may hold; used by whatever builds a part of one.

A check is handed the key and the value, and raises :class:`PayloadError` with a sentence.
Source: Apple, "Generating a remote notification" (UserNotifications), its tables of keys.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any, Final, NoReturn

from apns_connector.errors import PayloadError

Check = Callable[[str, Any], None]

# Seconds since 1970 have twelve digits in the year 5138; milliseconds have thirteen today.
_FIRST_MILLISECONDS: Final = 10**11


def checked(given: Mapping[str, Any], checks: Mapping[str, Check]) -> dict[str, Any]:
    """``given`` without what is ``None``, each value by the check of its key."""
    kept = {}
    for key, value in given.items():
        if value is not None:
            checks[key](key, value)
            kept[key] = value
    return kept


def is_text(key: str, value: Any) -> None:
    if not isinstance(value, str):
        _refuse(key, "text", value)


def is_name(key: str, value: Any) -> None:
    """Text that says something."""
    is_text(key, value)
    if not value.strip():
        raise PayloadError(f"The {key} must not be blank")


def is_texts(key: str, value: Any) -> None:
    """A list or tuple; one string would be taken for as many as it has letters."""
    if not isinstance(value, (list, tuple)):
        _refuse(key, "a list of texts", value)
    for part in value:
        if not isinstance(part, str):
            _refuse(key, "a list of texts, each", part)


def is_object(key: str, value: Any) -> None:
    if not isinstance(value, Mapping):
        _refuse(key, "an object", value)


def is_text_or_object(key: str, value: Any) -> None:
    if not isinstance(value, (str, Mapping)):
        _refuse(key, "text or an object", value)


def is_whole_number(key: str, value: Any) -> None:
    if not isinstance(value, int) or isinstance(value, bool):
        _refuse(key, "a whole number", value)


def is_number(key: str, value: Any) -> None:
    """A number that JSON has: neither infinite nor NaN."""
    if not isinstance(value, (int, float)) or isinstance(value, bool):
        _refuse(key, "a number", value)
    if isinstance(value, float) and not math.isfinite(value):
        raise PayloadError(f"The {key} is {value}, which JSON cannot express")


def is_fraction(key: str, value: Any) -> None:
    is_number(key, value)
    if not 0 <= value <= 1:
        raise PayloadError(f"The {key} is {value}; it must lie between 0 and 1")


def is_seconds(key: str, value: Any) -> None:
    """Whole seconds since 1970."""
    is_whole_number(key, value)
    if value < 0:
        raise PayloadError(f"The {key} lies before 1970")
    if value >= _FIRST_MILLISECONDS:
        raise PayloadError(f"The {key} {value} is in milliseconds; Apple takes seconds since 1970")


def is_one_of(*words: str) -> Check:
    def check(key: str, value: Any) -> None:
        if value not in words:
            raise PayloadError(f"The {key} '{value}' is none of Apple's: {', '.join(words)}")

    return check


def _refuse(key: str, wanted: str, value: Any) -> NoReturn:
    """The type says enough, and the value may be private."""
    raise PayloadError(f"The {key} must be {wanted}, not {type(value).__name__}")
