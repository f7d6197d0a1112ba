"""JSONPath as Synapse has it (the Jayway dialect), compiled into steps from node to nodes.

A *definite* path leads to one value at most: names and indices only. Any other gives a list, which
may be empty.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, Final

from apns_connector.errors import MediationError

# Names and indices from the root on; a value and where it lies.
Location = tuple[str | int, ...]
Node = tuple[Location, Any]
# From a node to those it leads to; the root is for the filters that look at it.
Step = Callable[[Node, Any], Iterable[Node]]
Function = Callable[[Any], Any]


class _Missing:
    def __repr__(self) -> str:
        return "MISSING"


MISSING: Final = _Missing()


class JsonPath:
    """A compiled path. ``keys``, where it has nothing else, are the short way to its value;
    ``function`` is applied to what was found, such as ``length()``."""

    def __init__(
        self,
        source: str,
        steps: Sequence[Step],
        *,
        definite: bool,
        keys: Location | None = None,
        function: Function | None = None,
    ) -> None:
        self.source = source
        self.is_root = not steps and function is None
        self.definite = definite
        self._steps = tuple(steps)
        self._keys = keys
        self._function = function

    def __repr__(self) -> str:
        return f"JsonPath({self.source!r})"

    def read(self, root: Any) -> Any:
        """The value of a definite path, MISSING when there is none; else the list of values."""
        if self._keys is not None:
            found = _at(root, self._keys)
        else:
            found = [value for _, value in self._nodes(root)]
            if self.definite:
                found = found[0] if found else MISSING
        if self._function is None or found is MISSING:
            return found
        return self._function(found)

    def locations(self, root: Any) -> list[Location]:
        """Where the values lie, for ``replaced`` and ``removed``; none for a function's result."""
        if self._function is not None:
            return []
        return [location for location, _ in self._nodes(root)]

    def _nodes(self, root: Any) -> Iterator[Node]:
        nodes: Iterator[Node] = iter([((), root)])
        for step in self._steps:
            nodes = _stepped(nodes, step, root)
        return nodes


def replaced(root: Any, location: Location, value: Any) -> Any:
    """A copy of ``root`` with ``value`` at a location; what is beside the way is shared. Raises
    MediationError when the way there does not exist."""
    if not location:
        return value
    copy = _copy(root)
    copy[location[0]] = replaced(_below(root, location), location[1:], value)
    return copy


def removed(root: Any, location: Location) -> Any:
    """A copy of ``root`` without what is at a location; ``None`` for the root itself."""
    if not location:
        return None
    copy = _copy(root)
    if len(location) == 1:
        del copy[location[0]]
    else:
        copy[location[0]] = removed(_below(root, location), location[1:])
    return copy


def _copy(container: Any) -> Any:
    if not isinstance(container, dict | list):
        raise MediationError("A JSON location leads through a value that holds nothing")
    return dict(container) if isinstance(container, dict) else list(container)


def _below(container: Any, location: Location) -> Any:
    """What is there at present; a member that is to be made has nothing yet."""
    found = _at(container, location[:1])
    if found is MISSING and (len(location) > 1 or isinstance(container, list)):
        raise MediationError(f"There is no {location[0]!r} in the JSON")
    return None if found is MISSING else found


def _at(value: Any, keys: Location) -> Any:
    for key in keys:
        if type(key) is str:
            value = value.get(key, MISSING) if isinstance(value, dict) else MISSING
        elif isinstance(value, list) and -len(value) <= key < len(value):  # type: ignore[operator]
            value = value[key]  # type: ignore[index] # it is an int
        else:
            return MISSING
    return value


def _stepped(nodes: Iterator[Node], step: Step, root: Any) -> Iterator[Node]:
    return (found for node in nodes for found in step(node, root))


# Steps. Each knows nothing of the others.


def members(*keys: str | int) -> Step:
    """Members of an object by name, or items of an array by index."""

    def select(node: Node, _: Any) -> Iterator[Node]:
        location, value = node
        for key in keys:
            found = _at(value, (key,))
            if found is not MISSING:
                index = key if isinstance(key, str) or key >= 0 else key + len(value)
                yield (*location, index), found

    return select


def picked(*names: str) -> Step:
    """An object with those members only: what ``['a','b']`` gives at the end of a path."""

    def select(node: Node, _: Any) -> Iterator[Node]:
        location, value = node
        if isinstance(value, dict) and not value.keys().isdisjoint(names):
            yield location, {name: value[name] for name in names if name in value}

    return select


def sliced(start: int | None, stop: int | None, stride: int | None = None) -> Step:
    """A part of an array."""

    def select(node: Node, _: Any) -> Iterator[Node]:
        location, value = node
        if isinstance(value, list):
            for index in range(*slice(start, stop, stride).indices(len(value))):
                yield (*location, index), value[index]

    return select


def everything(node: Node, _: Any = None) -> Iterator[Node]:
    """All members of an object, all items of an array."""
    location, value = node
    if isinstance(value, dict):
        yield from (((*location, name), inner) for name, inner in value.items())
    elif isinstance(value, list):
        yield from (((*location, index), inner) for index, inner in enumerate(value))


def descendants(node: Node, _: Any = None) -> Iterator[Node]:
    """The node and all objects and arrays inside it, outer ones first."""
    waiting = [node]
    while waiting:
        node = waiting.pop()
        if isinstance(node[1], dict | list):
            yield node
            waiting.extend(reversed(list(everything(node))))


def filtered(condition: Callable[[Any, Any], bool]) -> Step:
    """The items of an array for which the condition holds; an object is tried itself."""

    def select(node: Node, root: Any) -> Iterator[Node]:
        candidates = everything(node) if isinstance(node[1], list) else iter([node])
        return (found for found in candidates if condition(found[1], root))

    return select
