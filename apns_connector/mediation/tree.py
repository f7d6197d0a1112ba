"""Changing XML trees: an element moves alone, the text behind it stays where it is."""

from __future__ import annotations

from collections.abc import Iterable

from apns_connector.errors import MediationError
from apns_connector.mediation.xml import Element, writable


def detach(element: Element) -> Element:
    """Take an element out of its parent, if it has one."""
    parent = element.getparent()
    if parent is None:
        return element
    before, tail = element.getprevious(), element.tail or ""
    parent.remove(element)
    element.tail = None
    if before is not None:
        before.tail = (before.tail or "") + tail
    else:
        parent.text = (parent.text or "") + tail
    return element


def put_before(place: Element, elements: Iterable[Element]) -> None:
    """Insert elements before another one, in their order. Raises MediationError at a root."""
    parent = parent_of(place)
    for element in elements:
        parent.insert(parent.index(place), detach(element))


def put_after(place: Element, element: Element) -> None:
    """Insert an element right behind another one. Raises MediationError at a root."""
    parent = parent_of(place)
    tail, place.tail = place.tail, None
    parent.insert(parent.index(place) + 1, detach(element))
    element.tail = tail


def replace(place: Element, elements: Iterable[Element]) -> None:
    """Elements in the place of another one. Raises MediationError at a root."""
    put_before(place, elements)
    detach(place)


def set_text(element: Element, text: str) -> None:
    """The text of an element is this one; its child elements stay, and come first."""
    element.text = None
    for child in element:
        child.tail = None
    if len(element):
        element[-1].tail = writable(text)
    else:
        element.text = writable(text)


def parent_of(element: Element) -> Element:
    parent = element.getparent()
    if parent is None:
        raise MediationError(f"<{element.tag}> is a root: nothing stands beside it")
    return parent
