"""``PARENT/NAME/text()``: the text of a child, which is what flows mostly take out of a message.

Of several children of one element, all are had for little more than the price of one: lxml takes
longer to begin with an XPath than to find something in a small message.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from lxml import etree

from apns_connector.mediation.expressions.result import TEXT_LIMIT
from apns_connector.mediation.xml import Element

_NAME = r"[A-Za-z_][\w.-]*"
_QNAME = rf"(?:{_NAME}:)?{_NAME}"
# Names and slashes alone: with an operator, what stands before the last steps would mean another
# thing by itself.
_CHILD_TEXT = re.compile(rf"((?://?{_QNAME})+)/(?:({_NAME}):)?({_NAME})/text\(\)", re.ASCII)
_PREFIX = re.compile(rf"({_NAME}):", re.ASCII)


@dataclass(frozen=True, slots=True)
class Parent:
    """An XPath, and the prefixes in it with their namespaces."""

    path: str
    namespaces: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class ChildText:
    """That of the child with this tag."""

    parent: Parent
    tag: str


def child_text(source: str, namespaces: Mapping[str, str]) -> ChildText | None:
    """What an XPath asks for, if it is of this form; its prefixes are among ``namespaces``."""
    match = _CHILD_TEXT.fullmatch(source.strip())
    if match is None:
        return None
    path, prefix, name = match.groups()
    used = sorted(set(_PREFIX.findall(path)))
    parent = Parent(path, tuple((prefix, namespaces[prefix]) for prefix in used))
    return ChildText(parent, name if prefix is None else f"{{{namespaces[prefix]}}}{name}")


class ChildTexts:
    """Those of several children of one parent. ``wanted`` tells each tag, and what to call it."""

    def __init__(self, parent: Parent, wanted: Mapping[str, str]) -> None:
        self._wanted = wanted
        self._parent = etree.XPath(
            parent.path, namespaces=dict(parent.namespaces), regexp=False, smart_strings=False
        )
        # Among many children, XPath finds the few sooner.
        self._most_children = 16 + 4 * len(wanted)

    def find(self, envelope: Element) -> dict[str, str | None]:
        """Each that is there once and is nothing but text; all others are missing, or ``None``, and
        are to be asked for by themselves."""
        texts: dict[str, str | None] = {}
        wanted = self._wanted
        for child in self._children(envelope):
            name = wanted.get(child.tag)
            if name is not None:
                text = None if name in texts or len(child) else child.text
                texts[name] = text if text and len(text) <= TEXT_LIMIT else None
        return texts

    def _children(self, envelope: Element) -> Iterable[Element]:
        try:
            found: Any = self._parent(envelope)
        except etree.XPathError:  # told by who is asked next
            return ()
        return found[0] if len(found) == 1 and len(found[0]) <= self._most_children else ()
