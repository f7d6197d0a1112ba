"""``<foreach collection="…">``: a flow of its own for each item; the results go back, or elsewhere
(Synapse: ForEachMediatorV2)."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Coroutine, Iterator
from dataclasses import dataclass
from typing import Any

from lxml import etree

from apns_connector.errors import ConfigurationError, MediationError
from apns_connector.mediation.branch import run_branch, start
from apns_connector.mediation.endpoints.truth import is_true
from apns_connector.mediation.expression import Expression
from apns_connector.mediation.expressions.json_path import JsonPath, replaced
from apns_connector.mediation.expressions.json_path_parser import compile_path
from apns_connector.mediation.expressions.json_place import place_in_payload
from apns_connector.mediation.expressions.synapse_access import json_of
from apns_connector.mediation.frame import handlers
from apns_connector.mediation.json_value import JsonArray, as_property
from apns_connector.mediation.mediator import Mediator, run
from apns_connector.mediation.message import Message
from apns_connector.mediation.reading import Reader
from apns_connector.mediation.results import root_named
from apns_connector.mediation.soap import new_envelope
from apns_connector.mediation.splitting import run_all
from apns_connector.mediation.tree import detach, parent_of
from apns_connector.mediation.xml import SYNAPSE, Element, detached_copy

_VARIABLE = re.compile(r"\$\{\s*vars\.(\w+)((?:[.\[].*)?)\s*\}", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a JSON collection lies: in the payload, or in the variable ``variable``."""

    path_of: Callable[[Message], JsonPath]
    variable: str | None = None

    def put(self, items: list[Any], message: Message) -> None:
        whole = message.as_json() if self.variable is None else self._held(message)
        for location in self.path_of(message).locations(whole):
            whole = replaced(whole, location, items)
        if self.variable is None:
            message.replace_json(whole)
        else:
            message.variables[self.variable] = as_property(whole)

    def _held(self, message: Message) -> Any:
        return json_of(message.variables[self.variable or ""])


@dataclass(frozen=True, slots=True)
class Into:
    """The results become a variable: a JSON array, or, with ``root``, the content of an element."""

    variable: str
    root: str | None = None


class ForeachCollection:
    """``place`` is where a JSON collection is put back; ``into`` where the results go instead of
    that. Without ``aggregates`` nobody waits for them. ``counter``: the variable that holds the
    number of the item."""

    def __init__(
        self,
        collection: Expression,
        sequence: Mediator,
        *,
        place: Place | None = None,
        into: Into | None = None,
        parallel: bool = True,
        aggregates: bool = True,
        counter: str | None = None,
    ) -> None:
        self._collection = collection
        self._sequence = sequence
        self._place = place
        self._into = into
        self._parallel = parallel
        self._aggregates = aggregates
        self._counter = counter

    async def mediate(self, message: Message) -> bool:
        items = self._items(message)
        if not items:
            return True
        results: dict[int, Message] = {}
        running = self._run(self._flows(message, items, results), len(items))
        if not self._aggregates:
            if self._parallel:
                start(message, running)
            else:
                await running
            return True
        await running
        if len(results) < len(items):
            return False  # one of them has failed, or ended: the whole will never be complete
        self._gather(message, items, [results[number] for number in range(len(items))])
        return True

    def _items(self, message: Message) -> list[Any]:
        value = self._collection.value(message)
        if isinstance(value, etree._Element):
            return [value]
        if not isinstance(value, list):
            raise MediationError(
                f"Expression {self._collection.source} did not resolve to a valid array"
            )
        return value

    async def _run(self, flows: Iterator[Coroutine[Any, Any, None]], count: int) -> None:
        if self._parallel:
            await run_all(flows, count)
        else:
            for flow in flows:
                await flow
                await asyncio.sleep(0)  # other requests get their turn, too

    def _flows(
        self, message: Message, items: list[Any], results: dict[int, Message]
    ) -> Iterator[Coroutine[Any, Any, None]]:
        base = message.clone()
        base.frame = handlers(base.frame)  # the results come back here: nothing else follows
        base.replace_envelope(new_envelope(message.soap_version))
        return (self._flow(base, number, item, results) for number, item in enumerate(items))

    async def _flow(
        self, base: Message, number: int, item: Any, results: dict[int, Message]
    ) -> None:
        copy = base.clone()
        if isinstance(item, etree._Element):
            copy.body.append(detached_copy(item))
        else:
            copy.replace_json(item)
        if self._counter is not None:
            copy.variables[self._counter] = number
        if await run_branch(copy, run(self._sequence, copy)):
            results[number] = copy

    def _gather(self, message: Message, items: list[Any], results: list[Message]) -> None:
        if self._into is None:
            if isinstance(items[0], etree._Element):
                _put_back(items, results)
            elif self._place is not None:
                self._place.put([result.as_json() for result in results], message)
            else:
                raise MediationError(
                    f"Expression {self._collection.source} is no place that the results could go "
                    "back to: use update-original='false' and target-variable"
                )
            return
        if self._into.root is None:
            value: Any = JsonArray(result.as_json() for result in results)
        else:
            value = etree.Element(self._into.root)
            value.extend(_payloads(results))
        message.variables[self._into.variable] = value

    @classmethod
    def from_element(cls, element: Element, reader: Reader) -> ForeachCollection:
        """Raises ConfigurationError without a sequence, for a result that has no place, and for
        what makes no sense together."""
        collection = reader.expression(element, "collection")
        sequence = element.find(f"{{{SYNAPSE}}}sequence")
        if sequence is None:
            raise reader.error(element, "<foreach> needs a <sequence>")
        parallel = element.get("parallel-execution") != "false"
        if parallel and element.get("counter-variable"):
            raise reader.error(
                element, "<foreach>: a counter-variable needs parallel-execution='false'"
            )
        aggregates = not is_true(element.get("continue-without-aggregation"))
        updates = aggregates and element.get("update-original") != "false"
        return cls(
            collection,
            reader.mediators(sequence, on_error=sequence.get("onError")),
            place=_place(collection, element, reader) if updates else None,
            into=_into(element, reader) if aggregates and not updates else None,
            parallel=parallel,
            aggregates=aggregates,
            counter=element.get("counter-variable") or None,
        )


def _place(collection: Expression, element: Element, reader: Reader) -> Place | None:
    """``None`` for nodes, which are where they are. Raises ConfigurationError for other JSON."""
    try:
        path_of = place_in_payload(collection)
        if path_of is not None:
            return Place(path_of)
        held = _VARIABLE.fullmatch(collection.source.strip())
        if held is None:
            return None
        path = compile_path(f"${held[2].strip()}")
    except ConfigurationError as error:
        raise reader.located(error, element) from error
    return Place(lambda message: path, held[1])


def _into(element: Element, reader: Reader) -> Into:
    variable = reader.required(element, "target-variable")
    reader.required(element, "result-type")
    if reader.choice(element, "result-type", ("JSON", "XML")) == "JSON":
        return Into(variable)
    return Into(variable, root_named(element, reader))


def _put_back(nodes: list[Element], results: list[Message]) -> None:
    parent = parent_of(nodes[0])
    for node in nodes:
        detach(node)
    parent.extend(_payloads(results))


def _payloads(results: list[Message]) -> list[Element]:
    return [detached_copy(one.payload) for one in results if one.payload is not None]
