"""SamplingProcessor: at every interval some messages run through a sequence, once each.

At most once: a message is out of its store before its sequence begins, whatever that comes to.
"""

from __future__ import annotations

import logging

from apns_connector.delivery.outage import Outage
from apns_connector.delivery.record import Claim, Done, Record
from apns_connector.delivery.stopping import Stopping
from apns_connector.delivery.turns import Turns
from apns_connector.errors import ConnectorError, MediationError
from apns_connector.mediation.flow import Flows
from apns_connector.mediation.message import Message
from apns_connector.mediation.message_processor import MessageProcessorDefinition
from apns_connector.processing.context import Context
from apns_connector.processing.options import schedule

_log = logging.getLogger(__name__)

_LEASE = 60.0  # seconds, of which a claim takes a moment
_WAIT = 0.5


class Sampler:
    """Sequences that have begun are of the background, and outlive the sampler."""

    def __init__(self, definition: MessageProcessorDefinition, context: Context) -> None:
        self.name = definition.name
        self._key = definition.text("sequence") or ""
        self._count = definition.number("concurrency", 1)
        self._context = context
        self._store = context.store(definition.store)
        self._stopping = Stopping()
        self._turns = Turns(schedule(definition), self._stopping, context.clock)
        self._outage = Outage(f"Message processor '{self.name}': taking messages")

    def stop(self) -> None:
        self._stopping.set()

    async def run(self) -> None:
        """Sample until ``stop``."""
        while await self._turns.next():
            for record in await self._taken():
                self._context.configuration.background.start(self._run(record))

    async def _taken(self) -> list[Record]:
        """Records that are ours alone now: no store has them any more."""
        try:
            claims: list[Claim] = await self._store.claim(self._count, lease=_LEASE, wait=_WAIT)
            if claims:
                await self._store.settle([Done(claim) for claim in claims])
        except Exception as error:  # noqa: BLE001 - logged, and tried again
            await self._stopping.sleep(self._outage.failed(error))
            return []
        self._outage.over()
        return [claim.record for claim in claims]

    async def _run(self, record: Record) -> None:
        try:
            await self._mediate(self._context.message(record))
        except ConnectorError as error:
            _log.error("Message processor '%s': a message is lost: %s", self.name, error)

    async def _mediate(self, message: Message) -> None:
        sequence = self._context.configuration.sequence(self._key)
        if sequence is None:
            raise MediationError(f"Sequence named {self._key} cannot be found")
        try:
            await sequence.mediate(message)
        except Exception as fault:  # noqa: BLE001 - whatever a mediator throws is the flow's fault
            await Flows().handle(message, fault)
        finally:
            message.exchange.end()
