"""Forms of WSO2's editor: a field for each parameter, and no other."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from apns_connector.operations.catalogue import INIT, OPERATIONS
from apns_connector.operations.catalogue_entries import Parameter
from apns_connector.packaging.forms import (
    connection_form,
    display_name,
    help_tip,
    operation_form,
)


def fields(form: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for element in form["elements"]:
        if element["type"] == "attributeGroup":
            yield from fields(element["value"])
        else:
            yield element["value"]


@pytest.mark.parametrize("entry", OPERATIONS, ids=lambda each: each.name)
def test_an_operation_has_a_field_for_each_parameter(entry):
    form = operation_form(entry)
    assert (form["connectorName"], form["operationName"]) == ("apns", entry.name)
    found = [field["name"] for field in fields(form)]
    expected = [parameter.name for parameter in entry.parameters]
    assert found == (["configRef", *expected] if entry.connected else expected)


def test_an_operation_is_joined_to_connections_of_our_type_alone():
    (connection,) = (
        field for field in fields(operation_form(OPERATIONS[0])) if field["name"] == "configRef"
    )
    assert connection["inputType"] == "connection"
    assert connection["allowedConnectionTypes"] == [connection_form(INIT)["connectionName"]]


def test_a_connection_has_a_field_for_its_name_and_each_parameter_that_editors_do_not_write():
    found = [field["name"] for field in fields(connection_form(INIT))]
    expected = [parameter.name for parameter in INIT.parameters]
    assert found == [
        "connectionName",
        *(n for n in expected if n not in ("connectionType", "name")),
    ]


@pytest.mark.parametrize("entry", [INIT, *OPERATIONS], ids=lambda each: each.name)
def test_every_field_says_what_it_is_for_and_how_it_is_filled(entry):
    form = connection_form(entry) if entry is INIT else operation_form(entry)
    for field in fields(form):
        assert field["displayName"]
        assert field["helpTip"]
        assert "`" not in field["helpTip"]
        assert field["required"] in ("true", "false")
        assert ("comboValues" in field) == (field["inputType"] == "comboOrExpression")


def test_the_name_of_the_result_s_variable_is_derived_by_the_editor():
    (variable,) = (
        field
        for field in fields(operation_form(OPERATIONS[0]))
        if field["name"] == "responseVariable"
    )
    assert (variable["inputType"], variable["deriveResponseVariable"]) == ("string", "true")


def test_a_group_with_something_required_is_open():
    groups = {
        element["value"]["groupName"]: element["value"]["isCollapsed"]
        for element in operation_form(OPERATIONS[0])["elements"]
        if element["type"] == "attributeGroup"
    }
    assert groups["Device"] == "false"
    assert groups["Delivery"] == "true"


def test_a_name_is_shown_in_words():
    assert display_name("titleLocKey") == "Title Loc Key"


def test_when_a_parameter_is_required_is_told_if_it_depends():
    assert help_tip(Parameter("a", "the `a`", "with `b`")) == "the a (with b)"
    assert help_tip(Parameter("a", "the `a`", "yes")) == "the a"
