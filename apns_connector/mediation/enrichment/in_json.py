"""``<enrich>`` on JSON: which value it takes, and where it puts it (Synapse: Source, Target)."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from lxml import etree

from apns_connector.errors import JsonError, MediationError
from apns_connector.mediation.expressions.json_path import (
    MISSING,
    JsonPath,
    Location,
    removed,
    replaced,
)
from apns_connector.mediation.json_payload import element_to_json, json_text, read_json
from apns_connector.mediation.json_value import as_property
from apns_connector.mediation.message import Message

_log = logging.getLogger(__name__)

Source = Callable[[Message], Any]
PathOf = Callable[[Message], JsonPath]


# Sources. MISSING for what is not there.


def of_path(path_of: PathOf, clone: bool) -> Source:
    """What the path leads to; without ``clone`` it is taken out of the payload."""

    def value(message: Message) -> Any:
        path, payload = path_of(message), message.as_json()
        found = path.read(payload)
        if not clone and found is not MISSING:
            message.replace_json(_without(payload, path))
        return found

    return value


def of_body(message: Message) -> Any:
    return message.as_json()


def of_text(read: Callable[[Message], str]) -> Source:
    """JSON in the configuration; a text that does not begin like an object or array is one
    (Gson is as lenient). Raises MediationError for what is broken."""

    def value(message: Message) -> Any:
        text = read(message).strip()
        try:
            return read_json(text.encode())
        except JsonError as error:
            if text[:1] in ("{", "["):
                raise MediationError(f"<enrich>: the inline source is no JSON: {error}") from error
            return text

    return value


def of_value(read: Callable[[Message], Any]) -> Source:
    """A property or variable: JSON, also as text; any other text is one."""
    return lambda message: json_of(read(message))


def json_of(value: Any) -> Any:
    if value is None:
        return MISSING
    if isinstance(value, etree._Element):
        return element_to_json(value)
    if not isinstance(value, str):
        return value
    try:
        return read_json(value.encode())
    except JsonError:
        return value


def holds_xml(value: Any) -> bool:
    """Whether a property sends ``<enrich>`` the way of XML although the payload is JSON."""
    nodes = value if isinstance(value, list) else [value]
    return any(isinstance(node, etree._Element) for node in nodes)


# Targets.


class Target(Protocol):
    def insert(self, value: Any, message: Message) -> None: ...


@dataclass(frozen=True, slots=True)
class AtPath:
    path_of: PathOf
    action: str

    def insert(self, value: Any, message: Message) -> None:
        if self.action == "sibling":
            _log.error("<enrich>: JSON knows no sibling, use the action 'child'")
            return
        payload, path = message.as_json(), self.path_of(message)
        for location in _found(path, payload):
            new = value if self.action == "replace" else added(path_value(payload, location), value)
            payload = replaced(payload, location, new)
        message.replace_json(payload)


@dataclass(frozen=True, slots=True)
class AtBody:
    action: str

    def insert(self, value: Any, message: Message) -> None:
        if self.action != "replace" or not isinstance(value, dict | list):
            _log.error("<enrich>: a JSON body can only be replaced, by an array or an object")
            return
        message.replace_json(value)
        message.properties.remove("NO_ENTITY_BODY", "axis2")


@dataclass(frozen=True, slots=True)
class AtProperty:
    """Holds the JSON as text; ``child`` adds to the array that it holds already."""

    name: str
    action: str

    def insert(self, value: Any, message: Message) -> None:
        if self.action == "sibling":
            _log.error("<enrich>: JSON knows no sibling, use the action 'child'")
            return
        if self.action == "child":
            old = json_of(message.properties.get(self.name))
            if not isinstance(old, list):
                _log.error("<enrich>: the property '%s' holds no JSON array", self.name)
                return
            value = [*old, value]
        text = value if isinstance(value, str) else json_text(value)
        message.properties.set(self.name, text)


@dataclass(frozen=True, slots=True)
class AtVariable:
    name: str

    def insert(self, value: Any, message: Message) -> None:
        message.variables[self.name] = as_property(value)


@dataclass(frozen=True, slots=True)
class AtKey:
    """Gives the member that the path leads to another name, at its place."""

    path_of: PathOf

    def insert(self, value: Any, message: Message) -> None:
        if not isinstance(value, str):
            raise MediationError("<enrich>: Key name must be a string")
        payload, path = message.as_json(), self.path_of(message)
        for location in _found(path, payload):
            *above, old = location
            members = path_value(payload, tuple(above))
            if isinstance(members, dict):
                renamed = {value if name == old else name: of for name, of in members.items()}
                payload = replaced(payload, tuple(above), renamed)
        message.replace_json(payload)


@dataclass(frozen=True, slots=True)
class Removal:
    """Takes what the paths lead to out of the payload, or out of the property ``name``. What is
    not there need not be taken out."""

    paths: Sequence[PathOf]
    name: str | None = None

    def run(self, message: Message) -> None:
        if self.name is None:
            message.replace_json(self._without(message.as_json(), message))
            return
        value = json_of(message.properties.get(self.name))
        if value is MISSING:
            raise MediationError(f"<enrich>: there is no property '{self.name}' to remove from")
        message.properties.set(self.name, json_text(self._without(value, message)))

    def _without(self, value: Any, message: Message) -> Any:
        for path_of in self.paths:
            value = _without(value, path_of(message))
        return value


def added(target: Any, value: Any) -> Any:
    """An array with one item more, an object with the members of another."""
    if isinstance(target, list):
        return [*target, value]
    if isinstance(target, dict) and isinstance(value, dict):
        return {**target, **value}
    _log.error("<enrich>: the target is no JSON array, nor are both objects: nothing is added")
    return target


def _found(path: JsonPath, root: Any) -> list[Location]:
    """Raises MediationError when the path leads nowhere: JSON is changed, not made."""
    locations = path.locations(root)
    if not locations:
        raise MediationError(f"No results for path: {path.source}")
    return locations


def path_value(root: Any, location: Location) -> Any:
    for key in location:
        root = root[key]
    return root


def _without(value: Any, path: JsonPath) -> Any:
    for location in reversed(path.locations(value)):  # later items first: the others keep theirs
        value = removed(value, location)
    return value
