"""Where the results of several flows of the Micro Integrator 4.4 go."""

from __future__ import annotations

from lxml import etree

from apns_connector.mediation.reading import Reader
from apns_connector.mediation.xml import Element


def root_named(element: Element, reader: Reader) -> str:
    """The name in ``root-element``, which XML results need around them. Raises
    ConfigurationError without one, and for one that is no name."""
    name = reader.required(element, "root-element")
    try:
        etree.Element(name)
    except ValueError as error:
        raise reader.error(element, f"root-element '{name}' is no name of an element") from error
    return name
