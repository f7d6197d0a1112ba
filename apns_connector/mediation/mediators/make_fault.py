"""``<makefault>``: turns the message into a fault."""

from __future__ import annotations

from collections.abc import Callable

from lxml import etree

from apns_connector.errors import MediationError
from apns_connector.mediation.expression import Expression
from apns_connector.mediation.expressions.value import Value
from apns_connector.mediation.fault import Detail, FaultCode, SoapFault
from apns_connector.mediation.message import Message
from apns_connector.mediation.reading import Reader
from apns_connector.mediation.soap import SoapVersion, new_envelope
from apns_connector.mediation.xml import SYNAPSE, Element, children, writable

CodeOf = Callable[[Message], FaultCode]
DetailOf = Callable[[Message], Detail]

_STANDARD_CODES = {
    SoapVersion.SOAP11: ("VersionMismatch", "MustUnderstand", "Client", "Server"),
    SoapVersion.SOAP12: (
        "VersionMismatch",
        "MustUnderstand",
        "DataEncodingUnknown",
        "Sender",
        "Receiver",
    ),
}
_VERSIONS = {"soap11": SoapVersion.SOAP11, "soap12": SoapVersion.SOAP12, "pox": None}


class MakeFault:
    """``version`` is ``None`` for plain XML. ``response`` marks the message as a response."""

    def __init__(
        self,
        version: SoapVersion | None,
        *,
        code: CodeOf | None = None,
        reason: Value | Expression | None = None,
        node: str | None = None,
        role: str | None = None,
        detail: DetailOf | None = None,
        response: bool = True,
    ) -> None:
        self._version = version
        self._code = code
        self._reason = reason
        self._node = node
        self._role = role
        self._detail = detail
        self._response = response

    def mediate(self, message: Message) -> bool:
        reason = "" if self._reason is None else self._reason.text(message) or ""
        detail = None if self._detail is None else self._detail(message)
        if self._version is None or self._code is None:
            message.replace_payload(_exception(reason, detail))
            message.pox_fault = True
        else:
            fault = SoapFault(self._code(message), reason, self._node, self._role, detail)
            message.replace_envelope(_envelope(self._version, fault, message))
        # Left by a request or a reply that was empty; Synapse leaves it, and the fault is not sent.
        message.properties.remove("NO_ENTITY_BODY", "axis2")
        self._address(message)
        return True

    def _address(self, message: Message) -> None:
        message.relates_to = message.message_id
        message.to = message.fault_to or message.reply_to
        if self._response:
            message.response = True
            message.to = message.reply_to

    @classmethod
    def from_element(cls, element: Element, reader: Reader) -> MakeFault:
        """Raises ConfigurationError without code or reason (unless pox), and for a bad code."""
        version = _VERSIONS[reader.choice(element, "version", tuple(_VERSIONS))]
        code, reason = _child(element, "code"), _child(element, "reason")
        for name, child in (("code", code), ("reason", reason)):
            if child is None and version is not None:
                raise reader.error(element, f"<makefault> needs <{name}>")
        return cls(
            version,
            code=None if code is None or version is None else _code(code, version, reader),
            reason=None if reason is None else reader.value_or_expression(reason),
            node=_text(_child(element, "node")),
            role=_text(_child(element, "role")),
            detail=_detail(_child(element, "detail"), reader),
            response=element.get("response", "true") != "false",
        )


def _envelope(version: SoapVersion, fault: SoapFault, message: Message) -> Element:
    """A new envelope with the fault; the header blocks of the old one move into it."""
    envelope = new_envelope(version)
    header = message.header
    if header is not None and len(header):
        target = etree.Element(version.header)
        envelope.insert(0, target)
        target.extend(children(header))
    put = fault.put_soap11 if version is SoapVersion.SOAP11 else fault.put_soap12
    put(envelope[-1])
    return envelope


def _exception(reason: str, detail: Detail | None) -> Element:
    exception = etree.Element("Exception")
    exception.text = writable(reason)
    if detail is not None and (detail.text or detail.elements):
        detail.put_into(exception)
    return exception


def _code(element: Element, version: SoapVersion, reader: Reader) -> CodeOf:
    """A standard code by QName; or the text of an expression, put into SOAP's namespace."""
    if element.get("value") is None:
        expression = reader.expression(element)
        return lambda message: _evaluated_code(expression, version, message)
    prefix, _, name = reader.required(element, "value").rpartition(":")
    namespace = element.nsmap.get(prefix) if prefix else None
    standard = namespace == version.namespace and name in _STANDARD_CODES[version]
    if not standard and not (namespace and reader.language.compatibility.any_fault_code):
        raise reader.error(
            element,
            f"<code value={element.get('value')!r}>: it must be one of "
            f"{', '.join(_STANDARD_CODES[version])} with a prefix bound to {version.namespace}; "
            "use an expression for a code of your own",
        )
    code = FaultCode(namespace, name)
    return lambda message: code


def _evaluated_code(expression: Expression, version: SoapVersion, message: Message) -> FaultCode:
    text = expression.text(message)
    if text is None:
        raise MediationError(f"The fault code {expression.source} evaluates to nothing")
    return FaultCode(version.namespace, text)


def _detail(element: Element | None, reader: Reader) -> DetailOf | None:
    if element is None:
        return None
    if element.get("expression") is not None:
        expression = reader.expression(element)
        return lambda message: _evaluated_detail(expression, message)
    inline = children(element)
    fixed = Detail("" if inline else element.text or "", inline)
    return lambda message: fixed


def _evaluated_detail(expression: Expression, message: Message) -> Detail:
    elements = [node for node in expression.nodes(message) if isinstance(node, etree._Element)]
    return Detail("", elements) if elements else Detail(expression.text(message) or "")


def _child(element: Element, name: str) -> Element | None:
    return element.find(f"{{{SYNAPSE}}}{name}")


def _text(element: Element | None) -> str | None:
    return None if element is None else element.text or ""
