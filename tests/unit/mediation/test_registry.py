"""Resources of the registry."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from apns_connector.errors import RegistryError
from apns_connector.mediation.registry import Mounted, Registry, canonical


@pytest.fixture
def registry(tmp_path: Path, build: Any) -> Registry:
    build.files(
        tmp_path,
        {
            "registry/governance/apns/certificate.p12": b"\x30\x82",
            "registry/governance/apns/.metadata/typed.meta": "mediaType=application/json\n",
            "registry/governance/apns/typed": "{}",
            "registry/governance/mi-resources/r.txt": "mi",
            "registry/conf/c.txt": "configured",
            "registry/local/l.xml": "<l/>",
            "secret.txt": "outside",
        },
    )
    return Registry(tmp_path / "registry", cache_seconds=0)


@pytest.mark.parametrize(
    "path",
    [
        "gov:/apns/certificate.p12",
        "gov:apns/certificate.p12",
        "gov://apns/./certificate.p12",
        "apns/certificate.p12",
        "/apns/certificate.p12",
        "/_system/governance/apns/certificate.p12",
    ],
)
def test_governance_is_reached_by_its_prefix_and_without_one(registry: Registry, path: str) -> None:
    resource = registry.resource(path)
    assert resource is not None
    assert resource.content == b"\x30\x82"
    assert resource.path == "governance/apns/certificate.p12"
    assert resource.media_type == "application/x-pkcs12"


@pytest.mark.parametrize(
    ("path", "text"),
    [("conf:/c.txt", "configured"), ("local:/l.xml", "<l/>"), ("resources:r.txt", "mi")],
)
def test_the_other_spaces_have_their_folders(registry: Registry, path: str, text: str) -> None:
    assert registry.text(path) == text


@pytest.mark.parametrize(
    "path", ["gov:/none", "conf:/apns/certificate.p12", "gov:/apns", "", "gov:"]
)
def test_what_is_not_there_is_none(registry: Registry, path: str) -> None:
    assert registry.resource(path) is None
    assert registry.text(path) is None
    assert registry.element(path) is None


@pytest.mark.parametrize(
    "path",
    ["gov:/../../secret.txt", "../secret.txt", "conf:..", "gov:/a\\..\\b", "gov:/a\0b"],
)
def test_a_path_that_leads_out_is_refused(registry: Registry, path: str) -> None:
    with pytest.raises(RegistryError, match="leads out"):
        registry.resource(path)


def test_a_link_that_leads_out_is_refused(registry: Registry, tmp_path: Path) -> None:
    os.symlink(tmp_path / "secret.txt", tmp_path / "registry/governance/link.txt")
    with pytest.raises(RegistryError, match="link"):
        registry.resource("gov:/link.txt")


def test_an_absolute_path_stays_inside(registry: Registry, tmp_path: Path) -> None:
    assert registry.resource(str(tmp_path / "secret.txt")) is None


def test_the_media_type_is_what_the_metadata_says(registry: Registry) -> None:
    resource = registry.resource("gov:/apns/typed")
    assert resource is not None
    assert resource.media_type == "application/json"


def test_a_resource_stays_the_same_object_until_the_file_changes(
    registry: Registry, tmp_path: Path
) -> None:
    first = registry.resource("conf:/c.txt")
    assert registry.resource("conf:/c.txt") is first
    (tmp_path / "registry/conf/c.txt").write_text("changed now")
    assert registry.text("conf:/c.txt") == "changed now"


def test_a_look_up_is_believed_for_a_while(registry: Registry, tmp_path: Path) -> None:
    slow = Registry(tmp_path / "registry", cache_seconds=60)
    assert slow.resource("conf:/new.txt") is None
    (tmp_path / "registry/conf/new.txt").write_text("new")
    assert slow.resource("conf:/new.txt") is None


def test_xml_is_parsed_once(registry: Registry) -> None:
    element = registry.element("local:/l.xml")
    assert element is not None
    assert registry.element("local:/l.xml") is element


def test_what_is_no_xml_is_named(registry: Registry) -> None:
    with pytest.raises(RegistryError, match=r"conf/c\.txt"):
        registry.element("conf:/c.txt")


def test_a_resource_does_not_show_its_content(registry: Registry) -> None:
    assert "configured" not in repr(registry.resource("conf:/c.txt"))


def test_a_path_of_any_length_is_refused_or_not_found_and_never_remembered(tmp_path: Path) -> None:
    registry = Registry(tmp_path)
    (tmp_path / "governance").mkdir()
    with pytest.raises(RegistryError, match="1000"):
        registry.resource("gov:/" + "a" * 1_000)
    with pytest.raises(RegistryError, match="cannot be read"):
        registry.resource("gov:/" + "a" * 500)  # more than a file name may have


# ---- resources that lie elsewhere ----------------------------------------------------------------


@pytest.fixture
def mounted(tmp_path: Path, build: Any) -> Registry:
    build.files(tmp_path, {"registry/governance/both.txt": "registry", "project/x.xml": "<x/>"})
    return Registry(
        tmp_path / "registry",
        {
            "governance/both.txt": Mounted(b"archive", None, "app.car/both.txt"),
            "governance/deep/a.p12": Mounted(b"\x30", None, "app.car/a.p12"),
            "config/typed": Mounted(b"{}", "application/json", "app.car/typed"),
            "config/x.xml": Mounted(tmp_path / "project/x.xml", None, "project/x.xml"),
            "config/gone": Mounted(tmp_path / "project/gone", None, "project/gone"),
        },
        cache_seconds=0,
    )


def test_mounted_resources_are_found_by_every_spelling_of_their_path(mounted: Registry) -> None:
    first = mounted.resource("gov:/deep/a.p12")
    assert first is not None
    assert (first.content, first.media_type, first.file) == (
        b"\x30",
        "application/x-pkcs12",
        "app.car/a.p12",
    )
    for path in ("deep/a.p12", "/_system/governance/deep/a.p12", "gov://deep/./a.p12"):
        assert mounted.resource(path) is first


def test_the_registry_itself_goes_before_what_is_mounted(mounted: Registry) -> None:
    assert mounted.text("gov:/both.txt") == "registry"


def test_a_mounted_resource_has_the_media_type_that_is_stated(mounted: Registry) -> None:
    resource = mounted.resource("conf:/typed")
    assert resource is not None
    assert resource.media_type == "application/json"


def test_a_mounted_file_is_read_anew_when_it_changes(mounted: Registry, tmp_path: Path) -> None:
    first = mounted.element("conf:/x.xml")
    assert mounted.element("conf:/x.xml") is first
    (tmp_path / "project/x.xml").write_text("<changed/>")
    changed = mounted.element("conf:/x.xml")
    assert changed is not None
    assert changed.tag == "changed"


def test_a_mounted_file_that_is_gone_is_none(mounted: Registry) -> None:
    assert mounted.resource("conf:/gone") is None


def test_what_is_mounted_does_not_show_its_content(mounted: Registry) -> None:
    assert "archive" not in repr(mounted.mounted["governance/both.txt"])


@pytest.mark.parametrize(
    ("path", "below"),
    [
        ("/_system/governance/a/b", "governance/a/b"),
        ("/_system/config/a", "config/a"),
        ("gov:a", "governance/a"),
        ("conf:/a", "config/a"),
        ("resources:a", "governance/mi-resources/a"),
        ("a", "governance/a"),
    ],
)
def test_a_path_has_one_canonical_spelling(path: str, below: str) -> None:
    assert canonical(path) == below
