"""The schema of a result allows what operations tell, and names all of it."""

from __future__ import annotations

import json

import pytest

from apns_connector.operations.catalogue import OPERATIONS
from apns_connector.operations.catalogue_entries import Entry, Field
from apns_connector.packaging.output_schemas import output_schema


def payload(entry):
    return output_schema(entry)["properties"]["payload"]


@pytest.mark.parametrize("entry", OPERATIONS, ids=lambda each: each.name)
def test_a_payload_has_success_the_members_of_the_result_and_an_error(entry):
    schema = payload(entry)
    assert list(schema["properties"]) == ["success", *(f.name for f in entry.result), "error"]
    assert schema["required"] == ["success"]
    assert json.dumps(output_schema(entry))


def test_what_members_hold_is_described_at_every_depth():
    inner = Field("bytes", "integer", "how many")
    entry = Entry(
        "test",
        "Test",
        "Tests",
        (),
        (
            Field("cut", "object", "taken", (inner,)),
            Field("ids", "array", "texts"),
            Field("devices", "array", "each", (inner,)),
        ),
    )
    members = payload(entry)["properties"]
    integer = {"type": "integer", "description": "how many"}
    assert members["cut"]["properties"] == {"bytes": integer}
    assert members["ids"]["items"] == {"type": "string"}
    assert members["devices"]["items"] == {"type": "object", "properties": {"bytes": integer}}


def test_a_variable_has_headers_and_attributes_too():
    assert set(output_schema(OPERATIONS[0])["properties"]) == {"payload", "headers", "attributes"}
