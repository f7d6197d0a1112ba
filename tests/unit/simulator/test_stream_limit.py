"""MAX_CONCURRENT_STREAMS as it moves."""

from __future__ import annotations

from apns_connector.simulator.stream_limit import StreamLimit, StreamVerdict


def test_before_the_first_acknowledgement_excess_streams_are_refused():
    limit = StreamLimit()
    limit.announce(1)
    assert limit.judge(1) is StreamVerdict.ACCEPT
    assert limit.judge(2) is StreamVerdict.REFUSE


def test_after_the_acknowledgement_excess_streams_are_a_violation():
    limit = StreamLimit()
    limit.announce(1)
    limit.acknowledge()
    assert limit.judge(2) is StreamVerdict.VIOLATION


def test_a_raised_limit_holds_at_once():
    limit = StreamLimit()
    limit.announce(1)
    limit.acknowledge()
    limit.announce(1000)
    assert limit.newest == 1000
    assert limit.judge(1000) is StreamVerdict.ACCEPT
    assert limit.judge(1001) is StreamVerdict.VIOLATION


def test_a_lowered_limit_binds_only_when_it_is_acknowledged():
    limit = StreamLimit()
    limit.announce(10)
    limit.acknowledge()
    limit.announce(1)
    assert limit.judge(2) is StreamVerdict.REFUSE
    assert limit.judge(11) is StreamVerdict.VIOLATION
    limit.acknowledge()
    assert limit.judge(2) is StreamVerdict.VIOLATION


def test_superfluous_acknowledgements_change_nothing():
    limit = StreamLimit()
    limit.announce(5)
    for _ in range(3):
        limit.acknowledge()
    assert limit.judge(5) is StreamVerdict.ACCEPT
