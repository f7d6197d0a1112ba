"""The files of a deployment."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from apns_connector.errors import ConfigurationError
from apns_connector.mediation.files import FOLDERS, DeploymentFiles


def test_artifacts_come_in_the_order_of_synapse_with_the_definitions_first(
    tmp_path: Path, build: Any
) -> None:
    space = f"xmlns='{build.synapse}'"
    files = {
        f"{build.configs}/{folder}/x.xml": f"<{kind} {space}/>" for folder, kind in FOLDERS.items()
    }
    files[f"{build.configs}/synapse.xml"] = (
        f"<definitions {space}><proxy/><!-- x --><import/></definitions>"
    )
    found = DeploymentFiles(build.files(tmp_path, files)).artifacts()
    names = [document.element.tag.rpartition("}")[2] for document in found]
    assert names == ["proxy", "import", *FOLDERS.values()]


def test_files_of_one_folder_come_by_name(tmp_path: Path, build: Any) -> None:
    sequence = f"<sequence xmlns='{build.synapse}'/>"
    folder = f"{build.configs}/sequences"
    build.files(tmp_path, {f"{folder}/b.xml": sequence, f"{folder}/a.xml": sequence})
    found = DeploymentFiles(tmp_path).artifacts()
    assert [document.file for document in found] == [f"{folder}/a.xml", f"{folder}/b.xml"]


def test_a_folder_without_files_is_fine(tmp_path: Path) -> None:
    files = DeploymentFiles(tmp_path)
    assert files.artifacts() == []
    assert files.libraries() == []
    assert files.problems == []


def test_a_document_type_in_a_configuration_is_a_problem(tmp_path: Path, build: Any) -> None:
    build.files(tmp_path, {f"{build.configs}/synapse.xml": "<!DOCTYPE x><x/>"})
    files = DeploymentFiles(tmp_path)
    assert files.artifacts() == []
    assert "DOCTYPE" in str(files.problems[0])


@pytest.mark.parametrize("uri", ["file:a/x.txt", "file:/a/x.txt", "file:///a/x.txt", "a/x.txt"])
def test_a_uri_is_relative_to_the_deployment(tmp_path: Path, build: Any, uri: str) -> None:
    build.files(tmp_path, {"a/x.txt": "content"})
    assert DeploymentFiles(tmp_path).content(uri) == b"content"


@pytest.mark.parametrize("uri", ["file:../x", "../x", "/etc/passwd", "https://example.com/x"])
def test_nothing_outside_of_the_deployment_is_read(tmp_path: Path, uri: str) -> None:
    with pytest.raises(ConfigurationError, match="not inside the deployment"):
        DeploymentFiles(tmp_path / "deployment").content(uri)
