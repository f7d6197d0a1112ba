"""``<foreach>``: runs a sequence for each of many parts of the message, in place, one by one.

With ``collection`` it is that of the Micro Integrator 4.4, see ``foreach_collection``.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from copy import deepcopy

from lxml import etree

from apns_connector.errors import ConfigurationError, MediationError
from apns_connector.mediation.endpoints.truth import is_true
from apns_connector.mediation.expression import Expression
from apns_connector.mediation.expressions.json_path import MISSING, JsonPath, replaced
from apns_connector.mediation.expressions.json_place import place_in_payload
from apns_connector.mediation.expressions.value import Value
from apns_connector.mediation.mediator import (
    FaultSequenceFailed,
    Mediator,
    NestingError,
    Sequence,
    run,
    told,
)
from apns_connector.mediation.mediators.call import Call
from apns_connector.mediation.mediators.callout import Callout
from apns_connector.mediation.mediators.foreach_collection import ForeachCollection
from apns_connector.mediation.mediators.send import Send
from apns_connector.mediation.message import Message
from apns_connector.mediation.reading import Reader
from apns_connector.mediation.soap import new_envelope
from apns_connector.mediation.tree import detach, parent_of
from apns_connector.mediation.xml import SYNAPSE, Element

_log = logging.getLogger(__name__)

ORIGINAL_PROPERTY, COUNTER_PROPERTY = "FOREACH_ORIGINAL_MESSAGE", "FOREACH_COUNTER"
_FORBIDDEN = "Sequence cannot contain Call, Send or CallOut mediators"


class Foreach:
    """The message is each part in turn, as the only payload; what becomes of it goes back to its
    place. A sequence that ends the flow ends the loop alone.

    ``path_of`` leads to an array when the parts are JSON. With ``lenient``, what a part fails with
    is logged, and the next one is tried.
    """

    def __init__(
        self,
        expression: Expression,
        sequence: Sequence | Value,
        *,
        id_: str | None = None,
        path_of: Callable[[Message], JsonPath] | None = None,
        lenient: bool = False,
    ) -> None:
        self._expression = expression
        self._sequence = sequence
        self._prefix = "" if id_ is None else f"{id_}_"
        self._path_of = path_of
        self._lenient = lenient

    async def mediate(self, message: Message) -> bool:
        properties = message.properties
        properties.set(f"{self._prefix}{ORIGINAL_PROPERTY}", deepcopy(message.envelope))
        self._count(message, 0)
        sequence = self._found(message)
        if self._path_of is not None:
            await self._through_json(message, self._path_of(message), sequence)
        else:
            await self._through_xml(message, sequence)
        return True

    async def _through_xml(self, message: Message, sequence: Mediator) -> None:
        nodes = self._expression.nodes(message)
        for node in nodes:
            if not isinstance(node, etree._Element):
                raise MediationError(
                    f"Error splitting message with XPath : {self._expression.source} - "
                    "result not an OMNode"
                )
        if not nodes:
            return
        envelope, parent = message.envelope, parent_of(nodes[0])
        version = message.soap_version
        parts = [detach(node) for node in nodes]
        for number, part in enumerate(parts, 1):
            message.replace_envelope(new_envelope(version, part))
            went_on = await self._run(message, sequence)
            if message.payload is not None:
                parent.append(detach(message.payload))
            self._count(message, number)
            if went_on is False and not self._lenient:
                break
        message.replace_envelope(envelope)

    async def _through_json(self, message: Message, path: JsonPath, sequence: Mediator) -> None:
        payload = message.as_json()
        items = path.read(payload)
        if items is MISSING or not isinstance(items, list):
            raise MediationError(
                f"JSON element expressed by the path {path.source} is not a valid JSON array"
            )
        results = []
        for item in items:
            message.replace_json(item)
            went_on = await self._run(message, sequence)
            if went_on is None:
                continue
            results.append(message.as_json())
            self._count(message, len(results))
            if not went_on and not self._lenient:
                break
        if items:
            for location in path.locations(payload):
                payload = replaced(payload, location, results)
        message.replace_json(payload)

    async def _run(self, message: Message, sequence: Mediator) -> bool | None:
        """The result of the sequence; ``None`` when it has failed and that does not matter."""
        await asyncio.sleep(0)  # other requests get their turn, too
        try:
            return await run(sequence, message)
        except (NestingError, FaultSequenceFailed):
            raise
        except Exception as fault:
            if not self._lenient:
                raise
            _log.warning("<foreach> goes on behind a part that failed: %s", told(message, fault))
            return None

    def _count(self, message: Message, number: int) -> None:
        message.properties.set(f"{self._prefix}{COUNTER_PROPERTY}", number)

    def _found(self, message: Message) -> Mediator:
        if isinstance(self._sequence, Sequence):
            return self._sequence
        key = self._sequence.text(message)
        sequence = message.configuration.sequence(key) if key else None
        if sequence is None:
            raise MediationError(f"Couldn't find the sequence named : {key}")
        if not _allowed(sequence):
            raise MediationError(f"ForEach: Referred {_FORBIDDEN[0].lower()}{_FORBIDDEN[1:]}")
        return sequence

    @classmethod
    def from_element(cls, element: Element, reader: Reader) -> Foreach:
        """Raises ConfigurationError without expression or sequence, and for mediators in it that
        send."""
        expression = reader.expression(element)
        try:
            path_of = place_in_payload(expression)
        except ConfigurationError as error:
            raise reader.located(error, element) from error
        return cls(
            expression,
            _sequence(element, reader),
            id_=element.get("id"),
            path_of=path_of,
            lenient=is_true(element.get("continueLoopOnFailure")),
        )


def foreach_from_element(element: Element, reader: Reader) -> Foreach | ForeachCollection:
    if (element.get("collection") or "").strip():
        return ForeachCollection.from_element(element, reader)
    return Foreach.from_element(element, reader)


def _sequence(element: Element, reader: Reader) -> Sequence | Value:
    key = reader.key(element, "sequence", "sequence")
    if key is not None:
        return key
    inline = element.find(f"{{{SYNAPSE}}}sequence")
    if inline is None:
        raise reader.error(element, "<foreach> needs a sequence")
    sequence = reader.mediators(inline, on_error=inline.get("onError"))
    if not _allowed(sequence):
        raise reader.error(inline, f"<foreach>: {_FORBIDDEN}; use <iterate>, or a collection")
    return sequence


def _allowed(sequence: Sequence) -> bool:
    return not any(isinstance(step.mediator, Call | Send | Callout) for step in sequence.steps)
