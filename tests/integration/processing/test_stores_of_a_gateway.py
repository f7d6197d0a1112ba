"""A runtime with message stores: what it refuses, what it survives, and what it tells."""

from __future__ import annotations

import asyncio
import http.client
import socket
from pathlib import Path

import pytest

from apns_connector.errors import ConfigurationError
from apns_connector.runtime import Runtime

FREE_PORT = {"APNS_CONNECTOR__HTTP__PORT": "0"}
KEY = {"APNS_CONNECTOR_MASTER_KEY": "a phrase"}
JDBC = "org.apache.synapse.message.store.impl.jdbc.JDBCMessageStore"


@pytest.fixture
def deployment(tmp_path: Path) -> Path:
    """One proxy that keeps what it gets, in SQLite."""
    (tmp_path / "synapse.xml").write_text(
        "<definitions xmlns='http://ws.apache.org/ns/synapse'>"
        f"<messageStore name='S' class='{JDBC}'/>"
        "<proxy name='P'><target><inSequence><store messageStore='S'/></inSequence></target>"
        "</proxy></definitions>"
    )
    return tmp_path


def elsewhere(folder: Path, url: str) -> None:
    (folder / "gateway.yaml").write_text(f"message_stores: {{S: {{url: '{url}'}}}}\n")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def post(port: int) -> tuple[int, str | None]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    try:
        connection.request("POST", "/services/P", "<x/>", {"Content-Type": "application/xml"})
        response = connection.getresponse()
        response.read()
        return response.status, response.getheader("Retry-After")
    finally:
        connection.close()


def test_what_is_kept_is_there_at_the_next_start(deployment):
    async def scenario() -> None:
        for expected in (1, 2):
            async with Runtime(deployment, FREE_PORT) as runtime:
                assert await asyncio.to_thread(post, runtime.port) == (202, None)
                live = runtime.stores.get("S")
                assert live is not None
                assert (await live.store.count()).waiting == expected

    asyncio.run(scenario())
    assert (deployment / "record.key").stat().st_mode & 0o777 == 0o600


def test_a_store_that_is_away_keeps_no_gateway_from_starting(deployment):
    elsewhere(deployment, f"redis://127.0.0.1:{free_port()}/0")

    async def scenario() -> None:
        async with Runtime(deployment, {**FREE_PORT, **KEY}) as runtime:
            status, retry_after = await asyncio.to_thread(post, runtime.port)
            assert status == 503
            assert retry_after is not None

    asyncio.run(scenario())


def test_records_that_leave_the_machine_need_the_master_key(deployment):
    elsewhere(deployment, "redis://broker/0")
    with pytest.raises(ConfigurationError, match="set APNS_CONNECTOR_MASTER_KEY"):
        Runtime(deployment, FREE_PORT)
