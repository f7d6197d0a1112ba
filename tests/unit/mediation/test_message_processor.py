"""Message processors as they are written down."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from apns_connector.errors import InvalidDeployment
from apns_connector.mediation.configuration import Configuration
from apns_connector.mediation.message_processor import (
    CLASSES,
    PARAMETERS,
    REQUIRED,
    SPELLINGS,
    Meaning,
    MessageProcessorDefinition,
    ProcessorKind,
)

Deploy = Callable[..., Configuration]
CLASS = {kind: name for name, kind in reversed(CLASSES.items())}
AROUND = "<messageStore name='S'/><sequence name='push'/><endpoint name='E'><default/></endpoint>"
DISPATCH = {"sequence": "push"}


def processor(kind: ProcessorKind, attributes: str = "", **parameters: str) -> str:
    inside = "".join(
        f"<parameter name='{name}'>{value}</parameter>" for name, value in parameters.items()
    )
    return (
        f"<messageProcessor name='P' class='{CLASS[kind]}' messageStore='S' {attributes}>{inside}"
        f"</messageProcessor>{AROUND}"
    )


@pytest.fixture
def read(deploy: Deploy) -> Callable[..., MessageProcessorDefinition]:
    def found(*arguments: Any, **parameters: str) -> MessageProcessorDefinition:
        return deploy(processor(*arguments, **parameters)).processors["P"]

    return found


def test_a_processor_reads_a_store(read: Any) -> None:
    found = read(ProcessorKind.FORWARDING, "targetEndpoint='E'", interval="5000")
    assert (found.name, found.store, found.target_endpoint) == ("P", "S", "E")
    assert found.kind is ProcessorKind.FORWARDING
    assert (found.file, found.line) == ("synapse-configs/default/synapse.xml", 2)
    assert read(ProcessorKind.FORWARDING).target_endpoint is None


@pytest.mark.parametrize(("name", "kind"), CLASSES.items())
def test_each_class_is_of_a_kind(deploy: Deploy, name: str, kind: ProcessorKind) -> None:
    required = {"message.target.store.name": "S", "sequence": "push"}
    content = processor(kind, **{key: required[key] for key in REQUIRED.values()})
    assert deploy(content.replace(CLASS[kind], name)).processors["P"].kind is kind


def test_parameters_are_numbers_truth_values_and_texts(read: Any) -> None:
    given = {"max.delivery.attempts": "-1", "is.active": "False", "interval": " 20 "}
    found = read(ProcessorKind.DISPATCH, **DISPATCH, **given)
    assert found.number("max.delivery.attempts", 4) == -1
    assert found.number("interval", 1000) == 20
    assert found.number("concurrency", 7) == 7
    assert found.flag("is.active", True) is False
    assert found.flag("throttle", True) is True
    assert found.text("sequence") == "push"
    assert found.text("message.processor.fault.sequence") is None


@pytest.mark.parametrize(("spelling", "name"), SPELLINGS.items())
def test_other_spellings_are_one_parameter(read: Any, spelling: str, name: str) -> None:
    value = "0 0 * * * ?" if name == "cronExpression" else "5"
    assert read(ProcessorKind.FORWARDING, **{spelling: value}).parameters == {name: value}


def test_values_from_elsewhere_are_filled_in(deploy: Deploy) -> None:
    content = processor(ProcessorKind.FORWARDING, interval="$SYSTEM:EVERY")
    configuration = deploy(content, environment={"EVERY": "7"})
    assert configuration.processors["P"].number("interval", 1) == 7


def test_the_same_processor_at_another_place_is_the_same_processor(deploy: Deploy) -> None:
    content = processor(ProcessorKind.FORWARDING, interval="1")
    found = deploy(content).processors["P"]
    assert found == deploy(f"\n{content}").processors["P"]
    assert found != deploy(content.replace(">1<", ">2<")).processors["P"]


def test_an_empty_parameter_is_one_that_is_not_given(read: Any) -> None:
    found = read(ProcessorKind.FORWARDING, interval="", throttle="")
    assert found.number("interval", 3) == 3
    assert found.flag("throttle", True) is True


WRONG = [
    (Meaning.NUMBER, "many", "is no whole number"),
    (Meaning.NUMBER, "1.5", "is no whole number"),
    (Meaning.NUMBER, "9" * 16, "is no whole number"),
    (Meaning.POSITIVE, "0", "is no whole number above zero"),
    (Meaning.POSITIVE, "-1", "above zero"),
    (Meaning.FLAG, "yes", "is neither true nor false"),
    (Meaning.CRON, "often", "is no cron expression"),
    (Meaning.SEQUENCE, "none", "sequence 'none' is defined neither here"),
    (Meaning.STORE, "none", "message store 'none' is not defined"),
]


@pytest.mark.parametrize("kind", ProcessorKind)
@pytest.mark.parametrize(("meaning", "value", "complaint"), WRONG)
def test_a_value_that_is_no_such_is_told_with_its_line(
    deploy: Deploy, kind: ProcessorKind, meaning: Meaning, value: str, complaint: str
) -> None:
    for name in (name for name, known in PARAMETERS[kind].items() if known is meaning):
        required = {REQUIRED[kind]: "push"} if kind in REQUIRED else {}
        content = processor(kind, **{**required, name: f"\n{value}"})
        with pytest.raises(InvalidDeployment) as raised:
            deploy(content)
        assert "synapse.xml:2: " in str(raised.value)
        assert complaint in str(raised.value)


@pytest.mark.parametrize(("kind", "name"), REQUIRED.items())
def test_a_parameter_that_is_missing_is_told(
    deploy: Deploy, kind: ProcessorKind, name: str
) -> None:
    for content in (processor(kind), processor(kind, **{name: ""})):
        with pytest.raises(InvalidDeployment, match=f"xml:2.*'P' needs the parameter '{name}'"):
            deploy(content)


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        ("<messageProcessor name='P' messageStore='S'/>", "'class'"),
        ("<messageProcessor name='P' class='org.example.Mine' messageStore='S'/>", "org.example"),
        (processor(ProcessorKind.FORWARDING).replace("messageStore='S'", ""), "'messageStore'"),
        (processor(ProcessorKind.FORWARDING).replace("name='P'", ""), "'name'"),
        (processor(ProcessorKind.FORWARDING).replace(AROUND, ""), "store 'S' is not defined"),
        (processor(ProcessorKind.FORWARDING, "targetEndpoint='none'"), "endpoint 'none'"),
    ],
)
def test_what_is_wrong_is_told(deploy: Deploy, content: str, complaint: str) -> None:
    with pytest.raises(InvalidDeployment, match=complaint):
        deploy(content)


PAGE = (Path(__file__).parents[3] / "docs/language.md").read_text("utf-8")


def test_the_page_tells_of_each_parameter_whose_it_is() -> None:
    table = PAGE.partition("| parameter | of | |")[2].partition("\n\n")[0]
    told = re.findall(r"^\| `(\S+)` \| ([a-z, ]+) \|", table, re.MULTILINE)
    names = {name for known in PARAMETERS.values() for name in known}
    assert told == [
        (name, ", ".join(kind.name.lower() for kind in ProcessorKind if name in PARAMETERS[kind]))
        for name in sorted(names)
    ]


def test_the_page_tells_the_classes_by_their_present_names() -> None:
    assert {name for name in CLASSES if f"| `{name}` |" in PAGE} == set(CLASS.values())
