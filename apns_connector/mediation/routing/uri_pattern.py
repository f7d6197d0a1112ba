"""``uri-template`` of a resource: which paths it takes, and what their variables hold.

The other way round than an endpoint's template, and with fewer kinds of expressions: ``{x}`` ends
at a reserved character of RFC 3986, ``{+x}`` does not (Synapse: commons.templates.uri).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from itertools import zip_longest
from urllib.parse import unquote

from apns_connector.errors import ConfigurationError

_RESERVED = ":/?#[]@!$&'()*+,;="
_PIECES = re.compile(r"\{([^{}]*)\}")
_EXPRESSION = re.compile(r"\+?[\w.-]+(?:,[\w.-]+)*")
_OPTIONAL_QUERY = r"(?:\?.*)?"


class UriPattern:
    """A template, read once. ``query_counts``: one without a query takes paths without a query
    only. Raises ConfigurationError, without a place, for a template that is none."""

    def __init__(self, source: str, *, query_counts: bool = False) -> None:
        self.source = source
        pieces = _PIECES.split(source if source == "/" else source.removesuffix("/"))
        literals, expressions = pieces[::2], pieces[1::2]
        if any("{" in literal or "}" in literal for literal in literals):
            raise ConfigurationError(f"the URI template '{source}' has a single brace")
        if "" in literals[1:-1]:
            raise ConfigurationError(f"the URI template '{source}' has nothing between two braces")
        self._names = [_names(text, source) for text in expressions]
        query = "" if query_counts else _OPTIONAL_QUERY
        self._pattern = re.compile(_pattern(literals, expressions, query), re.DOTALL)

    def __repr__(self) -> str:
        return f"UriPattern({self.source!r})"

    def match(self, path: str) -> Mapping[str, str] | None:
        """The variables in a path, which may have a query; ``None`` when it is not one of ours.

        Values are percent-decoded, and a plus stays one. A query is ignored by a template without
        one, unless it counts, and has to match otherwise.
        """
        found = self._pattern.fullmatch(path)
        if found is None:
            return None
        variables: dict[str, str] = {}
        for names, text in zip(self._names, found.groups(), strict=True):
            values = _values(names, text)
            if values is None or any(
                variables.get(name, value) != value for name, value in values.items()
            ):
                return None
            variables.update(values)
        return variables


def _names(text: str, source: str) -> tuple[str, ...]:
    if _EXPRESSION.fullmatch(text) is None:
        raise ConfigurationError(
            f"the URI template '{source}' has '{{{text}}}': only {{name}}, {{+name}} and lists of "
            "names can be told from each other in a request"
        )
    return tuple(text.removeprefix("+").split(","))


def _pattern(literals: list[str], expressions: list[str], query: str) -> str:
    *before, last = literals
    parts = [re.escape(literal) for literal in before] + [re.escape(last.removesuffix("*"))]
    for place, (text, after) in enumerate(zip(expressions, literals[1:], strict=True)):
        parts.insert(2 * place + 1, f"({_taken(text, after)})")
    if last.endswith("*"):
        parts.append(".*")
    elif not any("?" in literal for literal in literals):
        parts += ("/?", query)
    return "".join(parts)


def _taken(text: str, after: str) -> str:
    """What an expression takes: all up to the literal behind it. The last one is not empty."""
    ends = after[:1].removesuffix("*")
    count = "*+" if ends else "++"
    if text.startswith("+"):
        return f"[^{re.escape(ends)}]{count}" if ends else f".{count}"
    # A comma is reserved, but stands between the values of several variables.
    reserved = _RESERVED.replace(",", "") if "," in text else _RESERVED
    return f"[^{re.escape(reserved + ends)}]{count}"


def _values(names: tuple[str, ...], text: str) -> Mapping[str, str] | None:
    """The values in their order; a variable for which none is left is empty."""
    values = text.split(",") if len(names) > 1 else [text]
    if len(values) > len(names):
        return None
    return {name: unquote(value) for name, value in zip_longest(names, values, fillvalue="")}
