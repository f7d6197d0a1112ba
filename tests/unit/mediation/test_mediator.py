"""The loop, the fault stack, and what a failure leaves on the message."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from typing import Any

import pytest

from apns_connector.errors import MediationError
from apns_connector.mediation.mediator import (
    UNKNOWN_FAILURE,
    Sequence,
    Step,
    record_fault,
    run,
)
from apns_connector.mediation.message import Message

NewMessage = Callable[..., Message]
Mediate = Callable[..., Any]


def test_steps_run_in_order_until_one_says_false(build: Any, new_message: NewMessage) -> None:
    first, second, third = build.recorder(), build.recorder(), build.recorder()
    second.goes_on = False
    sequence = Sequence([Step(step, "<class> (x.xml:1)") for step in (first, second, third)])
    assert asyncio.run(sequence.mediate(new_message())) is False
    assert [len(step.seen) for step in (first, second, third)] == [1, 1, 0]


@pytest.mark.parametrize("goes_on", [True, False])
def test_a_mediator_runs_to_its_end_whether_it_waits_or_not(
    build: Any, new_message: NewMessage, goes_on: bool
) -> None:
    class Prompt:
        def mediate(self, message: Message) -> bool:
            return goes_on

    waiting = build.recorder()
    waiting.goes_on = goes_on
    assert asyncio.run(run(Prompt(), new_message())) is goes_on
    assert asyncio.run(run(waiting, new_message())) is goes_on


def test_an_empty_sequence_goes_on(new_message: NewMessage) -> None:
    assert asyncio.run(Sequence().mediate(new_message())) is True


def test_a_failure_carries_the_places_it_came_through(build: Any, new_message: NewMessage) -> None:
    inner = Sequence([Step(build.failing(MediationError("no")), "<class> (inner.xml:3)")])
    outer = Sequence([Step(Sequence(), "<then> (x:1)"), Step(inner, "<sequence> (outer.xml:7)")])
    message = new_message()
    with pytest.raises(MediationError) as failed:
        asyncio.run(outer.mediate(message))
    record_fault(message, failed.value)
    assert message.properties.get("ERROR_DETAIL") == (
        "no\nat <class> (inner.xml:3)\nat <sequence> (outer.xml:7)"
    )


def test_a_plain_failure_gets_the_code_0_and_the_first_line_of_its_text(
    new_message: NewMessage,
) -> None:
    message, fault = new_message(), MediationError("first\nsecond")
    record_fault(message, fault)
    assert message.properties.get("ERROR_CODE") == 0
    assert message.properties.get("ERROR_MESSAGE") == "first"
    assert message.properties.get("ERROR_EXCEPTION") is fault


def test_a_failure_may_bring_its_own_code_and_detail(new_message: NewMessage) -> None:
    message = new_message()
    record_fault(message, MediationError("text", code="APNS_000001", detail="more"))
    assert message.properties.get("ERROR_CODE") == "APNS_000001"
    assert message.properties.get("ERROR_DETAIL") == "more"


def test_an_unexpected_failure_is_logged_and_not_shown_to_the_flow(
    new_message: NewMessage, caplog: pytest.LogCaptureFixture
) -> None:
    message = new_message()
    with caplog.at_level(logging.ERROR):
        record_fault(message, KeyError("inside of the program"))
    assert message.properties.get("ERROR_MESSAGE") == UNKNOWN_FAILURE
    assert "inside of the program" not in message.properties.get("ERROR_DETAIL")
    assert "inside of the program" in caplog.text


def test_a_failure_is_logged_without_the_device_token_in_it(
    new_message: NewMessage, caplog: pytest.LogCaptureFixture
) -> None:
    token = "0123456789abcdef" * 4
    record_fault(new_message(), MediationError(f"token {token} is bad"))
    assert "token …89abcdef is bad" in caplog.text
    assert token not in caplog.text


def test_on_error_handles_a_failure_and_ends_the_flow(mediate: Mediate, build: Any) -> None:
    ran = mediate(
        "<sequence name='guarded' onError='handler'><throwError type='T' errorMessage='text'/>"
        "</sequence><property name='after' value='1'/>",
        definitions="<sequence name='handler'><property name='handled' "
        "expression=\"get-property('ERROR_CODE')\"/></sequence>",
    )
    assert ran.result is False
    assert ran.properties["handled"] == "T"
    assert "after" not in ran.properties


def test_when_a_handler_fails_the_next_one_outside_takes_over(mediate: Mediate) -> None:
    ran = mediate(
        "<sequence name='outer' onError='second'><sequence name='inner' onError='first'>"
        "<throwError type='1' errorMessage='one'/></sequence></sequence>",
        definitions="<sequence name='first'><property name='first' value='ran'/>"
        "<sequence key='{$ctx:none}'/></sequence>"
        "<sequence name='second'><property name='second' "
        "expression=\"get-property('ERROR_MESSAGE')\"/></sequence>",
    )
    assert ran.properties["first"] == "ran"
    assert ran.properties["second"] == "one"


def test_a_handler_that_does_not_run_to_its_end_does_not_bring_the_flow_back(
    mediate: Mediate,
) -> None:
    ran = mediate(
        "<sequence name='guarded' onError='handler'><throwError errorMessage='text'/></sequence>"
        "<property name='after' value='1'/>",
        definitions="<sequence name='handler'><drop/></sequence>",
    )
    assert ran.result is False
    assert "after" not in ran.properties


def test_a_missing_handler_is_warned_of_and_left_out(
    build: Any, new_message: NewMessage, caplog: pytest.LogCaptureFixture
) -> None:
    failing = Step(build.failing(MediationError("no")), "<class> (x.xml:1)")
    sequence = Sequence([failing], on_error="nowhere")
    with caplog.at_level(logging.WARNING), pytest.raises(MediationError, match="no"):
        asyncio.run(sequence.mediate(new_message()))
    assert "nowhere" in caplog.text


def test_cancelling_a_flow_is_no_failure_of_it(build: Any, new_message: NewMessage) -> None:
    step = Step(build.failing(asyncio.CancelledError()), "<class> (x.xml:1)")
    message = new_message()

    async def cancelled() -> bool:
        try:
            await Sequence([step], on_error="fault").mediate(message)
        except asyncio.CancelledError:
            return True
        return False

    assert asyncio.run(cancelled())
    assert message.properties.get("ERROR_CODE") is None


@pytest.mark.parametrize("on_error", ["", "onError='tested'"])
def test_a_sequence_that_calls_itself_fails_and_no_handler_repeats_it(
    mediate: Mediate, on_error: str
) -> None:
    circle = f"<sequence name='circle' {on_error}><sequence key='circle'/></sequence>"
    with pytest.raises(MediationError, match="call themselves"):
        mediate("<sequence key='circle'/>", definitions=circle)


def test_a_handler_that_fails_into_itself_comes_to_an_end(mediate: Mediate) -> None:
    definitions = (
        "<sequence name='f' onError='g'><throwError errorMessage='x'/></sequence>"
        "<sequence name='g' onError='f'><throwError errorMessage='y'/></sequence>"
    )
    with pytest.raises(MediationError, match="call themselves"):
        mediate("<sequence key='f'/>", definitions=definitions)


def test_templates_that_call_themselves_fail_as_well(mediate: Mediate) -> None:
    circle = (
        "<template name='t' onError='tested'><sequence><call-template target='t'/></sequence>"
        "</template>"
    )
    with pytest.raises(MediationError, match="call themselves"):
        mediate("<call-template target='t'/>", definitions=circle)


def test_sequences_one_after_the_other_are_not_inside_each_other(mediate: Mediate) -> None:
    definitions = "<sequence name='one'><property name='a' value='1'/></sequence>"
    ran = mediate("<sequence key='one'/>" * 200, definitions=definitions)
    assert ran.message.nesting == 0


def test_what_is_told_of_a_failure_holds_no_secret(
    new_message: NewMessage, caplog: pytest.LogCaptureFixture
) -> None:
    message = new_message()
    message.secrets.add("s3cret")
    record_fault(message, MediationError("'s3cret' is no INTEGER"))
    assert message.properties.get("ERROR_MESSAGE") == "'***' is no INTEGER"
    assert "s3cret" not in message.properties.get("ERROR_DETAIL")
    assert "s3cret" not in caplog.text
