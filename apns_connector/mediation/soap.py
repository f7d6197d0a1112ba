"""SOAP envelopes: versions, building, and turning one version into the other."""

from __future__ import annotations

from enum import Enum

from lxml import etree

from apns_connector.errors import XmlError
from apns_connector.mediation.fault import FaultCode, SoapFault
from apns_connector.mediation.xml import SOAP11, SOAP12, Element, children, line_of

_PREFIX = "soapenv"


class SoapVersion(Enum):
    """``namespace`` and ``media_type`` of a version, and the tags of its elements."""

    SOAP11 = (SOAP11, "text/xml")
    SOAP12 = (SOAP12, "application/soap+xml")

    def __init__(self, namespace: str, media_type: str) -> None:
        self.namespace = namespace
        self.media_type = media_type
        self.envelope = f"{{{namespace}}}Envelope"
        self.header = f"{{{namespace}}}Header"
        self.body = f"{{{namespace}}}Body"
        self.fault = f"{{{namespace}}}Fault"


_VERSION_BY_TAG = {version.envelope: version for version in SoapVersion}
# The tags of header and body by that of the envelope.
HEADERS = {version.envelope: version.header for version in SoapVersion}
BODIES = {version.envelope: version.body for version in SoapVersion}


def version_of(envelope: Element) -> SoapVersion:
    """Raises XmlError when the element is no SOAP 1.1 or 1.2 Envelope."""
    version = _VERSION_BY_TAG.get(envelope.tag)
    if version is None:
        raise XmlError(f"<{envelope.tag}> is not a SOAP 1.1 or 1.2 Envelope", line_of(envelope))
    return version


def new_envelope(version: SoapVersion, payload: Element | None = None) -> Element:
    """An envelope whose body holds ``payload``, which moves there."""
    envelope = etree.Element(version.envelope, nsmap={_PREFIX: version.namespace})
    body = etree.SubElement(envelope, version.body)
    if payload is not None:
        payload.tail = None
        body.append(payload)
    return envelope


def converted(envelope: Element, version: SoapVersion) -> Element:
    """The envelope in ``version``: itself, or a new one that takes over its content.

    Differs from Synapse (SOAPUtils.convertSOAP11toSOAP12) in one point on purpose: a fault code
    that is no standard one, such as APNS_000001, becomes a blank code there and is lost to the
    client; here it becomes the subcode of Receiver, as SOAP 1.2 part 1 section 5.4.1.3 intends.
    """
    old = version_of(envelope)
    if old is version:
        return envelope
    new = etree.Element(version.envelope, nsmap=_renamed(envelope, version))
    for part in children(envelope):
        if part.tag == old.header:
            _move_header(part, etree.SubElement(new, version.header), old, version)
        elif part.tag == old.body:
            _move_body(part, etree.SubElement(new, version.body), old, version)
    return new


def _renamed(envelope: Element, version: SoapVersion) -> dict[str, str]:
    """The envelope's namespaces, the SOAP prefix bound to the other version: QNames in attribute
    values and text keep their meaning."""
    # No default namespace: it would swallow faultcode and its siblings, which have none.
    nsmap = {prefix: uri for prefix, uri in envelope.nsmap.items() if prefix is not None}
    nsmap[envelope.prefix or _PREFIX] = version.namespace
    return nsmap


def _move_header(source: Element, target: Element, old: SoapVersion, new: SoapVersion) -> None:
    for block in children(source):
        _translate_attributes(block, old, new)
        target.append(block)


def _translate_attributes(block: Element, old: SoapVersion, new: SoapVersion) -> None:
    """actor <-> role, mustUnderstand 1/0 <-> true/false; others of SOAP have no counterpart."""
    to_12 = new is SoapVersion.SOAP12
    for name, value in list(block.attrib.items()):
        namespace, _, local = str(name)[1:].rpartition("}")
        if namespace != old.namespace:
            continue
        del block.attrib[name]
        if local == "mustUnderstand":
            understood = value in ("1", "true")
            text = str(understood).lower() if to_12 else str(int(understood))
            block.set(f"{{{new.namespace}}}mustUnderstand", text)
        elif local in ("actor", "role"):
            block.set(f"{{{new.namespace}}}{'role' if to_12 else 'actor'}", value)


def _move_body(source: Element, target: Element, old: SoapVersion, new: SoapVersion) -> None:
    for child in children(source):
        if child.tag != old.fault:
            target.append(child)
        elif new is SoapVersion.SOAP12:
            _as_soap12(SoapFault.from_soap11(child)).put_soap12(target)
        else:
            _as_soap11(SoapFault.from_soap12(child)).put_soap11(target)


_CODES_11_TO_12 = {"Client": "Sender", "Server": "Receiver"}
_CODES_12_TO_11 = {"Sender": "Client", "Receiver": "Server"}
_SHARED_CODES = ("VersionMismatch", "MustUnderstand")


def _as_soap12(fault: SoapFault) -> SoapFault:
    code = fault.code
    if code.namespace == SOAP11 and code.name in _SHARED_CODES:
        return fault.with_code(FaultCode(SOAP12, code.name))
    if code.namespace == SOAP11 and code.name in _CODES_11_TO_12:
        return fault.with_code(FaultCode(SOAP12, _CODES_11_TO_12[code.name]))
    # The SOAP namespace was only put around a code of our own because faultcode is a QName.
    own = FaultCode(None if code.namespace == SOAP11 else code.namespace, code.name)
    return fault.with_code(FaultCode(SOAP12, "Receiver"), own)


def _as_soap11(fault: SoapFault) -> SoapFault:
    code = fault.subcode or fault.code
    if code.namespace in (None, SOAP12):
        code = FaultCode(SOAP11, _CODES_12_TO_11.get(code.name, code.name))
    return fault.with_code(code)
