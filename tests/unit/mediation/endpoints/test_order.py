"""Which child of a group is next."""

from __future__ import annotations

from apns_connector.mediation.endpoints.order import FirstReady, RoundRobin, StayWithLast


def test_failover_takes_the_first_that_is_ready_each_time_anew() -> None:
    order = FirstReady()
    assert [order.choose(ready) for ready in ([0, 1], [1, 2], [0, 2])] == [0, 1, 0]


def test_failover_that_is_not_dynamic_stays_where_it_is() -> None:
    order = StayWithLast()
    chosen = [order.choose(ready) for ready in ([0, 1, 2], [1, 2], [0, 1, 2], [0, 2], [0, 1, 2])]
    assert chosen == [0, 1, 1, 0, 0]


def test_round_robin_takes_each_in_turn() -> None:
    order = RoundRobin()
    assert [order.choose([0, 1, 2]) for _ in range(7)] == [0, 1, 2, 0, 1, 2, 0]


def test_round_robin_passes_over_those_that_are_not_ready() -> None:
    order = RoundRobin()
    assert [order.choose(ready) for ready in ([1, 2], [0, 2], [0, 1], [0, 1])] == [1, 2, 0, 1]
