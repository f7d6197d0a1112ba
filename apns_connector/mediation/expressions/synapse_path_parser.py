"""Names and JSON paths inside synapse expressions; an index there may be an expression itself."""

from __future__ import annotations

import re
from abc import abstractmethod
from collections.abc import Sequence

from apns_connector.mediation.expressions import synapse_access as access
from apns_connector.mediation.expressions.scanner import Scanner
from apns_connector.mediation.expressions.variables import Getter

ID = re.compile(r"[A-Za-z_][A-Za-z0-9_-]*")
QUOTES = ("'", '"')
_STRING = re.compile(r"""'((?:[^'\\]|\\.)*)'|"((?:[^"\\]|\\.)*)\"""", re.DOTALL)
_FUNCTION = re.compile(r"\.[a-z]+\(\)")
# Where an expression begins inside a filter; everything else in there is JSONPath's own.
_IN_FILTER = re.compile(r"(?<![\w.$@])(?:vars|payload|headers|configs|params|props|properties)\b")


class PathParser(Scanner):
    """The part of the parser that reads what stands behind ``payload`` and ``vars``."""

    @abstractmethod
    def expression(self) -> Getter: ...

    @abstractmethod
    def word(self) -> Getter: ...

    def path(self) -> access.Path | None:
        """The path behind a payload or variable, ``None`` when there is none."""
        pieces: list[str | Getter] = []
        while self.peek() in (".", "["):
            function = self.match(_FUNCTION)
            if function is not None:
                pieces.append(function[0])
                break
            dots = ".." if self.take("..") else "." if self.take(".") else ""
            if self.take("["):
                # MI writes .["name"] as well, JSONPath does not.
                pieces += ["" if dots == "." else dots, "[", *self._bracket(), "]"]
            else:
                pieces += [dots, "*" if self.take("*") else self._step()]
        return access.Path(pieces) if pieces else None

    def _step(self) -> str:
        found = self.match(ID)
        if found is None:
            raise self.error("a name, * or [ is expected")
        return found[0]

    def _bracket(self) -> Sequence[str | Getter]:
        """What is inside brackets: indices and names may be expressions."""
        self.skip_space()
        if self.peek() in ("?", "("):
            return self._filter()
        pieces: list[str | Getter] = []
        while not self.comes("]"):
            if self.at_end:
                raise self.error("']' is expected")
            if self.peek() in "*:,":
                pieces.append(self.peek())
                self.at += 1
            else:
                pieces.append(access.in_path(self.expression()))
        return pieces

    def _filter(self) -> Sequence[str | Getter]:
        """``?(…)`` up to its bracket; the expressions in it are put in as JSON."""
        self.take("?")
        pieces: list[str | Getter] = ["?"]
        depth = 0
        while self.peek() != "]" or depth:
            if self.at_end:
                raise self.error("the filter has no end")
            begun = self.at
            if self.peek() in QUOTES:
                self.match(_STRING)
            elif _IN_FILTER.match(self.text, self.at):
                pieces.append(access.in_path(self.word()))
                continue
            if self.at == begun:
                depth += {"(": 1, "[": 1, ")": -1, "]": -1}.get(self.peek(), 0)
                self.at += 1
            pieces.append(self.text[begun : self.at])
        self.at += 1
        return pieces

    def name(self) -> str:
        """``.name``, ``["name"]`` or ``.["name"]``."""
        dot = self.take(".")
        if self.take("["):
            self.skip_space()
            name = self.string()
            self.expect("]")
            return name
        if dot and self.peek() in QUOTES:
            return self.string()
        found = self.match(ID) if dot else None
        if found is None:
            raise self.error("a name is expected")
        return found[0]

    def comes(self, sign: str) -> bool:
        self.skip_space()
        return self.take(sign)

    def string(self) -> str:
        """A text in quotes. Escapes stay as they are written, as in the Micro Integrator."""
        found = self.match(_STRING)
        if found is None:
            raise self.error("a text in quotes is expected")
        return found[1] if found[1] is not None else found[2]
