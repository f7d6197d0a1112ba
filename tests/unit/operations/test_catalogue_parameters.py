"""The parameters in the catalogue say what can be read of them."""

from __future__ import annotations

import pytest

from apns_connector.apns import PUSH_TYPES, StoragePolicy
from apns_connector.operations import catalogue_parameters
from apns_connector.operations.catalogue_entries import Group, Input

GROUPS = [value for value in vars(catalogue_parameters).values() if isinstance(value, Group)]
PARAMETERS = [parameter for group in GROUPS for parameter in group.parameters]


@pytest.mark.parametrize("parameter", PARAMETERS, ids=lambda each: each.name)
def test_a_description_is_one_line_of_plain_markdown(parameter):
    assert parameter.description
    assert "\n" not in parameter.description
    assert "|" not in parameter.description
    assert parameter.description.count("`") % 2 == 0


@pytest.mark.parametrize("parameter", PARAMETERS, ids=lambda each: each.name)
def test_only_a_choice_has_choices(parameter):
    assert bool(parameter.choices) == (parameter.input is Input.CHOICE)


def test_the_push_types_are_apples():
    (push_type,) = {each for each in PARAMETERS if each.name == "pushType"}
    assert set(push_type.choices) == set(PUSH_TYPES)


def test_the_storage_policies_are_apples():
    (policy,) = {each for each in PARAMETERS if each.name == "storagePolicy"}
    assert list(policy.choices) == [each.name for each in StoragePolicy]
