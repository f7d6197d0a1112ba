"""What travels through mediation: an envelope, its attachments, its properties."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Protocol

from lxml import etree

from apns_connector.mediation.content import Content, body_of, header_of
from apns_connector.mediation.exchange import Exchange
from apns_connector.mediation.frame import Frame, snapshot
from apns_connector.mediation.properties import FunctionContext, Headers, Properties, independent
from apns_connector.mediation.soap import SoapVersion, new_envelope
from apns_connector.mediation.xml import WSA_NAMESPACES, Element, local_name

if TYPE_CHECKING:
    from apns_connector.mediation.artifacts import Configuration

_NO_PARAMETERS: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Attachment:
    """One MIME part. ``content_id`` without the angle brackets; ``root`` for the part that holds
    the envelope."""

    content_id: str
    content_type: str
    content: bytes
    root: bool = False

    def __repr__(self) -> str:
        # The content may be a certificate with its private key.
        return f"Attachment({self.content_id!r}, {self.content_type!r}, {len(self.content)} bytes)"


class Service(Protocol):
    """What a message was received by; the out flow of that service. ``kind`` is the word before
    its name in the lines that flows log: proxy, api, inboundendpoint."""

    kind: str
    name: str

    def is_at(self, address: str) -> bool:
        """Whether a request that is addressed there is addressed to this service."""

    async def answer(self, message: Message) -> None: ...

    async def handle(self, message: Message, fault: Exception) -> None:
        """Run the fault sequence. Raises FaultSequenceFailed when that fails as well."""


class Message(Content):
    """One message in mediation.

    ``to``, ``from_``, ``action``, ``reply_to``, ``fault_to`` and ``relates_to`` are WS-Addressing
    values: those of the envelope's header win over what the constructor is given (Axis2:
    AddressingInHandler). ``service`` is set by the proxy that receives the message. ``response``
    tells the way it travels. ``pox``: the payload came, and is answered, without an envelope.
    ``pox_fault`` marks such a payload as a fault (Axis2: processingFault). ``variables`` are those
    of the variable mediator. ``secrets`` are texts from the vault that no log line may show.
    ``nesting`` counts the sequences that run inside each other at the moment, and ``frame`` is the
    innermost of them. ``called``: a ``<call>`` has been answered. ``copied``: it is a clone.

    Raises XmlError for an envelope that is no SOAP 1.1 or 1.2 Envelope, or has no Body.
    """

    __slots__ = (
        "_message_id",
        "action",
        "attachments",
        "called",
        "configuration",
        "copied",
        "exchange",
        "fault_to",
        "frame",
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
        "variables",
    )

    def __init__(
        self,
        envelope: Element | None,
        *,
        configuration: Configuration,
        to: str | None = None,
        action: str | None = None,
        headers: Headers | Iterable[tuple[str, str]] = (),
        attachments: Mapping[str, Attachment] | None = None,
        url_parameters: Mapping[str, str] = _NO_PARAMETERS,
        exchange: Exchange | None = None,
    ) -> None:
        super().__init__(envelope)
        self.configuration = configuration
        self.exchange = exchange = exchange or Exchange()
        self.properties = Properties(
            headers=headers, operation=exchange.operation, registry=configuration.registry
        )
        self.attachments: dict[str, Attachment] = dict(attachments) if attachments else {}
        self.url_parameters = url_parameters
        self.to: str | None = to
        self.action: str | None = action
        self.from_: str | None = None
        self.reply_to: str | None = None
        self.fault_to: str | None = None
        self.relates_to: str | None = None
        self._message_id: str | None = None
        self.service: Service | None = None
        self.variables: dict[str, Any] = {}
        self.secrets: set[str] = set()
        self.nesting = 0
        self.frame: Frame | None = None
        self.called = False
        self.copied = False
        self.response = False
        self.pox = False
        self.pox_fault = False
        if envelope is not None:
            body_of(envelope)
            header = header_of(envelope)
            if header is not None and len(header):
                self._read_addressing(header)

    @classmethod
    def from_envelope(cls, envelope: Element, **values: Any) -> Message:
        """A message around a parsed SOAP envelope; keyword arguments as for ``Message``."""
        return cls(envelope, **values)

    @classmethod
    def from_payload(cls, payload: Element | None, **values: Any) -> Message:
        """A message whose plain payload (POX, text wrapper; ``None`` for an empty one) is put into
        the body of a SOAP 1.1 envelope; keyword arguments as for ``Message``."""
        message = cls(new_envelope(SoapVersion.SOAP11, payload), **values)
        message.pox = True
        return message

    @classmethod
    def from_json(cls, value: Any, **values: Any) -> Message:
        """A message with a JSON payload; keyword arguments as for ``Message``."""
        message = cls(None, **values)
        message.replace_json(value)
        message.pox = True
        return message

    def clone(self) -> Message:
        """An independent copy on the same exchange; attachments and JSON, which nobody changes, are
        shared, and so is what template parameters hold."""
        copy = Message(None, configuration=self.configuration, exchange=self.exchange)
        for name in _CLONED:
            setattr(copy, name, getattr(self, name))
        copy._copy_content(self)
        copy.properties = self.properties.copy()
        copy.attachments = dict(self.attachments)
        copy.variables = {name: independent(value) for name, value in self.variables.items()}
        copy.secrets = set(self.secrets)
        copy.frame = snapshot(self.frame)
        copy.copied = True
        return copy

    @property
    def is_fault(self) -> bool:
        """A SOAP fault, or plain XML that is marked as one."""
        if self.written_envelope is not None or self.pox_fault or self.has_json:
            return self.pox_fault
        payload = self.payload
        return payload is not None and payload.tag in _FAULTS

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

    def respond(self) -> None:
        """Hand this message over as the answer to its exchange."""
        self.response = True
        self.exchange.respond(self)

    def _read_addressing(self, header: Element) -> None:
        for block in header.iterchildren(etree.Element):
            namespace, _, name = block.tag[1:].rpartition("}")
            if namespace in WSA_NAMESPACES and name in _ADDRESSING:
                setattr(self, _ADDRESSING[name], _address(block))


# What a clone takes over as it is.
_CLONED = (
    "action",
    "fault_to",
    "from_",
    "nesting",
    "pox",
    "pox_fault",
    "relates_to",
    "reply_to",
    "response",
    "service",
    "to",
    "url_parameters",
)
_FAULTS = frozenset(version.fault for version in SoapVersion)

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
