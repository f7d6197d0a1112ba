"""Places in JSON."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from apns_connector.errors import ConfigurationError
from apns_connector.mediation.expression import compile_expression
from apns_connector.mediation.expressions.json_place import place_in_payload
from apns_connector.mediation.message import Message


@pytest.mark.parametrize(
    ("source", "path"),
    [
        ("json-eval($.a[0])", "$.a[0]"),
        ("${payload.a.b}", "$.a.b"),
        ("${$.a}", "$.a"),
        ("${ payload }", "$"),
        ("${payload['a b']}", "$['a b']"),
    ],
)
def test_a_path_into_the_payload_is_a_place(
    new_message: Callable[..., Message], source: str, path: str
) -> None:
    place = place_in_payload(compile_expression(source, {}))
    assert place is not None
    assert place(new_message()).source == path


@pytest.mark.parametrize("source", ["//x", "${vars.a}", "$ctx:a"])
def test_other_expressions_are_none(source: str) -> None:
    assert place_in_payload(compile_expression(source, {})) is None


def test_more_than_a_path_is_an_error() -> None:
    with pytest.raises(ConfigurationError, match="JSONPath"):
        place_in_payload(compile_expression("${payload.a + 1}", {}))
