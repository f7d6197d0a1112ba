"""What keeps a REST API from being served is told at the start, and by ``check``."""

from __future__ import annotations

import asyncio
import http.client
from collections.abc import Callable
from pathlib import Path

import pytest

from apns_connector.errors import ConfigurationError, ConnectorError
from apns_connector.examination import examine
from apns_connector.runtime import Runtime

Deployment = Callable[..., dict[str, str]]

CERTIFICATE = "certificate: {registry: 'gov:/apns/push.p12', password_alias: %s}"


async def start_and_stop(folder: Path, environment: dict[str, str]) -> None:
    async with Runtime(folder, environment):
        pass


def errors(folder: Path, environment: dict[str, str]) -> list[str]:
    return [finding.text for finding in examine(folder, environment)]


def test_a_deployment_with_nothing_but_a_rest_api_is_sound(
    deployment: Deployment, tmp_path: Path
) -> None:
    environment = deployment(2197)
    asyncio.run(start_and_stop(tmp_path, environment))
    assert errors(tmp_path, environment) == []


@pytest.mark.parametrize(
    ("credentials", "complaint"),
    [
        ("", "needs either a certificate or a signing_key"),
        ("certificate: {path: none.p12}", "none.p12 cannot be read"),
        (CERTIFICATE % "none", "has no secret 'none'"),
        (CERTIFICATE % "rest.ops", "password"),
        ("signing_key: {registry: 'gov:/none.p8', key_id: A, team_id: B}", "no resource"),
        ("signing_key: {path: AuthKey.p8, key_id: DEMOKEY001, team_id: DEMOTEAM01}\n"
         "  destination: elsewhere", "stands here a second time"),
    ],
)  # fmt: skip
def test_a_rest_api_that_cannot_send_is_not_started(
    deployment: Deployment, tmp_path: Path, credentials: str, complaint: str
) -> None:
    environment = deployment(2197, credentials)
    with pytest.raises(ConnectorError, match=complaint):
        asyncio.run(start_and_stop(tmp_path, environment))
    assert any(complaint in text for text in errors(tmp_path, environment))


def test_a_destination_that_is_none_is_told(deployment: Deployment, tmp_path: Path) -> None:
    environment = deployment(2197) | {"APNS_CONNECTOR__REST__DESTINATION": "elsewhere"}
    with pytest.raises(ConfigurationError, match=r"rest\.destination: .*elsewhere"):
        asyncio.run(start_and_stop(tmp_path, environment))


API = (
    '<definitions xmlns="http://ws.apache.org/ns/synapse">\n'
    '<api name="A" context="{context}"><resource><inSequence><respond/></inSequence></resource>'
    "</api></definitions>"
)


@pytest.mark.parametrize("context", ["/v1", "/v1/more"])
def test_an_api_that_nobody_could_reach_is_refused(
    deployment: Deployment, tmp_path: Path, context: str
) -> None:
    environment = deployment(2197)
    (tmp_path / "synapse.xml").write_text(API.format(context=context))
    with pytest.raises(ConfigurationError, match=r"synapse\.xml:2: api 'A': /v1 is where"):
        asyncio.run(start_and_stop(tmp_path, environment))


def test_an_api_of_the_deployment_is_served_beside_it(
    deployment: Deployment, tmp_path: Path
) -> None:
    environment = deployment(2197)
    (tmp_path / "synapse.xml").write_text(API.format(context="/v10"))

    def get(port: int, path: str) -> int:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
        connection.request("GET", path)
        status = connection.getresponse().status
        connection.close()
        return status

    async def scenario() -> None:
        async with Runtime(tmp_path, environment) as runtime:
            assert await asyncio.to_thread(get, runtime.port, "/v10/x") == 200
            assert await asyncio.to_thread(get, runtime.port, "/v1/x") == 404
            assert await asyncio.to_thread(get, runtime.port, "/health") == 200

    asyncio.run(scenario())


def test_without_the_section_there_is_no_rest_api(deployment: Deployment, tmp_path: Path) -> None:
    deployment(2197)
    (tmp_path / "gateway.yaml").write_text("http: {port: 0}\n")
    (tmp_path / "synapse.xml").write_text(API.format(context="/v1"))
    asyncio.run(start_and_stop(tmp_path, {"APNS_CONNECTOR_MASTER_KEY": "master"}))
