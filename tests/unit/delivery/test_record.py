from __future__ import annotations

from apns_connector.delivery.record import Again, Claim, Dead, Record

RECORD = Record(b"sealed", 1.0, attempts=2, due=5.0, reason="before")


def test_each_record_has_an_id_of_its_own():
    assert Record(b"", 0.0).id != Record(b"", 0.0).id


def test_a_record_does_not_show_its_body():
    assert "sealed" not in repr(RECORD)


def test_a_failed_attempt_counts():
    again = Again(Claim(RECORD), 9.0, "503").record()
    assert (again.id, again.due, again.attempts, again.reason) == (RECORD.id, 9.0, 3, "503")


def test_a_record_that_is_given_back_is_as_if_never_claimed():
    given_back = Again(Claim(RECORD), 5.0, counts=False).record()
    assert given_back == RECORD


def test_what_it_holds_may_change():
    for settled in (Again(Claim(RECORD), 9.0, body=b"rest"), Dead(Claim(RECORD), "no", b"rest")):
        assert settled.record().body == b"rest"
        assert "rest" not in repr(settled)


def test_a_dead_record_tells_why():
    dead = Dead(Claim(RECORD), "400 BadTopic").record()
    assert (dead.due, dead.attempts, dead.reason) == (5.0, 3, "400 BadTopic")
