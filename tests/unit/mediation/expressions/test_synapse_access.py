"""What synapse expressions read off a message."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from apns_connector.mediation import xml
from apns_connector.mediation.expressions.synapse_access import (
    Constant,
    Path,
    in_path,
    json_of,
    scoped,
)
from apns_connector.mediation.expressions.synapse_values import EvaluationError
from apns_connector.mediation.json_value import JsonArray
from apns_connector.mediation.message import Message

NewMessage = Callable[..., Message]


def test_a_path_may_have_parts_that_the_message_gives(new_message: NewMessage) -> None:
    message = new_message()
    message.properties.set("i", 1)
    path = Path(["[", in_path(lambda found: found.properties.get("i")), "]"])
    assert path.read([7, 8], message) == 8
    with pytest.raises(EvaluationError, match=r"\$\[1\] leads nowhere"):
        path.read([7], message)
    message.properties.set("i", {})
    with pytest.raises(EvaluationError, match="is not valid"):
        path.read([7], message)


def test_an_array_that_is_found_is_one_for_properties_as_well(new_message: NewMessage) -> None:
    assert type(Path([".a"]).read({"a": [1]}, new_message())) is JsonArray


@pytest.mark.parametrize(("value", "written"), [("a'b", '"a\'b"'), (5, "5"), (None, "null")])
def test_a_part_of_a_path_is_written_as_json(value: Any, written: str) -> None:
    assert in_path(Constant(value)) == written


@pytest.mark.parametrize(
    ("value", "json"), [({"a": 1}, {"a": 1}), ("[1]", [1]), (5, 5), ([], []), (JsonArray([1]), [1])]
)
def test_a_value_is_looked_into_as_json(value: Any, json: Any) -> None:
    assert json_of(value) == json


@pytest.mark.parametrize("value", ["no json", xml.parse(b"<a/>"), [xml.parse(b"<a/>")]])
def test_what_is_no_json_cannot_be_looked_into(value: Any) -> None:
    with pytest.raises(EvaluationError):
        json_of(value)


def test_a_property_that_is_not_there_is_told_by_its_name(new_message: NewMessage) -> None:
    with pytest.raises(EvaluationError, match=r"no value of headers\.x"):
        scoped(lambda message: None, "headers.x")(new_message())
