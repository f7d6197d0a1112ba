"""What an operation was called with, read with the original connector's rules.

A parameter is what the operation's template was called with. The parameters of the original
connector may be ``apns.*`` properties as well: its templates, and flows, set these.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from types import MappingProxyType
from typing import Any, Final

import msgspec
from lxml import etree

from apns_connector.errors import JsonError, MediationError
from apns_connector.mediation.expressions.result import as_text
from apns_connector.mediation.expressions.variables import resolved
from apns_connector.mediation.json_payload import element_to_json, write_json
from apns_connector.mediation.json_xml import OBJECT, scalar_text
from apns_connector.mediation.message import Message
from apns_connector.mediation.xml import Element, children, local_name
from apns_connector.operations.failure import OperationError

# XPath numbers print as "3.0", so a whole number may carry a fraction of zero.
_INTEGER: Final = re.compile(r"([+-]?[0-9]+)(?:\.0+)?", re.ASCII)
_NUMBER: Final = re.compile(r"[+-]?[0-9]+(?:\.[0-9]+)?", re.ASCII)
_BOOLEANS: Final = {"true": True, "false": False}
_NOTHING: Final[Mapping[str, Any]] = MappingProxyType({})
_SMALL_NUMBERS: Final = {str(number): number for number in range(1000)}
# The badge was an integer of Java; times go beyond the year 2038.
INT: Final = 2**31 - 1
LONG: Final = 2**63 - 1


class _NoText:
    """Stands for a property that holds something else."""


def _held(held: Mapping[str, Any], by_hand: Mapping[str, str]) -> dict[str, Any]:
    """What the properties hold that may be given by hand."""
    found: dict[str, Any] = {}
    for held_as in held.keys() & by_hand.keys():
        value = held[held_as]
        if value is not None:
            found[by_hand[held_as]] = value if type(value) is str else _as_text(value)
    return found


def _as_text(value: Any) -> str | _NoText:
    if isinstance(value, str | int | float) and not isinstance(value, bool):
        return str(value)
    return _NoText()


def properties(*names: str) -> Mapping[str, str]:
    """Which of these parameters each property stands for."""
    return {f"apns.{name}": name for name in names}


def given_to(message: Message, operation: str) -> Mapping[str, Any]:
    """What the template of ``operation`` was called with. The innermost template is another one
    when a flow names the class by itself."""
    functions = message.properties.functions
    if functions and (innermost := functions[-1]).template == operation:
        return innermost.parameters
    return _NOTHING


class Parameters:
    """The parameters of one call of ``operation`` on ``message``.

    ``by_hand``: the properties that may be given instead, and the parameter that each stands for.
    ``any_by_hand``: whether one of these is there. Every method raises :class:`OperationError` for
    a value that is not what it promises.
    """

    __slots__ = ("_given", "_message", "any_by_hand")

    def __init__(
        self, message: Message, operation: str, by_hand: Mapping[str, str] = _NOTHING
    ) -> None:
        self._message = message
        self._given = given_to(message, operation)
        held = message.properties.default
        self.any_by_hand = not held.keys().isdisjoint(by_hand)
        if self.any_by_hand:
            self._given = {**_held(held, by_hand), **self._given}

    def none_of(self, names: frozenset[str]) -> bool:
        """Whether none of ``names`` was given: faster than to ask for each."""
        return names.isdisjoint(self._given)

    def value(self, name: str) -> Any:
        """As it was given: text, or an element; ``None`` if it was not."""
        value = self._given.get(name)
        if value is None or type(value) is str:
            return value
        if type(value) is _NoText:
            raise OperationError.illegal(f"Property <apns.{name}> is not a String.")
        try:
            return resolved(value, self._message)
        except MediationError as error:
            raise OperationError.illegal(
                f"Property <apns.{name}> cannot be evaluated: {error}"
            ) from error

    def text(self, name: str) -> str | None:
        """``None`` if it was never given, "" if XPath found nothing."""
        value = self._given.get(name)
        if value is None or type(value) is str:  # nearly always
            return value
        return as_text(self.value(name))

    def required(self, name: str) -> str:
        """As :meth:`text`; being absent is a failure."""
        value = self._given.get(name)
        text = value if type(value) is str else self.text(name)
        if text is None:
            raise OperationError.missing(name)
        return text

    def optional(self, name: str) -> str | None:
        """As :meth:`text`; nothing found counts as absent."""
        value = self._given.get(name)
        return (value if type(value) is str else self.text(name)) or None

    def needed(self, name: str) -> str:
        """As :meth:`optional`; being absent is a failure."""
        value = self.optional(name)
        if value is None:
            raise OperationError.missing(name)
        return value

    def _stripped(self, name: str) -> str:
        text = self.text(name)
        return text.strip() if text else ""

    def whole_number(self, name: str, largest: int = LONG) -> int | None:
        """An integer; absent or blank, ``None``. ``largest``: a thousand at least."""
        given = self._given.get(name)
        number = _SMALL_NUMBERS.get(given) if type(given) is str else None
        if number is not None:  # nearly always
            return number
        value = self._stripped(name)
        if not value:
            return None
        match = _INTEGER.fullmatch(value)
        if match is None or len(match[1]) > 20 or abs(int(match[1])) > largest:
            raise OperationError.illegal(
                f"Property <apns.{name}> is not an integer: '{value[:40]}'"
            )
        return int(match[1])

    def number(self, name: str) -> float | None:
        value = self._stripped(name)
        if not value:
            return None
        if _NUMBER.fullmatch(value) is None or len(value) > 40:
            raise OperationError.illegal(f"Property <apns.{name}> is not a number: '{value[:40]}'")
        return float(value)

    def boolean(self, name: str) -> bool | None:
        """``true`` or ``false`` in any case; absent or blank, ``None``."""
        value = self._stripped(name)
        if not value:
            return None
        try:
            return _BOOLEANS[value.lower()]
        except KeyError:
            raise OperationError.illegal(
                f"Property <apns.{name}> is neither true nor false: '{value[:40]}'"
            ) from None

    def choice(self, name: str, words: Collection[str]) -> str | None:
        """One of ``words``, in exactly that spelling; absent or blank, ``None``."""
        value = self._stripped(name)
        if value and value not in words:
            raise OperationError.illegal(
                f"Property <apns.{name}> is '{value[:40]}'; it must be {' or '.join(words)}"
            )
        return value or None

    def json_object(self, name: str) -> dict[str, Any] | None:
        """A JSON object; of an element, what its child elements are as JSON. Absent: ``None``."""
        value = self.value(name)
        if isinstance(value, etree._Element) and children(value):
            found = self._from_element(name, value)
        else:
            text = self._stripped(name)
            found = self._from_json(name, text) if text else None
        if found is not None and not isinstance(found, dict):
            raise OperationError.illegal(f"Property <apns.{name}> is JSON, but no object")
        return found

    def _from_element(self, name: str, element: Element) -> Any:
        try:
            found = element_to_json(element)
            found = found if local_name(element.tag) == OBJECT else next(iter(found.values()))
            return msgspec.json.decode(write_json(found))
        except JsonError as error:
            raise OperationError.illegal(f"Property <apns.{name}>: {error}") from error

    def _from_json(self, name: str, text: str) -> Any:
        """The sentence does not repeat the text, which may be private."""
        try:
            return msgspec.json.decode(text)
        except (msgspec.DecodeError, RecursionError, UnicodeError) as error:
            raise OperationError.illegal(f"Property <apns.{name}> is no JSON: {error}") from error

    def texts(self, name: str) -> list[str] | None:
        """Several texts: a JSON array, or separated by commas. Absent or blank: ``None``."""
        text = self._stripped(name)
        if not text:
            return None
        if not text.startswith("["):
            return [part.strip() for part in text.split(",")]
        found = self._from_json(name, text)
        if any(isinstance(part, dict | list) for part in found):
            raise OperationError.illegal(f"Property <apns.{name}> has more than texts in its array")
        return [scalar_text(part) for part in found]
