"""Connector libraries."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from apns_connector.errors import ConfigurationError
from apns_connector.mediation import xml
from apns_connector.mediation.library import read_library


@pytest.fixture
def files(build: Any) -> dict[str, str]:
    found: dict[str, str] = build.library_files({"init": build.template("init", "", "")})
    return found


def test_an_archive_and_a_folder_hold_the_same_library(
    tmp_path: Path, build: Any, files: dict[str, str]
) -> None:
    folder = read_library(build.files(tmp_path / "folder", files))
    archive = read_library(build.zip(tmp_path / "apns.zip", files))
    assert folder.name == archive.name == "apns"
    assert folder.package == archive.package == "org.wso2.carbon.connector"
    assert list(folder.templates) == list(archive.templates)


def test_a_template_is_named_by_package_library_and_its_own_name(
    tmp_path: Path, build: Any
) -> None:
    files = build.library_files({"file": build.template("operation", "", "")}, folder="anything")
    library = read_library(build.files(tmp_path, files))
    assert list(library.templates) == ["org.wso2.carbon.connector.apns.operation"]
    document = library.templates["org.wso2.carbon.connector.apns.operation"]
    assert document.file.endswith("anything/file.xml")


def test_a_dependency_is_found_by_the_name_component_xml_gives_itself(
    tmp_path: Path, build: Any, files: dict[str, str]
) -> None:
    files["connector.xml"] = files["connector.xml"].replace("'config'", "'apns_config'")
    with pytest.raises(ConfigurationError, match="'apns_config'; there are: config"):
        read_library(build.files(tmp_path, files))


def test_folders_that_are_no_dependency_are_left_alone(
    tmp_path: Path, build: Any, files: dict[str, str]
) -> None:
    files["other/component.xml"] = "<component name='other' type='something/else'/>"
    files["icon/readme.txt"] = "x"
    assert len(read_library(build.files(tmp_path, files)).templates) == 1


def test_another_type_of_component_is_refused(
    tmp_path: Path, build: Any, files: dict[str, str]
) -> None:
    name = "apns_config/component.xml"
    files[name] = files[name].replace("synapse/template", "synapse/endpoint")
    with pytest.raises(ConfigurationError, match="synapse/endpoint"):
        read_library(build.files(tmp_path, files))


def test_local_entries_of_a_library_begin_with_its_name(
    tmp_path: Path, build: Any, files: dict[str, str]
) -> None:
    files["local-entries/x.xml"] = f"<localEntry xmlns='{build.synapse}' key='K'>v</localEntry>"
    assert list(read_library(build.zip(tmp_path / "a.zip", files)).local_entries) == ["apns.K"]


@pytest.mark.parametrize("name", ["../evil.xml", "/etc/evil", "a/../../evil", "a\\evil"])
def test_an_archive_whose_entries_point_out_of_it_is_refused(
    tmp_path: Path, build: Any, files: dict[str, str], name: str
) -> None:
    with pytest.raises(ConfigurationError, match="points out of the archive"):
        read_library(build.zip(tmp_path / "a.zip", {**files, name: "x"}))


def test_a_component_whose_file_points_out_of_the_folder_is_refused(
    tmp_path: Path, build: Any, files: dict[str, str]
) -> None:
    name = "apns_config/component.xml"
    files[name] = files[name].replace("init.xml", "../../outside.xml")
    build.files(tmp_path, {"outside.xml": build.template("init", "", "")})
    with pytest.raises(ConfigurationError, match="points out of the library"):
        read_library(build.files(tmp_path / "library", files))


def test_a_link_out_of_the_folder_is_refused(
    tmp_path: Path, build: Any, files: dict[str, str]
) -> None:
    folder = build.files(tmp_path / "library", files)
    (tmp_path / "outside.xml").write_text(build.template("init", "", ""))
    (folder / "apns_config/init.xml").unlink()
    os.symlink(tmp_path / "outside.xml", folder / "apns_config/init.xml")
    with pytest.raises(ConfigurationError, match="points out of the library"):
        read_library(folder)


def test_a_file_that_unpacks_to_more_than_allowed_is_refused(
    tmp_path: Path, build: Any, files: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(xml, "CONFIGURATION", xml.Limits(size=1000))
    name = "apns_config/init.xml"
    files[name] = files[name].replace("<sequence>", "<sequence>" + " " * 2000)
    with pytest.raises(ConfigurationError, match="more than 1000"):
        read_library(build.zip(tmp_path / "a.zip", files))


@pytest.mark.parametrize(
    ("name", "content", "complaint"),
    [
        ("connector.xml", "<connector/>", "no <component>"),
        ("connector.xml", "<connector><component name='a'/></connector>", "'package'"),
        ("connector.xml", "<connector>", "not well-formed"),
        ("apns_config/init.xml", "<template/>", "'name'"),
        (
            "apns_config/component.xml",
            "<component name='config'><subComponents><component/></subComponents></component>",
            "names no <file>",
        ),
    ],
)
def test_what_is_wrong_is_told_with_its_file(
    tmp_path: Path, build: Any, files: dict[str, str], name: str, content: str, complaint: str
) -> None:
    with pytest.raises(ConfigurationError, match=complaint) as refused:
        read_library(build.files(tmp_path, {**files, name: content}))
    assert refused.value.file == f"{tmp_path}/{name}"
    assert refused.value.line == 1


def test_a_file_that_is_missing_is_named(tmp_path: Path, build: Any, files: dict[str, str]) -> None:
    del files["apns_config/init.xml"]
    with pytest.raises(ConfigurationError, match=r"no file 'apns_config/init\.xml'"):
        read_library(build.zip(tmp_path / "a.zip", files))


def test_what_is_no_archive_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.zip").write_bytes(b"no archive")
    with pytest.raises(ConfigurationError, match="cannot be read"):
        read_library(tmp_path / "a.zip")
    with pytest.raises(ConfigurationError, match="cannot be read"):
        read_library(tmp_path / "none.zip")
