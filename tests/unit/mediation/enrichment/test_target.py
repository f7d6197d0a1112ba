"""``<target>`` of ``<enrich>``: which ways something can be put there."""

from __future__ import annotations

import pytest

from apns_connector.errors import ConfigurationError
from apns_connector.mediation import xml
from apns_connector.mediation.enrichment import in_xml
from apns_connector.mediation.enrichment.target import Target, target_from_element
from apns_connector.mediation.mediators import MEDIATORS, NOT_SUPPORTED
from apns_connector.mediation.mediators.operation import operation_from_element
from apns_connector.mediation.reading import Language, Reader


def read(attributes: str) -> Target:
    language = Language(MEDIATORS, NOT_SUPPORTED, operation_from_element, {})
    text = f"<target xmlns='{xml.SYNAPSE}' xmlns:p='urn:p' {attributes}/>"
    return target_from_element(xml.parse(text.encode()), Reader("test.xml", language))


@pytest.mark.parametrize(
    ("attributes", "ways"),
    [
        ("xpath='//a'", (True, False)),
        ("xpath='json-eval($.a)'", (False, True)),
        ("xpath='${payload.a}'", (False, True)),
        ("type='envelope'", (True, False)),
        ("type='body'", (True, True)),
        ("type='property' property='p'", (True, True)),
        ("type='variable' variable='v'", (True, True)),
        ("type='key' xpath='json-eval($.a)'", (False, True)),
    ],
)
def test_a_target_takes_xml_json_or_both(attributes: str, ways: tuple[bool, bool]) -> None:
    target = read(attributes)
    assert (target.xml is not None, target.json is not None) == ways


def test_the_action_is_to_replace_unless_said_otherwise() -> None:
    assert read("xpath='//a'").action == "replace"
    assert read("xpath='//a' action='sibling'").action == "sibling"


@pytest.mark.parametrize(
    ("xpath", "owner", "attribute"),
    [("//a/@b", "//a", "b"), ("//a/@p:b", "//a", "{urn:p}b"), ("//a/text()", "//a", None)],
)
def test_text_and_attribute_are_changed_at_their_element(
    xpath: str, owner: str, attribute: str | None
) -> None:
    target = read(f"xpath='{xpath}'").xml
    assert isinstance(target, in_xml.AtExpression)
    assert (target.expression.source, target.attribute) == (owner, attribute)
    assert target.text is (attribute is None)


def test_get_property_is_a_property_of_a_scope() -> None:
    target = read("xpath=\"get-property('axis2', 'x')\"").xml
    assert target == in_xml.AtProperty("x", "replace", "axis2")


@pytest.mark.parametrize(
    "attributes",
    [
        "type='inline'",
        "type='body' action='strange'",
        "type='envelope' action='child'",
        "type='key' xpath='json-eval($.a)' action='child'",
        "type='key' xpath='//a'",
        "xpath='json-eval($)'",
    ],
)
def test_the_place_of_what_is_wrong_is_told(attributes: str) -> None:
    with pytest.raises(ConfigurationError, match=r"test\.xml:1: "):
        read(attributes)
