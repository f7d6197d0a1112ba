"""Carbon applications."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from apns_connector.mediation.deployment.carbon_application import (
    CarbonApplication,
    read_application,
)

SYNAPSE = "http://ws.apache.org/ns/synapse"


def car(*artifacts: tuple[str, str, Mapping[str, str | bytes]]) -> dict[str, str | bytes]:
    """The files of an application; each artifact by name, type, and its files, main file first."""
    dependencies = "".join(
        f"<dependency artifact='{name}' version='1.0.0' include='true'/>\n"
        for name, _, _ in artifacts
    )
    files: dict[str, str | bytes] = {
        "artifacts.xml": "<artifacts><artifact name='App' type='carbon/application'>\n"
        f"{dependencies}</artifact></artifacts>"
    }
    for name, kind, content in artifacts:
        files[f"{name}_1.0.0/artifact.xml"] = (
            f"<artifact name='{name}' type='{kind}'><file>{next(iter(content))}</file></artifact>"
        )
        files |= {f"{name}_1.0.0/{file}": text for file, text in content.items()}
    return files


def read(folder: Path, files: Mapping[str, str | bytes]) -> CarbonApplication:
    with zipfile.ZipFile(folder / "app.car", "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return read_application(folder / "app.car", "app.car")


def complaints(application: CarbonApplication) -> list[str]:
    return [str(problem) for problem in application.problems]


def sequence(name: str = "S") -> str:
    return f"<sequence xmlns='{SYNAPSE}' name='{name}'/>"


def test_configuration_is_known_by_its_type(tmp_path: Path) -> None:
    application = read(
        tmp_path,
        car(
            ("S", "synapse/sequence", {"S-1.0.0.xml": sequence()}),
            ("P", "synapse/proxy-service", {"P-1.0.0.xml": f"<proxy xmlns='{SYNAPSE}'/>"}),
        ),
    )
    assert complaints(application) == []
    assert [document.file for document in application.documents] == [
        "app.car/S_1.0.0/S-1.0.0.xml",
        "app.car/P_1.0.0/P-1.0.0.xml",
    ]


def test_registry_resources_are_mounted_where_their_listing_says(tmp_path: Path) -> None:
    listing = (
        "<resources><item><file>c.p12</file><path>/_system/governance/apns</path>"
        "<mediaType>application/x-pkcs12</mediaType></item>"
        "<collection><directory>d</directory><path>/_system/config/all</path></collection>"
        "</resources>"
    )
    application = read(
        tmp_path,
        car(
            (
                "R",
                "registry/resource",
                {
                    "registry-info.xml": listing,
                    "resources/c.p12": b"\x30\x82",
                    "resources/d/a.txt": "a",
                    "resources/d/deep/b.txt": "b",
                },
            )
        ),
    )
    assert complaints(application) == []
    assert {path: found.content for path, found in application.resources.items()} == {
        "governance/apns/c.p12": b"\x30\x82",
        "config/all/a.txt": b"a",
        "config/all/deep/b.txt": b"b",
    }
    certificate = application.resources["governance/apns/c.p12"]
    assert certificate.media_type == "application/x-pkcs12"
    assert certificate.file == "app.car/R_1.0.0/resources/c.p12"


def test_a_connector_is_an_archive_in_the_archive(tmp_path: Path, build: Any) -> None:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        for name, text in build.library_files({"push": build.template("push", "", "")}).items():
            archive.writestr(name, text)
    packed = content.getvalue()
    application = read(tmp_path, car(("apns", "synapse/lib", {"apns.zip": packed})))
    assert complaints(application) == []
    assert [library.identity for library in application.libraries] == [
        "{org.wso2.carbon.connector}apns"
    ]
    assert application.libraries[0].file == "app.car/apns_1.0.0/apns.zip"


def test_configurable_values_are_read(tmp_path: Path) -> None:
    files = {"config.properties": "a=1\nb=2\n"}
    assert read(tmp_path, car(("config", "config/property", files))).configs == {"a": "1", "b": "2"}


@pytest.mark.parametrize(
    ("kind", "why"),
    [
        ("lib/synapse/mediator", "Java does not run here"),
        ("service/dataservice", "nothing here is of the type 'service/dataservice'"),
    ],
)
def test_what_is_not_for_this_gateway_is_told_and_left_alone(
    tmp_path: Path, kind: str, why: str
) -> None:
    application = read(tmp_path, car(("X", kind, {"x.bin": b"x"})))
    assert application.problems == []
    [(place, reason)] = application.not_read
    assert place == "app.car/X_1.0.0"
    assert why in reason


def test_a_dependency_that_is_not_included_is_not_looked_for(tmp_path: Path) -> None:
    files = car(("S", "synapse/sequence", {"s.xml": sequence()}))
    listing = str(files["artifacts.xml"]).replace("'true'", "'false'")
    application = read(tmp_path, {"artifacts.xml": listing})
    assert (application.problems, application.documents) == ([], [])


@pytest.mark.parametrize(
    ("changes", "complaint"),
    [
        ({"artifacts.xml": None}, "app.car: the archive has no artifacts.xml"),
        ({"artifacts.xml": "<artifacts>"}, "app.car/artifacts.xml:1: The document is not well"),
        (
            {"S_1.0.0/artifact.xml": None},
            "app.car/artifacts.xml:2: the archive has no S_1.0.0/artifact.xml",
        ),
        (
            {"S_1.0.0/artifact.xml": "<artifact type='synapse/sequence'/>"},
            "app.car/S_1.0.0/artifact.xml:1: the artifact names no <file>",
        ),
        ({"S_1.0.0/s.xml": None}, "app.car: the archive has no S_1.0.0/s.xml"),
        ({"S_1.0.0/s.xml": "<a>\n<b>"}, "app.car/S_1.0.0/s.xml:2: The document is not well"),
        ({"S_1.0.0/s.xml": "<a/>"}, "app.car/S_1.0.0/s.xml:1: synapse/sequence is <{"),
        (
            {"S_1.0.0/artifact.xml": "<artifact type='synapse/lib'><file>s.xml</file></artifact>"},
            "app.car/S_1.0.0/s.xml: the archive cannot be read",
        ),
    ],
)
def test_what_is_wrong_is_told_with_its_place(
    tmp_path: Path, changes: dict[str, str | None], complaint: str
) -> None:
    files = {**car(("S", "synapse/sequence", {"s.xml": sequence()})), **changes}
    kept = {name: content for name, content in files.items() if content is not None}
    [told] = complaints(read(tmp_path, kept))
    assert told.startswith(complaint)


def test_a_resource_that_is_not_there_is_told_and_the_others_are_read(tmp_path: Path) -> None:
    listing = (
        "<resources>\n<item><file>none</file><path>/x</path></item>"
        "<item><file>a</file><path>/x</path></item></resources>"
    )
    files = {"registry-info.xml": listing, "resources/a": "a"}
    application = read(tmp_path, car(("R", "registry/resource", files)))
    assert complaints(application) == [
        "app.car/R_1.0.0/registry-info.xml:2: the archive has no R_1.0.0/resources/none"
    ]
    assert list(application.resources) == ["governance/x/a"]


def test_what_is_no_archive_is_a_problem(tmp_path: Path) -> None:
    (tmp_path / "app.car").write_bytes(b"no archive")
    [told] = complaints(read_application(tmp_path / "app.car", "app.car"))
    assert told.startswith("app.car: the archive cannot be read")


def test_an_archive_whose_entries_point_out_of_it_is_refused(tmp_path: Path) -> None:
    assert complaints(read(tmp_path, {"../x": ""})) == [
        "app.car: the entry '../x' points out of the archive"
    ]
