"""DispatchProcessor: runs a sequence over many messages at once, until each has been delivered."""

from __future__ import annotations

from dataclasses import replace

from apns_connector.delivery.processor import Processor
from apns_connector.delivery.record import Record
from apns_connector.delivery.retry import Outcome, Verdict
from apns_connector.errors import MediationError, SealError, SnapshotError
from apns_connector.mediation.attempt import Attempt
from apns_connector.mediation.mediator import Sequence
from apns_connector.mediation.message_processor import MessageProcessorDefinition
from apns_connector.processing.context import Context, errors_on
from apns_connector.processing.flow import RecordFlow
from apns_connector.processing.moving import bury_in
from apns_connector.processing.options import dispatch_options
from apns_connector.processing.verdict import arrived

SEQUENCE = "sequence"
FAIL_STORE = "message.processor.failMessagesStore"
FAULT_SEQUENCE = "message.processor.fault.sequence"


def dispatch_processor(definition: MessageProcessorDefinition, context: Context) -> Processor:
    """Raises ConfigurationError when its store is not there."""
    fail_store = definition.text(FAIL_STORE)
    return Processor(
        definition.name,
        context.store(definition.store),
        Dispatch(definition, context).deliver,
        dispatch_options(definition, context.stop_seconds),
        bury=None if fail_store is None else bury_in(fail_store, context),
        clock=context.clock,
    )


class Dispatch:
    """Sequences are looked up for each message: a change of them is in force with the next one."""

    def __init__(self, definition: MessageProcessorDefinition, context: Context) -> None:
        self._definition = definition
        self._context = context

    async def deliver(self, record: Record) -> Outcome:
        try:
            message = self._context.message(record)
            sequence = self._sequence(SEQUENCE)
        except (SealError, MediationError) as error:  # until the key, or the sequence, is back
            return Outcome(Verdict.AGAIN, str(error), counts=False)
        except SnapshotError as error:  # another worker may be new enough to read it
            return Outcome(Verdict.AGAIN, str(error))
        outcome = await RecordFlow(self._definition.name).run(sequence, message)
        if outcome.verdict is Verdict.DELIVERED:
            return outcome
        errors = errors_on(message)
        await self._context.run_aside(self._definition, FAULT_SEQUENCE, record, errors)
        return replace(outcome, body=self._achieved(record, message.exchange.attempt, outcome))

    def _achieved(self, record: Record, attempt: Attempt | None, outcome: Outcome) -> bytes | None:
        """What the record holds, if more is known now. A notification that was hopeless is not sent
        again with the others; when nothing but that is left, a human may have it sent again."""
        if attempt is None:
            return None
        answers = attempt.answers
        if outcome.verdict is Verdict.HOPELESS:
            answers = {key: answer for key, answer in answers.items() if arrived(answer)}
        if answers == attempt.earlier:
            return None
        return self._context.stores.records.answered(record, answers)

    def _sequence(self, parameter: str) -> Sequence:
        """Raises MediationError when it is not there: it may be there again after a change."""
        key = self._definition.text(parameter)
        found = self._context.configuration.sequence(key) if key else None
        if found is None:
            raise MediationError(f"Sequence named {key} cannot be found")
        return found
