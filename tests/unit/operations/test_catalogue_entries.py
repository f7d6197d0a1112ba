"""Rows of the catalogue."""

from __future__ import annotations

from apns_connector.operations.catalogue_entries import Entry, Group, Parameter, java_class


def test_a_java_class_is_called_as_the_original_s():
    assert java_class("dispatchToDevice") == "org.wso2.carbon.connector.apns.DispatchToDevice"


def test_a_description_is_told_without_its_markdown():
    assert Parameter("a", "`true` or `false`").plain == "true or false"


def test_the_parameters_of_an_entry_are_those_of_its_groups_in_their_order():
    groups = (
        Group("one", (Parameter("a", ""), Parameter("b", ""))),
        Group("two", (Parameter("c", ""),)),
    )
    entry = Entry("test", "", "", groups)
    assert [each.name for each in entry.parameters] == ["a", "b", "c"]
