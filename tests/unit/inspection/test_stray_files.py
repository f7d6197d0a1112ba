"""Files that no rule reads."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from apns_connector.inspection.stray_files import inspect_stray_files, stray
from apns_connector.mediation.configuration import Configuration
from apns_connector.mediation.deployment.layout import FOLDERS, PROJECT_FOLDERS

DEFAULT = "synapse-configs/default"


@pytest.mark.parametrize(
    "name",
    [
        "synapse.xml",
        "registry.xml",
        "task-manager.xml",
        "sequences/a.xml",
        "api/a.xml",
        "sequences/readme.txt",
        "swagger/a.json",
    ],
)
def test_what_is_read_or_is_no_xml_is_not_stray(name: str) -> None:
    assert list(stray([name], FOLDERS, ["synapse.xml"])) == []


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("a.xml", "artifacts lie in folders such as sequences and proxy-services"),
        ("sequence/a.xml", "'sequence' is none of the folders imports, local-entries"),
        ("sequences/old/a.xml", "'sequences' has no folders inside"),
        ("sequences/a.XML", "the suffix is .xml, not .XML"),
    ],
)
def test_what_lies_in_the_wrong_place_is_told_with_the_right_one(name: str, why: str) -> None:
    [(found, told)] = stray([name], FOLDERS, [])
    assert found == name
    assert why in told


def test_newer_projects_have_another_folder_for_apis() -> None:
    assert list(stray(["apis/a.xml"], PROJECT_FOLDERS, [])) == []
    assert len(list(stray(["api/a.xml"], PROJECT_FOLDERS, []))) == 1


def test_a_stray_file_is_a_warning_with_its_name(build: Callable[..., Configuration]) -> None:
    configuration = build("", {f"{DEFAULT}/seqences/a.xml": "", f"{DEFAULT}/sequences/b.xml": ""})
    [finding] = inspect_stray_files(configuration)
    assert str(finding).startswith(f"{DEFAULT}/seqences/a.xml: warning: not read: 'seqences' is")


def test_a_folder_that_is_the_deployment_itself_may_hold_anything(
    build: Callable[..., Configuration],
) -> None:
    configuration = build("", {"sequences/a.xml": "", "pom.xml": "", "notes/x.xml": ""})
    assert list(inspect_stray_files(configuration)) == []
