"""The runtime joins the parts, and starts and stops them in order."""

from __future__ import annotations

import asyncio
import http.client
import json
import shutil
from pathlib import Path

import pytest

from apns_connector.errors import ConfigurationError, InvalidDeployment, VaultError
from apns_connector.mediation.vault import Vault
from apns_connector.runtime import Runtime, library_folder, own_library
from apns_connector.simulator import demo_credentials

SAMPLE = Path(__file__).parents[2] / "samples/seed-sample"
FREE_PORT = {"APNS_CONNECTOR__HTTP__PORT": "0"}


@pytest.fixture
def deployment(tmp_path: Path) -> Path:
    shutil.copytree(SAMPLE, tmp_path / "deployment")
    demo_credentials(tmp_path / "deployment/credentials")
    return tmp_path / "deployment"


def get(port: int, path: str) -> tuple[int, bytes]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        connection.request("GET", path)
        response = connection.getresponse()
        return response.status, response.read()
    finally:
        connection.close()


def test_our_own_library_is_named_as_the_original_one():
    library = own_library()
    assert library.identity == "{org.wso2.carbon.connector}apns"
    assert set(library.templates) == {
        "org.wso2.carbon.connector.apns.init",
        "org.wso2.carbon.connector.apns.dispatchToDevice",
    }
    assert (library_folder() / "connector.xml").is_file()


def test_it_serves_between_start_and_stop(deployment):
    async def scenario():
        runtime = Runtime(deployment, FREE_PORT)
        async with runtime:
            port = runtime.port
            assert runtime.url == f"http://127.0.0.1:{port}"
            status, body = await asyncio.to_thread(get, port, "/health")
            assert (status, json.loads(body)["status"]) == (200, "ok")
            status, body = await asyncio.to_thread(get, port, "/services/PushNotification?wsdl")
            assert f'location="http://127.0.0.1:{port}/services/PushNotification' in body.decode()
        with pytest.raises(ConnectionRefusedError):
            await asyncio.to_thread(get, port, "/health")

    asyncio.run(scenario())


def test_a_port_in_use_is_told(deployment):
    async def scenario():
        async with Runtime(deployment, FREE_PORT) as first:
            second = Runtime(deployment, {"APNS_CONNECTOR__HTTP__PORT": str(first.port)})
            with pytest.raises(ConfigurationError, match="Cannot listen on"):
                await second.start()
            await second.stop()

    asyncio.run(scenario())


def test_a_vault_that_cannot_be_opened_is_told_at_once(tmp_path):
    (tmp_path / "synapse-configs/default").mkdir(parents=True)
    Vault.create(tmp_path, "the master key")
    for environment in ({}, {"APNS_CONNECTOR_MASTER_KEY": "another"}):
        with pytest.raises(VaultError, match="master key"):
            Runtime(tmp_path, environment)


def test_a_folder_that_is_no_deployment_is_told(tmp_path):
    with pytest.raises(ConfigurationError, match="it has no folder synapse-configs/default"):
        Runtime(tmp_path, {})


def test_a_folder_that_is_none_is_told(tmp_path):
    with pytest.raises(ConfigurationError, match="is not a folder"):
        Runtime(tmp_path / "nothing", {})


def test_all_problems_of_a_deployment_are_told_at_once(tmp_path):
    sequences = tmp_path / "synapse-configs/default/sequences"
    sequences.mkdir(parents=True)
    for name in ("a", "b"):
        (sequences / f"{name}.xml").write_text(
            f'<sequence xmlns="http://ws.apache.org/ns/synapse" name="{name}"><nope/></sequence>'
        )
    with pytest.raises(InvalidDeployment) as caught:
        Runtime(tmp_path, {})
    assert len(caught.value.problems) == 2
