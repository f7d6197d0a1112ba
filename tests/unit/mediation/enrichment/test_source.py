"""``<source>`` of ``<enrich>``: which ways it can be had."""

from __future__ import annotations

import pytest

from apns_connector.errors import ConfigurationError
from apns_connector.mediation import xml
from apns_connector.mediation.enrichment.source import Source, source_from_element
from apns_connector.mediation.mediators import MEDIATORS, NOT_SUPPORTED
from apns_connector.mediation.mediators.operation import operation_from_element
from apns_connector.mediation.reading import Language, Reader


def read(attributes: str, inside: str = "") -> Source:
    language = Language(MEDIATORS, NOT_SUPPORTED, operation_from_element, {})
    text = f"<source xmlns='{xml.SYNAPSE}' {attributes}>{inside}</source>"
    return source_from_element(xml.parse(text.encode()), Reader("test.xml", language))


@pytest.mark.parametrize(
    ("attributes", "inside", "ways"),
    [
        ("xpath='//a'", "", (True, False)),
        ("type='custom' xpath='json-eval($.a)'", "", (False, True)),
        ("xpath='json-eval($.a[{$ctx:i}])'", "", (False, True)),
        ("xpath='${payload.a}'", "", (True, True)),
        ("type='envelope'", "", (True, False)),
        ("type='body'", "", (True, True)),
        ("type='property' property='p'", "", (True, True)),
        ("type='variable' variable='v'", "", (True, True)),
        ("type='inline'", "<a/>", (True, False)),
        ("type='inline'", "{}", (True, True)),
        ("type='inline' key='K'", "", (True, True)),
    ],
)
def test_a_source_is_had_as_xml_as_json_or_both(
    attributes: str, inside: str, ways: tuple[bool, bool]
) -> None:
    source = read(attributes, inside)
    assert (source.xml is not None, source.json is not None) == ways


@pytest.mark.parametrize(
    ("path", "count"),
    [("$.a", 1), ("$.a, $.b", 2), ("$.a,$.b,$.c", 3), ("$['a','b']", 1)],
)
def test_several_paths_can_be_removed_at_once(path: str, count: int) -> None:
    assert len(read(f'xpath="json-eval({path})"').paths) == count


def test_the_place_is_told() -> None:
    with pytest.raises(ConfigurationError, match=r"test\.xml:1: .*'xpath'"):
        read("")
