"""The rows that the catalogue is made of. Descriptions are Markdown, in one line."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum


class Input(Enum):
    """How a value is asked for."""

    TEXT = "text"
    LONG_TEXT = "long text"
    BOOLEAN = "boolean"
    CHOICE = "choice"
    NAME = "name"  # never an expression


@dataclass(frozen=True, slots=True)
class Parameter:
    """``required``: "yes", when it is ("with `registry`"), or "". ``choices``: what else than an
    expression may be given."""

    name: str
    description: str
    required: str = ""
    input: Input = Input.TEXT
    choices: tuple[str, ...] = ()

    @property
    def plain(self) -> str:
        """The description without Markdown."""
        return self.description.replace("`", "")


@dataclass(frozen=True, slots=True)
class Group:
    """Parameters that stand together."""

    title: str
    parameters: tuple[Parameter, ...]


@dataclass(frozen=True, slots=True)
class Field:
    """A member of a result; ``type`` as JSON Schema calls it. ``fields``: those of an object, or of
    each item of an array; an array without them has texts."""

    name: str
    type: str
    description: str
    fields: tuple[Field, ...] = ()


@dataclass(frozen=True, slots=True)
class Entry:
    """One operation. ``result``: the JSON members of a success beside ``success``; ``connected``:
    it sends by an ``<apns.init>``."""

    name: str
    title: str
    description: str
    groups: tuple[Group, ...]
    result: tuple[Field, ...] = ()
    connected: bool = True

    @property
    def parameters(self) -> Iterator[Parameter]:
        for group in self.groups:
            yield from group.parameters

    @property
    def java_class(self) -> str:
        return java_class(self.name)


def java_class(operation: str) -> str:
    """What ``<class name="…">`` in the template of an operation says: a name as the original
    connector has one for dispatchToDevice."""
    return f"org.wso2.carbon.connector.apns.{operation[0].upper()}{operation[1:]}"
