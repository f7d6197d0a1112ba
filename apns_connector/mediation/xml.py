"""The one door to the lxml parser, and the namespaces.

Nothing else in this package parses XML, so what is refused here is refused everywhere: document
type declarations (and with them entities of every kind), documents beyond a size, a depth, or a
number of elements. libxml2 reads neither network nor file on behalf of a document.
"""

from __future__ import annotations

import re
import sys
import threading
from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

from lxml import etree

from apns_connector.errors import XmlError

Element = etree._Element  # lxml gives the type no public name

SYNAPSE = "http://ws.apache.org/ns/synapse"
SOAP11 = "http://schemas.xmlsoap.org/soap/envelope/"
SOAP12 = "http://www.w3.org/2003/05/soap-envelope"
WSDL11 = "http://schemas.xmlsoap.org/wsdl/"
WSDL20 = "http://www.w3.org/ns/wsdl"
XML = "http://www.w3.org/XML/1998/namespace"
WSA_NAMESPACES = (
    "http://www.w3.org/2005/08/addressing",
    "http://schemas.xmlsoap.org/ws/2004/08/addressing",
)
# What the Axis2 builder wraps around a text/plain or binary payload.
PAYLOAD = "http://ws.apache.org/commons/ns/payload"


@dataclass(frozen=True, slots=True)
class Limits:
    """How large a document may be: bytes, nesting of elements, number of elements."""

    size: int
    depth: int = 200  # libxml2 itself stops at 256
    elements: int = 100_000


MESSAGE = Limits(size=1_000_000)
CONFIGURATION = Limits(size=16_000_000, elements=1_000_000)
_OWN = Limits(size=sys.maxsize, depth=sys.maxsize, elements=sys.maxsize)

# Characters that XML 1.0 (2.2 Char) cannot carry, escaped or not.
_NOT_IN_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def parse(content: bytes, limits: Limits = MESSAGE) -> Element:
    """The root element of a document.

    Raises XmlError for a document that is not well-formed, declares a document type, or exceeds
    ``limits``.
    """
    return _parsed(content, limits, _parsers.strict)


def parse_own(content: bytes) -> Element:
    """The root of a document that this package has written itself, and that nobody else could
    touch: as large and deep as it was. Raises XmlError as ``parse``."""
    return _parsed(content, _OWN, _parsers.trusting)


def parse_referring(content: bytes, name: str, resolve: Callable[[str], bytes]) -> Element:
    """A schema or stylesheet, which may refer to other documents by locations relative to ``name``.

    ``resolve`` gives each of them, or raises an exception: nothing is read in another way. Raises
    XmlError as ``parse``.
    """
    parser = _new_parser()
    parser.resolvers.add(_Resolver(resolve))
    return _parsed(content, CONFIGURATION, parser, name)


class _Resolver(etree.Resolver):
    def __init__(self, resolve: Callable[[str], bytes]) -> None:
        self._resolve = resolve

    def resolve(  # type: ignore[override] # the stubs forget the context
        self, system_url: str, public_id: str, context: Any
    ) -> Any:
        return self.resolve_string(self._resolve(system_url), context, base_url=system_url)


def _parsed(
    content: bytes, limits: Limits, parser: etree.XMLParser, base_url: str | None = None
) -> Element:
    if len(content) > limits.size:
        raise XmlError(
            f"The document has {len(content)} bytes, more than {limits.size} are refused"
        )
    try:
        # The stubs forget that base_url may be None.
        root = etree.fromstring(content, parser, base_url=base_url)  # type: ignore[arg-type]
    except etree.XMLSyntaxError as error:
        raise XmlError(
            f"The document is not well-formed: {_reason(error)}", error.lineno
        ) from error
    except ValueError as error:
        raise XmlError(f"The document cannot be read: {error}") from error
    # Looking for "<!DOCTYPE" in the bytes would miss it in UTF-16: ask the parsed document.
    if root.getroottree().docinfo.internalDTD is not None:
        raise XmlError("The document declares a document type (DOCTYPE), which is refused")
    # A document holds at most as many elements, one inside the other, as there are "<" in it, and
    # each takes four bytes, <a/>: ordinary messages are never walked, and short ones not counted.
    most = min(limits.depth, limits.elements)
    if len(content) > 4 * most and content.count(b"<") > most:
        _refuse_growth(root, limits)
    return root


def serialize(element: Element) -> bytes:
    """UTF-8, without declaration and without the text behind the element."""
    return etree.tostring(element, encoding="UTF-8", xml_declaration=False, with_tail=False)


def text_of(element: Element) -> str:
    """The element as XML text; of the namespaces around it only those that it uses."""
    if element.getparent() is not None:
        element = detached_copy(element)
        etree.cleanup_namespaces(element)
    return etree.tostring(element, encoding="unicode", with_tail=False)


def writable(text: str) -> str:
    """The text with U+FFFD for every character that no XML document can hold."""
    return _NOT_IN_XML.sub("\ufffd", text)


def local_name(tag: str) -> str:
    """``alert`` of ``{urn:x}alert``."""
    return tag.rpartition("}")[2]


def detached_copy(element: Element) -> Element:
    """A deep copy in a document of its own, that keeps neither parent nor tail."""
    copy = deepcopy(element)
    copy.tail = None
    return copy


def children(element: Element) -> list[Element]:
    """The child elements, without comments and processing instructions."""
    return list(element.iterchildren(etree.Element))


def line_of(element: Element) -> int | None:
    """The line of the start tag, from 1; ``None`` for an element that was not parsed."""
    line: int | None = element.sourceline  # type: ignore[assignment] # the stubs say "..."
    return line


def _new_parser(*, huge: bool = False) -> etree.XMLParser:
    return etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        dtd_validation=False,
        attribute_defaults=False,
        huge_tree=huge,
    )


class _Parsers(threading.local):
    """Those of this thread: making one costs more than parsing a small message."""

    def __init__(self) -> None:
        self.strict = _new_parser()
        self.trusting = _new_parser(huge=True)


_parsers = _Parsers()


def _refuse_growth(root: Element, limits: Limits) -> None:
    """Refuse many or deeply nested elements. One walk, without building a list."""
    depth = count = 0
    for event, _ in etree.iterwalk(root, events=("start", "end")):
        if event == "end":
            depth -= 1
            continue
        depth += 1
        count += 1
        if depth > limits.depth:
            raise XmlError(f"Elements are nested more than {limits.depth} deep")
        if count > limits.elements:
            raise XmlError(f"The document has more than {limits.elements} elements")


def _reason(error: etree.XMLSyntaxError) -> str:
    """libxml2's sentence without the position, which the error carries by itself."""
    return (error.msg or "no content").partition(", line ")[0]
