"""Copies of messages that run on their own."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from typing import Any

import pytest

from apns_connector.errors import MediationError
from apns_connector.mediation.branch import run_branch, start
from apns_connector.mediation.configuration import Configuration
from apns_connector.mediation.mediator import FaultSequenceFailed, NestingError
from apns_connector.mediation.message import Message

Mediate = Callable[..., Any]


class Splitter:
    """A class mediator that runs a copy on its own and keeps it; the flow itself ends."""

    def __init__(self, outcome: bool | Exception = True, called: bool = True) -> None:
        self._outcome = outcome
        self._called = called
        self.copies: list[Message] = []
        self.results: list[bool] = []

    async def mediate(self, message: Message) -> bool:
        copy = message.clone()
        copy.called = self._called
        self.copies.append(copy)
        self.results.append(await run_branch(copy, self._flow()))
        return False

    async def _flow(self) -> bool:
        if isinstance(self._outcome, Exception):
            raise self._outcome
        return self._outcome


SPLIT = "<class name='split'/>"
AFTER = "<property name='after' expression=\"concat($ctx:after, '{}')\"/>"


@pytest.fixture
def split(mediate: Mediate) -> Callable[..., Any]:
    """Runs mediators with a splitter among them, and gives that."""

    def run(mediators: str, splitter: Splitter, definitions: str = "") -> dict[str, Any]:
        mediate(mediators, definitions=definitions, classes={"split": lambda: splitter})
        (copy,) = splitter.copies
        return copy.properties.default

    return run


def test_a_copy_that_has_called_goes_on_with_what_follows(split: Callable[..., Any]) -> None:
    inner = f"<filter xpath='true()'><then>{SPLIT}{AFTER.format(1)}</then></filter>"
    splitter = Splitter()
    properties = split(f"{inner}{AFTER.format(2)}", splitter)
    assert properties["after"] == "12"
    assert splitter.results == [True]


@pytest.mark.parametrize(("outcome", "called"), [(True, False), (False, True)])
def test_a_copy_without_a_call_and_one_that_ended_do_not(
    split: Callable[..., Any], outcome: bool, called: bool
) -> None:
    splitter = Splitter(outcome, called)
    assert "after" not in split(f"{SPLIT}{AFTER.format(1)}", splitter)
    assert splitter.results == [outcome]


def test_a_copy_goes_on_until_something_ends_its_flow(split: Callable[..., Any]) -> None:
    splitter = Splitter()
    properties = split(
        f"<filter xpath='true()'><then>{SPLIT}<drop/></then></filter>{AFTER.format(1)}", splitter
    )
    assert "after" not in properties
    assert splitter.results == [False]


def test_a_copy_leaves_the_templates_that_it_was_made_in(split: Callable[..., Any]) -> None:
    template = (
        "<template name='t'><parameter name='p'/><sequence>"
        f"{SPLIT}<property name='inside' expression='$func:p'/></sequence></template>"
    )
    splitter = Splitter()
    properties = split(
        "<call-template target='t'><with-param name='p' value='1'/></call-template>"
        + AFTER.format(1),
        splitter,
        template,
    )
    assert (properties["inside"], properties["after"]) == ("1", "1")
    assert splitter.copies[0].functions == []


HANDLER = "<sequence name='{0}'><property name='handled' value='{0}'/>{1}</sequence>"


def guarded(inside: str, handler: str) -> str:
    return f"<sequence name='in-{handler}' onError='{handler}'>{inside}</sequence>"


def test_a_failure_is_for_the_handler_around_the_place(split: Callable[..., Any]) -> None:
    splitter = Splitter(MediationError("no", code=7))
    properties = split(guarded(SPLIT, "h"), splitter, HANDLER.format("h", ""))
    assert (properties["handled"], properties["ERROR_CODE"]) == ("h", 7)
    assert splitter.results == [False]


def test_a_handler_that_fails_is_followed_by_the_next(split: Callable[..., Any]) -> None:
    splitter = Splitter(MediationError("no"))
    properties = split(
        guarded(guarded(SPLIT, "h"), "g"),
        splitter,
        HANDLER.format("h", "<throwError errorMessage='again'/>") + HANDLER.format("g", ""),
    )
    assert properties["handled"] == "g"


def test_what_fails_further_on_is_for_the_handler_there(split: Callable[..., Any]) -> None:
    splitter = Splitter()
    properties = split(
        guarded(guarded(SPLIT, "h") + "<throwError errorMessage='later'/>", "g"),
        splitter,
        HANDLER.format("h", "") + HANDLER.format("g", ""),
    )
    assert (properties["handled"], properties["ERROR_MESSAGE"]) == ("g", "later")


def test_without_handler_the_sequence_fault_is_the_last(split: Callable[..., Any]) -> None:
    properties = split(SPLIT, Splitter(MediationError("no")), HANDLER.format("fault", ""))
    assert properties["handled"] == "fault"


def test_no_handler_is_asked_about_a_circle(split: Callable[..., Any]) -> None:
    properties = split(
        guarded(SPLIT, "h"),
        Splitter(NestingError("a circle")),
        HANDLER.format("h", "") + HANDLER.format("fault", ""),
    )
    assert properties["handled"] == "fault"


@pytest.mark.parametrize("fault", [MediationError("no"), FaultSequenceFailed("no")])
def test_when_nobody_is_left_it_is_logged(
    split: Callable[..., Any], caplog: pytest.LogCaptureFixture, fault: Exception
) -> None:
    definitions = "<sequence name='fault'><throwError errorMessage='also no'/></sequence>"
    with caplog.at_level(logging.ERROR):
        split(SPLIT, Splitter(fault), definitions)
    assert "A copy of a message is given up: " in caplog.text


def test_the_service_of_the_message_is_asked_last(
    deploy: Callable[..., Configuration], new_message: Callable[..., Message]
) -> None:
    configuration = deploy(
        "<proxy name='P'><target><inSequence><drop/></inSequence><faultSequence>"
        "<property name='handled' value='P'/></faultSequence></target></proxy>"
    )
    message = new_message(configuration=configuration)
    message.service = configuration.proxies["P"]

    async def fail() -> bool:
        raise MediationError("no")

    assert asyncio.run(run_branch(message, fail())) is False
    assert message.properties.get("handled") == "P"


def test_a_branch_runs_beside_the_flow_and_belongs_to_the_exchange(
    new_message: Callable[..., Message],
) -> None:
    message = new_message()
    order: list[str] = []

    async def flow() -> None:
        order.append("branch")

    async def run() -> None:
        start(message, flow())
        order.append("flow")
        await message.exchange.settled()
        assert message.configuration.background.running == 0

    asyncio.run(run())
    assert order == ["flow", "branch"]
