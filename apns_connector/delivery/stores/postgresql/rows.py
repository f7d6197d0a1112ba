"""Records as columns for a statement, and rows as records."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from operator import itemgetter
from typing import Any, Final
from zlib import crc32

import msgspec

from apns_connector.delivery.record import Again, Claim, Dead, Done, Kept, Record, Settlement, State

# Locks are for a part of the lanes each: PostgreSQL has only some thousand locks in all.
_BUCKETS: Final = 64
_BY_READY: Final = itemgetter(0, 1)

Columns = tuple[list[Any], ...]


class Receipt(msgspec.Struct, frozen=True, gc=False):
    """Of a claim: which row, and whose lease. A row that somebody else has claimed since then
    carries another token."""

    seq: int
    token: int


def put_columns(records: Sequence[Record]) -> Columns:
    """A column is empty where all have what is usual: most new records differ in little, and each
    value of an array has its price."""
    return (
        [record.id for record in records],
        _unless_usual([_text(record.lane) for record in records]),
        [_text(record.label) for record in records],
        [record.created for record in records],
        _unless_usual([record.due for record in records]),
        _unless_usual([record.attempts for record in records]),
        _unless_usual([_text(record.reason) for record in records]),
        [record.body for record in records],
    )


def _unless_usual(column: list[Any]) -> list[Any]:
    return column if any(column) else []


def _text(value: str) -> str:
    """Without what PostgreSQL cannot keep: U+0000, and halves of surrogate pairs."""
    if value.isascii() and "\0" not in value:
        return value
    return value.replace("\0", "\ufffd").encode(errors="replace").decode()


def settle_columns(settlements: Sequence[Settlement]) -> Columns:
    """What is done; and of the others row, token, due, attempts, reason, whether dead, and a new
    body or none."""
    done = [one.claim.receipt.seq for one in settlements if isinstance(one, Done)]
    others = [one for one in settlements if not isinstance(one, Done)]
    became = [one.record() for one in others]
    return (
        done,
        *receipt_columns(one.claim for one in others),
        [record.due for record in became],
        [record.attempts for record in became],
        [_text(record.reason) for record in became],
        [isinstance(one, Dead) for one in others],
        [one.body for one in others],
    )


def receipt_columns(claims: Iterable[Claim]) -> Columns:
    receipts = [claim.receipt for claim in claims]
    return [one.seq for one in receipts], [one.token for one in receipts]


def freed_lanes(settlements: Sequence[Settlement]) -> set[str]:
    """Where another may come out now."""
    return {one.claim.record.lane for one in settlements if not isinstance(one, Again)} - {""}


def buckets(lanes: Iterable[str]) -> list[int]:
    """The locks of these lanes, in the order in which everybody takes them."""
    return sorted({crc32(lane.encode()) % _BUCKETS for lane in lanes})


def lock_space(store: str) -> int:
    """The first half of the locks of a store: a signed number of 32 bits."""
    return crc32(store.encode()) - 2**31


def claims_of(rows: Iterable[Sequence[Any]], token: int) -> list[Claim]:
    """Of ready, seq, and the fields of a record. The longest due first: PostgreSQL gives updated
    rows in any order."""
    ordered = sorted(rows, key=_BY_READY)
    return [Claim(Record(*row[2:]), Receipt(row[1], token)) for row in ordered]


def kept_of(row: Sequence[Any]) -> Kept:
    """Of the fields of a record, and its state."""
    *fields, state = row
    return Kept(Record(*fields), State(state))
