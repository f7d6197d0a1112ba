"""The section rest of gateway.yaml, converted as the settings convert it."""

import msgspec
import pytest

from apns_connector.rest.options import RestOptions

KEYS = {"billing": {"sha256": "0" * 64}}


def test_what_is_absent_has_a_default():
    options = msgspec.convert({"api_keys": KEYS}, RestOptions)
    assert (options.destination, options.topic, options.notifications) == (
        "production", None, 10_000,
    )  # fmt: skip
    assert options.api_keys["billing"].may == ("send", "unregistered")
    assert options.idempotency.seconds == 86_400


@pytest.mark.parametrize(
    ("given", "complaint"),
    [
        ({}, "api_keys"),
        ({"api_keys": {"a": {"sha256": "0"}}}, "matching regex"),
        ({"api_keys": {"a": {"may": ["everything"]}}}, "Invalid enum value 'everything'"),
        ({"api_keys": {"a": {"key": "in the clear"}}}, "unknown field `key`"),
        ({"api_keys": KEYS, "notifications": 0}, ">= 1"),
        ({"api_keys": KEYS, "idempotency": {"seconds": 0}}, "> 0"),
        ({"api_keys": KEYS, "certificate": {"path": ""}}, "length >= 1"),
        ({"api_keys": KEYS, "signing_key": {"path": "k"}}, "key_id"),
    ],
)
def test_what_cannot_work_is_refused(given, complaint):
    with pytest.raises(msgspec.ValidationError, match=complaint):
        msgspec.convert(given, RestOptions)
