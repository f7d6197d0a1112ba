"""<loopback/>"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest


def call(deploy: Callable[..., Any], new_message: Callable[..., Any], target: str) -> Any:
    configuration = deploy(f"<proxy name='P'><target>{target}</target></proxy>")
    message = new_message(configuration=configuration, to="/services/P")
    asyncio.run(configuration.proxies["P"].receive(message))
    return message


@pytest.fixture
def looped(deploy: Callable[..., Any], new_message: Callable[..., Any]) -> Callable[[str], Any]:
    return lambda target: call(deploy, new_message, target)


IN = "<inSequence><loopback/><property name='after' value='1'/></inSequence>"


def test_a_request_turns_into_the_out_sequence(looped: Callable[[str], Any]) -> None:
    message = looped(
        f"{IN}<outSequence><property name='out' value='1'/><loopback/><send/></outSequence>"
    )
    assert message.properties.default == {"out": "1"}
    assert message.exchange.response is message


def test_without_an_out_sequence_it_goes_to_the_caller(looped: Callable[[str], Any]) -> None:
    message = looped(IN)
    assert message.exchange.response is message
    assert message.to is None


def test_outside_of_a_service_the_flow_just_ends(mediate: Callable[..., Any]) -> None:
    ran = mediate("<loopback/>")
    assert ran.result is False
    assert ran.response is None
