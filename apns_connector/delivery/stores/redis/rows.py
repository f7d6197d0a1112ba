"""How redis.lua gets and gives records: texts of msgpack, as it describes them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from msgspec import msgpack

from apns_connector.delivery.record import Claim, Dead, Done, Kept, Record, Settlement, State

# The id of one that is done; of another what became of it, the receipt, and the record from now on.
Settled = str | tuple[str, int, bytes]

pack = msgpack.Encoder().encode
_unpack = msgpack.Decoder().decode


def row_of(record: Record) -> bytes:
    """Raises UnicodeEncodeError for text that is none."""
    about = (
        record.id, record.created, record.lane, record.label,
        record.due, record.attempts, record.reason,
    )  # fmt: skip
    return pack(about) + pack(record.body)


def settled(settlement: Settlement) -> Settled:
    if isinstance(settlement, Done):
        return settlement.claim.record.id
    what = "dead" if isinstance(settlement, Dead) else "again"
    return what, settlement.claim.receipt, row_of(settlement.record())


def weight(words: Iterable[bytes | Settled]) -> int:
    """In bytes, about."""
    return sum(len(word[-1]) if isinstance(word, tuple) else len(word) for word in words)


def claims_of(rows: bytes, receipt: int) -> list[Claim]:
    return [Claim(record, receipt) for record in _records_of(rows)]


def kept_of(states: Sequence[bytes], rows: bytes) -> list[Kept]:
    found = zip(states, _records_of(rows), strict=True)
    return [Kept(record, State(state.decode())) for state, record in found]


def _records_of(rows: bytes) -> Iterator[Record]:
    parts = iter(_unpack(rows))
    return (_record_of(about, body) for about, body in zip(parts, parts, strict=True))


def _record_of(about: Sequence[Any], body: bytes) -> Record:
    """Lua makes no difference between 1 and 1.0."""
    record_id, created, lane, label, due, attempts, reason = about
    return Record(body, float(created), record_id, lane, label, float(due), attempts, reason)


def seconds_until(times: Iterable[bytes], now: float) -> float | None:
    """Until the first of them, of which empty ones are none."""
    known = [float(time) for time in times if time]
    return max(min(known) - now, 0.0) if known else None
