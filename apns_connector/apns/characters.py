"""Where a text may be cut without tearing apart what a reader takes for one character.

Python's strings consist of code points, so that no UTF-8 sequence or surrogate pair is ever torn.
Of the grapheme clusters of Unicode (UAX #29) these are kept whole: a letter and its marks, an
emoji and its variation, skin tone or tag, what zero-width joiners join, the two letters of a
flag, Hangul written in jamo, and a line end of CR LF. Not kept together: what needs tables that
the standard library lacks, such as Indic conjuncts.
"""

from __future__ import annotations

import unicodedata
from typing import Final

_JOINER: Final = "\N{ZERO WIDTH JOINER}"
_FLAG_LETTERS: Final = range(0x1F1E6, 0x1F200)
# Code points that continue a character although unicodedata does not call them marks.
_CONTINUING: Final = (
    range(0x1160, 0x1200),  # Hangul vowels and finals
    range(0x200C, 0x200E),  # zero-width non-joiner, joiner
    range(0xD7B0, 0xD800),  # more Hangul vowels and finals
    range(0xFF9E, 0xFFA0),  # half-width kana sound marks
    range(0x1F3FB, 0x1F400),  # skin tones
    range(0xE0020, 0xE0080),  # tags, as in the flag of Scotland
)


def may_cut(text: str, position: int) -> bool:
    """Whether ``text[:position]`` ends with a whole character."""
    if not 0 < position < len(text):
        return True
    before, after = text[position - 1], text[position]
    if before < "\x80" > after:
        return not (before == "\r" and after == "\n")
    if before == _JOINER or _continues(after):
        return False
    return not (_is_flag_letter(after) and _flag_letters_before(text, position) % 2)


def last_cut(text: str, position: int) -> int:
    """The last place up to ``position`` where ``text`` may be cut; 0 if need be."""
    while not may_cut(text, position):
        position -= 1
    return position


def _continues(character: str) -> bool:
    if unicodedata.category(character).startswith("M"):
        return True
    code = ord(character)
    return any(code in continuing for continuing in _CONTINUING)


def _is_flag_letter(character: str) -> bool:
    return ord(character) in _FLAG_LETTERS


def _flag_letters_before(text: str, position: int) -> int:
    start = position
    while start and _is_flag_letter(text[start - 1]):
        start -= 1
    return position - start
