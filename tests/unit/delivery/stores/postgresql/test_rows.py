"""Records as columns and rows."""

from __future__ import annotations

from apns_connector.delivery.record import Again, Claim, Dead, Done, Kept, Record, State
from apns_connector.delivery.stores.postgresql.rows import (
    Receipt,
    buckets,
    claims_of,
    freed_lanes,
    kept_of,
    lock_space,
    put_columns,
    receipt_columns,
    settle_columns,
)


def a_claim(number: int, lane: str = "", **values: object) -> Claim:
    record = Record(b"", 1.5, id=f"id {number}", lane=lane, **values)  # type: ignore[arg-type]
    return Claim(record, Receipt(number, 100 + number))


def fields(number: int) -> tuple[object, ...]:
    return b"b", 1.5, f"id {number}", "", "", 0.5, 2, "r"


def test_each_field_is_a_column_with_a_value_of_each_record():
    one = Record(b"1", 1.5, "a", "lane", "label", 2.5, 3, "reason")
    other = Record(b"2", 4.5, "b")
    assert put_columns([one, other]) == (
        ["a", "b"],
        ["lane", ""],
        ["label", ""],
        [1.5, 4.5],
        [2.5, 0.0],
        [3, 0],
        ["reason", ""],
        [b"1", b"2"],
    )


def test_a_column_in_which_all_have_what_is_usual_is_empty():
    new = [Record(b"1", 1.5, "a", label="label"), Record(b"2", 4.5, "b")]
    columns = (["a", "b"], [], ["label", ""], [1.5, 4.5], [], [], [], [b"1", b"2"])
    assert put_columns(new) == columns


def test_what_postgresql_cannot_keep_in_a_text_is_replaced():
    record = Record(b"", 0.0, "a", "l\0", "a\0b", reason="half \ud83d of a pair")
    columns = put_columns([record])
    assert (columns[1], columns[2], columns[6]) == (["l�"], ["a�b"], ["half ? of a pair"])


def test_settlements_are_columns_of_what_is_done_and_of_what_the_others_become():
    settled = [
        Done(a_claim(1)),
        Again(a_claim(2, attempts=4), 9.5, "later", body=b"other"),
        Dead(a_claim(3, due=7.5), "never"),
    ]
    assert settle_columns(settled) == (
        [1],
        [2, 3],
        [102, 103],
        [9.5, 7.5],
        [5, 1],
        ["later", "never"],
        [False, True],
        [b"other", None],
    )


def test_a_lane_goes_on_behind_what_is_done_or_dead():
    settled = [
        Done(a_claim(1, "a")),
        Again(a_claim(2, "b"), 0.0),
        Dead(a_claim(3, "c"), ""),
        Done(a_claim(4)),
    ]
    assert freed_lanes(settled) == {"a", "c"}


def test_claims_come_in_the_order_in_which_they_were_due_and_then_put():
    rows = [(ready, seq, *fields(seq)) for ready, seq in ((5.0, 3), (5.0, 2), (6.0, 1))]
    claims = claims_of(rows, 77)
    assert [claim.receipt for claim in claims] == [Receipt(2, 77), Receipt(3, 77), Receipt(1, 77)]
    assert receipt_columns(claims) == ([2, 3, 1], [77, 77, 77])
    assert claims[0].record == Record(b"b", 1.5, "id 2", "", "", 0.5, 2, "r")


def test_a_row_says_its_state():
    record = Record(b"b", 1.5, "id 1", "", "", 0.5, 2, "r")
    assert kept_of((*fields(1), "dead")) == Kept(record, State.DEAD)


def test_everybody_takes_the_locks_of_lanes_in_the_same_order():
    lanes = [f"lane {number}" for number in range(500)]
    assert buckets(lanes) == buckets(reversed(lanes)) == list(range(64))
    assert buckets(["a", "a"]) == buckets(["a"])


def test_the_locks_of_a_store_are_numbers_that_postgresql_takes():
    spaces = {lock_space(f"store {number}") for number in range(1000)}
    assert len(spaces) > 990
    assert all(-(2**31) <= space < 2**31 for space in spaces)
