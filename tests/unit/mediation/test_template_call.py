"""Calls of templates that do the same for each message, and those that do not."""

from __future__ import annotations

import asyncio
import gc
import weakref
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from apns_connector.errors import MediationError
from apns_connector.mediation.configuration import Configuration
from apns_connector.mediation.effect import Effect, Effective
from apns_connector.mediation.mediator import NESTING_LIMIT, NestingError
from apns_connector.mediation.message import Message
from apns_connector.mediation.properties import FunctionContext
from apns_connector.mediation.registry import Registry
from apns_connector.mediation.vault import Vault


class Keep(Effective):
    """Sets what its template was given; counts how often it ran."""

    def __init__(self) -> None:
        self.runs = 0

    def effect(self, context: FunctionContext) -> Effect | None:
        if context.parameters.get("p") == "depends":
            return None
        return Effect(frozenset({"old"}), {f"{context.template}.p": str(context.parameters["p"])})

    def mediate(self, message: Message) -> bool:
        self.runs += 1
        context = message.functions[-1]
        message.properties.forget({"old"})
        message.properties.set(f"{context.template}.p", str(context.parameters["p"]))
        return True


@dataclass
class Flow:
    """A sequence that many messages run through, with the class ``Keep`` in it."""

    configuration: Configuration
    new_message: Callable[..., Message]
    keep: Keep

    def ran(self, **properties: Any) -> Message:
        message = self.new_message(configuration=self.configuration)
        message.properties.default.update(properties, old="forgotten")
        sequence = self.configuration.sequence("S")
        assert sequence is not None
        assert asyncio.run(sequence.mediate(message)) is True
        assert message.functions == []
        return message


@pytest.fixture
def flow(deploy: Callable[..., Any], new_message: Callable[..., Message]) -> Callable[..., Flow]:
    """Calls the template ``t`` with the parameter ``p``; ``body`` is that of the template."""

    def make(given: str, body: str = "<class name='K'/>", inside: str = "", **more: Any) -> Flow:
        keep = Keep()
        call = f'<call-template target="t"><with-param name="p" value="{given}"/></call-template>'
        template = f"<template name='t'>{inside}<parameter name='p'/><sequence>{body}</sequence>"
        definitions = f"<sequence name='S'>{call}</sequence>{template}</template>"
        configuration = deploy(definitions, classes={"K": lambda: keep}, **more)
        return Flow(configuration, new_message, keep)

    return make


def test_a_call_that_does_the_same_for_each_message_runs_its_template_once(
    flow: Callable[..., Flow],
) -> None:
    running = flow("fixed")
    messages = [running.ran() for _ in range(3)]
    assert [message.properties.default for message in messages] == [{"t.p": "fixed"}] * 3
    assert running.keep.runs == 1


@pytest.mark.parametrize(
    ("given", "body", "inside", "shown"),
    [
        ("{$ctx:x}", "<class name='K'/>", "", "1 2 3"),
        ("{get-property('x')}", "<class name='K'/>", "", "1 2 3"),
        ("{{$ctx:x}}", "<class name='K'/>", "", None),
        ("depends", "<class name='K'/>", "", "depends depends depends"),
        ("fixed", "<class name='K'/><log/>", "", "fixed fixed fixed"),
        ("fixed", "<class name='K'/>", "<parameter name='q' defaultValue='d'/>", "fixed " * 3),
    ],
)
def test_all_other_calls_run_their_template_for_each_message(
    flow: Callable[..., Flow], given: str, body: str, inside: str, shown: str | None
) -> None:
    running = flow(given, body, inside)
    messages = [running.ran(x=str(number)) for number in (1, 2, 3)]
    assert running.keep.runs == 3
    if shown is not None:
        assert [one.properties.get("t.p") for one in messages] == shown.split()


def test_a_secret_of_the_vault_holds_for_as_long_as_the_vault_believes_in_it(
    flow: Callable[..., Flow], tmp_path: Path
) -> None:
    Vault.create(tmp_path, "master", cost=2).put("pw", "tiger")
    now = [100.0]
    vault = Vault(tmp_path, "master", clock=lambda: now[0])
    running = flow("{wso2:vault-lookup('pw')}", vault=vault)
    running.configuration.clock = lambda: now[0]
    for _ in range(4):
        message = running.ran()
        assert message.properties.get("t.p") == "tiger"
        assert message.secrets == {"tiger"}
    assert running.keep.runs == 2  # the first one read the file
    Vault(tmp_path, "master").put("pw", "leopard")
    assert running.ran().properties.get("t.p") == "tiger"
    assert running.keep.runs == 2
    now[0] = vault.believed_until
    assert running.ran().properties.get("t.p") == "leopard"


@pytest.mark.parametrize(
    ("cache_seconds", "shown"), [(0, ["t.p", "other.p"]), (60, ["t.p", "t.p"])]
)
def test_a_template_of_the_registry_is_repeated_as_long_as_the_registry_believes_in_it(
    deploy: Callable[..., Any],
    new_message: Callable[..., Message],
    build: Any,
    tmp_path: Path,
    cache_seconds: float,
    shown: list[str],
) -> None:
    call = '<call-template target="gov:t"><with-param name="p" value="fixed"/></call-template>'
    files = {"registry/governance/t": build.template("t", "p", "<class name='K'/>")}
    configuration = deploy(f"<sequence name='S'>{call}</sequence>", files, classes={"K": Keep})
    configuration.registry = Registry(tmp_path / "registry", cache_seconds=cache_seconds)
    configuration._templates.clear()  # what was found while reading is believed for longer
    running = Flow(configuration, new_message, Keep())
    found = []
    for name in ("t", "other"):
        template = build.template(name, "p", "<class name='K'/>")
        build.files(tmp_path, {"registry/governance/t": template})
        found.extend(running.ran().properties.default)
    assert found == shown


def test_a_secret_that_this_process_changes_counts_at_once(
    flow: Callable[..., Flow], tmp_path: Path
) -> None:
    vault = Vault.create(tmp_path, "master", cost=2)
    vault.put("pw", "tiger")
    running = flow("{wso2:vault-lookup('pw')}", vault=vault)
    assert [running.ran().properties.get("t.p") for _ in range(3)] == ["tiger"] * 3
    vault.put("pw", "leopard")
    assert running.ran().properties.get("t.p") == "leopard"
    vault.remove("pw")
    with pytest.raises(MediationError, match="no secret"):
        running.ran()


def test_secrets_of_two_editions_of_the_vault_are_not_remembered_together(
    deploy: Callable[..., Any], new_message: Callable[..., Message], tmp_path: Path
) -> None:
    """The second one is looked up for the first time, and finds that the file has changed."""
    Vault.create(tmp_path / "vault", "master", cost=2)
    vault = Vault(tmp_path / "vault", "master", clock=lambda: 100.0)
    for alias in ("pw", "proxy"):
        vault.put(alias, f"old {alias}")
    call = "".join(
        f"<with-param name='{name}' value=\"{{wso2:vault-lookup('{alias}')}}\"/>"
        for name, alias in (("p", "pw"), ("q", "proxy"))
    )
    keep = Keep()
    configuration = deploy(
        f"<sequence name='S'><call-template target='t'>{call}</call-template></sequence>"
        "<template name='t'><parameter name='p'/><parameter name='q'/>"
        "<sequence><class name='K'/></sequence></template>",
        classes={"K": lambda: keep},
        vault=vault,
    )
    assert vault.get("pw") == "old pw"
    for alias in ("pw", "proxy"):
        Vault(tmp_path / "vault", "master").put(alias, f"new {alias}")
    configuration.clock = lambda: 100.0
    running = Flow(configuration, new_message, keep)
    shown = [running.ran().properties.get("t.p") for _ in range(4)]
    assert shown == ["old pw", *["new pw"] * 3]
    assert keep.runs == 2


def test_a_deployment_that_has_served_is_freed_without_the_collector(
    flow: Callable[..., Flow], new_message: Callable[..., Message]
) -> None:
    """Each change of a deployment makes another, and what it began with is never collected."""
    running = flow("fixed")
    for _ in range(2):
        running.ran()
    assert running.keep.runs == 1
    configuration = weakref.ref(running.configuration)
    gc.disable()
    try:
        del running
        assert configuration() is None
    finally:
        gc.enable()


def test_parameters_that_are_written_out_come_first(
    flow: Callable[..., Flow], mediate: Any
) -> None:
    """An operation that fails has kept those before the one that failed."""
    given = []

    class Show:
        def mediate(self, message: Message) -> bool:
            given.append(dict(message.functions[-1].parameters))
            return True

    mediate(
        "<property name='x' value='1'/><call-template target='t'>"
        "<with-param name='p' value='{$ctx:x}'/><with-param name='q' value='2'/></call-template>",
        definitions="<template name='t'><parameter name='p'/><parameter name='q'/>"
        "<sequence><class name='S'/></sequence></template>",
        classes={"S": Show},
    )
    assert [list(one.items()) for one in given] == [[("q", "2"), ("p", "1")]]


@pytest.mark.parametrize(
    ("given", "body", "runs"),
    [
        ("{$ctx:x}", "<class name='K'/><log/>", 2),
        ("{$ctx:x}", "<class name='K'/>", 2),
        ("fixed", "<class name='K'/>", 1),
    ],
)
def test_a_template_within_too_many_sequences_is_refused(
    flow: Callable[..., Flow], given: str, body: str, runs: int
) -> None:
    running = flow(given, body)
    for _ in range(2):
        running.ran(x="1")
    message = running.new_message(configuration=running.configuration)
    message.nesting = NESTING_LIMIT - 1
    with pytest.raises(NestingError, match="run inside each other"):
        asyncio.run(running.configuration.sequence("S").mediate(message))
    assert running.keep.runs == runs


def test_what_a_property_holds_is_what_a_parameter_is_given(flow: Callable[..., Flow]) -> None:
    """Text, text that is empty, and what is no text; and of get-property, an entry."""
    running = flow("{$ctx:x}")
    shown = [running.ran(x=value).properties.get("t.p") for value in ("a", "", 7, True)]
    assert shown == ["a", "", "7", "true"]
