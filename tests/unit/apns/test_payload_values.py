from __future__ import annotations

from types import MappingProxyType

import pytest

from apns_connector.apns import payload_values
from apns_connector.apns.payload_values import checked
from apns_connector.errors import PayloadError

TAKEN = [
    (payload_values.is_text, ""),
    (payload_values.is_name, "a"),
    (payload_values.is_texts, []),
    (payload_values.is_texts, ("a", "")),
    (payload_values.is_object, {}),
    (payload_values.is_object, MappingProxyType({})),
    (payload_values.is_text_or_object, ""),
    (payload_values.is_text_or_object, {}),
    (payload_values.is_whole_number, -(2**60)),
    (payload_values.is_number, -0.5),
    (payload_values.is_number, 10**400),
    (payload_values.is_fraction, 0),
    (payload_values.is_fraction, 1.0),
    (payload_values.is_seconds, 0),
    (payload_values.is_seconds, 10**11 - 1),
    (payload_values.is_one_of("a", "b"), "b"),
]


@pytest.mark.parametrize(("check", "value"), TAKEN)
def test_what_a_key_may_hold_is_kept(check, value):
    assert checked({"key": value, "absent": None}, {"key": check}) == {"key": value}


REFUSED = [
    (payload_values.is_text, 1, "The key must be text, not int"),
    (payload_values.is_name, "", "The key must not be blank"),
    (payload_values.is_name, 1, "The key must be text, not int"),
    (payload_values.is_texts, "ab", "The key must be a list of texts, not str"),
    (payload_values.is_texts, ["a", 1], "The key must be a list of texts, each, not int"),
    (payload_values.is_object, [], "The key must be an object, not list"),
    (payload_values.is_text_or_object, 1, "The key must be text or an object, not int"),
    (payload_values.is_whole_number, 1.0, "The key must be a whole number, not float"),
    (payload_values.is_whole_number, False, "The key must be a whole number, not bool"),
    (payload_values.is_number, True, "The key must be a number, not bool"),
    (payload_values.is_number, float("nan"), "The key is nan, which JSON cannot express"),
    (payload_values.is_fraction, float("inf"), "The key is inf, which JSON cannot express"),
    (payload_values.is_fraction, 1.0001, "The key is 1.0001; it must lie between 0 and 1"),
    (payload_values.is_fraction, -1, "The key is -1; it must lie between 0 and 1"),
    (payload_values.is_seconds, -1, "The key lies before 1970"),
    (payload_values.is_seconds, 1.5, "The key must be a whole number, not float"),
    (
        payload_values.is_seconds,
        1_700_000_000_000,
        "The key 1700000000000 is in milliseconds; Apple takes seconds since 1970",
    ),
    (payload_values.is_one_of("a", "b"), "c", "The key 'c' is none of Apple's: a, b"),
]


@pytest.mark.parametrize(("check", "value", "sentence"), REFUSED)
def test_what_a_key_cannot_hold_is_refused_with_a_sentence(check, value, sentence):
    with pytest.raises(PayloadError) as refused:
        checked({"key": value}, {"key": check})
    assert str(refused.value) == sentence
