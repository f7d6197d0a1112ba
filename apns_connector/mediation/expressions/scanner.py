"""Reads a text from its start to its end, sign by sign, and tells where something is wrong."""

from __future__ import annotations

import re

from apns_connector.errors import ConfigurationError

_QUOTED = re.compile(r"""'((?:[^'\\]|\\.)*)'|"((?:[^"\\]|\\.)*)\"""", re.DOTALL)
_ESCAPE = re.compile(r"\\(?:u([0-9A-Fa-f]{4})|(.))", re.DOTALL)
_ESCAPED = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f"}


class Scanner:
    """``language`` is the word for the text in messages; ``at`` the position of the next sign."""

    def __init__(self, text: str, language: str) -> None:
        self.text = text
        self.at = 0
        self._language = language

    @property
    def at_end(self) -> bool:
        return self.at >= len(self.text)

    def peek(self) -> str:
        """The next sign, ``""`` at the end."""
        return self.text[self.at : self.at + 1]

    def take(self, sign: str) -> bool:
        """Whether the sign comes next; then it is passed."""
        taken = self.text.startswith(sign, self.at)
        self.at += len(sign) if taken else 0
        return taken

    def match(self, pattern: re.Pattern[str]) -> re.Match[str] | None:
        """What the pattern finds here; then it is passed."""
        found = pattern.match(self.text, self.at)
        if found is not None:
            self.at = found.end()
        return found

    def skip_space(self) -> None:
        while self.text[self.at : self.at + 1].isspace():
            self.at += 1

    def expect(self, sign: str) -> None:
        """Pass the sign, and space before it. Raises ConfigurationError without it."""
        self.skip_space()
        if not self.take(sign):
            raise self.error(f"'{sign}' is expected")

    def quoted(self) -> str:
        """A text in single or double quotes, its escapes undone, and the space behind it."""
        found = self.match(_QUOTED)
        if found is None:
            raise self.error("a text in quotes is expected")
        self.skip_space()
        return _ESCAPE.sub(_unescaped, found[1] if found[1] is not None else found[2])

    def error(self, problem: str) -> ConfigurationError:
        return ConfigurationError(
            f"the {self._language} {self.text} is not valid at position {self.at + 1}: {problem}"
        )


def _unescaped(match: re.Match[str]) -> str:
    if match[1] is not None:
        return chr(int(match[1], 16))
    return _ESCAPED.get(match[2], match[2])
