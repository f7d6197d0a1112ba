"""The first sample in every shape in which users of WSO2 have their configuration."""

from __future__ import annotations

import shutil
import zipfile
from pathlib import Path

import pytest
from lxml import etree

from apns_connector.cli.sample import read_request

ROOT = Path(__file__).parents[2]
REQUEST = ROOT / "samples/seed-sample/requests/push.http"
CONFIGS = Path("synapse-configs/default")
SYNAPSE = "http://ws.apache.org/ns/synapse"
TYPES = {"proxy-services": "synapse/proxy-service", "local-entries": "synapse/local-entry"}


def as_one_file(deployment: Path) -> None:
    definitions = etree.Element(f"{{{SYNAPSE}}}definitions", nsmap={None: SYNAPSE})
    for file in sorted((deployment / CONFIGS).rglob("*.xml")):
        definitions.append(etree.parse(file).getroot())
    shutil.rmtree(deployment / "synapse-configs")
    (deployment / "synapse.xml").write_bytes(etree.tostring(definitions))


def as_new_project(deployment: Path) -> None:
    main = deployment / "src/main/wso2mi"
    shutil.move(deployment / CONFIGS, main / "artifacts")
    shutil.rmtree(deployment / "synapse-configs")
    (main / "resources/registry").mkdir(parents=True)
    shutil.move(deployment / "registry/governance", main / "resources/registry/gov")
    shutil.rmtree(deployment / "registry")
    (deployment / "deployment").mkdir()
    (deployment / "deployment/deployment.toml").write_text("[server]\n")
    (deployment / "pom.xml").write_text("<project/>")


def as_old_project(deployment: Path) -> None:
    project = deployment / "PushProject"
    (project / "PushConfigs/src/main").mkdir(parents=True)
    shutil.move(deployment / CONFIGS, project / "PushConfigs/src/main/synapse-config")
    shutil.rmtree(deployment / "synapse-configs")
    resources = project / "PushRegistryResources"
    resources.mkdir()
    items = ""
    for file, path in registry_files(deployment):
        shutil.copy(file, resources / file.name)
        items += (
            f"<artifact name='{file.stem}' type='registry/resource'>{item(file, path)}</artifact>"
        )
    (resources / "artifact.xml").write_text(f"<artifacts>{items}</artifacts>")
    shutil.rmtree(deployment / "registry")


def as_carbon_application(deployment: Path) -> None:
    (deployment / "carbonapps").mkdir()
    names = []
    with zipfile.ZipFile(deployment / "carbonapps/Push_1.0.0.car", "w") as car:
        for folder, kind in TYPES.items():
            for file in sorted((deployment / CONFIGS / folder).glob("*.xml")):
                names.append(file.stem)
                car.write(file, f"{file.stem}_1.0.0/{file.stem}-1.0.0.xml")
                put_artifact(car, file.stem, kind, f"{file.stem}-1.0.0.xml")
        for file, path in registry_files(deployment):
            names.append(f"resource_{file.stem}")
            folder = f"{names[-1]}_1.0.0"
            listing = f"<resources>{item(file, path)}</resources>"
            car.writestr(f"{folder}/registry-info.xml", listing)
            car.write(file, f"{folder}/resources/{file.name}")
            put_artifact(car, names[-1], "registry/resource", "registry-info.xml")
        dependencies = "".join(
            f"<dependency artifact='{name}' version='1.0.0' include='true' "
            "serverRole='EnterpriseIntegrator'/>"
            for name in names
        )
        car.writestr(
            "artifacts.xml",
            "<artifacts><artifact name='Push' version='1.0.0' type='carbon/application'>"
            f"{dependencies}</artifact></artifacts>",
        )
    shutil.rmtree(deployment / "synapse-configs")
    shutil.rmtree(deployment / "registry")


def put_artifact(car: zipfile.ZipFile, name: str, kind: str, file: str) -> None:
    car.writestr(
        f"{name}_1.0.0/artifact.xml",
        f"<artifact name='{name}' version='1.0.0' type='{kind}'><file>{file}</file></artifact>",
    )


def registry_files(deployment: Path) -> list[tuple[Path, str]]:
    """Each file, and the collection it is in."""
    root = deployment / "registry/governance"
    files = sorted(file for file in root.rglob("*") if file.is_file())
    return [
        (file, f"/_system/governance/{file.parent.relative_to(root).as_posix()}") for file in files
    ]


def item(file: Path, path: str) -> str:
    return f"<item><file>{file.name}</file><path>{path}</path></item>"


@pytest.mark.parametrize(
    "shape", [as_one_file, as_new_project, as_old_project, as_carbon_application]
)
def test_the_sample_sends_in_every_shape(serve, empty_apple, shape):
    gateway = serve("seed-sample", shape)
    request = read_request(REQUEST, empty_apple.credentials.folder)
    status, _, body = gateway.request(request.body, dict(request.headers), request.path)
    assert status == 200, body
    [notification] = empty_apple.notifications()
    assert notification["payload"]["aps"]["alert"]


def test_an_archive_of_the_connector_in_a_carbon_application_takes_the_place_of_ours(
    serve, empty_apple, original_archive
):
    def change(deployment: Path) -> None:
        as_carbon_application(deployment)
        file = deployment / "carbonapps/Connectors_1.0.0.car"
        with zipfile.ZipFile(file, "w") as car:
            car.write(original_archive, f"apns_1.0.0/{original_archive.name}")
            put_artifact(car, "apns", "synapse/lib", original_archive.name)
            car.writestr(
                "artifacts.xml",
                "<artifacts><artifact name='Connectors' type='carbon/application'>"
                "<dependency artifact='apns' version='1.0.0'/></artifact></artifacts>",
            )

    gateway = serve("seed-sample", change)
    request = read_request(REQUEST, empty_apple.credentials.folder)
    assert gateway.request(request.body, dict(request.headers), request.path)[0] == 200
    assert len(empty_apple.notifications()) == 1


def test_a_change_of_the_flow_is_in_the_next_answer_and_the_connection_to_apple_stays(
    serve, empty_apple
):
    gateway = serve("seed-sample")
    request = read_request(REQUEST, empty_apple.credentials.folder)
    ask = (request.body, dict(request.headers), request.path)
    assert gateway.request(*ask)[0] == 200
    file = gateway.deployment / CONFIGS / "proxy-services/PushNotification.xml"
    flow = file.read_text()
    file.write_text(flow.replace("{$ctx:alert}", "Changed while it ran"))
    gateway.command.wait_for(r"generation 2 is in force")
    assert gateway.request(*ask)[0] == 200
    first, second = empty_apple.notifications()
    assert first["payload"]["aps"]["alert"] != "Changed while it ran"
    assert second["payload"]["aps"]["alert"] == "Changed while it ran"
    # Opened once: the client of before has sent the second one as well.
    assert len(gateway.command.log.read_text().split("Opened ")) == 2
