"""What is known of the notifications of one record."""

from __future__ import annotations

from apns_connector.mediation.attempt import Answer, Attempt


def keys(attempt: Attempt, *contents: bytes) -> list[bytes]:
    return [attempt.next_key(content) for content in contents]


def test_a_key_is_the_same_in_each_attempt_wherever_it_is_asked_for() -> None:
    one, two, three = keys(Attempt("id", 0.0), b"one", b"two", b"three")
    assert keys(Attempt("id", 1.0), b"three", b"one", b"two") == [three, one, two]


def test_those_that_are_alike_have_a_key_each_by_their_number() -> None:
    first = keys(Attempt("id", 0.0), b"one", b"one", b"two", b"one")
    assert len(set(first)) == 4
    assert keys(Attempt("id", 0.0), b"two", b"one", b"one", b"one") == [
        first[2],
        *(first[0], first[1], first[3]),
    ]


def test_answers_come_beside_those_of_earlier_attempts_which_stay_as_they_are() -> None:
    earlier = {b"one": Answer(200)}
    attempt = Attempt("id", 0.0, earlier)
    attempt.answers[b"two"] = Answer(410, "Unregistered", 7)
    assert attempt.answers == {b"one": Answer(200), b"two": Answer(410, "Unregistered", 7)}
    assert attempt.earlier == {b"one": Answer(200)}
