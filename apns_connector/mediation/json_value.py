"""JSON values that Python has no type of its own for."""

from __future__ import annotations

import re
from typing import Any

# RFC 8259 section 6.
_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?", re.ASCII)
# Python reads no integer of more digits: sys.int_info.default_max_str_digits.
_MAX_DIGITS = 4300


class ExactFloat(float):
    """A float that keeps its ``text``: ``1.10`` does not become ``1.1``, nor ``1e400`` infinite.

    What is computed from it is a plain float.
    """

    __slots__ = ("text",)

    text: str

    def __new__(cls, text: str) -> ExactFloat:
        self = super().__new__(cls, text)
        self.text = text
        return self

    def __repr__(self) -> str:
        return self.text

    __str__ = __repr__

    def __getnewargs__(self) -> tuple[str]:  # type: ignore[override] # float gives its value
        return (self.text,)


class JsonArray(list[Any]):
    """An array that is the value of a property or variable. A plain list there holds XML nodes."""

    __slots__ = ()


def as_property(value: Any) -> Any:
    """A JSON value such as a property holds it."""
    return JsonArray(value) if type(value) is list else value


def read_number(text: str) -> int | float | None:
    """The number that a text is in JSON's own form; ``None`` for any other, such as ``007``."""
    match = _NUMBER.fullmatch(text)
    if match is None:
        return None
    if match[1] is None and match[2] is None and len(text) <= _MAX_DIGITS and text != "-0":
        return int(text)
    return ExactFloat(text)
