"""What an operation has to tell, as JSON and as XML.

Both are written from one mapping: a member is an element in the connector's namespace, a list an
element with one element for each item, and what is ``None`` is left out.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any, Final

import msgspec
from lxml import etree

from apns_connector.mediation.content import Content
from apns_connector.mediation.soap import SoapVersion, new_envelope
from apns_connector.mediation.written_envelope import WrittenEnvelope
from apns_connector.mediation.xml import Element, writable

NAMESPACE: Final = "urn:org.wso2.carbon.connector.apns"

# The element of one item, by the name of the list.
ITEMS: Final = {"devices": "device", "channelIds": "channelId"}


class Result(msgspec.Struct, frozen=True):
    """``success``: as the payload says it. ``content``: what else is told. ``json_only``: members
    that the XML does not have, since it did not have them before there was JSON. ``status``: of
    Apple's answer, if the operation had one.
    """

    content: Mapping[str, Any] = msgspec.field(default_factory=dict)
    success: bool = True
    json_only: frozenset[str] = frozenset()
    status: int | None = None

    def payload(self) -> dict[str, Any]:
        """As JSON."""
        return {"success": self.success, **without_nothing(self.content)}

    def put_envelope(self, content: Content, operation: str) -> None:
        """Into the message as XML, in an envelope of SOAP 1.1."""
        written = _envelope(operation, self.success)
        if self.json_only.issuperset(self.content):
            content.replace_written(written)
            return
        envelope = written.copy()
        shown = {name: value for name, value in self.content.items() if name not in self.json_only}
        append_members(envelope[0][0], shown)
        content.replace_envelope(envelope)


@lru_cache(maxsize=64)
def _envelope(operation: str, success: bool) -> WrittenEnvelope:
    """With nothing in it but whether it was a success."""
    result = etree.Element(f"{{{NAMESPACE}}}{operation}Result", nsmap={"apns": NAMESPACE})
    append_members(result, {"successful": success})
    return WrittenEnvelope(new_envelope(SoapVersion.SOAP11, result))


def append_members(parent: Element, content: Mapping[str, Any]) -> None:
    for name, value in content.items():
        if value is not None:
            _append(parent, name, value)


def _append(parent: Element, name: str, value: Any) -> None:
    element = etree.SubElement(parent, f"{{{NAMESPACE}}}{name}")
    match value:
        case Mapping():
            append_members(element, value)
        case list():
            for item in value:
                _append(element, ITEMS[name], item)
        case bool():
            element.text = "true" if value else "false"
        case _:
            element.text = writable(str(value))


def without_nothing(content: Mapping[str, Any]) -> dict[str, Any]:
    """``content`` without what is ``None``, at every depth."""
    return {name: _something(value) for name, value in content.items() if value is not None}


def _something(value: Any) -> Any:
    if isinstance(value, Mapping):
        return without_nothing(value)
    return [_something(item) for item in value] if isinstance(value, list) else value
