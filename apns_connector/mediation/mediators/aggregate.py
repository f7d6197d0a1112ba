"""``<aggregate>``: waits for messages that belong together, and makes one of them."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Hashable
from dataclasses import dataclass

from apns_connector.errors import MediationError
from apns_connector.mediation.aggregated import gather_json, gather_xml, is_json
from apns_connector.mediation.aggregation import Group, Groups, message_count
from apns_connector.mediation.branch import run_branch, start
from apns_connector.mediation.expression import Expression
from apns_connector.mediation.expressions.value import Value
from apns_connector.mediation.frame import Frame, handlers
from apns_connector.mediation.mediator import Mediator, run
from apns_connector.mediation.mediators.branch import branch_from_element
from apns_connector.mediation.message import Message
from apns_connector.mediation.reading import Reader
from apns_connector.mediation.splitting import (
    CORRELATION_PROPERTY,
    SHARED_PROPERTY,
    Split,
    named,
    total_of,
)
from apns_connector.mediation.xml import SYNAPSE, Element, children

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Completion:
    """When a group is complete, beside when all copies of a split have come. ``timeout`` in
    seconds."""

    timeout: float | None = None
    minimum: Value | None = None
    maximum: Value | None = None


@dataclass(frozen=True, slots=True)
class Gathering:
    """What becomes of the messages: what ``expression`` finds in each, put together. ``enclosing``:
    the property with the element around all. ``merged``: JSON objects become one."""

    expression: Expression
    enclosing: str | None = None
    merged: bool = False

    def into(self, target: Message, messages: list[Message]) -> None:
        if is_json(self.expression):
            gather_json(target, messages, self.expression, self.enclosing, merged=self.merged)
        else:
            gather_xml(target, messages, self.expression, self.enclosing)


class Aggregate:
    """Groups are the copies of one split, or else messages with the same value of ``correlate``.
    (Synapse groups by the text of that expression, whatever its value: of different requests it
    would mix the messages. The copies of one split belong together here as well, whatever the
    value is.)

    A message that belongs nowhere passes. The one that completes a group runs ``on_complete`` as
    the aggregated message, and goes on as such; the others end.
    """

    def __init__(
        self,
        gathering: Gathering,
        on_complete: Mediator | None = None,
        *,
        id_: str | None = None,
        correlate: Expression | None = None,
        completion: Completion | None = None,
    ) -> None:
        self._gathering = gathering
        self._on_complete = on_complete
        self._id = id_
        self._correlate = correlate
        self._completion = completion or Completion()
        self._groups = Groups()

    async def mediate(self, message: Message) -> bool:
        key = self._key(message)
        if key is None:
            return True
        group = self._groups.get(key)
        if group is None:
            split = message.properties.get(named(SHARED_PROPERTY, self._id))
            if isinstance(split, Split) and split.aggregated:
                return False  # its group has been completed without it
            group = self._open(key, message)
        self._groups.add(key, message)
        if not group.complete:
            return False
        self._groups.close(key, group)
        return await self._complete(group, handlers(message.frame), message)

    def _key(self, message: Message) -> Hashable | None:
        split = message.properties.get(named(CORRELATION_PROPERTY, self._id))
        if self._correlate is None:
            return split if isinstance(split, str) else None
        value = self._correlate.value(message)
        if isinstance(value, list) and not value:
            raise MediationError(
                f"Failed to evaluate correlate expression: {self._correlate.source}"
            )
        if value is False:
            return None
        if value is None or isinstance(split, str):
            return split if isinstance(split, str) else None
        return self._correlate.source, self._correlate.text(message)

    def _open(self, key: Hashable, message: Message) -> Group:
        now = message.configuration.clock()
        for lost in self._groups.give_up(now):
            _log.warning("<aggregate>: a group of %d messages is given up", len(lost.messages))
        completion = self._completion
        group = Group(
            now,
            total=total_of(message, self._id),
            minimum=message_count(completion.minimum, message),
            maximum=message_count(completion.maximum, message),
        )
        self._groups.open(key, group)
        if completion.timeout is not None:
            stopped = asyncio.Event()
            group.closed = stopped.set
            frame = handlers(message.frame)
            start(message, self._expire(key, group, completion.timeout, stopped, frame))
        return group

    async def _expire(
        self,
        key: Hashable,
        group: Group,
        seconds: float,
        stopped: asyncio.Event,
        frame: Frame | None,
    ) -> None:
        """One for each group that waits: completes it when its time is over."""
        try:
            async with asyncio.timeout(seconds):
                await stopped.wait()
        except TimeoutError:
            if self._groups.close(key, group):
                _log.warning("<aggregate>: timed out with %d messages", len(group.messages))
                await self._complete(group, frame, None)

    async def _complete(self, group: Group, frame: Frame | None, last: Message | None) -> bool:
        """``frame``: who handles failures. ``last``: the message that completed the group; nobody
        goes on after a timeout."""
        for message in group.messages:
            split = message.properties.get(named(SHARED_PROPERTY, self._id))
            if isinstance(split, Split):
                split.aggregated = True
        aggregated = group.messages[0].clone()
        aggregated.frame = frame
        if last is not None:  # of different requests, the one that completes it is still open
            aggregated.exchange = last.exchange
            aggregated.properties.operation = last.exchange.operation
        went_on = await run_branch(aggregated, self._run(aggregated, group, last))
        if last is not None and aggregated.called:
            last.take_content(aggregated)
            last.properties, last.variables = aggregated.properties, aggregated.variables
            last.called = True
        return went_on

    async def _run(self, aggregated: Message, group: Group, last: Message | None) -> bool:
        self._gathering.into(aggregated, group.messages)
        if last is not None:
            last.take_content(aggregated.clone())
        if self._on_complete is None:
            return False
        return await run(self._on_complete, aggregated)

    @classmethod
    def from_element(cls, element: Element, reader: Reader) -> Aggregate:
        """Raises ConfigurationError without onComplete and its expression."""
        correlate = element.find(f"{{{SYNAPSE}}}correlateOn")
        on_complete = element.find(f"{{{SYNAPSE}}}onComplete")
        if on_complete is None:
            raise reader.error(element, "<aggregate> needs <onComplete>")
        given = on_complete.get("sequence") is not None or children(on_complete)
        gathering = Gathering(
            reader.expression(on_complete),
            on_complete.get("enclosingElementProperty"),
            reader.choice(on_complete, "aggregateElementType", ("root", "child")) == "child",
        )
        return cls(
            gathering,
            branch_from_element(on_complete, reader) if given else None,
            id_=element.get("id"),
            correlate=None if correlate is None else reader.expression(correlate),
            completion=_completion(element, reader),
        )


def _completion(element: Element, reader: Reader) -> Completion:
    condition = element.find(f"{{{SYNAPSE}}}completeCondition")
    if condition is None:
        return Completion()
    text = condition.get("timeout", "").strip()
    if text and not (text.isascii() and text.isdecimal()):
        raise reader.error(condition, f"<completeCondition>: timeout '{text}' is not in seconds")
    count = condition.find(f"{{{SYNAPSE}}}messageCount")
    return Completion(
        float(text) if text and int(text) else None,
        None if count is None else reader.value(count, count.get("min", "")),
        None if count is None else reader.value(count, count.get("max", "")),
    )
