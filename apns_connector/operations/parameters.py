"""The ``apns.*`` properties that the templates set, read with the original connector's rules."""

from __future__ import annotations

import re
from typing import Final

from apns_connector.mediation.message import Message
from apns_connector.operations.failure import OperationError

# XPath numbers print as "3.0", so a whole number may carry a fraction of zero.
_INTEGER: Final = re.compile(r"([+-]?[0-9]+)(?:\.0+)?", re.ASCII)
_LARGEST: Final = 2**31 - 1


def text(message: Message, name: str) -> str | None:
    """The property ``apns.NAME``; ``None`` if it was never set, "" if XPath found nothing.

    Raises :class:`OperationError` if it holds anything but text.
    """
    value = message.properties.get(f"apns.{name}")
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, int | float) and not isinstance(value, bool):
        return str(value)
    raise OperationError.illegal(f"Property <apns.{name}> is not a String.")


def required(message: Message, name: str) -> str:
    """As :func:`text`; being absent is a failure."""
    value = text(message, name)
    if value is None:
        raise OperationError.missing(name)
    return value


def optional(message: Message, name: str) -> str | None:
    """As :func:`text`; nothing found counts as absent."""
    return text(message, name) or None


def whole_number(message: Message, name: str, default: int) -> int:
    """An integer of 32 bits; absent or blank, ``default``."""
    value = (text(message, name) or "").strip()
    if not value:
        return default
    match = _INTEGER.fullmatch(value)
    if match is None or abs(int(match[1])) > _LARGEST:
        raise OperationError.illegal(f"Property <apns.{name}> is not an integer: '{value[:40]}'")
    return int(match[1])
