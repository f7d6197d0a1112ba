"""Options that cannot be are refused by name."""

from __future__ import annotations

import pytest

from apns_connector.errors import ConfigurationError
from apns_connector.simulator.options import SimulatorOptions


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("environment", "staging"),
        ("max_concurrent_streams", 0),
        ("streams_before_authenticated", 0),
        ("keep", 0),
        ("channels_per_app", 0),
    ],
)
def test_an_impossible_option_is_named(name, value):
    with pytest.raises(ConfigurationError, match=f"{name} must be .* not '?{value}"):
        SimulatorOptions(**{name: value})


def test_without_options_it_plays_the_sandbox_on_free_loopback_ports():
    options = SimulatorOptions()
    assert (options.environment, options.host) == ("sandbox", "127.0.0.1")
    assert (options.port, options.control_port, options.management_port) == (0, 0, 0)
    assert (options.broadcast_apps, options.channels_per_app) == (None, 10_000)
