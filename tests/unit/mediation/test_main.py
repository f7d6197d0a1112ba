"""The sequence main, where neither proxy nor API takes a request."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from apns_connector.mediation.main import Main, defines_main

Deploy = Callable[..., Any]


@pytest.mark.parametrize(
    ("definitions", "files", "defined"),
    [
        ("", {}, False),
        ("<sequence name='other'/>", {}, False),
        ("<proxy name='main'><target><inSequence/></target></proxy>", {}, False),
        ("<sequence name='main'/>", {}, True),
        (
            "",
            {
                "synapse-configs/default/sequences/m.xml": "<sequence name='main' "
                "xmlns='http://ws.apache.org/ns/synapse'/>"
            },
            True,
        ),
    ],
)
def test_a_deployment_has_a_main_of_its_own_or_not(
    deploy: Deploy, definitions: str, files: dict[str, str], defined: bool
) -> None:
    assert defines_main(deploy(definitions, files)) is defined


def test_a_request_runs_through_main(deploy: Deploy, new_message: Callable[..., Any]) -> None:
    configuration = deploy("<sequence name='main'><respond/></sequence>")
    message = new_message(configuration=configuration)
    assert asyncio.run(Main().receive(message)).response is message
    assert message.service is None


def test_a_failure_goes_to_the_sequence_fault(
    deploy: Deploy, new_message: Callable[..., Any]
) -> None:
    configuration = deploy(
        "<sequence name='main'><throwError errorMessage='no'/></sequence>"
        "<sequence name='fault'><respond/></sequence>"
    )
    message = new_message(configuration=configuration)
    assert asyncio.run(Main().receive(message)).response is message
    assert str(Main()) == "Sequence 'main'"
