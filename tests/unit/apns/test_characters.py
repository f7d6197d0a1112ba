from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apns_connector.apns.characters import last_cut, may_cut

FAMILY = "\N{MAN}\N{ZERO WIDTH JOINER}\N{WOMAN}\N{ZERO WIDTH JOINER}\N{GIRL}"
SCOTLAND = "\N{WAVING BLACK FLAG}\U000e0067\U000e0062\U000e0073\U000e0063\U000e0074\U000e007f"

WHOLE = {
    "a letter": "a",
    "a letter beyond the first 65,536": "😀",
    "a letter and its marks": "e\N{COMBINING ACUTE ACCENT}\N{COMBINING DOT BELOW}",
    "a Devanagari syllable": "\N{DEVANAGARI LETTER NA}\N{DEVANAGARI VOWEL SIGN I}",
    "an emoji and its variation": "\N{HEAVY BLACK HEART}\N{VARIATION SELECTOR-16}",
    "a keycap": "1\N{VARIATION SELECTOR-16}\N{COMBINING ENCLOSING KEYCAP}",
    "a skin tone": "\N{WAVING HAND SIGN}\N{EMOJI MODIFIER FITZPATRICK TYPE-4}",
    "a family": FAMILY,
    "a flag": "🇩🇪",
    "a flag made of tags": SCOTLAND,
    "Hangul in jamo": "\N{HANGUL CHOSEONG HIEUH}\N{HANGUL JUNGSEONG A}\N{HANGUL JONGSEONG NIEUN}",
    "half-width kana with its mark": "\uff76\uff9e",
    "a line end": "\r\n",
}


@pytest.mark.parametrize("character", WHOLE.values(), ids=WHOLE)
def test_what_a_reader_takes_for_one_character_is_kept_whole(character):
    text = f"ab{character}ü{character}{character}z"
    places = [place for place in range(len(text) + 1) if may_cut(text, place)]
    size = len(character)
    assert places == [
        0,
        1,
        2,
        *(2 + size + n for n in (0, 1, 1 + size, 1 + 2 * size, 2 + 2 * size)),
    ]


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("ab", 1),
        ("\n\r", 1),
        ("\r\r", 1),
        ("üü", 1),
        ("漢字", 1),
        ("🇩🇪🇫🇷", 2),
        ("😀😀", 1),
        ("a🇩🇪", 1),
    ],
)
def test_between_two_characters_a_text_may_be_cut(text, place):
    assert may_cut(text, place)


def test_the_last_place_is_before_the_character_that_would_be_torn():
    assert last_cut(f"ab{FAMILY}c", 2 + len(FAMILY)) == 2 + len(FAMILY)
    assert [last_cut(f"ab{FAMILY}c", 2 + n) for n in range(len(FAMILY))] == [2] * len(FAMILY)
    assert last_cut("e" + "\N{COMBINING ACUTE ACCENT}" * 9, 5) == 0


@given(st.text(), st.integers(0, 50))
def test_a_last_place_exists_for_any_text(text, place):
    place = min(place, len(text))
    cut = last_cut(text, place)
    assert may_cut(text, cut)
    assert not any(may_cut(text, later) for later in range(cut + 1, place + 1))
