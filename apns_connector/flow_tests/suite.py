"""What one unit-test file says, read and checked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

from apns_connector.flow_tests.actual import Actual
from apns_connector.flow_tests.mock_service import MockService
from apns_connector.mediation.library import Document, Library
from apns_connector.mediation.registry import Mounted


class Kind(Enum):
    """What a test artifact is; the value is its element."""

    SEQUENCE = "sequence"
    PROXY = "proxy"
    API = "api"


@dataclass(frozen=True, slots=True)
class InputProperty:
    """``scope``: default, axis2 or transport."""

    name: str
    value: str
    scope: str


@dataclass(frozen=True, slots=True)
class Input:
    """``path`` is what follows the context of an API."""

    payload: str | None = None
    path: str = ""
    method: str | None = None
    scheme: str = "http"
    properties: tuple[InputProperty, ...] = ()

    def headers(self) -> list[tuple[str, str]]:
        """The transport properties."""
        return [(one.name, one.value) for one in self.properties if one.scope == "transport"]


@dataclass(frozen=True, slots=True)
class Assertion:
    """``expected`` is ``None`` for assertNotNull; ``message`` is what its author says of it."""

    actual: Actual
    expected: str | None
    message: str
    line: int | None

    @property
    def name(self) -> str:
        return "assertNotNull" if self.expected is None else "assertEquals"


@dataclass(frozen=True, slots=True)
class Case:
    name: str
    input: Input
    assertions: tuple[Assertion, ...]
    line: int | None


@dataclass(frozen=True, slots=True)
class Suite:
    """``file`` as it can be opened from here. ``name`` is that of the artifact under test, the
    first of ``documents``; ``folder`` is what the paths in the file are relative to."""

    file: str
    kind: Kind
    name: str
    folder: Path
    documents: tuple[Document, ...]
    resources: Mapping[str, Mounted]
    libraries: tuple[Library, ...]
    services: tuple[MockService, ...]
    cases: tuple[Case, ...]
