"""``<iterate>``: a message for each of many parts, under way at once or in turn."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from lxml import etree

from apns_connector.errors import ConfigurationError, MediationError
from apns_connector.mediation.branch import run_branch, start
from apns_connector.mediation.endpoints.truth import is_true
from apns_connector.mediation.expression import Expression, compile_expression
from apns_connector.mediation.expressions.json_path import MISSING, JsonPath, replaced
from apns_connector.mediation.expressions.json_place import place_in_payload
from apns_connector.mediation.message import Message
from apns_connector.mediation.reading import Reader
from apns_connector.mediation.splitting import (
    Target,
    begin_split,
    mark,
    run_all,
    target_from_element,
)
from apns_connector.mediation.tree import detach
from apns_connector.mediation.xml import SYNAPSE, Element

PathOf = Callable[[Message], JsonPath]


class Splitter(Protocol):
    def parts(self, base: Message) -> Sequence[Any]:
        """The parts of a message, which keeps the rest. Raises MediationError."""

    def put(self, part: Any, copy: Message) -> None:
        """Make a part the content of a copy. Raises MediationError."""


@dataclass(frozen=True, slots=True)
class XmlSplitter:
    """The elements of an expression. ``attach`` leads to where each goes in what is left of the
    payload; without it, it is the whole payload."""

    expression: Expression
    attach: Expression | None = None

    def parts(self, base: Message) -> Sequence[Element]:
        nodes = self.expression.nodes(base)
        for node in nodes:
            if not isinstance(node, etree._Element):
                raise MediationError(
                    f"Error splitting message with XPath : {self.expression.source} - "
                    "result not an OMNode"
                )
        for node in nodes:
            detach(node)
        if self.attach is None:
            base.body[:] = []
        return nodes

    def put(self, part: Element, copy: Message) -> None:
        if self.attach is None:
            copy.body.append(part)
            return
        place = next(iter(self.attach.nodes(copy)), None)
        if not isinstance(place, etree._Element):
            raise MediationError(
                "Error in attaching the splitted elements :: Unable to get the attach path "
                f"specified by the expression {self.attach.source}"
            )
        place.append(part)


@dataclass(frozen=True, slots=True)
class JsonSplitter:
    """The items of an array. ``attach`` leads to what each takes the place of in the payload, whose
    array is empty then; without it, it is the whole payload."""

    path_of: PathOf
    attach: PathOf | None = None

    def parts(self, base: Message) -> Sequence[Any]:
        path, payload = self.path_of(base), base.as_json()
        items = path.read(payload)
        if items is MISSING or not isinstance(items, list):
            raise MediationError(
                f"JSON element expressed by the path {path.source} is not a valid JSON array that "
                "can be iterated"
            )
        for location in path.locations(payload) if path.definite else ():
            payload = replaced(payload, location, [])
        base.replace_json(payload)
        return items

    def put(self, part: Any, copy: Message) -> None:
        if self.attach is None:
            copy.replace_json(part)
            return
        payload, path = copy.as_json(), self.attach(copy)
        locations = path.locations(payload)
        if not locations:
            raise MediationError(f"The attachPath {path.source} leads nowhere")
        for location in locations:
            payload = replaced(payload, location, part)
        copy.replace_json(payload)


class Iterate:
    """The flow itself ends here, unless ``continue_parent``."""

    def __init__(
        self,
        splitter: Splitter,
        target: Target,
        *,
        id_: str | None = None,
        continue_parent: bool = False,
        sequential: bool = False,
    ) -> None:
        self._splitter = splitter
        self._target = target
        self._id = id_
        self._continue_parent = continue_parent
        self._sequential = sequential

    async def mediate(self, message: Message) -> bool:
        begin_split(message, self._id)
        base = message.clone()  # the message may go on, and change, before the last copy is made
        parts = self._splitter.parts(base)
        if self._sequential:
            for copy in self._copies(message, base, parts):
                await run_branch(copy, self._target.mediate(copy))
                await asyncio.sleep(0)  # other requests get their turn, too
        elif parts:
            copies = self._copies(message, base, parts)
            runs = (run_branch(copy, self._target.mediate(copy)) for copy in copies)
            start(message, run_all(runs, len(parts)))
        return self._continue_parent

    def _copies(self, message: Message, base: Message, parts: Sequence[Any]) -> Iterator[Message]:
        """The first one now, so that an attachPath that leads nowhere fails the flow itself."""
        first = self._copy(message, base, parts, 0) if parts else None
        return self._all(message, base, parts, first)

    def _all(
        self, message: Message, base: Message, parts: Sequence[Any], first: Message | None
    ) -> Iterator[Message]:
        if first is not None:
            yield first
        for number in range(1, len(parts)):
            yield self._copy(message, base, parts, number)

    def _copy(self, message: Message, base: Message, parts: Sequence[Any], number: int) -> Message:
        copy = base.clone()
        self._splitter.put(parts[number], copy)
        mark(copy, message, self._id, number, len(parts))
        return copy

    @classmethod
    def from_element(cls, element: Element, reader: Reader) -> Iterate:
        """Raises ConfigurationError without expression or target, and for an attachPath that does
        not go with the rest."""
        target = element.find(f"{{{SYNAPSE}}}target")
        if target is None:
            raise reader.error(element, "<iterate> needs <target>")
        return cls(
            _splitter(element, reader),
            target_from_element(target, reader),
            id_=element.get("id"),
            continue_parent=is_true(element.get("continueParent")),
            sequential=is_true(element.get("sequential")),
        )


def _splitter(element: Element, reader: Reader) -> Splitter:
    expression = reader.expression(element)
    preserves = is_true(element.get("preservePayload"))
    if element.get("attachPath") is not None and not preserves:
        raise reader.error(element, "<iterate>: attachPath needs preservePayload='true'")
    given = element.get("attachPath") is not None
    attach = reader.expression(element, "attachPath") if given else None
    try:
        path_of = place_in_payload(expression)
        attach_path = None if attach is None else place_in_payload(attach)
    except ConfigurationError as error:
        raise reader.located(error, element) from error
    if attach is not None and (path_of is None) is not (attach_path is None):
        raise reader.error(
            element, "<iterate>: expression and attachPath are both JSONPath or both XPath"
        )
    if path_of is not None:
        return JsonSplitter(path_of, attach_path)
    if preserves and attach is None:
        attach = compile_expression(".", {})
    return XmlSplitter(expression, attach)
