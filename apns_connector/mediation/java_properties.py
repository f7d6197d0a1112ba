"""Java properties files: lines of ``key=value`` or ``key:value`` (java.util.Properties)."""

from __future__ import annotations

import re
from collections.abc import Iterator

_LINE = re.compile(r"((?:\\.|[^\\=:\s])*)\s*[=:]?\s*(.*)", re.DOTALL)
_ESCAPE = re.compile(r"\\(u[0-9a-fA-F]{4}|.)", re.DOTALL)
_CONTROLS = {"t": "\t", "n": "\n", "r": "\r", "f": "\f"}


def read_properties(content: bytes) -> dict[str, str]:
    """Comments (``#``, ``!``) and empty lines are passed over; the last of two equal keys wins."""
    pairs: dict[str, str] = {}
    for line in _logical_lines(content.decode("utf-8", "replace")):
        match = _LINE.fullmatch(line)
        if match is not None and match[1]:
            pairs[_unescaped(match[1])] = _unescaped(match[2])
    return pairs


def _logical_lines(text: str) -> Iterator[str]:
    """Lines without their indentation; one that ends in a single backslash goes on in the next."""
    held = ""
    for line in text.splitlines():
        stripped = line.lstrip()
        if not held and (not stripped or stripped[0] in "#!"):
            continue
        held += stripped
        if (len(held) - len(held.rstrip("\\"))) % 2:
            held = held[:-1]
        else:
            yield held.rstrip()
            held = ""
    if held:
        yield held


def _unescaped(text: str) -> str:
    def character(match: re.Match[str]) -> str:
        code = match[1]
        return chr(int(code[1:], 16)) if len(code) == 5 else _CONTROLS.get(code, code)

    return _ESCAPE.sub(character, text)
