"""What all operations have in common: where their parameters come from, where their result goes,
and what a failure leaves behind."""

from __future__ import annotations

import logging
from abc import ABC, abstractmethod
from collections.abc import Mapping
from functools import partial
from types import MappingProxyType
from typing import ClassVar, Final

from apns_connector.apns import Response
from apns_connector.apns.reasons import RESPONSE_BUILDING
from apns_connector.errors import ApnsError, ChannelRefused, XmlError
from apns_connector.mediation.message import Message
from apns_connector.operations.clients import Clients
from apns_connector.operations.connections import Connections
from apns_connector.operations.failure import OperationError, record
from apns_connector.operations.output import INTO_BODY, Output
from apns_connector.operations.parameters import Parameters
from apns_connector.operations.result import Result

logger = logging.getLogger(__name__)

_OUTPUT: Final = frozenset({"responseVariable", "overwriteBody"})
# The properties in which an operation tells what came of it; nothing is left for the next one.
OUTCOME: Final = frozenset(
    {
        "apns.status",
        "apns.reason",
        "apns.id",
        "apns.timestamp",
        "apns.accepted",
        "apns.failed",
        "apns.channelId",
    }
)


class Operation(ABC):
    """The class mediator at the end of the template called ``name``; one serves all messages.

    ``by_hand``: properties that may be given as well, and the parameter that each stands for.
    """

    name: ClassVar[str]
    by_hand: ClassVar[Mapping[str, str]] = MappingProxyType({})

    def __init__(self, clients: Clients) -> None:
        self.clients = clients
        self.connections = Connections(clients)

    @abstractmethod
    async def perform(self, message: Message, parameters: Parameters) -> Result:
        """Raises :class:`OperationError`, or the :class:`ApnsError` that stands for one."""

    def subject(self, parameters: Parameters) -> str:
        """What the operation is about, for the log: no secret, and no whole device token."""
        return ""

    async def mediate(self, message: Message) -> bool:
        """True, with the result in place; raises MediationError after a failure."""
        message.properties.forget(OUTCOME)
        parameters = Parameters(message, self.name, self.by_hand)
        output = INTO_BODY
        try:
            if not parameters.none_of(_OUTPUT):
                output = _read_output(parameters)
            try:
                result = await self.perform(message, parameters)
            except OperationError:
                raise
            except Exception as error:
                raise self._failure(message, error) from error
            self._answer(message, output, result)
        except OperationError as failure:
            self._log(message, parameters, failure)
            raise record(message, failure, output) from failure
        finally:
            if parameters.any_by_hand:
                message.properties.forget(self.by_hand.keys())
        return True

    def _failure(self, message: Message, error: Exception) -> OperationError:
        """What it means that it could not be performed."""
        if not isinstance(error, ApnsError):
            logger.error("%s could not be carried out", self.name, exc_info=error)
            return OperationError.unknown()
        if isinstance(error, ChannelRefused):
            tell(message, status=error.status, reason=error.reason, id=error.apns_id)
        return OperationError.from_error(error)

    def _answer(self, message: Message, output: Output, result: Result) -> None:
        """The XML takes the place of the whole envelope, headers included, as SOAP 1.1."""

        try:
            if output is INTO_BODY and not message.has_json:  # nearly always
                self._put_envelope(message, result)
            else:
                put_envelope = partial(self._put_envelope, message, result)
                output.put(message, result.payload, result.status, put_envelope)
        except XmlError as error:
            raise OperationError(
                RESPONSE_BUILDING, "Error building the response envelope", str(error)
            ) from error

    def _put_envelope(self, message: Message, result: Result) -> None:
        result.put_envelope(message, self.name)
        message.properties.axis2.pop("NO_ENTITY_BODY", None)  # of an empty reply before it

    def _log(self, message: Message, parameters: Parameters, failure: OperationError) -> None:
        """One line with all that whoever reads the log needs to find the cause and the message."""
        logger.warning(
            "%s failed with %s: %s (%sapns-id %s, service %s, message %s)",
            self.name,
            failure.code,
            failure.sentence if failure.detail == failure.sentence else failure.detail,
            self._subject(parameters),
            message.properties.get("apns.id"),
            message.service.name if message.service is not None else None,
            message.message_id,
        )

    def _subject(self, parameters: Parameters) -> str:
        try:
            subject = self.subject(parameters)
        except OperationError:  # the parameter it takes is the one that is wrong
            return ""
        return f"{subject}, " if subject else ""


def _read_output(parameters: Parameters) -> Output:
    return Output(parameters.optional("responseVariable"), parameters.boolean("overwriteBody"))


def tell(message: Message, **outcome: object) -> None:
    """Set the properties ``apns.NAME``; ``None`` sets none."""
    for name, value in outcome.items():
        if value is not None:
            message.properties.default[f"apns.{name}"] = str(value)


def require_accepted(message: Message, response: Response) -> Response:
    """``response``, told in properties. Raises :class:`OperationError` if Apple said no."""
    told = message.properties.default
    told["apns.status"] = str(response.status)
    told["apns.id"] = response.notification.apns_id
    if not response.accepted:
        tell(message, reason=response.reason, timestamp=response.timestamp)
        raise OperationError.from_rejection(response)
    if logger.isEnabledFor(logging.DEBUG):
        logger.debug("Accepted: %r", response.notification)
    return response
