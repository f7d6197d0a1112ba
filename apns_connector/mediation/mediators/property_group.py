"""``<propertyGroup>``: several ``<property>`` elements in a row."""

from __future__ import annotations

from apns_connector.mediation.mediator import Sequence
from apns_connector.mediation.reading import Reader
from apns_connector.mediation.xml import SYNAPSE, Element, children

_ALLOWED = (f"{{{SYNAPSE}}}property", f"{{{SYNAPSE}}}description")


def property_group_from_element(element: Element, reader: Reader) -> Sequence:
    """Raises ConfigurationError for a child that is no property."""
    for child in children(element):
        if child.tag not in _ALLOWED:
            raise reader.error(child, "<propertyGroup> holds only <property>")
    return reader.mediators(element)
