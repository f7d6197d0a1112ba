"""What ``<iterate>``, ``<clone>`` and their younger relatives share: copies of a message, how they
are marked for ``<aggregate>``, and where each of them goes."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Iterable
from dataclasses import dataclass
from typing import Any

from apns_connector.errors import MediationError
from apns_connector.mediation.endpoints.endpoint import Endpoint
from apns_connector.mediation.endpoints.reading import inline_endpoint
from apns_connector.mediation.endpoints.reference import EndpointReference
from apns_connector.mediation.endpoints.sending import send
from apns_connector.mediation.mediator import Mediator, run
from apns_connector.mediation.mediators.sequence import SequenceReference
from apns_connector.mediation.message import Message
from apns_connector.mediation.reading import Reader
from apns_connector.mediation.xml import SYNAPSE, Element

# As many copies of one message are under way at once as Synapse has threads for them, and no more
# exist: each has the envelope to itself.
AT_ONCE = 100

# Synapse: EIPConstants.
SEQUENCE_PROPERTY = "messageSequence"
CORRELATION_PROPERTY = "aggregateCorelation"
SHARED_PROPERTY = "EIP_SHARED_DATA_HOLDER"


class Split:
    """Shared by all copies of one split: whether they have been aggregated already."""

    __slots__ = ("aggregated",)

    def __init__(self) -> None:
        self.aggregated = False


def named(name: str, id_: str | None) -> str:
    return name if id_ is None else f"{name}.{id_}"


def begin_split(message: Message, id_: str | None) -> None:
    """Before copies are made of a message."""
    message.properties.set(named(SHARED_PROPERTY, id_), Split())


def mark(copy: Message, original: Message, id_: str | None, number: int, total: int) -> None:
    """``number`` counts from 0."""
    properties = copy.properties
    properties.set(CORRELATION_PROPERTY, original.message_id)
    properties.set(named(CORRELATION_PROPERTY, id_), original.message_id)
    properties.set(named(SEQUENCE_PROPERTY, id_), f"{number}/{total}")


def total_of(message: Message, id_: str | None) -> int | None:
    """How many copies there are of which this message is one; ``None`` when it is none."""
    text = message.properties.get(named(SEQUENCE_PROPERTY, id_))
    _, slash, total = text.partition("/") if isinstance(text, str) else ("", "", "")
    return int(total) if slash and total.isascii() and total.isdecimal() else None


async def run_all(runs: Iterable[Coroutine[Any, Any, Any]], count: int) -> None:
    """Await them all, AT_ONCE of them at the same time; ``runs`` is only asked for the next one
    when it can begin. ``count``: how many there are."""
    waiting = iter(runs)

    async def work() -> None:
        for each in waiting:
            await each
            await asyncio.sleep(0)  # other requests get their turn, too

    await asyncio.gather(*(work() for _ in range(min(count, AT_ONCE))))


@dataclass(frozen=True, slots=True)
class Target:
    """Where a copy goes: a sequence, or an endpoint, whose reply then runs through the out flow."""

    sequence: Mediator | None = None
    endpoint: Endpoint | None = None
    to: str | None = None
    action: str | None = None

    async def mediate(self, message: Message) -> bool:
        if self.to is not None:
            message.to = self.to
        if self.action is not None:
            message.action = self.action
        if self.sequence is not None:
            return await run(self.sequence, message)
        if self.endpoint is None:
            raise MediationError("The target of a copy is neither a sequence nor an endpoint")
        await send(self.endpoint, message)
        return False


def target_from_element(element: Element, reader: Reader) -> Target:
    """Raises ConfigurationError for a target that leads nowhere."""
    to, action = element.get("to"), element.get("soapAction")
    sequence = reader.key(element, "sequence", "sequence")
    if sequence is not None:
        return Target(sequence=SequenceReference(sequence), to=to, action=action)
    inline = element.find(f"{{{SYNAPSE}}}sequence")
    if inline is not None:
        on_error = inline.get("onError")
        return Target(sequence=reader.mediators(inline, on_error=on_error), to=to, action=action)
    key = reader.key(element, "endpoint", "endpoint")
    endpoint = inline_endpoint(element, reader) if key is None else EndpointReference(key)
    if endpoint is None:
        raise reader.error(element, "<target> needs a sequence or an endpoint")
    return Target(endpoint=endpoint, to=to, action=action)
