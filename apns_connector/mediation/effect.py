"""What a template does that leaves properties on a message and does nothing else.

Such a call, given the same, does the same for every message: it is remembered for as long as what
it was given holds, and repeated without running the template.
"""

from __future__ import annotations

import weakref
from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import msgspec

from apns_connector.mediation.message import Message
from apns_connector.mediation.properties import FunctionContext

if TYPE_CHECKING:
    from apns_connector.mediation.artifacts import Configuration
    from apns_connector.mediation.vault import Vault


class Effect(msgspec.Struct, eq=False):
    """Default properties that are forgotten, and those that are set then."""

    forgotten: frozenset[str]
    held: Mapping[str, str]

    __repr__ = object.__repr__  # they may be secret

    def take_place(self, message: Message) -> None:
        properties = message.properties
        properties.forget(self.forgotten)
        properties.default.update(self.held)


class Effective(ABC):
    """A step that may do nothing beyond an effect."""

    @abstractmethod
    def effect(self, context: FunctionContext) -> Effect | None:
        """All that it does within this template, whatever the message; ``None`` if it does more,
        or what it does depends on the message."""


class Repeated(msgspec.Struct, eq=False):
    """The effect of one call of a template. ``known`` is what it was given beside what it says by
    itself; ``until``, by the configuration's clock; ``secrets`` are those of the ``vault`` among
    what it was given, from its contents called ``edition``."""

    configuration: weakref.ref[Configuration]  # which would lead back here
    known: Mapping[str, Any] | None
    until: float
    effect: Effect
    secrets: frozenset[str] = frozenset()
    vault: Vault | None = None
    edition: int = 0

    __repr__ = object.__repr__

    def holds(self, message: Message, known: Mapping[str, Any] | None, now: float) -> bool:
        return (
            message.configuration is self.configuration()
            and known == self.known
            and (self.vault is None or self.vault.edition == self.edition)
            and now < self.until
        )

    def take_place(self, message: Message) -> None:
        message.secrets.update(self.secrets)
        self.effect.take_place(message)
