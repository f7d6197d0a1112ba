"""The properties of a message, by scope.

Synapse keeps several independent maps of names on a message; a *scope* names the map. Writable are
``default``, ``axis2``, ``transport`` (HTTP headers), ``operation`` (shared by request and answer)
and ``axis2-client``; only readable are ``func`` (template parameters), ``registry``, ``system``,
``env`` and ``file`` (file.properties, by get-property alone).
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping, MutableMapping, Set
from copy import deepcopy
from typing import Any, Protocol

import msgspec
from lxml import etree

from apns_connector.errors import MediationError
from apns_connector.mediation.deployment.resolvers import OWN_VARIABLES

WRITABLE_SCOPES = ("default", "axis2", "transport", "operation", "axis2-client")
READABLE_SCOPES = (*WRITABLE_SCOPES, "func", "registry", "system", "env", "file")


def independent(value: Any) -> Any:
    """The value of a property for a second message: XML, which a flow may change, is copied."""
    if isinstance(value, list):
        return [independent(one) for one in value]
    return deepcopy(value) if isinstance(value, etree._Element) else value


class TextSource(Protocol):
    """Something that gives the text stored under a path: the registry."""

    def text(self, path: str) -> str | None: ...


class Headers(MutableMapping[str, Any]):
    """Transport headers: any spelling of a name finds the value, the last spelling is kept."""

    # Values by lower-case name; the names that are spelled in another way, by the same.
    __slots__ = ("_spelled", "_values")

    def __init__(self, fields: Iterable[tuple[str, Any]] = ()) -> None:
        self._values: dict[str, Any] = {}
        self._spelled: dict[str, str] = {}
        for name, value in fields:
            self[name] = value

    @classmethod
    def of_request(cls, fields: Mapping[str, str]) -> Headers:
        """Those of an HTTP request, whose names are in lower case already."""
        headers = cls.__new__(cls)
        headers._values, headers._spelled = dict(fields), {}
        return headers

    def __getitem__(self, name: str) -> Any:
        return self._values[name.lower()]

    def __setitem__(self, name: str, value: Any) -> None:
        key = name.lower()
        self._values[key] = value
        if key != name:
            self._spelled[key] = name
        else:
            self._spelled.pop(key, None)

    def __delitem__(self, name: str) -> None:
        key = name.lower()
        del self._values[key]
        self._spelled.pop(key, None)

    def __iter__(self) -> Iterator[str]:
        return (self._spelled.get(key, key) for key in self._values)

    def __len__(self) -> int:
        return len(self._values)

    def fields(self) -> Iterable[tuple[str, Any]]:
        """As ``items``, without a look-up for each."""
        if not self._spelled:
            return self._values.items()
        return [(self._spelled.get(key, key), value) for key, value in self._values.items()]

    def within(self, names: frozenset[str]) -> bool:
        """Whether there is no other name than these, which are in lower case."""
        return names.issuperset(self._values)


class FunctionContext(msgspec.Struct, eq=False):
    """The parameters of one running template; ``$func:x`` reads the innermost one."""

    template: str
    parameters: Mapping[str, Any]

    __repr__ = object.__repr__  # parameters may be secret

    def get(self, name: str) -> Any:
        """The value, or ``None`` for a parameter that was not given."""
        return self.parameters.get(name)


class Properties:
    """All properties of one message. Values are text, numbers, booleans or elements."""

    __slots__ = (
        "_registry",
        "axis2",
        "axis2_client",
        "default",
        "functions",
        "operation",
        "transport",
    )

    def __init__(
        self,
        *,
        headers: Headers | Iterable[tuple[str, Any]] = (),
        operation: dict[str, Any] | None = None,
        registry: TextSource | None = None,
    ) -> None:
        self.default: dict[str, Any] = {}
        self.axis2: dict[str, Any] = {}
        self.axis2_client: dict[str, Any] = {}
        self.transport = headers if isinstance(headers, Headers) else Headers(headers)
        self.operation: dict[str, Any] = {} if operation is None else operation
        self.functions: list[FunctionContext] = []
        self._registry = registry

    def copy(self) -> Properties:
        """An independent copy. The operation scope is that of the exchange, and stays shared."""
        copy = Properties(
            headers=self.transport.fields(), operation=self.operation, registry=self._registry
        )
        for mine, theirs in (
            (copy.default, self.default),
            (copy.axis2, self.axis2),
            (copy.axis2_client, self.axis2_client),
        ):
            mine.update({name: independent(value) for name, value in theirs.items()})
        copy.functions = list(self.functions)
        return copy

    def get(self, name: str, scope: str = "default") -> Any:
        """The value, or ``None``. Raises MediationError for a scope that does not exist, and for
        ``func`` outside every template."""
        if scope == "default":
            return self.default.get(name)
        if scope in WRITABLE_SCOPES:
            return self.scope(scope).get(name)
        return self._read_only(name, scope)

    def set(self, name: str, value: Any, scope: str = "default") -> None:
        """Store a value. ``None`` is a no-op in every Synapse version: it neither deletes nor
        overwrites, so a value of an earlier step survives."""
        if value is None:
            return
        if scope == "default":  # the most frequent by far
            self.default[name] = value
        else:
            self.scope(scope)[name] = value

    def remove(self, name: str, scope: str = "default") -> None:
        """Forget a value; an absent one is fine."""
        if scope == "default":
            self.default.pop(name, None)
        else:
            self.scope(scope).pop(name, None)

    def forget(self, names: Set[str]) -> None:
        """Remove those of ``names`` that the default scope has."""
        if names.isdisjoint(self.default):  # nearly always, and told at once
            return
        for name in self.default.keys() & names:
            del self.default[name]

    def scope(self, scope: str) -> MutableMapping[str, Any]:
        """The map behind a writable scope. Raises MediationError for any other."""
        match scope:
            case "default":
                return self.default
            case "axis2":
                return self.axis2
            case "transport":
                return self.transport
            case "operation":
                return self.operation
            case "axis2-client":
                return self.axis2_client
        raise MediationError(
            f"Property scope '{scope}' cannot be written: use one of {', '.join(WRITABLE_SCOPES)}"
        )

    def function(self, name: str) -> Any:
        """A template parameter. Outside every template Synapse fails the flow, and so do we."""
        if not self.functions:
            raise MediationError(f"$func:{name} is read, but no template is running")
        return self.functions[-1].get(name)

    def _read_only(self, name: str, scope: str) -> Any:
        match scope:
            case "func":
                return self.function(name)
            case "registry":
                return None if self._registry is None else self._registry.text(name)
            case "env":
                return _variable(name)
            case "system":  # Java system properties: the environment is the nearest thing here
                return _variable(name) or ""
        raise MediationError(
            f"Property scope '{scope}' does not exist: use one of {', '.join(READABLE_SCOPES)}"
        )


def _variable(name: str) -> str | None:
    """An environment variable, unless it is one of the gateway itself."""
    return None if name.startswith(OWN_VARIABLES) else os.environ.get(name)
