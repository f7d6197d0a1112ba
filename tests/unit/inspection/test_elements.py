"""Walking over definitions."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from apns_connector.inspection.elements import calls, constant, elements
from apns_connector.mediation.configuration import Configuration

Build = Callable[..., Configuration]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("static", "static"),
        (" static ", "static"),
        ("{'literal'}", "literal"),
        ("'literal'", "literal"),
        ('{"literal"}', "literal"),
        ("{$ctx:x}", None),
        ("{concat('a', 'b')}", None),
        ("{'a' = 'b'}", None),
        ("$SYSTEM:X", None),
        ("$FILE:x", None),
        ("${configs.x}", None),
        ("", None),
        (" ", None),
    ],
)
def test_what_is_the_same_for_every_message(text: str, value: str | None) -> None:
    assert constant(text) == value


def test_calls_are_those_of_operations_with_a_template(build: Build) -> None:
    configuration = build(
        "<sequence name='S'><apns.dispatchToDevice/><apns.none/><log.x/><drop/></sequence>"
        "<localEntry key='L'><apns.init/></localEntry>"
    )
    found = [(call.placed.name, call.template.name) for call in calls(configuration)]
    assert found == [("apns.dispatchToDevice", "dispatchToDevice"), ("apns.init", "init")]


def test_definitions_of_libraries_are_not_walked_over(build: Build) -> None:
    configuration = build("<sequence name='S'>\n<apns.dispatchToDevice/></sequence>")
    assert {placed.file for placed in elements(configuration)} == {"synapse.xml"}


def test_an_element_tells_its_texts_and_attributes(build: Build) -> None:
    configuration = build("<sequence name='S'><x:log xmlns:x='urn:x'/></sequence>")
    [sequence] = elements(configuration)
    assert dict(sequence.attributes()) == {"name": "S"}
    assert list(sequence.texts()) == ["S", ""]
    assert str(sequence.error("wrong")) == "synapse.xml:2: error: wrong"
    assert str(sequence.warning("odd")) == "synapse.xml:2: warning: odd"
