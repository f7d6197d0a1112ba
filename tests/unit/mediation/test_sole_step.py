"""A template that is no more than a class: what it says and throws is as if it were in a list."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from apns_connector.errors import MediationError
from apns_connector.mediation.mediators.class_mediator import FAILED
from apns_connector.mediation.message import Message

CALL = "<call-template target='t'><with-param name='p' value='{//x/text()}'/></call-template>"


class Says:
    """A class that says or throws what it was told to, at once or after a while."""

    def __init__(self, outcome: Any, *, waits: bool) -> None:
        self.outcome = outcome
        self.waits = waits
        self.parameters: Any = None

    def mediate(self, message: Message) -> Any:
        self.parameters = dict(message.functions[-1].parameters)
        return self._later() if self.waits else self._say()

    async def _later(self) -> Any:
        await asyncio.sleep(0)
        return self._say()

    def _say(self) -> Any:
        if isinstance(self.outcome, Exception):
            raise self.outcome
        return self.outcome


@pytest.fixture
def ran(mediate: Callable[..., Any]) -> Callable[..., Any]:
    """Runs a class as all of a template, or beside another step."""

    def run(says: Says, *, alone: bool) -> Any:
        template = f"<class name='C'/>{'' if alone else '<log/>'}"
        return mediate(
            f"{CALL}<property name='after' value='1'/>",
            definitions=f"<template name='t'><parameter name='p'/><sequence>{template}</sequence>"
            "</template>",
            payload="<r><x>given</x></r>",
            classes={"C": lambda: says},
        )

    return run


@pytest.mark.parametrize("alone", [True, False])
@pytest.mark.parametrize("waits", [True, False])
@pytest.mark.parametrize("goes_on", [True, False])
def test_it_sees_its_parameters_and_lets_the_flow_go_on_or_not(
    ran: Callable[..., Any], alone: bool, waits: bool, goes_on: bool
) -> None:
    says = Says(goes_on, waits=waits)
    found = ran(says, alone=alone)
    assert says.parameters == {"p": "given"}
    assert found.result is goes_on
    assert ("after" in found.properties) is goes_on
    assert bool(found.message.functions) is not goes_on  # a flow that ends keeps them
    assert found.message.frame is None
    assert found.message.nesting == 0


@pytest.mark.parametrize("alone", [True, False])
@pytest.mark.parametrize("waits", [True, False])
@pytest.mark.parametrize(
    ("thrown", "told"),
    [
        (MediationError("as it is", "APNS_1"), "as it is"),
        (MediationError("without a code"), FAILED),
        (ValueError("anything"), FAILED),
    ],
)
def test_what_it_throws_is_told_with_the_place_of_the_class(
    ran: Callable[..., Any], alone: bool, waits: bool, thrown: Exception, told: str
) -> None:
    thrown.__notes__ = []  # type: ignore[attr-defined]  # of the case before
    with pytest.raises(MediationError, match=told) as caught:
        ran(Says(thrown, waits=waits), alone=alone)
    notes = caught.value.__notes__
    assert (caught.value.__cause__ is thrown) is (told == FAILED)
    assert [note.split(" (")[0] for note in notes if note.startswith("at")] == [
        "at <class>",
        "at <call-template>",
    ]
    assert len(notes) == 2 + (told == FAILED)
