"""What every compiled expression can do, whichever language it is written in."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any

from apns_connector.mediation.message import Message


class Expression(ABC):
    """A compiled expression; ``source`` is its text. All methods raise MediationError when it
    cannot be evaluated.

    ``property_name`` is the default property that it is, if it is no more than that, and ``secret``
    tells whether it is a secret of the vault.
    """

    property_name: str | None = None
    secret = False

    def __init__(self, source: str) -> None:
        self.source = source

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.source!r})"

    @abstractmethod
    def value(self, message: Message) -> Any:
        """The result as it is: text, number, list of nodes, JSON value; ``None`` for null."""

    @abstractmethod
    def text(self, message: Message) -> str | None:
        """The string value; ``None`` for null."""

    @abstractmethod
    def boolean(self, message: Message) -> bool:
        """The truth value."""

    @abstractmethod
    def parameter(self, message: Message) -> Any:
        """The value as a template parameter: text or an element; ``None`` for none."""

    def nodes(self, message: Message) -> list[Any]:
        """The result as a list of nodes; a single value as a list of one, null as none."""
        result = self.value(message)
        if result is None:
            return []
        return result if isinstance(result, list) else [result]
