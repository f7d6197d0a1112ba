"""A caller who got 202 has handed the push over."""

from __future__ import annotations

import time

from tests.acceptance.conftest import Apple
from tests.acceptance.house import House, until


def test_a_gateway_processes_what_it_keeps(house: House, empty_apple: Apple):
    gateway = house.serve()
    assert [house.push(number) for number in range(1, 41)] == [202] * 40
    until(lambda: len(empty_apple.notifications()) == 40)
    assert gateway.stop() == 0
    (counts,) = house.json("store", "list")
    assert counts == {"store": "Pushes", "waiting": 0, "claimed": 0, "dead": 0, "oldest": None}


def test_records_outlive_a_kill(house: House, empty_apple: Apple):
    gateway = house.serve("--no-processors")
    assert [house.push(number) for number in range(1, 11)] == [202] * 10
    gateway.process.kill()
    gateway.process.wait()
    house.work()
    until(lambda: len(empty_apple.notifications()) == 10)


def test_what_has_expired_is_not_sent(house: House, empty_apple: Apple):
    house.serve("--no-processors")
    house.push(1, expiration=int(time.time()) + 1)
    time.sleep(2.1)
    house.work()
    (record,) = until(lambda: [one for one in house.records() if one["state"] == "dead"])
    assert "has expired" in record["reason"]
    assert empty_apple.notifications() == []
