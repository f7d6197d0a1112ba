from apns_connector.delivery.record import Again, Claim, Dead, Done, Kept, Record, State
from apns_connector.delivery.stores.redis_rows import (
    claim_of,
    extend_words,
    kept_of,
    put_words,
    seconds_until,
    settle_words,
)

RECORD = Record(
    b"\x00\xff", 1_690_000_000.123456, "an id", "a lane", "ä ✓", 1_700_000_000.1, 3, "später"
)
ROW = [
    b"an id",
    b"dead",
    b"\x00\xff",
    b"1690000000.123456",
    b"a lane",
    "ä ✓".encode(),
    b"1700000000.1",
    b"3",
    "später".encode(),
    b"7",
]


def test_a_record_is_eight_words_and_no_digit_of_its_times_is_lost():
    assert put_words([RECORD]) == [
        "an id",
        b"\x00\xff",
        "1690000000.123456",
        "a lane",
        "ä ✓",
        "1700000000.1",
        3,
        "später",
    ]
    assert len(put_words([RECORD, RECORD])) == 16


def test_a_row_is_the_record_again():
    assert kept_of(ROW) == Kept(RECORD, State.DEAD)
    assert claim_of(ROW) == Claim(RECORD, 7)


def test_a_settlement_says_what_the_record_is_from_now_on():
    claim = Claim(RECORD, 7)
    as_it_was = (0, b"")
    assert settle_words([Done(claim)]) == ["done", "an id", 7, "", "", "", *as_it_was]
    assert settle_words([Again(claim, 5.5, "503")]) == [
        *("again", "an id", 7),
        *("5.5", 4, "503", *as_it_was),
    ]
    assert settle_words([Again(claim, 5.5, counts=False, body=b"")]) == [
        *("again", "an id", 7),
        *("5.5", 3, "später", 1, b""),
    ]
    assert settle_words([Dead(claim, "400", b"other")]) == [
        *("dead", "an id", 7),
        *("1700000000.1", 4, "400", 1, b"other"),
    ]


def test_a_claim_is_extended_by_its_id_and_receipt():
    assert extend_words([Claim(RECORD, 7), Claim(RECORD, 8)]) == ["an id", 7, "an id", 8]


def test_waiting_ends_with_the_first_of_the_times_that_are_known():
    assert seconds_until([b"12.5", b"11"], 10.0) == 1.0
    assert seconds_until([b"", b"12.5"], 10.0) == 2.5
    assert seconds_until([b"9"], 10.0) == 0.0
    assert seconds_until([b"", b""], 10.0) is None
