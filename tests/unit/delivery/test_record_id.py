from __future__ import annotations

import itertools
import time
import uuid

from apns_connector.delivery.record_id import new_record_id


def test_an_id_is_a_uuid_of_version_7_as_apple_wants_them_written():
    found = new_record_id()
    assert str(uuid.UUID(found)) == found
    assert uuid.UUID(found).version == 7
    assert uuid.UUID(found).variant == uuid.RFC_4122


def test_an_id_begins_with_its_time_in_milliseconds():
    before = time.time_ns() // 1_000_000
    milliseconds = uuid.UUID(new_record_id()).int >> 80
    assert before <= milliseconds <= time.time_ns() // 1_000_000


def test_ids_are_never_the_same_and_stay_near_their_neighbours():
    found = [new_record_id() for _ in range(10_000)]
    assert len(set(found)) == len(found)
    # A clock may be set back, and some come out within one step of it; the order is the rule.
    in_order = sum(first < second for first, second in itertools.pairwise(found))
    assert in_order > len(found) // 2
