"""The files of a deployment."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from apns_connector.errors import ConfigurationError
from apns_connector.mediation.deployment.files import DeploymentFiles
from apns_connector.mediation.deployment.layout import FOLDERS, PROJECT_FOLDERS, Layout, find_layout

PROJECT = "src/main/wso2mi"


def files_of(folder: Path) -> DeploymentFiles:
    return DeploymentFiles(find_layout(folder))


def complaints(files: DeploymentFiles) -> list[str]:
    return [str(problem) for problem in files.problems]


def test_artifacts_come_in_the_order_of_synapse_with_the_definitions_first(
    tmp_path: Path, build: Any
) -> None:
    space = f"xmlns='{build.synapse}'"
    files = {
        f"{build.configs}/{folder}/x.xml": f"<{kind} {space}/>" for folder, kind in FOLDERS.items()
    }
    files[f"{build.configs}/registry.xml"] = f"<registry {space}/>"
    files[f"{build.configs}/synapse.xml"] = (
        f"<definitions {space}><proxy/><!-- x --><import/></definitions>"
    )
    found = files_of(build.files(tmp_path, files)).artifacts()
    names = [document.element.tag.rpartition("}")[2] for document in found]
    assert names == ["proxy", "import", "registry", *FOLDERS.values()]


def test_files_of_one_folder_come_by_name(tmp_path: Path, build: Any) -> None:
    sequence = f"<sequence xmlns='{build.synapse}'/>"
    folder = f"{build.configs}/sequences"
    build.files(tmp_path, {f"{folder}/b.xml": sequence, f"{folder}/a.xml": sequence})
    found = files_of(tmp_path).artifacts()
    assert [document.file for document in found] == [f"{folder}/a.xml", f"{folder}/b.xml"]


def test_a_new_project_has_an_apis_folder_and_an_old_one_an_api_folder(
    tmp_path: Path, build: Any
) -> None:
    for folders, root in ((PROJECT_FOLDERS, f"{PROJECT}/artifacts"), (FOLDERS, "M/" + OLD)):
        for folder, kind in folders.items():
            content = f"<{kind} xmlns='{build.synapse}'/>"
            build.files(tmp_path, {f"{root}/{folder}/x.xml": content})
    files = files_of(tmp_path)
    assert len(files.artifacts()) == 2 * len(FOLDERS)
    assert complaints(files) == []


OLD = "src/main/synapse-config"


def test_a_folder_without_files_is_fine(tmp_path: Path) -> None:
    files = DeploymentFiles(Layout(tmp_path))
    assert (files.artifacts(), files.libraries(), files.connectors()) == ([], [], [])
    assert (files.resources(), files.configs(), files.file_properties()) == ({}, {}, {})
    assert (files.problems, files.notes) == ([], [])


def test_a_document_type_in_a_configuration_is_a_problem(tmp_path: Path, build: Any) -> None:
    build.files(tmp_path, {f"{build.configs}/synapse.xml": "<!DOCTYPE x><x/>"})
    files = files_of(tmp_path)
    assert files.artifacts() == []
    assert "DOCTYPE" in str(files.problems[0])


@pytest.mark.parametrize("uri", ["file:a/x.txt", "file:/a/x.txt", "file:///a/x.txt", "a/x.txt"])
def test_a_uri_is_relative_to_the_deployment(tmp_path: Path, build: Any, uri: str) -> None:
    build.files(tmp_path, {"a/x.txt": "content"})
    files = DeploymentFiles(Layout(tmp_path))
    assert files.content(uri) == b"content"
    assert files.further == [tmp_path / "a/x.txt"]


@pytest.mark.parametrize("uri", ["file:../x", "../x", "/etc/passwd", "https://example.com/x"])
def test_nothing_outside_of_the_deployment_is_read(tmp_path: Path, uri: str) -> None:
    with pytest.raises(ConfigurationError, match="not inside the deployment"):
        DeploymentFiles(Layout(tmp_path / "deployment")).content(uri)


# ---- registry resources --------------------------------------------------------------------------


def test_the_resources_of_a_new_project_are_in_the_registry_by_where_they_lie(
    tmp_path: Path, build: Any
) -> None:
    resources = f"{PROJECT}/resources"
    build.files(
        tmp_path,
        {
            f"{resources}/registry/gov/apns/c.p12": "",
            f"{resources}/registry/conf/x.xml": "",
            f"{resources}/registry/artifact.xml": "",
            f"{resources}/xslt/x.xslt": "",
            f"{resources}/artifact.xml": "",
            f"{resources}/connectors/c.zip": "",
            f"{resources}/metadata/m.yaml": "",
        },
    )
    found = files_of(tmp_path).resources()
    assert {path: mounted.file for path, mounted in found.items()} == {
        "governance/apns/c.p12": f"{resources}/registry/gov/apns/c.p12",
        "config/x.xml": f"{resources}/registry/conf/x.xml",
        "governance/mi-resources/xslt/x.xslt": f"{resources}/xslt/x.xslt",
    }


LISTING = """<artifacts>
<artifact name="A" type="registry/resource">
<item><file>c.p12</file><path>/_system/governance/apns</path><mediaType>x/y</mediaType></item>
<item><file>none.txt</file><path>/_system/governance/apns</path></item>
</artifact>
<artifact name="B" type="registry/resource">
<collection><directory>all</directory><path>/_system/config/all</path></collection>
</artifact>
<!-- x -->
<artifact name="C" type="synapse/sequence"><file>not/ours.xml</file></artifact>
</artifacts>"""


def test_the_resources_of_a_module_are_in_the_registry_as_it_lists_them(
    tmp_path: Path, build: Any
) -> None:
    listed = {"M/artifact.xml": LISTING, "M/c.p12": "", "M/all/deep/a.txt": ""}
    files = files_of(build.files(tmp_path, listed))
    found = files.resources()
    assert {path: (mounted.file, mounted.media_type) for path, mounted in found.items()} == {
        "governance/apns/c.p12": ("M/c.p12", "x/y"),
        "config/all/deep/a.txt": ("M/all/deep/a.txt", None),
    }
    assert complaints(files) == ["M/artifact.xml:4: there is no file none.txt"]


def test_of_a_resource_that_is_there_twice_the_first_is_taken_and_the_other_noted(
    tmp_path: Path, build: Any
) -> None:
    listing = LISTING.replace("none.txt", "c.p12").replace("all<", "x<")
    files = files_of(build.files(tmp_path, {"M/artifact.xml": listing, "M/c.p12": ""}))
    assert list(files.resources()) == ["governance/apns/c.p12"]
    assert [str(note) for note in files.notes] == [
        "M/c.p12: note: not read: the registry resource 'governance/apns/c.p12' is that of M/c.p12"
    ]


@pytest.mark.parametrize("listing", ["<artifacts>", "<artifacts><!-- no end"])
def test_a_broken_listing_is_one_problem(tmp_path: Path, build: Any, listing: str) -> None:
    files = files_of(build.files(tmp_path, {"M/artifact.xml": listing}))
    assert (files.resources(), files.connectors()) == ({}, [])
    assert len(files.problems) == 1


# ---- libraries -----------------------------------------------------------------------------------


def test_connectors_of_projects_and_exporters_need_no_import_and_those_of_a_server_do(
    tmp_path: Path, build: Any
) -> None:
    exporter = "<artifacts><artifact type='synapse/lib'><file>b.zip</file></artifact></artifacts>"
    build.files(tmp_path, {"Exporter/artifact.xml": exporter})
    for place, name in (
        ("synapse-libs/a.zip", "a"),
        ("Exporter/b.zip", "b"),
        (f"{PROJECT}/resources/connectors/c.zip", "c"),
    ):
        build.zip(tmp_path / place, build.library_files({}, name=name))
    files = files_of(tmp_path)
    assert [library.name for library in files.libraries()] == ["a"]
    assert [library.name for library in files.connectors()] == ["c", "b"]
    assert complaints(files) == []


def test_a_broken_library_is_a_problem_with_its_name(tmp_path: Path, build: Any) -> None:
    build.files(tmp_path, {f"{build.configs}/x": "", "synapse-libs/a.zip": "no archive"})
    files = files_of(tmp_path)
    assert files.libraries() == []
    assert complaints(files)[0].startswith("synapse-libs/a.zip: the archive cannot be read")


# ---- values --------------------------------------------------------------------------------------


def test_properties_are_read_and_declarations_of_types_passed_over(
    tmp_path: Path, build: Any
) -> None:
    build.files(
        tmp_path,
        {
            "synapse.xml": "",
            "conf/config.properties": "a=1\nb:string\nc:cert\n",
            "file.properties": "d=2\n",
        },
    )
    files = files_of(tmp_path)
    assert files.configs() == {"a": "1"}
    assert files.file_properties() == {"d": "2"}


def test_what_is_not_read_is_noted_with_the_reason(tmp_path: Path, build: Any) -> None:
    build.files(tmp_path, {"synapse.xml": "", "deployment/deployment.toml": ""})
    [note] = files_of(tmp_path).notes
    assert str(note) == (
        "deployment/deployment.toml: note: not read: it configures a WSO2 server; "
        "settings of the gateway are in gateway.yaml"
    )
