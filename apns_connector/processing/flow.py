"""A message that came out of a store runs through a sequence: with all that the sequence starts,
and to an outcome."""

from __future__ import annotations

import logging

from apns_connector.delivery.retry import Outcome
from apns_connector.mediation.mediator import Sequence, record_fault
from apns_connector.mediation.message import Message
from apns_connector.processing.verdict import (
    failure_on,
    forget_earlier_failures,
    judge,
    together,
    told_missing,
)

_log = logging.getLogger(__name__)


class RecordFlow:
    """The service (as :class:`apns_connector.mediation.message.Service`) of one message in one
    attempt. Copies that the sequence makes fail here, too: what they were to deliver is part of the
    record. Nobody waits for an answer."""

    kind = "messageprocessor"

    def __init__(self, name: str) -> None:
        self.name = name
        self._outcomes: list[Outcome] = []

    def is_at(self, address: str) -> bool:
        return False

    async def answer(self, message: Message) -> None:
        _log.debug("Message processor '%s': a reply to a message ends here", self.name)

    async def handle(self, message: Message, fault: Exception) -> None:
        """Note the failure. There is no fault sequence: the record has one more attempt."""
        record_fault(message, fault)
        self._outcomes.append(judge(failure_on(message)))

    async def run(self, sequence: Sequence, message: Message) -> Outcome:
        """Run the sequence, and all branches of it, to their ends. What one of the handlers has
        dealt with is a failure all the same, as long as ERROR_CODE is on the message."""
        forget_earlier_failures(message)
        message.service = self
        try:
            await sequence.mediate(message)
        except Exception as fault:  # noqa: BLE001 - whatever a mediator throws: the flow has failed
            await self.handle(message, fault)
        else:
            self._outcomes.append(judge(failure_on(message)))
        await message.exchange.branches_ended()
        message.exchange.take_response()
        message.exchange.end()
        return told_missing(together(self._outcomes), message.exchange.attempt)
