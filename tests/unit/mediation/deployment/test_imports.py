"""Which libraries are in force."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from apns_connector.errors import InvalidDeployment
from apns_connector.mediation.configuration import Configuration
from apns_connector.mediation.deployment.imports import enabled_libraries, with_implied
from apns_connector.mediation.library import Import, Library, read_library

Deploy = Callable[..., Configuration]


def named_library(file: str, name: str = "apns") -> Library:
    return Library(name, "p", file, {}, {})


@pytest.mark.parametrize(
    ("archives", "given", "imports", "enabled"),
    [
        ([], ["given"], [], ["given"]),
        ([], ["given"], [False], []),
        ([], ["given"], [True], ["given"]),
        (["archive"], [], [], []),
        (["archive"], [], [True], ["archive"]),
        (["archive"], [], [False], []),
        (["archive"], ["given"], [], ["archive"]),
        (["archive"], ["given"], [False], []),
    ],
)
def test_which_libraries_are_in_force(
    archives: list[str], given: list[str], imports: list[bool], enabled: list[str]
) -> None:
    chosen = enabled_libraries(
        [named_library(file) for file in archives],
        [named_library(file) for file in given],
        [Import("apns", "p", state) for state in imports],
    )
    assert [library.file for library in chosen] == enabled


def test_an_archive_of_the_deployment_is_loaded_by_its_import(
    deploy: Deploy, build: Any, tmp_path: Path
) -> None:
    files = build.library_files({"push": build.template("push", "", "")})
    build.zip(tmp_path / "synapse-libs/apns.zip", files)
    import_file = f"{build.configs}/imports/{{org.wso2.carbon.connector}}apns.xml"
    configuration = deploy(
        "<sequence name='S'><apns.push/></sequence>",
        {
            import_file: f"<import xmlns='{build.synapse}' name='apns' "
            "package='org.wso2.carbon.connector' status='enabled'/>"
        },
    )
    assert configuration.template("org.wso2.carbon.connector.apns.push") is not None


def test_without_its_import_an_archive_is_not_loaded(
    deploy: Deploy, build: Any, tmp_path: Path
) -> None:
    files = build.library_files({"push": build.template("push", "", "")})
    build.zip(tmp_path / "synapse-libs/apns.zip", files)
    with pytest.raises(InvalidDeployment, match="Unknown mediator"):
        deploy("<sequence name='S'><apns.push/></sequence>")


def test_a_broken_archive_is_a_problem(deploy: Deploy, build: Any) -> None:
    with pytest.raises(InvalidDeployment, match="cannot be read"):
        deploy("", {"synapse-libs/a.zip": "no archive"})


def test_an_import_needs_name_and_package(deploy: Deploy) -> None:
    with pytest.raises(InvalidDeployment, match="'name' and 'package'"):
        deploy("<import name='apns'/>")


def test_local_entries_of_a_library_are_found_under_its_name(
    deploy: Deploy, build: Any, tmp_path: Path
) -> None:
    files = build.library_files({"push": build.template("push", "", "")})
    entry = f"<localEntry xmlns='{build.synapse}' key='K'>v</localEntry>"
    files["local-entries/x.xml"] = entry
    library = read_library(build.zip(tmp_path / "apns.zip", files))
    assert deploy(libraries=[library]).local_entry("apns.K") == "v"
    with pytest.raises(InvalidDeployment, match=r"Duplicate localEntry definition.*apns\.K"):
        deploy("<localEntry key='apns.K'>w</localEntry>", libraries=[library])


def test_a_library_without_an_import_has_one_implied() -> None:
    disabled = Import("apns", "p", enabled=False)
    other = named_library("other.zip", name="other")
    assert with_implied([disabled], [named_library("apns.zip"), other]) == [
        disabled,
        Import("other", "p", enabled=True),
    ]
