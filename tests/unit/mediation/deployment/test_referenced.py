"""What schemas and stylesheets refer to."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from apns_connector.errors import ConfigurationError, MediationError, RegistryError
from apns_connector.mediation import xml
from apns_connector.mediation.configuration import Configuration
from apns_connector.mediation.deployment.referenced import (
    content_of,
    resolver,
    resources_from_element,
)
from apns_connector.mediation.mediators import MEDIATORS, NOT_SUPPORTED
from apns_connector.mediation.mediators.operation import operation_from_element
from apns_connector.mediation.reading import Language, Reader

Deploy = Callable[..., Configuration]


@pytest.fixture
def configuration(deploy: Deploy) -> Configuration:
    return deploy(
        "<localEntry key='X'><a xmlns=''/></localEntry>"
        "<localEntry key='U' xmlns:u='urn:u' xmlns:v='urn:v'><u:a/></localEntry>"
        "<localEntry key='T'>text</localEntry>",
        {"registry/governance/s/types.xsd": "<types/>"},
    )


def test_an_entry_is_had_as_bytes(configuration: Configuration) -> None:
    assert xml.parse(content_of(configuration, "X") or b"").tag == "a"
    assert content_of(configuration, "U") == b'<u:a xmlns:u="urn:u"/>'
    assert content_of(configuration, "T") == b"text"
    assert content_of(configuration, "gov:/s/types.xsd") == b"<types/>"
    assert content_of(configuration, "gov:/none") is None


@pytest.mark.parametrize(
    ("location", "resources"),
    [
        ("gov:/s/types.xsd", {}),
        ("gov:/elsewhere/types.xsd", {"types.xsd": "gov:/s/types.xsd"}),
        ("gov:/elsewhere/types.xsd", {"./types.xsd": "gov:/s/types.xsd"}),
        ("http://example.com/types.xsd", {"http://example.com/types.xsd": "gov:/s/types.xsd"}),
    ],
)
def test_a_location_leads_to_a_resource_or_is_a_key(
    configuration: Configuration, location: str, resources: dict[str, str]
) -> None:
    assert resolver(configuration, resources)(location) == b"<types/>"


@pytest.mark.parametrize(
    "location", ["/etc/passwd", "file:///etc/passwd", "http://example.com/a.xsd", "mytypes.xsd"]
)
def test_nothing_else_is_read(configuration: Configuration, location: str) -> None:
    with pytest.raises(MediationError, match="add a <resource> for it"):
        resolver(configuration, {"types.xsd": "gov:/s/types.xsd"})(location)


def test_no_path_leads_out_of_the_registry(configuration: Configuration) -> None:
    with pytest.raises(RegistryError, match="leads out"):
        resolver(configuration, {})("gov:/../../../etc/passwd")


def read(inside: str) -> Any:
    language = Language(MEDIATORS, NOT_SUPPORTED, operation_from_element, {})
    text = f"<xslt xmlns='{xml.SYNAPSE}'>{inside}</xslt>"
    return resources_from_element(xml.parse(text.encode()), Reader("test.xml", language))


def test_resources_are_keys_by_location() -> None:
    assert read("<resource location='a.xsd' key='K'/><resource location='b' key='L'/>") == {
        "a.xsd": "K",
        "b": "L",
    }


@pytest.mark.parametrize("inside", ["<resource key='K'/>", "<resource location='a'/>",
                                    "<resource location='a' key='{$ctx:x}'/>"])  # fmt: skip
def test_what_is_missing_is_told(inside: str) -> None:
    with pytest.raises(ConfigurationError, match=r"test\.xml:1"):
        read(inside)
