"""Variables of Synapse."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from apns_connector.errors import MediationError
from apns_connector.mediation.expressions.variables import Deferred, resolved, variable
from apns_connector.mediation.message import Message
from apns_connector.mediation.properties import FunctionContext

NewMessage = Callable[..., Message]


def test_a_variable_that_synapse_does_not_have_is_none() -> None:
    assert variable(None, "nonsense") is None


def test_a_parameter_is_read_off_the_running_template(new_message: NewMessage) -> None:
    message = new_message()
    read = variable("func", "p")
    assert read is not None
    with pytest.raises(MediationError):
        read(message)
    message.functions.append(FunctionContext("t", {"p": "1"}))
    assert read(message) == "1"


def test_a_deferred_parameter_is_evaluated_at_each_reading(new_message: NewMessage) -> None:
    message = new_message()
    counted = iter(range(2))
    message.functions.append(FunctionContext("t", {"p": Deferred(lambda _: next(counted))}))
    read = variable("func", "p")
    assert read is not None
    assert [read(message), read(message)] == [0, 1]


def test_any_other_value_is_itself(new_message: NewMessage) -> None:
    assert resolved("x", new_message()) == "x"
