"""What a backend answered becomes a message (Synapse: ClientWorker, SynapseCallbackReceiver).

Every status is an answer: 404 and 500 as well, whether with a SOAP fault or without. Flows ask
for it by the axis2 property HTTP_SC, and unless they change it, it is the status of their answer.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable

from apns_connector.errors import ContentError, TransportError
from apns_connector.mediation.bodies.building import build_message
from apns_connector.mediation.endpoints.transport import OutboundReply
from apns_connector.mediation.fault import FaultCode, SoapFault
from apns_connector.mediation.message import Message
from apns_connector.mediation.soap import SoapVersion

UNREADABLE = 101510
LARGE = 32 * 1024  # bytes; from here on parsed in a thread, so that other flows go on


async def read_reply(answer: OutboundReply, request: Message, place: str) -> Message:
    """``place``: who answered, for the error. Raises TransportError for what cannot be read."""
    read = (answer, request)
    try:
        if len(answer.body) >= LARGE:
            return await asyncio.to_thread(reply_message, *read)
        return reply_message(*read)
    except ContentError as error:
        text = f"The answer of {place} cannot be read: {error}"
        raise TransportError(text, UNREADABLE) from error


def reply_message(answer: OutboundReply, request: Message) -> Message:
    """The reply as a message of its own. Raises ContentError."""
    content_type = answer.header("content-type") if answer.body else None
    built = build_message(
        content_type,
        answer.body,
        configuration=request.configuration,
        headers=_joined(answer.headers),
        exchange=request.exchange,
    )
    axis2 = built.message.properties.axis2
    axis2["HTTP_SC"] = answer.status
    axis2["HTTP_SC_DESC"] = answer.reason
    if answer.body:
        axis2["messageType"] = built.media_type
        axis2["ContentType"] = _kept(content_type, built.media_type)
    else:
        axis2["NO_ENTITY_BODY"] = True
    if answer.status >= 400:
        axis2["FAULT_MESSAGE"] = "true"
    return built.message


def _kept(content_type: str | None, media_type: str) -> str:
    """The header, unless it speaks of a charset or of boundaries: those of a body that is gone."""
    if content_type is None:
        return media_type
    name, _, parameters = content_type.partition(";")
    whole = name.strip().lower() == media_type and "charset" not in parameters.lower()
    return content_type if whole else media_type


def fault_in(reply: Message) -> SoapFault:
    """The SOAP fault that a reply is; an empty one for a reply that is none."""
    element = reply.payload
    if element is not None and element.tag == SoapVersion.SOAP11.fault:
        return SoapFault.from_soap11(element)
    if element is not None and element.tag == SoapVersion.SOAP12.fault:
        return SoapFault.from_soap12(element)
    return SoapFault(FaultCode(None, ""), "")


def become(message: Message, reply: Message) -> None:
    """Make a message its reply, in place: what travels on through the flow is one object.

    Properties of the default scope stay, and so do variables, template parameters and the
    direction; payload, headers, axis2 properties, attachments and addressing are the reply's.
    """
    message.take_content(reply)
    message.properties.axis2 = reply.properties.axis2
    message.properties.transport = reply.properties.transport
    message.relates_to = reply.relates_to or message.message_id
    message.to = None
    for name in ("attachments", "pox", "pox_fault", *_ADDRESSING):
        setattr(message, name, getattr(reply, name))


_ADDRESSING = ("from_", "action", "reply_to", "fault_to")


def _joined(fields: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    """One field for each name (RFC 9110 5.3), except that of cookies the last one counts."""
    headers: dict[str, tuple[str, str]] = {}
    for name, value in fields:
        key = name.lower()
        if key in headers and key != "set-cookie":
            value = f"{headers[key][1]}, {value}"
        headers[key] = (name, value)
    return list(headers.values())
