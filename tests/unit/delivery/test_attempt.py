from __future__ import annotations

import asyncio

import pytest

from apns_connector.delivery.attempt import attempted, buried
from apns_connector.delivery.record import Record
from apns_connector.delivery.retry import Outcome, Verdict
from apns_connector.errors import StoreUnavailable

RECORD = Record(b"", 0.0, id="17")


def test_the_outcome_is_that_of_the_delivery():
    async def deliver(record: Record) -> Outcome:
        return Outcome(Verdict.DELIVERED, record.id)

    assert asyncio.run(attempted("P", deliver, RECORD)).reason == "17"


def test_an_exception_is_a_failed_attempt(caplog: pytest.LogCaptureFixture):
    async def deliver(record: Record) -> Outcome:
        raise KeyError("secret")

    outcome = asyncio.run(attempted("P", deliver, RECORD))
    assert outcome == Outcome(Verdict.AGAIN, "It failed unexpectedly: KeyError")
    assert "'P': record 17 failed unexpectedly" in caplog.text


def test_a_cancelled_delivery_is_no_outcome():
    async def deliver(record: Record) -> Outcome:
        raise asyncio.CancelledError

    with pytest.raises(asyncio.CancelledError):
        asyncio.run(attempted("P", deliver, RECORD))


def test_whether_a_record_was_buried_is_not_known_after_an_exception(
    caplog: pytest.LogCaptureFixture,
):
    async def away(record: Record, reason: str) -> bool:
        raise StoreUnavailable("Dead", "it is away")

    async def moved(record: Record, reason: str) -> bool:
        return reason == "no use"

    assert asyncio.run(buried("P", away, RECORD, "no use")) is None
    assert "record 17 cannot be moved: Message store 'Dead': it is away" in caplog.text
    assert asyncio.run(buried("P", moved, RECORD, "no use")) is True
