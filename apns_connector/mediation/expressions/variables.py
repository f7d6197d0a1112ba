"""The XPath variables that Synapse adds: ``$ctx:x``, ``$func:x``, ``$body``, …"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from apns_connector.mediation.message import Message

Getter = Callable[[Message], Any]


@dataclass(frozen=True, slots=True)
class Deferred:
    """A ``{{expression}}`` given as template parameter: evaluated anew at each reading."""

    evaluate: Getter


@dataclass(frozen=True, slots=True)
class DefaultProperty:
    """What ``$ctx:name`` reads."""

    name: str

    def __call__(self, message: Message) -> Any:
        return message.properties.default.get(self.name)


def resolved(value: Any, message: Message) -> Any:
    """The value of a property, a deferred one evaluated."""
    return value.evaluate(message) if isinstance(value, Deferred) else value


def variable(prefix: str | None, name: str) -> Getter | None:
    """How to read ``$prefix:name`` or ``$name`` off a message; ``None`` when Synapse has none."""
    if prefix is None:
        return _WHOLE.get(name)
    scoped = _SCOPED.get(prefix)
    if scoped is not None:
        return scoped(name)
    return lambda message: _entry(message.properties.default.get(prefix), name)


def _scope(scope: str) -> Callable[[str], Getter]:
    return lambda name: lambda message: message.properties.get(name, scope)


def _function(name: str) -> Getter:
    return lambda message: resolved(message.properties.function(name), message)


def _url(name: str) -> Getter:
    wanted = name.lower()

    def parameter(message: Message) -> str:
        found = (value for key, value in message.url_parameters.items() if key.lower() == wanted)
        return next(found, "")

    return parameter


def _entry(value: Any, name: str) -> Any:
    """A default property that is itself a map may be read by its own name: ``$map:entry``."""
    return value.get(name) if isinstance(value, Mapping) else None


_SCOPED: dict[str, Callable[[str], Getter]] = {
    "ctx": DefaultProperty,
    "func": _function,
    "url": _url,
    "axis2": _scope("axis2"),
    "trp": _scope("transport"),
    "operation": _scope("operation"),
    "system": _scope("system"),
}

_WHOLE: dict[str, Getter] = {
    "env": lambda message: message.envelope,
    "body": lambda message: message.body,
    "header": lambda message: message.header,
}
