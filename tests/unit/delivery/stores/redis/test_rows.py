import pytest

from apns_connector.delivery.record import Again, Claim, Dead, Done, Kept, Record, State
from apns_connector.delivery.stores.redis.rows import (
    claims_of,
    kept_of,
    pack,
    row_of,
    seconds_until,
    settled,
    weight,
)

RECORD = Record(
    b"\x00\xff", 1_690_000_000.123456, "an id", "a lane", "ä ✓", 1_700_000_000.1, 3, "später"
)
OTHER = Record(b"", 1_690_000_000.0, "another id")


def rows(*records: Record) -> bytes:
    """As redis.lua answers them."""
    return b"\xdd" + (2 * len(records)).to_bytes(4) + b"".join(map(row_of, records))


def test_records_come_back_as_they_were_and_no_digit_of_their_times_is_lost():
    assert claims_of(rows(RECORD, OTHER), 7) == [Claim(RECORD, 7), Claim(OTHER, 7)]
    assert claims_of(rows(), 0) == []


def test_times_are_fractions_although_lua_makes_whole_numbers_of_them():
    about = ("another id", 1_690_000_000, "", "", 0, 0, "")
    (claim,) = claims_of(b"\x92" + pack(about) + pack(b""), 7)
    assert claim.record == OTHER
    assert isinstance(claim.record.created, float)
    assert isinstance(claim.record.due, float)


def test_each_record_has_its_state():
    kept = kept_of([b"dead", b"waiting"], rows(RECORD, OTHER))
    assert kept == [Kept(RECORD, State.DEAD), Kept(OTHER, State.WAITING)]


def test_a_settlement_says_what_the_record_is_from_now_on():
    claim = Claim(RECORD, 7)
    assert settled(Done(claim)) == "an id"
    for again in (Again(claim, 5.5, "503"), Again(claim, 5.5, counts=False, body=b"")):
        assert settled(again) == ("again", 7, row_of(again.record()))
    dead = Dead(claim, "400", b"other")
    assert settled(dead) == ("dead", 7, row_of(dead.record()))


def test_text_that_is_none_is_refused_before_it_is_among_others():
    with pytest.raises(UnicodeEncodeError):
        row_of(Record(b"", 0.0, label="\ud800"))


def test_what_is_written_is_what_weighs():
    again = settled(Again(Claim(RECORD, 7), 5.5, body=bytes(1000)))
    assert 1000 < weight([again]) < 1100
    assert weight(["an id", again, bytes(10)]) == weight([again]) + 15


def test_waiting_ends_with_the_first_of_the_times_that_are_known():
    assert seconds_until([b"12.5", b"11"], 10.0) == 1.0
    assert seconds_until([b"", b"12.5"], 10.0) == 2.5
    assert seconds_until([b"9"], 10.0) == 0.0
    assert seconds_until([b"", b""], 10.0) is None
