"""Local entries."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from apns_connector.errors import InvalidDeployment
from apns_connector.mediation.configuration import Configuration
from apns_connector.mediation.deployment.local_entry import LocalEntry

Deploy = Callable[..., Configuration]


def test_the_text_of_a_local_entry_is_trimmed_and_its_description_left_out(
    deploy: Deploy,
) -> None:
    configuration = deploy("<localEntry key='L'>\n<description>x</description> text </localEntry>")
    assert configuration.local_entry("L") == "text"


def test_a_local_entry_holds_an_element(deploy: Deploy) -> None:
    entry = deploy("<localEntry key='L'><x xmlns=''>1</x></localEntry>").names["L"]
    assert isinstance(entry, LocalEntry)
    assert not isinstance(entry.value, str)
    assert entry.value.tag == "x"


def test_a_local_entry_may_be_a_file_of_the_deployment(deploy: Deploy) -> None:
    configuration = deploy(
        "<localEntry key='X' src='file:entries/x.xml'/><localEntry key='T' src='entries/t.txt'/>",
        {"entries/x.xml": "<x/>", "entries/t.txt": " text\n"},
    )
    found = configuration.local_entry("X")
    assert found is not None
    assert not isinstance(found, str)
    assert found.tag == "x"
    assert configuration.local_entry("T") == "text"
    assert [file.name for file in configuration.further] == ["x.xml", "t.txt"]


@pytest.mark.parametrize("source", ["file:../x", "/etc/passwd", "http://example.com/x"])
def test_a_local_entry_from_outside_the_deployment_is_refused(deploy: Deploy, source: str) -> None:
    with pytest.raises(InvalidDeployment, match="not inside the deployment"):
        deploy(f"<localEntry key='L' src='{source}'/>")


def test_a_local_entry_without_key_is_refused(deploy: Deploy) -> None:
    with pytest.raises(InvalidDeployment, match="'key'"):
        deploy("<localEntry>v</localEntry>")
