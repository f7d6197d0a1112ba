"""Answers remembered by key."""

import pytest

from apns_connector.gateway.answer import Answer
from apns_connector.rest.idempotency import (
    InProgress,
    Memory,
    OtherRequest,
    Slot,
    fingerprint_of,
    is_key,
)

BODY, OTHER = fingerprint_of(b"a"), fingerprint_of(b"b")


def memory(seconds=10.0, answers=3, size=100):
    return Memory(seconds=seconds, answers=answers, size=size)


def remember(known, key, now=0.0, body=b"x"):
    slot = known.begin("me", key, BODY, now)
    assert isinstance(slot, Slot)
    answer = Answer(200, (), body)
    known.keep(slot, answer)
    return answer


def is_new(known, key, now=0.0):
    """Whether a request with that key would be sent. It is put back afterwards."""
    begun = known.begin("me", key, BODY, now)
    if isinstance(begun, Slot):
        known.release(begun)
        return True
    return False


def test_the_same_request_again_gets_the_same_answer():
    known = memory()
    answer = remember(known, "k")
    assert known.begin("me", "k", BODY, 9.9) is answer


def test_another_body_under_the_same_key_is_another_request():
    known = memory()
    remember(known, "k")
    with pytest.raises(OtherRequest):
        known.begin("me", "k", OTHER, 0.0)


def test_a_second_request_does_not_wait_for_the_first():
    known = memory()
    known.begin("me", "k", BODY, 0.0)
    with pytest.raises(InProgress):
        known.begin("me", "k", BODY, 1000.0)
    with pytest.raises(OtherRequest):
        known.begin("me", "k", OTHER, 0.0)


def test_the_keys_of_two_clients_are_two():
    known = memory()
    remember(known, "k")
    assert isinstance(known.begin("you", "k", OTHER, 0.0), Slot)


def test_a_key_is_free_again_when_nothing_was_sent():
    known = memory()
    known.release(known.begin("me", "k", BODY, 0.0))
    assert len(known) == 0
    assert isinstance(known.begin("me", "k", OTHER, 0.0), Slot)


def test_an_answer_is_forgotten_after_its_time():
    known = memory(seconds=10.0)
    remember(known, "old", now=0.0)
    remember(known, "young", now=5.0)
    assert is_new(known, "old", now=10.0)
    assert not is_new(known, "young", now=10.0)


def test_the_oldest_answers_are_forgotten_when_there_are_too_many():
    known = memory(answers=2)
    for key in "abc":
        remember(known, key)
    assert len(known) == 2
    assert not is_new(known, "c")
    assert is_new(known, "a")


def test_the_oldest_answers_are_forgotten_when_they_are_too_long():
    known = memory(size=100)
    remember(known, "a", body=b"x" * 60)
    remember(known, "b", body=b"x" * 60)
    assert len(known) == 1
    assert not is_new(known, "b")
    remember(known, "c", body=b"x" * 1000)
    assert len(known) == 0


def test_what_is_under_way_is_not_forgotten():
    known = memory(answers=1)
    slots = [known.begin("me", key, BODY, 0.0) for key in "abc"]
    assert len(known) == 3
    for slot in slots:
        known.keep(slot, Answer(200))
    assert len(known) == 1


@pytest.mark.parametrize(
    ("text", "valid"),
    [("k", True), ('"8e03978e-40d5-43dd-bc93-6894a57f9324"', True), ("k" * 255, True),
     ("", False), ("k" * 256, False), ("a b", False), ("\u00e4", False)],
)  # fmt: skip
def test_a_key_is_what_a_header_can_hold(text, valid):
    assert is_key(text) is valid
