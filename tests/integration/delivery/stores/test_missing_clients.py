"""Stores whose client library is an extra that is not installed."""

from __future__ import annotations

import subprocess
import sys

import pytest

SCRIPT = """
import sys
sys.modules[{client!r}] = None
from apns_connector.errors import ConfigurationError
try:
    import apns_connector.delivery.stores.{store}.store
except ConfigurationError as error:
    print(error)
"""


@pytest.mark.parametrize(
    ("store", "client"),
    [
        ("postgresql", "asyncpg"),
        ("rabbitmq", "aio_pika"),
        ("redis", "redis"),
        ("nats", "nats"),
    ],
)
def test_a_missing_client_library_says_what_to_install(store, client):
    command = [sys.executable, "-W", "error", "-c", SCRIPT.format(client=client, store=store)]
    said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    assert f"install apns-connector[{store}]" in said
