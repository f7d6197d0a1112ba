"""The catalogue, the classes, the templates and the page about the connector say the same."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from apns_connector.operations import Clients, class_mediators, init
from apns_connector.operations.catalogue import INIT, OPERATIONS
from apns_connector.operations.catalogue_parameters import OUTPUT
from apns_connector.operations.draft import CONTENT
from apns_connector.packaging.templates import component, template

ROOT = Path(__file__).parents[3]
PAGE = (ROOT / "docs/connector.md").read_text()
ENTRIES = (INIT, *OPERATIONS)
# What reads a parameter by its name.
READERS = {
    "boolean", "choice", "json_object", "needed", "number", "optional", "required", "text", "texts",
    "value", "whole_number",
}  # fmt: skip


def names_of(entry) -> list[str]:
    return [parameter.name for parameter in entry.parameters]


def names_that_are_read() -> set[str]:
    """Texts that the operations hand to a reader, or to what hands them to one."""
    found = set()
    for file in (ROOT / "apns_connector/operations").glob("*.py"):
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.Call) and _is_reading(node.func):
                texts = (each.value for each in node.args if isinstance(each, ast.Constant))
                found |= {text for text in texts if isinstance(text, str)}
    return found


def _is_reading(function: ast.expr) -> bool:
    if isinstance(function, ast.Name):
        return function.id == "_text"
    return isinstance(function, ast.Attribute) and function.attr in READERS


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda each: each.name)
def test_a_parameter_is_listed_once(entry):
    assert len(names_of(entry)) == len(set(names_of(entry)))


def test_the_init_keeps_what_is_listed():
    assert set(names_of(INIT)) == set(init.PARAMETERS)


def test_what_is_listed_is_read_and_what_is_read_is_listed():
    listed = {name for entry in ENTRIES for name in names_of(entry)}
    of_tuples = {*init.PARAMETERS, *CONTENT}
    assert names_that_are_read() | of_tuples == listed


def test_every_operation_has_its_class_and_no_class_is_without_operation():
    classes = class_mediators(Clients())
    assert set(classes) == {entry.java_class for entry in ENTRIES}
    for entry in OPERATIONS:
        assert classes[entry.java_class]().name == entry.name


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda each: each.name)
def test_a_template_is_what_the_catalogue_makes_of_it(entry):
    assert (ROOT / f"config/{entry.name}.xml").read_text() == template(entry)


def test_the_list_of_templates_is_what_the_catalogue_makes_of_it():
    assert (ROOT / "config/component.xml").read_text() == component(ENTRIES, INIT.name)
    files = {file.name for file in (ROOT / "config").iterdir()}
    assert files == {"component.xml", *(f"{entry.name}.xml" for entry in ENTRIES)}


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda each: each.name)
def test_the_page_has_a_row_for_each_parameter_with_the_words_of_the_catalogue(entry):
    """Copy what is missing from here into docs/connector.md."""
    assert f"| `apns.{entry.name}` | {entry.description} |" in PAGE
    # Its chapter says so.
    elsewhere = set(OPERATIONS[0].parameters) if entry.name == "dispatchToDevices" else set()
    own = [each for each in entry.parameters if each not in {*elsewhere, *OUTPUT.parameters}]
    rows = [f"| `{each.name}` | {each.required} | {each.description} |" for each in own]
    chapter = PAGE.partition(f"\n## apns.{entry.name}\n")[2].partition("\n## ")[0]
    table = re.search(r"\| parameter \| required \| value \|\n\|[-|]+\|\n((?:\|.*\n)+)", chapter)
    assert table is not None
    assert table[1].splitlines() == rows


def test_the_page_says_once_where_results_go():
    for parameter in OUTPUT.parameters:
        assert f"| `{parameter.name}` | {parameter.description} |" in PAGE
