"""FailoverScheduledMessageForwardingProcessor: moves messages to another store, in their order."""

from __future__ import annotations

from apns_connector.delivery.forwarder import Forwarder
from apns_connector.delivery.record import Record
from apns_connector.delivery.retry import Outcome, Verdict
from apns_connector.errors import ConnectorError
from apns_connector.mediation.message_processor import MessageProcessorDefinition
from apns_connector.processing.context import Context
from apns_connector.processing.forwarding import FAULT_SEQUENCE, burial, deactivation
from apns_connector.processing.moving import move
from apns_connector.processing.options import forwarder_options, schedule

TARGET_STORE = "message.target.store.name"


def failover_processor(definition: MessageProcessorDefinition, context: Context) -> Forwarder:
    """Raises ConfigurationError when its store is not there."""
    target = definition.text(TARGET_STORE) or ""

    async def deliver(record: Record) -> Outcome:
        try:
            await move(record, target, context)
        except ConnectorError as error:
            await context.run_aside(
                definition, FAULT_SEQUENCE, record, {"ERROR_MESSAGE": str(error)}
            )
            return Outcome(Verdict.AGAIN, str(error))
        return Outcome(Verdict.DELIVERED)

    return Forwarder(
        definition.name,
        context.store(definition.store),
        deliver,
        forwarder_options(definition, context.stop_seconds),
        schedule(definition),
        bury=burial(definition, context),
        given_up=deactivation(definition, context),
        clock=context.clock,
    )
