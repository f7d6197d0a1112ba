"""From elements to mediators."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from apns_connector.errors import ConfigurationError, InvalidDeployment
from apns_connector.mediation import xml
from apns_connector.mediation.library import Document, Import, Library
from apns_connector.mediation.mediators import MEDIATORS, NOT_SUPPORTED
from apns_connector.mediation.mediators.operation import operation_from_element
from apns_connector.mediation.reading import Language, Reader

PACKAGE = "org.wso2.carbon.connector"


def language(*libraries: Library, imports: tuple[Import, ...] = ()) -> Language:
    return Language(
        MEDIATORS, NOT_SUPPORTED, operation_from_element, libraries=libraries, imports=imports
    )


def reader_of(content: str, spoken: Language | None = None) -> tuple[Reader, xml.Element]:
    root = f"<sequence xmlns='{xml.SYNAPSE}'>{content}</sequence>"
    return Reader("x.xml", spoken or language()), xml.parse(root.encode())


@pytest.mark.parametrize("name", sorted(NOT_SUPPORTED))
def test_mediators_that_are_not_supported_are_never_called_unknown(name: str) -> None:
    reader, root = reader_of(f"<{name}/>")
    reader.mediators(root)
    assert [str(problem) for problem in reader.problems] == [
        f"x.xml:1: the mediator <{name}> is not supported: {NOT_SUPPORTED[name]}"
    ]


def test_no_mediator_is_both_supported_and_not() -> None:
    assert not set(MEDIATORS) & set(NOT_SUPPORTED)


def test_an_element_outside_synapses_namespace_is_no_mediator() -> None:
    reader, root = reader_of("<log xmlns=''/>")
    reader.mediators(root)
    assert xml.SYNAPSE in str(reader.problems[0])


def test_comments_and_descriptions_are_passed_over() -> None:
    reader, root = reader_of("<!-- x --><description>y</description><drop/>")
    assert len(reader.mediators(root).steps) == 1
    assert reader.problems == []


def test_a_step_knows_its_place() -> None:
    reader, root = reader_of("\n\n<drop/>")
    assert [step.place for step in reader.mediators(root).steps] == ["<drop> (x.xml:3)"]


def test_a_name_with_a_dot_is_first_tried_as_the_mediator_before_the_dot() -> None:
    reader, root = reader_of("<drop.anything/><ejb.anything/>")
    assert len(reader.mediators(root).steps) == 1
    assert "<ejb.anything> is not supported: " in str(reader.problems[0])


def test_a_library_lays_claim_to_what_is_part_of_a_template_name() -> None:
    template = Document(xml.parse(b"<template/>"), "t.xml")
    library = Library("apns", PACKAGE, "f", {f"{PACKAGE}.apns.init": template}, {})
    assert language(library).target_of("apns.init") == f"{PACKAGE}.apns.init"
    assert language(library).target_of("apns.none") is None


def test_an_enabled_or_disabled_import_lays_claim_to_every_name_it_begins() -> None:
    imports = (Import("apns", PACKAGE, enabled=False),)
    assert language(imports=imports).target_of("apns.none") == f"{PACKAGE}.apns.none"
    assert language(imports=imports).target_of("apnsx.send") == f"{PACKAGE}.apnsx.send"
    assert language(imports=imports).target_of("xapns.send") is None


def test_a_name_without_a_dot_is_no_operation_even_if_it_is_part_of_a_template_name() -> None:
    template = Document(xml.parse(b"<template/>"), "t.xml")
    library = Library("apns", PACKAGE, "f", {f"{PACKAGE}.apns.init": template}, {})
    assert language(library).target_of("init") is None


def test_an_operation_of_no_library_tells_what_to_do() -> None:
    reader, root = reader_of("<apns.push/>")
    reader.mediators(root)
    assert "no library 'apns' is loaded" in str(reader.problems[0])


def test_a_regular_expression_that_is_wrong_is_told() -> None:
    reader, root = reader_of("<switch source='1'><case regex='('/></switch>")
    reader.mediators(root)
    assert "regex ( is not valid" in str(reader.problems[0])


def test_the_first_word_is_the_default_of_a_choice() -> None:
    reader, root = reader_of("")
    assert reader.choice(root, "word", ("a", "b")) == "a"
    root.set("word", "c")
    with pytest.raises(ConfigurationError, match="'c' is none of a, b"):
        reader.choice(root, "word", ("a", "b"))


def test_problems_inside_of_branches_are_found_too(deploy: Callable[..., Any]) -> None:
    with pytest.raises(InvalidDeployment) as invalid:
        deploy(
            "<sequence name='S'><filter xpath='1'><then><ejb/></then><else><smooks/></else>"
            "</filter><switch source='1'><case regex='1'><spring/></case></switch></sequence>"
        )
    assert len(invalid.value.problems) == 3
