"""The description: valid OpenAPI, and of one mind with what decodes requests."""

import json
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from openapi_spec_validator import validate

from apns_connector.rest.answers import Outcome, Outcomes
from apns_connector.rest.decoding import read_notifications
from apns_connector.rest.openapi import describe
from apns_connector.rest.outcomes import summary
from apns_connector.rest.problem import FieldError, Refusal, problem, problem_answer

DOCUMENT = json.loads(msgspec.json.encode(describe(10)))
TOKEN = "740f4707bebcf74f"


def validator(name: str) -> Draft202012Validator:
    schema = {"$ref": f"#/components/schemas/{name}", "components": DOCUMENT["components"]}
    return Draft202012Validator(schema)


REQUEST = validator("NotificationRequest")


def test_it_is_valid():
    validate(DOCUMENT)


def test_every_operation_says_what_it_takes_and_gives():
    operations = {
        (method, path): operation
        for path, methods in DOCUMENT["paths"].items()
        for method, operation in methods.items()
    }
    assert set(operations) == {
        ("post", "/v1/notifications"),
        ("get", "/v1/unregistered"),
        ("delete", "/v1/unregistered"),
        ("get", "/v1/openapi.json"),
    }
    sending = operations["post", "/v1/notifications"]
    (one, many) = sending["requestBody"]["content"]["application/json"]["schema"]["oneOf"]
    assert many == {"type": "array", "items": one, "minItems": 1, "maxItems": 10}
    assert [parameter["name"] for parameter in sending["parameters"]] == ["Idempotency-Key"]
    listing = operations["get", "/v1/unregistered"]
    assert [parameter["name"] for parameter in listing["parameters"]] == ["limit", "after"]
    clearing = operations["delete", "/v1/unregistered"]
    assert clearing["parameters"][0]["required"] is True
    assert operations["get", "/v1/openapi.json"]["security"] == []
    for operation in (sending, listing, clearing):
        assert operation["security"] == [{"apiKey": []}]


# What a value of a member may be, right and wrong ones.
VALUES = (
    st.none()
    | st.booleans()
    | st.integers(-2, 12)
    | st.floats(-0.5, 1.5, allow_nan=False)
    | st.sampled_from(["", "ab", "AB0", "zz", "passive", "default", "c" * 64, "c" * 65])
    | st.sampled_from(["123e4567-e89b-12d3-a456-42665544000a", "123e4567"])
    | st.dictionaries(st.sampled_from(["aps", "title"]), st.integers(), max_size=2)
    | st.lists(st.integers(), max_size=1)
)
MEMBERS = [*DOCUMENT["components"]["schemas"]["NotificationRequest"]["properties"], "other"]
# A description cannot say everything, and Notification says the rest.
UNDESCRIBED = ("pushType",)


@given(st.dictionaries(st.sampled_from(MEMBERS), VALUES, max_size=4), st.booleans())
def test_what_the_description_takes_is_taken_and_nothing_else(members: dict[str, Any], full: bool):
    if full:
        members = {"deviceToken": TOKEN, **members}
    described = {key: value for key, value in members.items() if key not in UNDESCRIBED}
    assert taken(described) is REQUEST.is_valid(described)


def taken(members: dict[str, Any]) -> bool:
    try:
        read_notifications(json.dumps(members).encode(), 10)
    except Refusal:
        return False
    return True


@pytest.mark.parametrize("push_type", ["alert", "voip", "liveactivity"])
def test_push_types_are_those_of_apple(push_type):
    assert REQUEST.is_valid({"deviceToken": TOKEN, "pushType": push_type})
    assert not REQUEST.is_valid({"deviceToken": TOKEN, "pushType": "alarm"})


@pytest.mark.parametrize(
    "outcome",
    [
        Outcome(outcome="accepted", apns_id="i"),
        Outcome(outcome="rejected", status=410, reason="Unregistered", timestamp=1, detail="d"),
        Outcome(outcome="invalid", detail="d", pointer="#/1"),
    ],
)
def test_answers_are_as_described(outcome):
    validator("Outcome").validate(json.loads(msgspec.json.encode(outcome)))
    told: Outcomes = summary([outcome])
    validator("Outcomes").validate(json.loads(msgspec.json.encode(told)))


def test_problems_are_as_described():
    told = problem(422, "no", [FieldError("d", "#/a"), FieldError("d", parameter="p")])
    validator("Problem").validate(json.loads(problem_answer(told).body))
