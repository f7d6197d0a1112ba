"""Where results go."""

from __future__ import annotations

import pytest

from apns_connector.errors import ConfigurationError
from apns_connector.mediation import xml
from apns_connector.mediation.mediators import MEDIATORS, NOT_SUPPORTED
from apns_connector.mediation.mediators.operation import operation_from_element
from apns_connector.mediation.reading import Language, Reader
from apns_connector.mediation.results import root_named


def read(attributes: str) -> str:
    language = Language(MEDIATORS, NOT_SUPPORTED, operation_from_element, {})
    element = xml.parse(f"<foreach {attributes}/>".encode())
    return root_named(element, Reader("test.xml", language))


def test_the_root_has_a_name() -> None:
    assert read("root-element='all'") == "all"


@pytest.mark.parametrize("attributes", ["", "root-element='a b'", "root-element=''"])
def test_a_name_that_is_none_is_told(attributes: str) -> None:
    with pytest.raises(ConfigurationError, match=r"test\.xml:1: .*root-element"):
        read(attributes)
