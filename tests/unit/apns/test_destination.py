from __future__ import annotations

import pytest

from apns_connector.apns.destination import (
    APPLE,
    APPLE_CHANNELS,
    CHANNELS_PRODUCTION,
    CHANNELS_SANDBOX,
    PRODUCTION,
    SANDBOX,
    Destination,
    find_destination,
)
from apns_connector.errors import DestinationError


def test_apples_destinations_are_known_by_name():
    assert find_destination("production") is PRODUCTION
    assert find_destination("sandbox") is SANDBOX
    assert (PRODUCTION.host, PRODUCTION.port) == ("api.push.apple.com", 443)
    assert (SANDBOX.host, SANDBOX.port) == ("api.sandbox.push.apple.com", 443)


def test_channels_are_managed_at_servers_and_ports_of_their_own():
    assert find_destination("production", APPLE_CHANNELS) is CHANNELS_PRODUCTION
    assert find_destination("sandbox", APPLE_CHANNELS) is CHANNELS_SANDBOX
    assert CHANNELS_PRODUCTION.authority == "api-manage-broadcast.push.apple.com:2196"
    assert CHANNELS_SANDBOX.authority == "api-manage-broadcast.sandbox.push.apple.com:2195"


@pytest.mark.parametrize("name", ["Production", "prod", "", " sandbox", "development"])
def test_any_other_spelling_is_refused(name):
    with pytest.raises(DestinationError) as refused:
        find_destination(name)
    assert str(refused.value) == (
        f"Destination '{name}' is not valid: it must be production or sandbox"
    )
    assert refused.value.destination == name


def test_a_named_destination_of_ones_own_can_be_added():
    local = Destination("local", "localhost", 8443)
    known = {**APPLE, "local": local}
    assert find_destination("local", known) is local
    with pytest.raises(DestinationError, match="production or sandbox or local"):
        find_destination("elsewhere", known)


def test_the_authority_names_the_port_unless_it_is_that_of_https():
    assert PRODUCTION.authority == "api.push.apple.com"
    assert Destination("other", "api.push.apple.com", 2197).authority == "api.push.apple.com:2197"


def test_in_messages_a_destination_is_name_host_and_port():
    assert str(SANDBOX) == "sandbox (api.sandbox.push.apple.com:443)"
