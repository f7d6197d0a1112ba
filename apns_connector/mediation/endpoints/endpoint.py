"""What every endpoint can do, and how its failures reach the flow."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Protocol

from apns_connector.errors import EndpointError
from apns_connector.mediation.endpoints.reply import become
from apns_connector.mediation.mediator import NESTING_LIMIT, NestingError
from apns_connector.mediation.message import Message

_log = logging.getLogger(__name__)

TIMED_OUT = 101504
NONE_READY = 303000
NOT_READY = 303001
UNKNOWN = 305100
FAULT_ANSWERED = 500000


class FaultAnswered(EndpointError):  # noqa: N818 - an outcome, named as one
    """The backend answered with a SOAP fault, and FORCE_ERROR_ON_SOAP_FAULT makes that a failure:
    ``reply`` is what the fault sequence gets to see."""

    def __init__(self, message: str, reply: Message) -> None:
        super().__init__(message, FAULT_ANSWERED)
        self.reply = reply


@dataclass(frozen=True, slots=True)
class Sent:
    """A message and the reply to it; ``None`` when none was wanted (OUT_ONLY)."""

    message: Message
    reply: Message | None


class Endpoint(Protocol):
    """One place, or several, that a message can be sent to. Serves all messages at once."""

    @property
    def name(self) -> str | None: ...

    def ready(self, message: Message) -> bool:
        """Whether ``send`` would send, as far as one can know."""

    def retries_elsewhere(self, message: Message, code: int) -> bool:
        """Whether a group may try another child after this one failed with that code."""

    async def send(self, message: Message) -> list[Sent]:
        """Send the message and wait for the reply. The message stays as it is: the caller decides
        what the reply is to it.

        Empty when the flow ends here: an ``onError`` sequence has handled the failure, or the
        endpoint discards what takes too long. A recipient list sends copies, one reply each.
        Raises EndpointError, which is on the message already; MediationError for a message that
        cannot be sent to anybody.
        """


_ERROR_PROPERTIES = ("ERROR_CODE", "ERROR_MESSAGE", "ERROR_DETAIL", "ERROR_EXCEPTION")


def report(message: Message, error: EndpointError) -> None:
    """Write a failure onto the message. It is the news, so it replaces what an earlier one left
    (Synapse: SynapseCallbackReceiver, AbstractEndpoint.setErrorOnMessage)."""
    values = (error.code, str(error), error.detail or str(error), error)
    for name, value in zip(_ERROR_PROPERTIES, values, strict=True):
        message.properties.set(name, value)
    message.properties.set("SENDING_FAULT", True)


def forget_failure(message: Message) -> None:
    """Before a group tries another child."""
    for name in (*_ERROR_PROPERTIES, "SENDING_FAULT"):
        message.properties.remove(name)


async def handled(message: Message, error: EndpointError, on_error: str | None) -> bool:
    """Run the ``onError`` sequence of an endpoint, if it has one that can be found."""
    if on_error is None:
        return False
    handler = message.configuration.sequence(on_error)
    if handler is None:
        _log.warning("onError sequence '%s' cannot be found", on_error)
        return False
    _log.warning("%s; sequence '%s' handles it", error, on_error)
    if isinstance(error, FaultAnswered):
        become(message, error.reply)
    await handler.mediate(message)
    return True


@contextmanager
def nested(message: Message) -> Iterator[None]:
    """Around what one endpoint asks another: they may lead to each other in a circle."""
    if message.nesting >= NESTING_LIMIT:
        raise NestingError(f"More than {NESTING_LIMIT} endpoints lead to each other: a circle")
    message.nesting += 1
    try:
        yield
    finally:
        message.nesting -= 1
