"""What a shop window shows: every operation of this release with its parameters."""

from __future__ import annotations

from apns_connector.operations.catalogue import INIT, OPERATIONS
from apns_connector.packaging.store_metadata import store_metadata


def test_a_release_lists_every_operation_and_hides_the_init():
    (release,) = store_metadata(INIT, OPERATIONS, "1.2.3")["releases"]
    assert release["tagName"] == "v1.2.3"
    listed = {each["name"]: each for each in release["operations"]}
    assert set(listed) == {entry.name for entry in (INIT, *OPERATIONS)}
    assert [name for name, each in listed.items() if each["isHidden"]] == ["init"]


def test_parameters_are_listed_with_what_is_required():
    (release,) = store_metadata(INIT, OPERATIONS, "1.2.3")["releases"]
    dispatch = next(each for each in release["operations"] if each["name"] == "dispatchToDevice")
    assert [each["name"] for each in dispatch["params"]] == [
        parameter.name for parameter in OPERATIONS[0].parameters
    ]
    assert [each["name"] for each in dispatch["params"] if each["required"]] == ["deviceToken"]
