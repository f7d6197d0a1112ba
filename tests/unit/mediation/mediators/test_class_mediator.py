"""<class>"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from apns_connector.errors import InvalidDeployment, MediationError
from apns_connector.mediation.mediators.class_mediator import FAILED
from apns_connector.mediation.message import Message

Mediate = Callable[..., Any]


class Configured:
    """A mediator with an attribute of each kind."""

    text = ""
    count = 0
    share = 0.0
    loud = False
    tree = None

    async def mediate(self, message: Message) -> bool:
        for name in ("text", "count", "share", "loud", "tree"):
            message.properties.set(name, getattr(self, name))
        return True


def test_a_class_is_found_by_its_name_and_its_attributes_are_set(mediate: Mediate) -> None:
    ran = mediate(
        "<class name='org.example.Configured'><property name='text' value='t'/>"
        "<property name='count' value='3'/><property name='share' value='0.5'/>"
        "<property name='loud' value='TRUE'/><property name='tree'><x xmlns=''/></property>"
        "</class>",
        classes={"org.example.Configured": Configured},
    )
    properties = ran.properties
    assert (properties["text"], properties["count"], properties["share"]) == ("t", 3, 0.5)
    assert properties["loud"] is True
    assert properties["tree"].tag == "x"


def test_each_element_has_an_instance_of_its_own(mediate: Mediate) -> None:
    ran = mediate(
        "<class name='C'><property name='text' value='t'/></class><class name='C'/>",
        classes={"C": Configured},
    )
    assert ran.properties["text"] == ""


class Prompt:
    """A mediator that waits for nothing, and says or throws what it was told to."""

    def __init__(self, outcome: Any) -> None:
        self.outcome = outcome

    def mediate(self, message: Message) -> Any:
        if isinstance(self.outcome, Exception):
            raise self.outcome
        return self.outcome


@pytest.mark.parametrize("goes_on", [True, False])
def test_a_class_that_waits_for_nothing_may_say_so_at_once(mediate: Mediate, goes_on: bool) -> None:
    ran = mediate(
        "<class name='C'/><property name='behind' value='yes'/>",
        classes={"C": lambda: Prompt(goes_on)},
    )
    assert ran.result is goes_on
    assert ("behind" in ran.properties) is goes_on


@pytest.mark.parametrize("outcome", [ValueError("secret detail"), None, 1])
def test_what_it_throws_at_once_or_says_instead_of_a_truth_value_fails_the_flow(
    mediate: Mediate, outcome: Any
) -> None:
    with pytest.raises(MediationError, match=FAILED):
        mediate("<class name='C'/>", classes={"C": lambda: Prompt(outcome)})


def test_the_result_of_the_class_counts(mediate: Mediate, build: Any) -> None:
    ending = build.recorder()
    ending.goes_on = False
    assert mediate("<class name='C'/>", classes={"C": lambda: ending}).result is False


@pytest.mark.parametrize("fault", [ValueError("secret detail"), MediationError("text")])
def test_a_failure_is_wrapped_in_synapses_sentence(
    mediate: Mediate, build: Any, fault: Exception
) -> None:
    ran = mediate(
        "<sequence name='guarded' onError='handler'><class name='C'/></sequence>",
        definitions="<sequence name='handler'/>",
        classes={"C": lambda: build.failing(fault)},
    )
    assert ran.properties["ERROR_MESSAGE"] == FAILED
    assert ran.properties["ERROR_CODE"] == 0
    assert "secret detail" not in ran.properties["ERROR_DETAIL"]
    assert type(fault).__name__ in ran.properties["ERROR_DETAIL"]


def test_what_the_class_said_of_its_failure_before_survives(mediate: Mediate) -> None:
    class Telling:
        async def mediate(self, message: Message) -> bool:
            message.properties.set("ERROR_CODE", "APNS_000001")
            message.properties.set("ERROR_MESSAGE", "told")
            raise MediationError("thrown")

    ran = mediate(
        "<sequence name='guarded' onError='handler'><class name='C'/></sequence>",
        definitions="<sequence name='handler'/>",
        classes={"C": Telling},
    )
    assert ran.properties["ERROR_CODE"] == "APNS_000001"
    assert ran.properties["ERROR_MESSAGE"] == "told"


def test_a_failure_with_a_code_passes_as_it_is(mediate: Mediate, build: Any) -> None:
    with pytest.raises(MediationError, match="mine"):
        mediate(
            "<class name='C'/>",
            classes={"C": lambda: build.failing(MediationError("mine", code="X"))},
        )


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        ("<class/>", "'name'"),
        ("<class name='D'/>", "class 'D' is not known; known: C"),
        ("<class name='C'><property name='none' value='1'/></class>", "no attribute 'none'"),
        (
            "<class name='C'><property name='count' value='x'/></class>",
            "'x' is not of the type int",
        ),
        ("<class name='C'><property name='text' expression='1'/></class>", "not supported yet"),
    ],
)
def test_what_is_wrong_is_told(mediate: Mediate, content: str, complaint: str) -> None:
    with pytest.raises(InvalidDeployment, match=complaint):
        mediate(content, classes={"C": Configured})
