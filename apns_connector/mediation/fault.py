"""SOAP faults as values, and their shape in SOAP 1.1, SOAP 1.2 and plain XML."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from lxml import etree

from apns_connector.mediation.xml import (
    SOAP11,
    SOAP12,
    XML,
    Element,
    children,
    detached_copy,
    writable,
)


@dataclass(frozen=True, slots=True)
class FaultCode:
    """A QName. ``namespace`` is ``None`` for an unqualified name."""

    namespace: str | None
    name: str


@dataclass(frozen=True, slots=True)
class Detail:
    """What is inside the detail element: text, elements, or both."""

    text: str = ""
    elements: Sequence[Element] = ()

    def put_into(self, parent: Element) -> None:
        # An empty text, not None: the documented shape is <detail></detail>.
        parent.text = writable(self.text)
        parent.extend(detached_copy(element) for element in self.elements)


@dataclass(frozen=True, slots=True)
class SoapFault:
    """A fault. ``node``, ``role`` and ``detail`` are left out when they are ``None``."""

    code: FaultCode
    reason: str
    node: str | None = None
    role: str | None = None
    detail: Detail | None = None
    subcode: FaultCode | None = None

    def with_code(self, code: FaultCode, subcode: FaultCode | None = None) -> SoapFault:
        return replace(self, code=code, subcode=subcode)

    def put_soap11(self, body: Element) -> None:
        """Append Fault with faultcode, faultstring, faultactor, detail (SOAP 1.1 section 4.4).

        It is built inside the body, because the text of faultcode depends on its prefixes.
        """
        fault = etree.SubElement(body, f"{{{SOAP11}}}Fault")
        _add_qname(fault, "faultcode", self.code)
        etree.SubElement(fault, "faultstring").text = writable(self.reason)
        if self.role is not None:
            etree.SubElement(fault, "faultactor").text = self.role
        if self.detail is not None:
            self.detail.put_into(etree.SubElement(fault, "detail"))

    def put_soap12(self, body: Element) -> None:
        """Append Fault with Code, Reason, Node, Role, Detail (SOAP 1.2 part 1 section 5.4)."""
        fault = etree.SubElement(body, f"{{{SOAP12}}}Fault")
        code = etree.SubElement(fault, f"{{{SOAP12}}}Code")
        _add_qname(code, f"{{{SOAP12}}}Value", self.code)
        if self.subcode is not None:
            subcode = etree.SubElement(code, f"{{{SOAP12}}}Subcode")
            _add_qname(subcode, f"{{{SOAP12}}}Value", self.subcode)
        reason = etree.SubElement(fault, f"{{{SOAP12}}}Reason")
        text = etree.SubElement(reason, f"{{{SOAP12}}}Text")
        text.set(f"{{{XML}}}lang", "en")
        text.text = writable(self.reason)
        if self.node is not None:
            etree.SubElement(fault, f"{{{SOAP12}}}Node").text = self.node
        if self.role is not None:
            etree.SubElement(fault, f"{{{SOAP12}}}Role").text = self.role
        if self.detail is not None:
            self.detail.put_into(etree.SubElement(fault, f"{{{SOAP12}}}Detail"))

    @classmethod
    def from_soap11(cls, fault: Element) -> SoapFault:
        return cls(
            code=_qname(fault.find("faultcode")),
            reason=fault.findtext("faultstring", ""),
            role=fault.findtext("faultactor"),
            detail=_detail(fault.find("detail")),
        )

    @classmethod
    def from_soap12(cls, fault: Element) -> SoapFault:
        soap = {"s": SOAP12}
        subcode = fault.find("s:Code/s:Subcode/s:Value", soap)
        return cls(
            code=_qname(fault.find("s:Code/s:Value", soap)),
            reason=fault.findtext("s:Reason/s:Text", "", soap),
            node=fault.findtext("s:Node", None, soap),
            role=fault.findtext("s:Role", None, soap),
            detail=_detail(fault.find("s:Detail", soap)),
            subcode=None if subcode is None else _qname(subcode),
        )


def _add_qname(parent: Element, tag: str, name: FaultCode) -> None:
    """A child whose text is a QName; its prefix is declared where it is not yet."""
    if name.namespace is None:
        etree.SubElement(parent, tag).text = writable(name.name)
        return
    declared = {uri: prefix for prefix, uri in parent.nsmap.items() if prefix}
    prefix = declared.get(name.namespace)
    nsmap = {"code": name.namespace} if prefix is None else None
    child = etree.SubElement(parent, tag, nsmap=nsmap)
    child.text = f"{prefix or 'code'}:{writable(name.name)}"


def _qname(element: Element | None) -> FaultCode:
    """The QName that is the text of an element; a prefix nobody declared is dropped."""
    if element is None:
        return FaultCode(None, "")
    prefix, _, name = (element.text or "").strip().rpartition(":")
    return FaultCode(element.nsmap.get(prefix or None), name)


def _detail(element: Element | None) -> Detail | None:
    if element is None:
        return None
    entries = children(element)
    return Detail("" if entries else element.text or "", tuple(entries))
