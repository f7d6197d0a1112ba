"""A branch of ``<filter>`` or ``<switch>``: mediators inside it, or a sequence by key."""

from __future__ import annotations

from apns_connector.mediation.mediator import Mediator
from apns_connector.mediation.mediators.sequence import SequenceReference
from apns_connector.mediation.reading import Reader
from apns_connector.mediation.xml import Element


def branch_from_element(element: Element, reader: Reader) -> Mediator:
    key = reader.key(element, "sequence", "sequence")
    return reader.mediators(element) if key is None else SequenceReference(key)
