"""Steps that may be all of a template, as a class is of each operation of a connector: they need
none of what a list of mediators keeps about itself while it runs."""

from __future__ import annotations

from abc import ABC, abstractmethod

from apns_connector.mediation.effect import Effective
from apns_connector.mediation.mediator import GoesOn
from apns_connector.mediation.message import Message


class SoleStep(Effective, ABC):
    """``begin`` and ``failure`` are its ``mediate`` for who waits for it, and catches what it
    throws, already."""

    @abstractmethod
    def begin(self, message: Message) -> GoesOn:
        """As ``mediate``; what it throws is to be given to ``failure``."""

    @abstractmethod
    def failure(self, fault: Exception) -> Exception:
        """What is to be raised for it, which may be the same."""
