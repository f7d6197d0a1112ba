"""Records as messages."""

from __future__ import annotations

import math
import uuid

import pytest
from hypothesis import given
from hypothesis import strategies as some

from apns_connector.delivery.record import Record
from apns_connector.delivery.stores.rabbitmq.messages import headers_of, record_of

seconds = some.floats(min_value=0, max_value=1e12)


@given(
    some.builds(
        Record,
        body=some.binary(),
        created=seconds,
        id=some.uuids().map(str),
        lane=some.text(),
        label=some.text(),
        due=seconds,
        attempts=some.integers(0, 2**31),
        reason=some.text(),
    )
)
def test_a_record_comes_back_as_it_was(record):
    assert record_of(record.body, record.id, headers_of(record)) == record


def test_a_text_that_is_too_long_for_a_frame_is_cut():
    record = Record(b"", 0.0, label="l" * 10_000, reason="r" * 10_000)
    headers = headers_of(record)
    assert (headers["label"], headers["reason"]) == ("l" * 4000, "r" * 4000)


def test_what_is_as_in_a_new_record_costs_no_header():
    assert headers_of(Record(b"", 5.0)) == {"created": "5.0"}


def test_a_message_of_somebody_else_is_a_record_too():
    record = record_of(b"hello", None, {})
    assert record == Record(b"hello", 0.0, id=record.id)
    assert record_of(b"hello", None, {}).id == record.id
    assert record_of(b"hallo", None, {}).id != record.id
    assert str(uuid.UUID(record.id)) == record.id


@pytest.mark.parametrize("value", [None, 5, "soon", b"1.5", ["1.5"]])
def test_headers_of_other_kinds_are_as_if_they_were_not_there(value):
    headers = dict.fromkeys(("created", "due", "lane", "label", "reason"), value)
    record = record_of(b"", "an id", headers | {"attempts": "many"})
    assert (record.created, record.due, record.attempts) == (0.0, 0.0, 0)
    assert record.label == (value if isinstance(value, str) else "")


def test_times_are_exact():
    created = math.nextafter(1_700_000_000.123, 2e9)
    assert headers_of(Record(b"", created))["created"] == repr(created)
