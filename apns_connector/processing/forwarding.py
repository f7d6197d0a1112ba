"""ScheduledMessageForwardingProcessor: sends messages to an endpoint, one after the other.

An answer is a success when its status is 2xx or one of ``non.retry.status.codes`` and it is no SOAP
fault. A message whose endpoint is nowhere stops the processor, and so does an answer with content
that no reply sequence takes (Synapse: ForwardingService); either message stays. The ESB 4.9 forgets
it: see :mod:`apns_connector.mediation.compatibility`.
"""

from __future__ import annotations

import logging

from apns_connector.delivery.attempt import Bury
from apns_connector.delivery.forwarder import Forwarder, GivenUp
from apns_connector.delivery.record import Record
from apns_connector.delivery.retry import Outcome, Verdict
from apns_connector.errors import ConnectorError, MediationError
from apns_connector.mediation.endpoints.endpoint import Endpoint, Sent
from apns_connector.mediation.endpoints.reply import become, fault_in
from apns_connector.mediation.endpoints.sending import sent
from apns_connector.mediation.endpoints.truth import is_true
from apns_connector.mediation.mediator import Sequence
from apns_connector.mediation.message import Message
from apns_connector.mediation.message_processor import MessageProcessorDefinition
from apns_connector.processing.context import Context, errors_on
from apns_connector.processing.moving import bury_in
from apns_connector.processing.options import (
    drops,
    forwarder_options,
    schedule,
    taken_as_delivered,
)
from apns_connector.processing.verdict import forget_earlier_failures, shown

_log = logging.getLogger(__name__)

TARGET_ENDPOINT = "target.endpoint"
FAIL_STORE = "message.processor.failMessagesStore"
FAULT_SEQUENCE = "message.processor.fault.sequence"
REPLY_SEQUENCE = "message.processor.reply.sequence"
DEACTIVATE_SEQUENCE = "message.processor.deactivate.sequence"
# Nobody wants the reply. Its status is wanted all the same, and so it is waited for.
_OUT_ONLY = "OUT_ONLY"
_NOBODY_TAKES_IT = (
    "The endpoint answered with a message, and nobody takes it: name a sequence in "
    f"{REPLY_SEQUENCE}, or set the property {_OUT_ONLY}"
)


def forwarding_processor(definition: MessageProcessorDefinition, context: Context) -> Forwarder:
    """Raises ConfigurationError when its store is not there."""
    return Forwarder(
        definition.name,
        context.store(definition.store),
        Forwarding(definition, context).deliver,
        forwarder_options(definition, context.stop_seconds),
        schedule(definition),
        bury=burial(definition, context),
        given_up=deactivation(definition, context),
        clock=context.clock,
    )


def burial(definition: MessageProcessorDefinition, context: Context) -> Bury:
    """What is done when the attempts are used up: the message is dropped, or moved to the store for
    failed ones, or neither, and then the processor stops."""

    async def forget(record: Record, reason: str) -> bool:
        return True

    async def keep(record: Record, reason: str) -> bool:
        return False

    fail_store = definition.text(FAIL_STORE)
    if drops(definition):
        return forget
    return keep if fail_store is None else bury_in(fail_store, context)


def deactivation(definition: MessageProcessorDefinition, context: Context) -> GivenUp:
    """Deactivate the processor, and run the sequence for that."""

    async def deactivate(record: Record | None, why: str) -> None:
        await context.deactivate(definition.name, why)
        if record is not None:
            await context.run_aside(definition, DEACTIVATE_SEQUENCE, record)

    return deactivate


class Forwarding:
    def __init__(self, definition: MessageProcessorDefinition, context: Context) -> None:
        self._definition = definition
        self._context = context
        self._delivered_codes = taken_as_delivered(definition)

    async def deliver(self, record: Record) -> Outcome:
        try:
            message = self._context.message(record)
        except ConnectorError as error:
            return Outcome(Verdict.HOPELESS, str(error))
        try:
            endpoint = self._endpoint(message)
        except MediationError as error:
            return self._nowhere(record, error)
        forget_earlier_failures(message)
        outcome = await self._send(endpoint, message)
        if outcome.verdict is Verdict.AGAIN:
            errors = errors_on(message)
            await self._context.run_aside(self._definition, FAULT_SEQUENCE, record, errors)
        return outcome

    @property
    def _forgets(self) -> bool:
        return self._context.configuration.compatibility.forgets_forwarded

    def _nowhere(self, record: Record, error: MediationError) -> Outcome:
        if not self._forgets:
            return Outcome(Verdict.HOPELESS, str(error))
        name = self._definition.name
        _log.warning("Message processor '%s': message %s is removed: %s", name, record.id, error)
        return Outcome(Verdict.DELIVERED)

    def _endpoint(self, message: Message) -> Endpoint:
        """That of the processor, else the one that the message names. Raises MediationError."""
        key = self._definition.target_endpoint or message.properties.get(TARGET_ENDPOINT)
        if not key:
            raise MediationError(
                f"The message names no endpoint in its property '{TARGET_ENDPOINT}', and the "
                "processor has no targetEndpoint"
            )
        found = self._context.configuration.endpoint(str(key))
        if found is None:
            raise MediationError(f"There is no endpoint with the key '{key}'")
        return found

    async def _send(self, endpoint: Endpoint, message: Message) -> Outcome:
        wanted = not is_true(message.properties.default.pop(_OUT_ONLY, None))
        try:
            answers = await sent(endpoint, message)
        except MediationError as error:
            return Outcome(Verdict.AGAIN, shown(str(error), message))
        if not answers:
            return Outcome(Verdict.AGAIN, shown(_failed_silently(message), message))
        problems = [self._problem(one.reply) for one in answers if one.reply is not None]
        problem = next((text for text in problems if text is not None), None)
        if problem is not None:
            _report(message, problem)
            return Outcome(Verdict.AGAIN, shown(problem, message))
        return await self._hand_on(answers) if wanted else Outcome(Verdict.DELIVERED)

    def _problem(self, reply: Message) -> str | None:
        """Why a reply is no success."""
        status = reply.properties.axis2.get("HTTP_SC")
        if status in self._delivered_codes:
            return None
        if reply.is_fault:
            return f"The endpoint answered with a fault: {fault_in(reply).reason}"
        if status is not None and not self._is_success(int(status)):
            return f"The endpoint answered with status {status}"
        return None

    def _is_success(self, status: int) -> bool:
        return status < 400 and status != 301 if self._forgets else 200 <= status < 300

    async def _hand_on(self, answers: list[Sent]) -> Outcome:
        """Run the replies through the reply sequence. What has one that is not taken has not
        arrived."""
        key = self._definition.text(REPLY_SEQUENCE)
        sequence = self._context.configuration.sequence(key) if key else None
        for one in answers:
            if one.reply is None:
                continue
            if sequence is not None:
                problem = await _reply_problem(sequence, one.message, one.reply)
                if problem is not None and not self._forgets:
                    return Outcome(Verdict.AGAIN, problem)
            elif not one.reply.properties.axis2.get("NO_ENTITY_BODY"):
                verdict = Verdict.DELIVERED if self._forgets else Verdict.HOPELESS
                return Outcome(verdict, _NOBODY_TAKES_IT, last=True)
        return Outcome(Verdict.DELIVERED)


async def _reply_problem(sequence: Sequence, message: Message, reply: Message) -> str | None:
    """Why the reply sequence has not taken a reply: it has failed, or ended before its end."""
    become(message, reply)
    message.response = True
    try:
        went_on = await sequence.mediate(message)
    except Exception as error:  # noqa: BLE001 - whatever a mediator throws
        return shown(f"The reply sequence failed: {error}", message)
    return None if went_on else "The reply sequence did not come to its end"


def _failed_silently(message: Message) -> str:
    """An onError sequence of the endpoint has dealt with it, or it discards what takes too long."""
    return str(message.properties.get("ERROR_MESSAGE") or "The endpoint has not answered in time")


def _report(message: Message, problem: str) -> None:
    message.properties.set("ERROR_MESSAGE", problem)
    message.properties.set("ERROR_DETAIL", problem)
