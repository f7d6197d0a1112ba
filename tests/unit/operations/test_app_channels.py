"""Whose channels are meant, and where they are managed."""

from __future__ import annotations

import asyncio

import pytest

from apns_connector.apns import SANDBOX, SigningKey
from apns_connector.operations.app_channels import channels_of, read_bundle_id
from apns_connector.operations.failure import OperationError
from apns_connector.operations.init import read_init
from apns_connector.operations.parameters import Parameters

KEY = SigningKey(None, "ABCDEFGHIJ", "KLMNOPQRST")


def bundle_id(message, credentials):
    return read_bundle_id(Parameters(message, "test"), read_init(message), credentials)


@pytest.mark.parametrize(
    ("topic", "of_the_init", "expected"),
    [
        ("a.b", "c.d", "a.b"),
        (None, "c.d.push-type.liveactivity", "c.d"),
        (None, None, "com.example.app"),
    ],
)
def test_the_nearest_topic_names_the_app(called, apple, topic, of_the_init, expected):
    message = called("test", {"topic": of_the_init}, topic=topic)
    assert bundle_id(message, apple().credentials) == expected


def test_a_signing_key_names_no_app(called):
    with pytest.raises(OperationError, match=r"Mandatory property apns\.topic is missing\."):
        bundle_id(called("test"), KEY)


def test_the_channels_are_those_of_app_server_and_connection(called, apple):
    clients = apple(channels="the channels")
    message = called("test", {"timeout": "2"})
    found = asyncio.run(channels_of(message, Parameters(message, "test"), clients))
    assert found == "the channels"
    assert clients.asked == [("com.example.app", SANDBOX, None, 2.0)]


def test_a_destination_without_a_server_for_channels_says_what_to_set(called, apple):
    message = called("test", {"destination": "lonely"})
    with pytest.raises(OperationError) as caught:
        asyncio.run(channels_of(message, Parameters(message, "test"), apple()))
    assert caught.value.code == "APNS_000003"
    assert "set apns.destinations.lonely.channels" in caught.value.detail
