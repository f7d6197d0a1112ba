import pytest

from apns_connector.delivery.stores.address import address_of


@pytest.mark.parametrize(
    ("url", "address"),
    [
        ("redis://user:secret@host:6379/1?password=secret#secret", "redis://host:6379/1"),
        ("nats://secret@one:4222,nats://secret@two", "nats://one:4222,nats://two"),
        ("rediss://host", "rediss://host"),
        ("unix://:secret@/run/redis.sock?db=1", "unix:///run/redis.sock"),
        ("amqp://u:se%2Fcret@[::1]:5672/v", "amqp://[::1]:5672/v"),
    ],
)
def test_only_the_place_is_said(url, address):
    assert address_of(url) == address


@pytest.mark.parametrize(
    "url",
    [
        "redis://:sec/ret@host:6379",
        "redis://:sec#ret@host",
        "redis://:sec?ret@host",
        "redis://user:sec,ret@host",
        "secret",
        "://secret",
        "redis://host:secret",
        "redis://[secret",
        "",
    ],
)
def test_of_a_url_that_cannot_be_read_nothing_is_said(url):
    assert not any(part in address_of(url) for part in ("sec", "ret"))
