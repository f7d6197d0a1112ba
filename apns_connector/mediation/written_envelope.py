"""An envelope that many messages answer with: written once, and copied for whom looks into it."""

from __future__ import annotations

from copy import deepcopy

from apns_connector.mediation import xml
from apns_connector.mediation.soap import version_of
from apns_connector.mediation.xml import Element


class WrittenEnvelope:
    """``content`` is what it looks like on its way out. The envelope, whose payload is no fault, is
    not to be changed any more. Raises XmlError when it is none."""

    __slots__ = ("_envelope", "content", "version")

    def __init__(self, envelope: Element) -> None:
        self.version = version_of(envelope)
        self.content = xml.serialize(envelope)
        self._envelope = envelope

    def copy(self) -> Element:
        return deepcopy(self._envelope)
