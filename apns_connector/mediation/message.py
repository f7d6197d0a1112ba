"""What travels through mediation: an envelope, its attachments, its properties."""

from __future__ import annotations

import logging
import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Protocol

from lxml import etree

from apns_connector.errors import XmlError
from apns_connector.mediation.properties import FunctionContext, Properties
from apns_connector.mediation.soap import SoapVersion, new_envelope, version_of
from apns_connector.mediation.xml import WSA_NAMESPACES, Element, line_of, local_name

if TYPE_CHECKING:
    from apns_connector.mediation.artifacts import Configuration

_log = logging.getLogger(__name__)
_NO_PARAMETERS: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Attachment:
    """One MIME part. ``content_id`` without the angle brackets."""

    content_id: str
    content_type: str
    content: bytes

    def __repr__(self) -> str:
        # The content may be a certificate with its private key.
        return f"Attachment({self.content_id!r}, {self.content_type!r}, {len(self.content)} bytes)"


class Service(Protocol):
    """What a message was received by; the out flow of that service."""

    name: str

    async def answer(self, message: Message) -> None: ...


class Exchange:
    """One request and its answer, shared by all messages derived from the request."""

    __slots__ = ("operation", "response")

    def __init__(self) -> None:
        self.response: Message | None = None
        self.operation: dict[str, Any] = {}

    def respond(self, message: Message) -> None:
        """Hand over the answer. The first one wins: the caller has room for one only."""
        if self.response is not None:
            _log.warning("A second answer to one request is ignored (%s)", message.message_id)
            return
        self.response = message

    def take_response(self) -> Message | None:
        """The answer, handed out once. Answer and exchange hold each other: let go of here, a
        message is freed at its end and need not wait for the garbage collector."""
        response, self.response = self.response, None
        return response


class Message:
    """One message in mediation.

    ``to``, ``from_``, ``action``, ``reply_to``, ``fault_to`` and ``relates_to`` are WS-Addressing
    values: those of the envelope's header win over what the constructor is given (Axis2:
    AddressingInHandler). ``service`` is set by the proxy that receives the message. ``response``
    tells the way it travels. ``pox``: the payload came, and is answered, without an envelope.
    ``pox_fault`` marks such a payload as a fault (Axis2: processingFault). ``secrets`` are texts
    from the vault that no log line may show. ``nesting`` counts the sequences that run inside each
    other at the moment.
    """

    __slots__ = (
        "_message_id",
        "action",
        "attachments",
        "configuration",
        "envelope",
        "exchange",
        "fault_to",
        "from_",
        "nesting",
        "pox",
        "pox_fault",
        "properties",
        "relates_to",
        "reply_to",
        "response",
        "secrets",
        "service",
        "to",
        "url_parameters",
    )

    def __init__(
        self,
        envelope: Element,
        *,
        configuration: Configuration,
        to: str | None = None,
        action: str | None = None,
        headers: Iterable[tuple[str, str]] = (),
        attachments: Mapping[str, Attachment] | None = None,
        url_parameters: Mapping[str, str] = _NO_PARAMETERS,
        exchange: Exchange | None = None,
    ) -> None:
        self.envelope = envelope
        self.configuration = configuration
        self.exchange = exchange or Exchange()
        self.properties = Properties(
            headers=headers, operation=self.exchange.operation, registry=configuration.registry
        )
        self.attachments: dict[str, Attachment] = dict(attachments or ())
        self.url_parameters = url_parameters
        self.to: str | None = to
        self.action: str | None = action
        self.from_: str | None = None
        self.reply_to: str | None = None
        self.fault_to: str | None = None
        self.relates_to: str | None = None
        self._message_id: str | None = None
        self.service: Service | None = None
        self.secrets: set[str] = set()
        self.nesting = 0
        self.response = False
        self.pox = False
        self.pox_fault = False
        self._read_addressing()

    @classmethod
    def from_envelope(cls, envelope: Element, **values: Any) -> Message:
        """A message around a parsed SOAP envelope; keyword arguments as for ``Message``.

        Raises XmlError when the root is no SOAP 1.1 or 1.2 Envelope, or has no Body.
        """
        version = version_of(envelope)
        if not any(child.tag == version.body for child in envelope):
            raise XmlError("The SOAP Envelope has no Body", line_of(envelope))
        return cls(envelope, **values)

    @classmethod
    def from_payload(cls, payload: Element | None, **values: Any) -> Message:
        """A message whose plain payload (POX, text wrapper; ``None`` for an empty one) is put into
        the body of a SOAP 1.1 envelope; keyword arguments as for ``Message``."""
        message = cls(new_envelope(SoapVersion.SOAP11, payload), **values)
        message.pox = True
        return message

    @property
    def soap_version(self) -> SoapVersion:
        return version_of(self.envelope)

    @property
    def body(self) -> Element:
        return self._part(self.soap_version.body)

    @property
    def header(self) -> Element | None:
        """The SOAP Header, or ``None``."""
        tag = self.soap_version.header
        return next((child for child in self.envelope if child.tag == tag), None)

    @property
    def payload(self) -> Element | None:
        """The first child element of the body, or ``None`` for an empty body."""
        return next(self.body.iterchildren(etree.Element), None)

    @property
    def is_fault(self) -> bool:
        """A SOAP fault, or plain XML that is marked as one."""
        payload = self.payload
        return self.pox_fault or (payload is not None and payload.tag == self.soap_version.fault)

    @property
    def functions(self) -> list[FunctionContext]:
        """The parameters of the templates that are running, innermost last."""
        return self.properties.functions

    @property
    def message_id(self) -> str:
        """The id of the WS-Addressing header, or a new ``urn:uuid:``, the same at every call."""
        if self._message_id is None:
            self._message_id = f"urn:uuid:{uuid.uuid4()}"
        return self._message_id

    @message_id.setter
    def message_id(self, value: str) -> None:
        self._message_id = value

    def replace_envelope(self, envelope: Element) -> None:
        """Put another SOAP envelope in place. Raises XmlError when it is none."""
        version_of(envelope)
        self.envelope = envelope

    def replace_payload(self, payload: Element) -> None:
        """Take the first child element out of the body and append ``payload``."""
        body, old = self.body, self.payload
        if old is not None:
            body.remove(old)
        body.append(payload)

    def respond(self) -> None:
        """Hand this message over as the answer to its exchange."""
        self.response = True
        self.exchange.respond(self)

    def _part(self, tag: str) -> Element:
        for child in self.envelope:
            if child.tag == tag:
                return child
        raise XmlError(f"The SOAP Envelope has no {local_name(tag)}")

    def _read_addressing(self) -> None:
        header = self.header
        if header is None:
            return
        for block in header.iterchildren(etree.Element):
            namespace, _, name = block.tag[1:].rpartition("}")
            if namespace in WSA_NAMESPACES and name in _ADDRESSING:
                setattr(self, _ADDRESSING[name], _address(block))


_ADDRESSING = {
    "To": "to",
    "From": "from_",
    "Action": "action",
    "ReplyTo": "reply_to",
    "FaultTo": "fault_to",
    "RelatesTo": "relates_to",
    "MessageID": "message_id",
}


def _address(block: Element) -> str:
    """The text of a block, or of the Address in it (an endpoint reference)."""
    for child in block.iterchildren(etree.Element):
        if local_name(child.tag) == "Address":
            return (child.text or "").strip()
    return (block.text or "").strip()
