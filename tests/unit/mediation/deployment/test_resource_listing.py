"""Listings of registry resources."""

from __future__ import annotations

import pytest

from apns_connector.errors import ConfigurationError
from apns_connector.mediation import xml
from apns_connector.mediation.deployment.resource_listing import Listed, listed_resources


def listed(content: str) -> list[Listed]:
    return listed_resources(xml.parse(f"<resources>\n{content}</resources>".encode()), "info.xml")


def item(file: str, path: str) -> str:
    return f"<item><file>{file}</file><path>{path}</path><mediaType>text/xml</mediaType></item>"


@pytest.mark.parametrize(
    ("file", "path", "full"),
    [
        ("a.xml", "/_system/governance/x", "governance/x/a.xml"),
        ("a.xml", "/_system/governance/x/", "governance/x/a.xml"),
        ("deep/a.xml", "/_system/config/x", "config/x/a.xml"),
        ("a.xml", "/_system/governance/mi-resources/conf", "governance/mi-resources/conf/a.xml"),
        ("a.xml", "/x", "governance/x/a.xml"),
    ],
)
def test_an_item_lies_in_the_collection_of_its_path(file: str, path: str, full: str) -> None:
    assert listed(item(file, path)) == [Listed(file, full, "text/xml", False, 2)]


def test_a_collection_is_a_folder() -> None:
    content = "<collection><directory>d/</directory><path>/_system/config/x</path></collection>"
    assert listed(content) == [Listed("d", "config/x", None, True, 2)]


def test_a_namespace_and_comments_do_not_matter() -> None:
    assert len(listed(f"<!-- x --><part xmlns='urn:x'>{item('a', '/x')}</part>")) == 1


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        ("<item><path>/x</path></item>", "<item> has no <file>"),
        ("<item><file>a</file></item>", "<item> has no <path>"),
        (item("../a", "/x"), r"'\.\./a' leads out"),
        (item("/a", "/x"), "'/a' leads out"),
        (item("a", "/_system/config/../../x"), "leads out of the registry"),
        ("<collection><path>/x</path></collection>", "<collection> has no <directory>"),
    ],
)
def test_a_bad_entry_is_told_with_its_line(content: str, complaint: str) -> None:
    with pytest.raises(ConfigurationError, match=complaint) as refused:
        listed(content)
    assert (refused.value.file, refused.value.line) == ("info.xml", 2)
