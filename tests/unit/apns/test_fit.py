from __future__ import annotations

import json
from types import MappingProxyType

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from apns_connector.apns.characters import may_cut
from apns_connector.apns.fit import Cut, fit
from apns_connector.apns.payload import encode
from apns_connector.errors import PayloadError

LETTERS = 'a"\\/\n\x00\x1f\x7füé漢😀🇩🇪👍🏽\N{COMBINING ACUTE ACCENT}\N{ZERO WIDTH JOINER}\u2028'
texts = st.text(st.sampled_from(LETTERS), max_size=60) | st.text(max_size=60)


def as_text(body):
    return {"aps": {"alert": body, "badge": 1}, "custom": "ü"}


def as_object(body):
    return {"aps": {"alert": {"title": "T\n", "body": body}}, "custom": [1]}


def body_of(payload):
    alert = payload["aps"]["alert"]
    return alert if isinstance(alert, str) else alert["body"]


@pytest.mark.parametrize("shape", [as_text, as_object])
def test_a_payload_that_fits_stays_as_it_is(shape):
    payload = shape("Hello")
    fitted = fit(payload, len(encode(payload)))
    assert fitted.payload is payload
    assert fitted.cut is None


@pytest.mark.parametrize("shape", [as_text, as_object])
def test_a_body_that_is_too_long_is_cut_and_the_rest_stays(shape):
    payload = shape("Hello iOS")
    fitted = fit(payload, len(encode(payload)) - 1)
    assert fitted.payload == shape("Hello…")  # the postfix takes three bytes
    assert fitted.cut == Cut(characters=4, bytes=4)
    assert payload == shape("Hello iOS")


def test_the_limit_is_apples_unless_another_is_given():
    fitted = fit(as_text("x" * 5000))
    assert len(encode(fitted.payload)) == 4096
    assert fit(as_text("x" * 5000), limit=5120).cut is None


def test_what_was_cut_is_counted_in_characters_and_bytes():
    fitted = fit({"aps": {"alert": "aü😀"}}, len(encode({"aps": {"alert": "aü😀"}})) - 1, "")
    assert body_of(fitted.payload) == "aü"
    assert fitted.cut == Cut(characters=1, bytes=4)


def test_characters_are_not_torn():
    payload = as_text("Hi 🇩🇪🇫🇷")
    assert body_of(fit(payload, len(encode(payload)) - 1, "").payload) == "Hi 🇩🇪"


def test_escapes_are_counted_as_they_travel():
    payload = {"aps": {"alert": '"' * 10}}
    fitted = fit(payload, len(encode(payload)) - 3, "")
    assert body_of(fitted.payload) == '"' * 8


def test_a_postfix_that_has_no_room_is_left_out():
    smallest = len(encode(as_text("")))
    assert body_of(fit(as_text("abcdef"), smallest + 3).payload) == "…"
    assert body_of(fit(as_text("abcdef"), smallest + 2).payload) == "ab"
    assert body_of(fit(as_text("abcdef"), smallest).payload) == ""


def test_without_room_for_an_empty_body_it_is_refused_with_the_bytes_that_are_missing():
    smallest = len(encode(as_text("")))
    with pytest.raises(PayloadError) as refused:
        fit(as_text("abc"), smallest - 7)
    assert str(refused.value) == "The payload is 7 bytes too long even without its alert body"
    assert (refused.value.size, refused.value.limit) == (smallest, smallest - 7)


@pytest.mark.parametrize(
    "content",
    [
        {},
        {"aps": {}},
        {"aps": None},
        {"aps": {"alert": {"title": "T"}}},
        {"aps": {"alert": {"body": {"loc-key": "K"}}}},
        {"aps": {"alert": 1}},
    ],
)
def test_without_a_body_it_is_refused_with_the_bytes_that_are_missing(content):
    payload = {**content, "custom": "x" * 100}
    size = len(encode(payload))
    with pytest.raises(PayloadError) as refused:
        fit(payload, size - 5)
    assert str(refused.value) == "The payload is 5 bytes too long and has no alert body to shorten"
    assert (refused.value.size, refused.value.limit) == (size, size - 5)


def test_mappings_of_all_kinds_are_taken():
    payload = MappingProxyType(as_text("x" * 200))
    assert len(encode(fit(payload, 100).payload)) == 100


@pytest.mark.parametrize("content", [{"aps": {"alert": "\ud800"}}, {"aps": {"alert": object()}}])
def test_what_cannot_be_json_is_refused(content):
    with pytest.raises(PayloadError, match="The payload cannot be written as JSON: "):
        fit(content)


def test_a_fitted_payload_is_not_shown():
    assert repr(fit(as_text("secret"))) == "Fitted(cut=None)"


@given(
    texts,
    st.text(st.sampled_from('…."\nü😀'), max_size=4),
    st.integers(0, 80),
    st.sampled_from([as_text, as_object]),
)
def test_what_is_left_fits_is_json_and_is_the_longest_beginning_with_the_postfix(
    body, postfix, room, shape
):
    least, size = len(encode(shape(""))), len(encode(shape(body)))
    assume(size > least)
    limit = least + room % (size - least)
    fitted = fit(shape(body), limit, postfix)
    sent = encode(fitted.payload)
    assert len(sent) <= limit
    left = body_of(json.loads(sent))
    assert json.loads(sent) == shape(left)

    ending = postfix if len(encode(shape(postfix))) <= limit else ""
    assert left.endswith(ending)
    kept = len(left) - len(ending)
    assert body.startswith(left[:kept])
    assert fitted.cut == Cut(len(body) - kept, len(body[kept:].encode()))
    assert may_cut(body, kept)
    later = [place for place in range(kept + 1, len(body) + 1) if may_cut(body, place)]
    assert len(encode(shape(body[: later[0]] + ending))) > limit
