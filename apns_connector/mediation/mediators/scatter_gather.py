"""``<scatter-gather>``: several flows with a copy of the message each, and one result."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Coroutine, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from lxml import etree

from apns_connector.errors import MediationError, XmlError
from apns_connector.mediation import xml
from apns_connector.mediation.aggregation import message_count
from apns_connector.mediation.bodies.message_type import JSON, XML, set_message_type
from apns_connector.mediation.branch import run_branch, start
from apns_connector.mediation.expression import Expression
from apns_connector.mediation.expressions.synapse_values import text_of
from apns_connector.mediation.expressions.value import Value
from apns_connector.mediation.frame import handlers
from apns_connector.mediation.json_value import JsonArray
from apns_connector.mediation.mediator import Mediator, run
from apns_connector.mediation.message import Message
from apns_connector.mediation.reading import Reader
from apns_connector.mediation.results import root_named
from apns_connector.mediation.splitting import run_all
from apns_connector.mediation.xml import SYNAPSE, Element, detached_copy

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Completion:
    """Which copies count, and how many are enough. ``timeout`` in seconds."""

    condition: Expression | None = None
    timeout: float | None = None
    minimum: Value | None = None
    maximum: Value | None = None


@dataclass(frozen=True, slots=True)
class Result:
    """What ``expression`` finds in each copy becomes a JSON array, or with ``root`` the content of
    an element: as the payload, or as the variable ``variable``."""

    expression: Expression
    root: str | None = None
    variable: str | None = None

    def put(self, copies: Sequence[Message], message: Message) -> None:
        gathered = self._json(copies) if self.root is None else self._xml(self.root, copies)
        if self.variable is not None:
            message.variables[self.variable] = gathered
        elif isinstance(gathered, etree._Element):
            message.body[:] = []
            message.replace_payload(gathered)
            set_message_type(message, XML)
        else:
            message.replace_json(list(gathered))
            set_message_type(message, JSON)

    def _json(self, copies: Sequence[Message]) -> JsonArray:
        return JsonArray(_json_value(self.expression.value(copy)) for copy in copies)

    def _xml(self, root: str, copies: Sequence[Message]) -> Element:
        element = etree.Element(root)
        for copy in copies:
            element.extend(_elements(self.expression, copy))
        return element


class Gathered:
    """The copies that have come so far. ``enough`` is set with the last one that is wanted."""

    def __init__(self, total: int, minimum: int | None, maximum: int | None) -> None:
        self.copies: list[Message] = []
        self.enough = asyncio.Event()
        self._wanted = min(limit for limit in (total, minimum, maximum) if limit is not None)

    @property
    def complete(self) -> bool:
        return len(self.copies) >= self._wanted

    def add(self, copy: Message) -> None:
        """What comes too late is not wanted any more."""
        if not self.complete:
            self.copies.append(copy)
        if self.complete:
            self.enough.set()


class ScatterGather:
    """The flow goes on with the results of those copies that have come to their end, and ends
    without them when they are too few. What it knows otherwise, such as properties, stays its own.
    """

    def __init__(
        self,
        sequences: Sequence[Mediator],
        result: Result,
        completion: Completion | None = None,
        *,
        parallel: bool = True,
    ) -> None:
        self._sequences = tuple(sequences)
        self._result = result
        self._completion = completion or Completion()
        self._parallel = parallel

    async def mediate(self, message: Message) -> bool:
        gathered = Gathered(
            len(self._sequences),
            message_count(self._completion.minimum, message),
            message_count(self._completion.maximum, message),
        )
        start(message, self._run(message.clone(), gathered))
        try:
            async with asyncio.timeout(self._completion.timeout):
                await gathered.enough.wait()
        except TimeoutError:
            _log.warning("<scatter-gather>: timed out with %d results", len(gathered.copies))
        timed = self._completion.timeout is not None
        if not gathered.copies or not (gathered.complete or timed):
            return False
        self._result.put(gathered.copies, message)
        return True

    async def _run(self, base: Message, gathered: Gathered) -> None:
        base.frame = handlers(base.frame)  # the results come back here: nothing else follows
        flows = self._flows(base, gathered)
        try:
            if self._parallel:
                await run_all(flows, len(self._sequences))
            else:
                for flow in flows:
                    await flow
        finally:
            gathered.enough.set()  # nobody else will come

    def _flows(self, base: Message, gathered: Gathered) -> Iterator[Coroutine[Any, Any, None]]:
        return (self._flow(base.clone(), sequence, gathered) for sequence in self._sequences)

    async def _flow(self, copy: Message, sequence: Mediator, gathered: Gathered) -> None:
        if not await run_branch(copy, run(sequence, copy)):
            return
        condition = self._completion.condition
        if condition is None or (condition.text(copy) or "").lower() == "true":
            gathered.add(copy)

    @classmethod
    def from_element(cls, element: Element, reader: Reader) -> ScatterGather:
        """Raises ConfigurationError for what is missing."""
        sequences = element.findall(f"{{{SYNAPSE}}}sequence")
        aggregation = element.find(f"{{{SYNAPSE}}}aggregation")
        if not sequences or aggregation is None:
            raise reader.error(element, "<scatter-gather> needs <sequence> and <aggregation>")
        return cls(
            [reader.mediators(one, on_error=one.get("onError")) for one in sequences],
            _result(element, reader.expression(aggregation), reader),
            _completion(aggregation, reader),
            parallel=element.get("parallel-execution") != "false",
        )


def _result(element: Element, expression: Expression, reader: Reader) -> Result:
    reader.required(element, "result-type")
    is_xml = reader.choice(element, "result-type", ("JSON", "XML")) == "XML"
    target = reader.required(element, "target").strip().lower()
    if target not in ("body", "variable"):
        raise reader.error(element, f"<scatter-gather>: target '{target}' is not body or variable")
    return Result(
        expression,
        root_named(element, reader) if is_xml else None,
        reader.required(element, "target-variable") if target == "variable" else None,
    )


def _completion(element: Element, reader: Reader) -> Completion:
    text = element.get("timeout", "").strip()
    if text and not (text.isascii() and text.isdecimal()):
        raise reader.error(element, f"<aggregation>: timeout '{text}' is not in milliseconds")
    return Completion(
        None if element.get("condition") is None else reader.expression(element, "condition"),
        int(text) / 1000 if text and int(text) else None,
        reader.value(element, element.get("min-messages", "")),
        reader.value(element, element.get("max-messages", "")),
    )


def _json_value(value: Any) -> Any:
    if isinstance(value, JsonArray):
        return list(value)
    nodes = value if isinstance(value, list) else [value]
    return text_of(value) if any(isinstance(one, etree._Element) for one in nodes) else value


def _elements(expression: Expression, copy: Message) -> list[Element]:
    """The elements that were found, or the element that a text is."""
    found = [node for node in expression.nodes(copy) if isinstance(node, etree._Element)]
    if found:
        return [detached_copy(element) for element in found]
    try:
        return [xml.parse((expression.text(copy) or "").strip().encode())]
    except XmlError as error:
        raise MediationError(f"Error reading XML element: {expression.source}: {error}") from error
