"""The archive: what engines run, and beside it what editors show, complete and well-formed."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

import pytest
from lxml import etree

from apns_connector.mediation.library import read_library
from apns_connector.operations.catalogue import INIT, OPERATIONS
from apns_connector.packaging import archive_files, write_archive

LIBRARY = Path(__file__).parents[3]


@pytest.fixture(scope="module")
def files() -> dict[str, bytes]:
    return archive_files(LIBRARY, "1.2.3")


def test_it_holds_the_library_and_what_editors_show(files):
    own = {"connector.xml", "config/component.xml"}
    own |= {f"config/{entry.name}.xml" for entry in (INIT, *OPERATIONS)}
    shown = {f"uischema/{entry.name}.json" for entry in OPERATIONS} | {"uischema/apns.json"}
    shown |= {f"outputschema/{entry.name}.json" for entry in OPERATIONS}
    icons = {"icon/icon-small.png", "icon/icon-large.png", "icon/connections/apns.svg"}
    assert set(files) == own | shown | icons | {".connector-store/meta.json"}


def test_the_icon_that_connector_xml_names_is_there(files):
    assert etree.fromstring(files["connector.xml"]).findtext("icon") in files


def test_every_json_file_is_json(files):
    for name, content in files.items():
        if name.endswith(".json"):
            assert isinstance(json.loads(content), dict), name


def test_what_is_written_is_read_as_a_library(files, tmp_path):
    write_archive(tmp_path / "apns.zip", files)
    library = read_library(tmp_path / "apns.zip")
    assert library.identity == "{org.wso2.carbon.connector}apns"
    names = {name.rpartition(".")[2] for name in library.templates}
    assert names == {entry.name for entry in (INIT, *OPERATIONS)}


def test_two_archives_of_the_same_content_are_the_same(files, tmp_path):
    for name in "ab":
        write_archive(tmp_path / name, files)
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()


def test_an_archive_that_cannot_be_written_is_an_error_of_the_system(files, tmp_path):
    with pytest.raises(OSError, match=r"apns\.zip"):
        write_archive(tmp_path / "nowhere/apns.zip", files)


def test_files_can_be_read_by_everybody(files, tmp_path):
    write_archive(tmp_path / "apns.zip", files)
    with zipfile.ZipFile(tmp_path / "apns.zip") as archive:
        assert {entry.external_attr >> 16 for entry in archive.infolist()} == {0o644}
