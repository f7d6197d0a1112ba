"""Names of JSON members as names of XML elements, and back.

As in Synapse (JsonUtil, StAXON) ``_JsonReader_PD_`` stands before a leading digit and
``_JsonReader_PS_`` for a leading ``$``. Any other character that XML does not allow there is
``_x0020_`` and the like (ISO 9075-14 section 9.1); Synapse fails on those.
"""

from __future__ import annotations

import re
from functools import lru_cache

from lxml import etree

_DIGIT, _DOLLAR, _NO_NAME = "_JsonReader_PD_", "_JsonReader_PS_", "_x0000_"
_PLAIN = re.compile(r"[A-Za-z_](?:[\w.\-](?<!_x))*", re.ASCII)
_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4,6})_")
_UNDERSCORE = re.compile(r"_(?=x[0-9A-Fa-f]{4,6}_)")


@lru_cache(maxsize=4096)
def to_tag(name: str) -> str:
    """The tag of a member's element."""
    if _PLAIN.fullmatch(name):
        return name
    if name.startswith("$"):
        return _DOLLAR + _escaped(name[1:])
    if name[:1].isdecimal() and name.isascii():
        return _DIGIT + _escaped(name)
    if not name:
        return _NO_NAME
    # What may stand inside a name may not always begin it: "." and "-".
    start = _UNDERSCORE.sub("_x005F_", name)[0]
    first = start if _is_name(start) else _escape(start)
    return first + _escaped(name)[len(_escaped(name[0])) :]


def to_name(tag: str) -> str:
    """The member's name that ``to_tag`` was given; of any other tag the local name."""
    name = tag.rpartition("}")[2]
    if name.startswith(_DIGIT):
        name = name[len(_DIGIT) :]
    elif name.startswith(_DOLLAR):
        name = f"${name[len(_DOLLAR) :]}"
    if "_x" not in name:
        return name
    return "" if name == _NO_NAME else _ESCAPED.sub(_unescape, name)


def _escaped(name: str) -> str:
    marked = _UNDERSCORE.sub("_x005F_", name)
    return "".join(sign if _is_name(f"a{sign}") else _escape(sign) for sign in marked)


def _escape(sign: str) -> str:
    return f"_x{ord(sign):04X}_"


def _unescape(match: re.Match[str]) -> str:
    code = int(match[1], 16)
    return chr(code) if code <= 0x10FFFF else match[0]


@lru_cache(maxsize=4096)
def _is_name(text: str) -> bool:
    """Whether XML takes it; which characters are letters is the parser's own knowledge."""
    if ":" in text or "{" in text:
        return False
    try:
        etree.QName(text)
    except ValueError:
        return False
    return True
