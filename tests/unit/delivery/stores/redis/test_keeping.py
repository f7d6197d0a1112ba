import pytest

from apns_connector.delivery.stores.redis.keeping import what_may_be_lost, why_unusable

GOOD = {
    "redis_version": "7.0.15",
    "aof_enabled": 1,
    "maxmemory": 0,
    "maxmemory_policy": "noeviction",
}


def test_a_server_that_keeps_what_it_acknowledges_is_fine():
    assert why_unusable(GOOD) is None
    assert what_may_be_lost(GOOD, "always") is None


@pytest.mark.parametrize("version", ["6.2.14", "5.0"])
def test_an_old_server_cannot_be_used(version):
    assert "use 7.0 or later" in str(why_unusable({**GOOD, "redis_version": version}))


def test_a_newer_server_can_be_used():
    assert why_unusable({**GOOD, "redis_version": "10.1.0"}) is None


@pytest.mark.parametrize(
    ("policy", "memory", "unusable"),
    [
        ("allkeys-lru", 1000, True),
        ("allkeys-random", 1000, True),
        ("allkeys-lru", 0, False),
        ("volatile-lru", 1000, False),
        ("noeviction", 1000, False),
    ],
)
def test_a_server_that_throws_keys_away_cannot_be_used(policy, memory, unusable):
    problem = why_unusable({**GOOD, "maxmemory_policy": policy, "maxmemory": memory})
    assert (problem is not None) is unusable


@pytest.mark.parametrize(
    ("enabled", "appendfsync", "said"),
    [
        (0, "always", "set appendonly yes"),
        (1, "everysec", "appendfsync everysec"),
        (1, "no", "appendfsync no"),
        (1, None, "does not tell its appendfsync"),
    ],
)
def test_it_is_said_what_may_be_lost(enabled, appendfsync, said):
    assert said in str(what_may_be_lost({**GOOD, "aof_enabled": enabled}, appendfsync))
