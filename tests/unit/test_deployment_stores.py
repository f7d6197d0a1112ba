"""The stores of a deployment, for who looks at them without a gateway."""

from __future__ import annotations

from pathlib import Path

import pytest

from apns_connector.deployment_stores import stores_of
from apns_connector.errors import ConfigurationError


def test_they_are_those_of_the_configuration_and_none_has_been_opened(deployment: Path):
    before = sorted(deployment.iterdir())
    configuration, stores = stores_of(deployment, {})
    assert [live.definition.name for live in stores] == sorted(configuration.stores) == ["S"]
    assert sorted(deployment.iterdir()) == before


def test_the_settings_say_where_they_are(deployment: Path):
    (deployment / "gateway.yaml").write_text("message_stores: {S: {url: 'memory:'}}\n")
    _, stores = stores_of(deployment, {})
    live = stores.get("S")
    assert live is not None
    assert not live.store.durable


def test_settings_of_a_store_that_is_not_defined_are_refused(deployment: Path):
    (deployment / "gateway.yaml").write_text("message_stores: {T: {url: 'memory:'}}\n")
    with pytest.raises(ConfigurationError, match="T"):
        stores_of(deployment, {})
