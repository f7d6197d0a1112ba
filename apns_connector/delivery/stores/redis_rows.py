"""How redis.lua gets and gives records: texts, and bytes of UTF-8."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from apns_connector.delivery.record import Claim, Dead, Done, Kept, Record, Settlement, State

Word = str | bytes | float | int


def put_words(records: Iterable[Record]) -> list[Word]:
    """Eight for each record."""
    return [word for record in records for word in _record_words(record)]


def _record_words(record: Record) -> tuple[Word, ...]:
    return (
        record.id, record.body, repr(record.created), record.lane, record.label,
        repr(record.due), record.attempts, record.reason,
    )  # fmt: skip


def settle_words(settlements: Iterable[Settlement]) -> list[Word]:
    """Eight for each settlement."""
    return [word for settlement in settlements for word in _settlement_words(settlement)]


def _settlement_words(settlement: Settlement) -> tuple[Word, ...]:
    claim = settlement.claim
    if isinstance(settlement, Done):
        return "done", claim.record.id, claim.receipt, "", "", "", 0, b""
    kind = "dead" if isinstance(settlement, Dead) else "again"
    after = settlement.record()
    body = (0, b"") if settlement.body is None else (1, settlement.body)
    return kind, after.id, claim.receipt, repr(after.due), after.attempts, after.reason, *body


def extend_words(claims: Iterable[Claim]) -> list[Word]:
    """Two for each claim."""
    return [word for claim in claims for word in (claim.record.id, claim.receipt)]


def claim_of(row: Sequence[Any]) -> Claim:
    return Claim(_record_of(row), int(row[9]))


def kept_of(row: Sequence[Any]) -> Kept:
    return Kept(_record_of(row), State(row[1].decode()))


def _record_of(row: Sequence[Any]) -> Record:
    record_id, _, body, created, lane, label, due, attempts, reason, _ = row
    return Record(
        body=body,
        created=float(created),
        id=record_id.decode(),
        lane=lane.decode(),
        label=label.decode(),
        due=float(due),
        attempts=int(attempts),
        reason=reason.decode(),
    )


def seconds_until(times: Iterable[bytes], now: float) -> float | None:
    """Until the first of them, of which empty ones are none."""
    known = [float(time) for time in times if time]
    return max(min(known) - now, 0.0) if known else None
