"""An element of a unit-test file, by local names; what is wrong with it is kept with its line."""

from __future__ import annotations

from apns_connector.errors import ConfigurationError
from apns_connector.mediation import xml
from apns_connector.mediation.xml import Element, children, line_of, local_name


class Node:
    """``problems`` are those of the whole file, shared by all of its nodes."""

    def __init__(self, element: Element, file: str, problems: list[ConfigurationError]) -> None:
        self.element = element
        self.file = file
        self.problems = problems
        self.name = local_name(element.tag)
        self.line = line_of(element)

    def complain(self, problem: str) -> None:
        self.problems.append(ConfigurationError(problem, self.file, self.line))

    def only(self, *names: str) -> None:
        """Complain about children of other names: they would be read by nobody."""
        for child in self.nodes():
            if child.name not in names:
                child.complain(f"<{child.name}> is nothing that a <{self.name}> holds")

    def nodes(self, name: str | None = None) -> list[Node]:
        found = [Node(child, self.file, self.problems) for child in children(self.element)]
        return [node for node in found if name in (None, node.name)]

    def node(self, name: str) -> Node | None:
        return next(iter(self.nodes(name)), None)

    def listed(self, group: str, name: str) -> list[Node]:
        """The elements of that name in a group, which may be absent and holds nothing else."""
        holder = self.node(group)
        if holder is None:
            return []
        holder.only(name)
        return holder.nodes(name)

    def text(self, name: str) -> str | None:
        """The trimmed text of a child, XML in it as text; ``None`` without it or when empty."""
        child = self.node(name)
        return None if child is None else child.content() or None

    def required(self, name: str) -> str:
        """As ``text``; complains and gives ``""`` when there is none."""
        found = self.text(name)
        if found is None:
            self.complain(f"<{self.name}> needs a <{name}>")
        return found or ""

    def number(self, name: str) -> int:
        """A child that is a whole number; complains and gives 0 when it is none."""
        found = self.required(name)
        if found and not (found.isascii() and found.isdigit()):
            self.complain(f"the <{name}> '{found[:40]}' is no number")
            return 0
        return int(found or 0)

    def attribute(self, name: str) -> str:
        found = self.element.get(name)
        if found is None:
            self.complain(f"<{self.name}> needs the attribute '{name}'")
        return found or ""

    def content(self) -> str:
        inner = children(self.element)
        return xml.text_of(inner[0]) if inner else (self.element.text or "").strip()
