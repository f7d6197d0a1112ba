"""When the file is looked at, and when it is read. With real files: see the integration tests."""

from __future__ import annotations

import pytest

from apns_connector.apns.credentials_file import LOOK_SECONDS, Stamp, Watch

STAMP = Stamp(modified_ns=1, changed_ns=2, size=3000, inode=4)


def test_the_file_is_looked_at_every_few_seconds():
    watch = Watch()
    assert watch.due(100.0)
    assert not watch.due(100.0)
    assert not watch.due(100.0 + LOOK_SECONDS - 0.1)
    assert watch.due(100.0 + LOOK_SECONDS)
    assert not watch.due(100.0 + LOOK_SECONDS + 0.1)


def test_a_clock_that_is_put_back_delays_no_look():
    watch = Watch()
    watch.due(100_000.0)
    assert watch.due(99_999.0)


def test_a_file_that_was_accepted_is_read_again_only_after_a_change():
    watch = Watch()
    assert watch.worth_reading(STAMP)
    watch.accepted(STAMP)
    assert not watch.worth_reading(STAMP)


@pytest.mark.parametrize("field", Stamp._fields)
def test_any_difference_is_a_change(field):
    watch = Watch()
    watch.accepted(STAMP)
    assert watch.worth_reading(STAMP._replace(**{field: 99}))


def test_a_file_that_was_refused_is_read_again_though_nothing_seems_to_have_changed():
    watch = Watch()
    watch.accepted(STAMP)
    watch.refused()
    assert watch.worth_reading(STAMP)
    watch.accepted(STAMP)
    assert not watch.worth_reading(STAMP)
