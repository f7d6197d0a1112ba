"""How a message leaves a flow for an endpoint, and how the reply goes on."""

from __future__ import annotations

from apns_connector.errors import MediationError
from apns_connector.mediation.endpoints.address import ToAddress
from apns_connector.mediation.endpoints.definition import Definition
from apns_connector.mediation.endpoints.endpoint import Endpoint, FaultAnswered, Sent
from apns_connector.mediation.endpoints.leaf import Leaf
from apns_connector.mediation.endpoints.reply import become, fault_in
from apns_connector.mediation.endpoints.suspension import Policy
from apns_connector.mediation.mediator import FaultSequenceFailed, Sequence
from apns_connector.mediation.message import Message

MAIN_SEQUENCE = "main"

BLOCKING_FAILED = 401000

_NO_CODE = frozenset({-1})
NEVER_SUSPENDED = Policy(timeout_codes=_NO_CODE, suspend_codes=_NO_CODE)
# Where a message goes when no endpoint is named: its To. Of no backend in particular, so the
# failure of one does not stop messages to others.
IMPLICIT: Endpoint = Leaf(Definition(policy=NEVER_SUSPENDED), ToAddress())


async def sent(endpoint: Endpoint, message: Message) -> list[Sent]:
    """As ``endpoint.send``. A SOAP fault that counts as a failure is the message from then on."""
    try:
        return await endpoint.send(message)
    except FaultAnswered as fault:
        become(message, fault.reply)
        raise


async def sent_copy(endpoint: Endpoint, copy: Message, message: Message) -> list[Sent]:
    """As ``sent``, for a copy of the message: what happens to the copy is told on the message."""
    try:
        return await sent(endpoint, copy)
    finally:
        message.properties.default.update(copy.properties.default)


async def send(endpoint: Endpoint, message: Message, receive: Sequence | None = None) -> None:
    """Send, and run each reply through ``receive``, or else the out flow of the service."""
    for one in await sent(endpoint, message):
        if one.reply is not None:
            become(one.message, one.reply)
            await deliver(one.message, receive)


async def deliver(message: Message, receive: Sequence | None = None) -> None:
    """Run a response through its flow. A failure is for the service's fault sequence alone, as
    Synapse begins responses with a fault stack of their own."""
    message.response = True
    service = message.service
    try:
        if receive is not None:
            await receive.mediate(message)
        elif service is not None:
            await service.answer(message)
        elif (main := message.configuration.sequence(MAIN_SEQUENCE)) is not None:
            await main.mediate(message)
    except FaultSequenceFailed:
        raise
    except Exception as fault:
        if service is None:
            raise
        await service.handle(message, fault)


def blocking_failure(message: Message, reply: Message, text: str) -> MediationError:
    """What a blocking client makes of a SOAP fault: a failure, with what the fault says in the
    ERROR properties of ``message`` (Synapse: BlockingMsgSender)."""
    fault = fault_in(reply)
    code = fault.code.name
    detail = fault.detail.text if fault.detail is not None else ""
    properties = message.properties
    properties.set("ERROR_CODE", int(code) if code.isdecimal() else BLOCKING_FAILED)
    properties.set("ERROR_MESSAGE", fault.reason)
    properties.set("ERROR_DETAIL", detail or fault.reason)
    properties.set("SENDING_FAULT", True)
    error = MediationError(f"{text}: {fault.reason}")
    properties.set("ERROR_EXCEPTION", error)
    return error
