"""Where the configuration lies."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from apns_connector.errors import ConfigurationError
from apns_connector.mediation.deployment.layout import (
    FOLDERS,
    PROJECT_FOLDERS,
    files_below,
    find_layout,
)


def names(folder: Path, files: list[Path]) -> list[str]:
    return [file.relative_to(folder).as_posix() for file in files]


@pytest.mark.parametrize("prefix", ["", "repository/deployment/server/"])
def test_the_deployment_folder_of_a_server_is_found_in_its_home_too(
    tmp_path: Path, build: Any, prefix: str
) -> None:
    build.files(
        tmp_path,
        {
            f"{prefix}synapse-configs/default/synapse.xml": "",
            f"{prefix}synapse-libs/apns.zip": "",
            f"{prefix}carbonapps/a.car": "",
        },
    )
    layout = find_layout(tmp_path)
    default = tmp_path / prefix / "synapse-configs/default"
    assert layout.definitions == [default / "synapse.xml"]
    assert layout.artifacts == [(default, FOLDERS)]
    assert names(tmp_path, layout.libraries) == [f"{prefix}synapse-libs/apns.zip"]
    assert names(tmp_path, layout.applications) == [f"{prefix}carbonapps/a.car"]


@pytest.mark.parametrize("place", ["a.car", "carbonapps/a.car", "deployment/carbonapps/a.car"])
def test_carbon_applications_lie_in_the_deployment_or_in_their_folder(
    tmp_path: Path, build: Any, place: str
) -> None:
    build.files(tmp_path, {place: ""})
    assert names(tmp_path, find_layout(tmp_path).applications) == [place]


@pytest.mark.parametrize(("name", "found"), [("a.car", "applications"), ("s.xml", "definitions")])
def test_one_file_is_a_deployment(tmp_path: Path, build: Any, name: str, found: str) -> None:
    build.files(tmp_path, {name: "", "other.car": "", "synapse.xml": ""})
    layout = find_layout(tmp_path / name)
    assert layout.folder == tmp_path
    assert getattr(layout, found) == [tmp_path / name]
    assert len([*layout.applications, *layout.definitions]) == 1


def test_the_folder_default_may_be_given_itself(tmp_path: Path, build: Any) -> None:
    build.files(tmp_path, {"synapse.xml": "", "proxy-services/p.xml": ""})
    layout = find_layout(tmp_path)
    assert layout.definitions == [tmp_path / "synapse.xml"]
    assert layout.artifacts == [(tmp_path, FOLDERS)]


def test_a_new_project_has_its_artifacts_and_resources(tmp_path: Path, build: Any) -> None:
    main = "src/main/wso2mi"
    build.files(
        tmp_path,
        {
            f"{main}/artifacts/apis/a.xml": "",
            f"{main}/resources/connectors/c.zip": "",
            f"{main}/resources/conf/config.properties": "",
            "deployment/deployment.toml": "",
            "src/main/java/x/Y.java": "",
            "target/x/src/main/wso2mi/artifacts/apis/a.xml": "",
        },
    )
    layout = find_layout(tmp_path)
    assert layout.artifacts == [(tmp_path / main / "artifacts", PROJECT_FOLDERS)]
    assert layout.resources == [tmp_path / main / "resources"]
    assert names(tmp_path, layout.connectors) == [f"{main}/resources/connectors/c.zip"]
    assert names(tmp_path, layout.configs) == [f"{main}/resources/conf/config.properties"]
    assert sorted(names(tmp_path, [path for path, _ in layout.not_read])) == [
        "deployment/deployment.toml",
        "src/main/java",
    ]


def test_the_modules_of_an_old_project_are_found(tmp_path: Path, build: Any) -> None:
    build.files(
        tmp_path,
        {
            "Parent/Configs/src/main/synapse-config/api/a.xml": "",
            "Parent/Resources/artifact.xml": "",
            "Parent/target/artifact.xml": "",
            "Parent/.hidden/artifact.xml": "",
            "a/b/c/too-deep/artifact.xml": "",
        },
    )
    layout = find_layout(tmp_path)
    configs = tmp_path / "Parent/Configs/src/main/synapse-config"
    assert layout.artifacts == [(configs, FOLDERS)]
    assert names(tmp_path, layout.modules) == ["Parent/Resources"]


@pytest.mark.parametrize("name", ["", "none", "some.txt"])
def test_what_is_no_deployment_is_refused(tmp_path: Path, build: Any, name: str) -> None:
    build.files(tmp_path, {"some.txt": "", "docs/api.md": ""})
    with pytest.raises(ConfigurationError, match=r"deployment|neither"):
        find_layout(tmp_path / name)


def test_settings_alone_are_a_deployment(tmp_path: Path, build: Any) -> None:
    build.files(tmp_path, {"gateway.yaml": ""})
    layout = find_layout(tmp_path)
    assert (layout.folder, layout.found) == (tmp_path, False)


def test_the_files_of_a_deployment_are_all_that_it_is_made_of(tmp_path: Path, build: Any) -> None:
    default = "synapse-configs/default"
    made_of = {
        "gateway.yaml",
        "vault.json",
        f"{default}/synapse.xml",
        f"{default}/sequences/a.xml",
        "registry/governance/x",
        "registry/governance/.metadata/x.meta",
        "carbonapps/a.car",
        "synapse-libs/l.zip",
    }
    others = {"store.db", "logs/x.log", "registry/.hidden", f"{default}/other/x.xml"}
    build.files(tmp_path, dict.fromkeys(made_of | others, ""))
    found = {file for file in find_layout(tmp_path).files() if file.exists()}
    assert set(names(tmp_path, sorted(found))) == made_of


def test_files_behind_a_link_to_a_folder_do_not_count(tmp_path: Path, build: Any) -> None:
    build.files(tmp_path, {"f/a": "", "g/b": ""})
    os.symlink(tmp_path, tmp_path / "f/circle")
    os.symlink(tmp_path / "g/b", tmp_path / "f/file")
    assert names(tmp_path, list(files_below(tmp_path / "f"))) == ["f/a", "f/file"]
    assert list(files_below(tmp_path / "none")) == []
