"""Sequences that nothing leads to."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from apns_connector.inspection.reachability import inspect_reachability, reachable
from apns_connector.mediation.configuration import Configuration

Build = Callable[..., Configuration]
FORGOTTEN = "<sequence name='forgotten'/>"


def proxy(content: str, attributes: str = "") -> str:
    return (
        f"<proxy name='P'><target {attributes}><inSequence>{content}</inSequence></target></proxy>"
    )


def found(configuration: Configuration) -> list[str]:
    return [str(finding) for finding in inspect_reachability(configuration)]


def test_a_sequence_that_nothing_leads_to_is_a_warning(build: Build) -> None:
    assert found(build(proxy("<drop/>") + FORGOTTEN)) == [
        "synapse.xml:2: warning: nothing leads to the sequence 'forgotten'"
    ]


@pytest.mark.parametrize(
    "definitions",
    [
        proxy("<sequence key='forgotten'/>"),
        proxy("<drop/>", "faultSequence='forgotten'"),
        proxy("<property name='x' value='forgotten'/>"),
        proxy("<call-template target='T'/>")
        + "<template name='T'><sequence><sequence key='forgotten'/></sequence></template>",
        proxy("<sequence key='A'/>")
        + "<sequence name='A'><sequence key='B'/></sequence>"
        + "<sequence name='B' onError='forgotten'/>",
        proxy("<sequence key='{if-then(1, \"forgotten\")}'/>"),
        "<sequence name='main'><sequence key='forgotten'/></sequence>",
        "<sequence name='fault'><sequence key='forgotten'/></sequence>",
        "<task name='T'><property name='message'><m/></property>"
        "<property name='injectTo' value='sequence'/>"
        "<property name='sequenceName' value='forgotten'/></task>",
        proxy("<sequence key='L'/>")
        + "<localEntry key='L'><sequence><sequence key='forgotten'/></sequence></localEntry>",
    ],
)
def test_whatever_mentions_its_name_leads_to_a_sequence(build: Build, definitions: str) -> None:
    assert found(build(definitions + FORGOTTEN)) == []


def test_sequences_that_lead_to_each_other_alone_are_not_led_to(build: Build) -> None:
    circle = "<sequence name='A'><sequence key='B'/></sequence>"
    back = "<sequence name='B'><sequence key='A'/></sequence>"
    assert len(found(build(proxy("<drop/>") + circle + back))) == 2


def test_a_sequence_that_calls_itself_is_not_led_to(build: Build) -> None:
    itself = "<sequence name='A'><sequence key='A'/></sequence>"
    assert len(found(build(proxy("<drop/>") + itself))) == 1


def test_a_key_out_of_the_message_may_lead_anywhere(build: Build) -> None:
    assert found(build(proxy("<sequence key='{$ctx:key}'/>") + FORGOTTEN)) == []


@pytest.mark.parametrize(
    ("mentions", "entrances", "reached"),
    [
        ({}, set(), set()),
        ({"a": set()}, {"a", "x"}, {"a"}),
        ({"a": {"b"}, "b": {"a", "c"}, "c": set(), "d": {"a"}}, {"a"}, {"a", "b", "c"}),
    ],
)
def test_names_are_followed_from_the_entrances(
    mentions: dict[str, set[str]], entrances: set[str], reached: set[str]
) -> None:
    assert reachable(mentions, entrances) == reached
