"""``<recipientlist>``: a copy of the message for every endpoint, all at the same time."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence

from apns_connector.errors import EndpointError
from apns_connector.mediation.endpoints.address import FixedAddress
from apns_connector.mediation.endpoints.definition import Definition
from apns_connector.mediation.endpoints.endpoint import (
    NONE_READY,
    Endpoint,
    Sent,
    handled,
    nested,
    report,
)
from apns_connector.mediation.endpoints.leaf import Leaf
from apns_connector.mediation.expressions.value import Value
from apns_connector.mediation.mediator import Mediator, run
from apns_connector.mediation.message import Message

_log = logging.getLogger(__name__)

# "1/3" on each copy, for an aggregate (Synapse: EIPConstants.MESSAGE_SEQUENCE).
SEQUENCE_PROPERTY = "messageSequence"


class Recipients:
    """The endpoints of a list, known when it is read."""

    def __init__(self, children: Sequence[Endpoint]) -> None:
        self._children = tuple(children)

    def of(self, message: Message) -> Sequence[Endpoint]:
        return self._children


class AddressedRecipients:
    """Endpoints by their addresses, which a message gives separated by commas. The last ``size``
    of them are remembered, and with them whether they are suspended."""

    def __init__(self, addresses: Value, size: int) -> None:
        self._addresses = addresses
        self._size = size
        self._known: dict[str, Leaf] = {}

    def of(self, message: Message) -> Sequence[Endpoint]:
        words = (word.strip() for word in (self._addresses.text(message) or "").split(","))
        return [self._leaf(word) for word in words if word]

    def _leaf(self, address: str) -> Leaf:
        leaf = self._known.pop(address, None) or Leaf(Definition(), FixedAddress(address))
        self._known[address] = leaf
        if len(self._known) > self._size:
            del self._known[next(iter(self._known))]
        return leaf


class RecipientList:
    """Fails when none of its endpoints has answered, or none is ready."""

    def __init__(
        self,
        recipients: Recipients | AddressedRecipients,
        *,
        name: str | None = None,
        on_error: str | None = None,
        properties: Sequence[Mediator] = (),
    ) -> None:
        self.name = name
        self._recipients = recipients
        self._on_error = on_error
        self._properties = tuple(properties)

    def __repr__(self) -> str:
        return f"RecipientList({self.name!r})"

    def ready(self, message: Message) -> bool:
        with nested(message):
            return any(child.ready(message) for child in self._recipients.of(message))

    def retries_elsewhere(self, message: Message, code: int) -> bool:
        return True

    async def send(self, message: Message) -> list[Sent]:
        for each in self._properties:
            await run(each, message)
        try:
            with nested(message):
                return await self._send(message)
        except EndpointError as error:
            if await handled(message, error, self._on_error):
                return []
            raise

    async def _send(self, message: Message) -> list[Sent]:
        children = [child for child in self._recipients.of(message) if child.ready(message)]
        copies = [message.clone() for _ in children]
        for number, copy in enumerate(copies):
            copy.properties.set(SEQUENCE_PROPERTY, f"{number}/{len(copies)}")
        pairs = zip(children, copies, strict=True)
        outcomes = await asyncio.gather(
            *(child.send(copy) for child, copy in pairs), return_exceptions=True
        )
        failures = [outcome for outcome in outcomes if isinstance(outcome, BaseException)]
        for failure in failures:
            if not isinstance(failure, EndpointError):
                raise failure
            _log.warning("%s: one of the recipients of '%s'", failure, self.name)
        if len(failures) == len(children):
            self._fail(message, failures)
        return [sent for outcome in outcomes if isinstance(outcome, list) for sent in outcome]

    def _fail(self, message: Message, failures: Sequence[BaseException]) -> None:
        last = failures[-1] if failures else None
        if not isinstance(last, EndpointError):
            last = EndpointError(f"'{self.name}' has no recipient that is ready", NONE_READY)
        report(message, last)
        raise last
