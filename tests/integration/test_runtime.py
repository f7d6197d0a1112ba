"""The runtime joins the parts, and starts and stops them in order."""

from __future__ import annotations

import asyncio
import contextlib
import http.client
import json
import shutil
import zipfile
from pathlib import Path

import pytest

from apns_connector.errors import ConfigurationError, InvalidDeployment, VaultError
from apns_connector.mediation.endpoints.suspension import State
from apns_connector.mediation.vault import Vault
from apns_connector.runtime import Runtime
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
    with pytest.raises(ConfigurationError, match="neither a folder synapse-configs/default"):
        Runtime(tmp_path, {})


def test_a_folder_that_is_none_is_told(tmp_path):
    with pytest.raises(ConfigurationError, match="does not exist"):
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


# ---- shapes of a deployment ----------------------------------------------------------------------


PROXY = (
    '<proxy xmlns="http://ws.apache.org/ns/synapse" name="{name}">'
    "<target><inSequence><respond/></inSequence></target></proxy>"
)


def proxy(name: str) -> str:
    return PROXY.format(name=name)


def carbon_application(file: Path, name: str) -> None:
    listing = f"<artifacts><artifact><dependency artifact='{name}' version='1'/></artifact>"
    artifact = f"<artifact type='synapse/proxy-service'><file>{name}.xml</file></artifact>"
    file.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("artifacts.xml", f"{listing}</artifacts>")
        archive.writestr(f"{name}_1/artifact.xml", artifact)
        archive.writestr(f"{name}_1/{name}.xml", proxy(name))


def test_every_shape_of_a_deployment_is_served_without_any_settings(tmp_path):
    space = "http://ws.apache.org/ns/synapse"
    files = {
        "one/synapse.xml": f"<definitions xmlns='{space}'>{proxy('P')}</definitions>",
        "server/synapse-configs/default/proxy-services/x.xml": proxy("P"),
        "new/src/main/wso2mi/artifacts/proxy-services/x.xml": proxy("P"),
        "old/Parent/Module/src/main/synapse-config/proxy-services/x.xml": proxy("P"),
    }
    for name, content in files.items():
        (tmp_path / name).parent.mkdir(parents=True)
        (tmp_path / name).write_text(content)
    carbon_application(tmp_path / "cars/carbonapps/app.car", "P")
    carbon_application(tmp_path / "car/app.car", "P")
    shapes = ["one", "one/synapse.xml", "server", "new", "old", "cars", "car", "car/app.car"]
    for shape in shapes:
        runtime = Runtime(tmp_path / shape, {})
        assert list(runtime.configuration.proxies) == ["P"], shape


def test_shapes_may_lie_side_by_side_but_a_name_is_given_once(tmp_path):
    folder = tmp_path / "synapse-configs/default/proxy-services"
    folder.mkdir(parents=True)
    (folder / "a.xml").write_text(proxy("A"))
    carbon_application(tmp_path / "carbonapps/b.car", "B")
    assert sorted(Runtime(tmp_path, {}).configuration.proxies) == ["A", "B"]
    carbon_application(tmp_path / "carbonapps/c.car", "A")
    with pytest.raises(InvalidDeployment) as caught:
        Runtime(tmp_path, {})
    assert [str(problem) for problem in caught.value.problems] == [
        "carbonapps/c.car/A_1/A.xml:1: Duplicate proxy definition for key : A: the first one is in "
        "synapse-configs/default/proxy-services/a.xml:1"
    ]


# ---- hot deployment ------------------------------------------------------------------------------


class Served:
    """A runtime that looks for changes all the time, and what is seen of it from outside."""

    def __init__(self, deployment: Path, environment: dict[str, str] | None = None) -> None:
        given = {**FREE_PORT, **(environment or {})}
        self.runtime = Runtime(deployment, given, watch_seconds=0.02, quiet_seconds=0.05)

    async def services(self) -> list[str]:
        status, body = await asyncio.to_thread(get, self.runtime.port, "/services")
        assert status == 200
        return json.loads(body)["services"]

    async def until(self, condition) -> None:
        async with asyncio.timeout(20):
            while not condition():  # noqa: ASYNC110 - it is seen from outside, like everything here
                await asyncio.sleep(0.01)

    async def generation(self, number: int) -> None:
        await self.until(lambda: self.runtime.generation.number == number)


def test_a_change_comes_into_force_while_the_gateway_serves(deployment):
    async def scenario():
        served = Served(deployment)
        file = deployment / "synapse-configs/default/proxy-services/Second.xml"
        async with served.runtime:
            clients = served.runtime.clients
            file.write_text(proxy("Second"))
            await served.generation(2)
            assert await served.services() == ["PushNotification", "Second"]
            file.unlink()
            await served.generation(3)
            assert await served.services() == ["PushNotification"]
            assert served.runtime.clients is clients
            assert served.runtime.failure is None

    asyncio.run(scenario())


def test_a_change_that_is_wrong_is_told_once_and_the_old_stays_in_force(deployment, caplog):
    caplog.set_level("INFO")

    async def scenario():
        served = Served(deployment)
        file = deployment / "synapse-configs/default/proxy-services/PushNotification.xml"
        sound = file.read_text()
        async with served.runtime:
            file.write_text(sound.replace("<log/>", "<lgo/>"))
            await served.until(lambda: served.runtime.failure is not None)
            failure = served.runtime.failure
            [problem] = failure.error.problems
            assert str(problem).startswith(
                "synapse-configs/default/proxy-services/PushNotification.xml:15: Unknown mediator"
            )
            assert failure.at > served.runtime.generation.since
            await asyncio.sleep(0.3)  # several looks later
            assert served.runtime.failure is failure
            assert served.runtime.generation.number == 1
            assert await served.services() == ["PushNotification"]
            file.write_text(sound)
            await served.generation(2)
            assert served.runtime.failure is None

    asyncio.run(scenario())
    assert caplog.text.count("PushNotification.xml:15: Unknown mediator") == 1


def test_a_carbon_application_that_is_put_there_is_deployed(tmp_path):
    (tmp_path / "synapse-configs/default").mkdir(parents=True)

    async def scenario():
        served = Served(tmp_path)
        async with served.runtime:
            carbon_application(tmp_path / "carbonapps/app.car", "A")
            await served.generation(2)
            assert await served.services() == ["A"]

    asyncio.run(scenario())


def test_a_file_that_only_the_configuration_names_is_watched_too(tmp_path):
    (tmp_path / "entries").mkdir()
    (tmp_path / "entries/text.txt").write_text("old")
    (tmp_path / "synapse.xml").write_text(
        "<definitions xmlns='http://ws.apache.org/ns/synapse'>"
        "<localEntry key='K' src='file:entries/text.txt'/></definitions>"
    )

    async def scenario():
        served = Served(tmp_path)
        async with served.runtime:
            await asyncio.sleep(0.2)
            assert served.runtime.generation.number == 1
            (tmp_path / "entries/text.txt").write_text("new one")
            await served.generation(2)
            assert served.runtime.configuration.local_entry("K") == "new one"

    asyncio.run(scenario())


def test_settings_come_into_force_with_the_next_start(deployment, caplog):
    async def scenario():
        served = Served(deployment)
        async with served.runtime:
            before = served.runtime.settings
            (deployment / "gateway.yaml").write_text("apns:\n  timeout: 3\n")
            await served.generation(2)
            assert served.runtime.settings is before
            (deployment / "gateway.yaml").write_text("apns:\n  timeout: soon\n")
            await served.until(lambda: served.runtime.failure is not None)
            assert served.runtime.failure.error.line == 2

    asyncio.run(scenario())
    assert "comes into force with the next start" in caplog.text


def test_settings_tell_which_version_flows_count_on_and_which_proxies_are_trusted(tmp_path):
    (tmp_path / "synapse.xml").write_text(
        "<definitions xmlns='http://ws.apache.org/ns/synapse'><sequence name='main'>"
        "<payloadFactory media-type='text'><format>$ctx:client</format></payloadFactory>"
        "<respond/></sequence>"
        "<api name='A' context='/a'><resource><inSequence>"
        "<property name='client' expression='$axis2:REMOTE_ADDR'/><sequence key='main'/>"
        "</inSequence></resource></api></definitions>"
    )
    (tmp_path / "gateway.yaml").write_text(
        "compatibility: esb-4.9\nhttp:\n  trusted_proxies: [127.0.0.0/8]\n"
    )

    def ask(port: int) -> bytes:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
        with contextlib.closing(connection):
            connection.request("GET", "/a", headers={"X-Forwarded-For": "203.0.113.5"})
            return connection.getresponse().read()

    async def scenario():
        async with Runtime(tmp_path, FREE_PORT) as runtime:
            assert await asyncio.to_thread(ask, runtime.port) == b"203.0.113.5"

    asyncio.run(scenario())


def test_endpoints_that_are_the_same_keep_their_condition(tmp_path):
    file = tmp_path / "synapse.xml"
    text = (
        "<definitions xmlns='http://ws.apache.org/ns/synapse'>"
        "<endpoint name='E'><address uri='http://127.0.0.1:1/'/></endpoint></definitions>"
    )
    file.write_text(text)

    async def scenario():
        served = Served(tmp_path)
        async with served.runtime:
            served.runtime.configuration.endpoint("E").switch(False)
            file.write_text(text.replace("</def", "<localEntry key='new'>1</localEntry></def"))
            await served.generation(2)
            assert served.runtime.configuration.endpoint("E").condition.state is State.OFF

    asyncio.run(scenario())


def test_tasks_run_while_the_gateway_does(tmp_path, caplog):
    caplog.set_level("INFO")
    (tmp_path / "synapse.xml").write_text(
        "<definitions xmlns='http://ws.apache.org/ns/synapse'>"
        "<sequence name='main'><log level='custom'><property name='this' value='ran'/></log>"
        "</sequence><task name='T'><trigger interval='0.01' count='3'/>"
        "<property name='message'><m/></property></task></definitions>"
    )

    async def scenario():
        served = Served(tmp_path)
        async with served.runtime:
            await served.until(lambda: caplog.text.count("this = ran") == 3)

    asyncio.run(scenario())


def test_what_requests_have_begun_is_finished_before_the_stop(deployment):
    ended = []

    async def slow():
        await asyncio.sleep(0.05)
        ended.append(True)

    async def scenario():
        async with Runtime(deployment, FREE_PORT) as runtime:
            runtime.configuration.background.start(slow())
        assert ended == [True]

    asyncio.run(scenario())
