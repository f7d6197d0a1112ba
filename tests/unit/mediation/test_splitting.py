"""Copies of a message: marks, targets, and how many are under way."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from apns_connector.errors import ConfigurationError, MediationError
from apns_connector.mediation import xml
from apns_connector.mediation.mediators import MEDIATORS, NOT_SUPPORTED
from apns_connector.mediation.mediators.operation import operation_from_element
from apns_connector.mediation.message import Message
from apns_connector.mediation.reading import Language, Reader
from apns_connector.mediation.splitting import (
    AT_ONCE,
    Target,
    begin_split,
    mark,
    run_all,
    target_from_element,
    total_of,
)

NewMessage = Callable[..., Message]


@pytest.mark.parametrize(("id_", "suffix"), [(None, ""), ("I", ".I")])
def test_a_copy_says_which_one_of_how_many_it_is(
    new_message: NewMessage, id_: str | None, suffix: str
) -> None:
    message = new_message()
    begin_split(message, id_)
    copy = message.clone()
    mark(copy, message, id_, 2, 5)
    properties = copy.properties.default
    assert properties[f"messageSequence{suffix}"] == "2/5"
    assert properties[f"aggregateCorelation{suffix}"] == message.message_id
    shared = f"EIP_SHARED_DATA_HOLDER{suffix}"
    assert properties[shared] is message.properties.get(shared)
    assert total_of(copy, id_) == 5
    assert total_of(message, id_) is None


@pytest.mark.parametrize("text", ["", "1", "1/", "1/x", 5])
def test_what_is_no_mark_has_no_total(new_message: NewMessage, text: Any) -> None:
    message = new_message()
    message.properties.set("messageSequence", text)
    assert total_of(message, None) is None


def test_no_more_than_so_many_run_at_once_and_none_is_made_before() -> None:
    running = most = made = ended = 0

    async def one() -> None:
        nonlocal running, most, ended
        running += 1
        most = max(most, running)
        await asyncio.sleep(0)
        running -= 1
        ended += 1

    def all_of_them() -> Iterator[Any]:
        nonlocal made
        for _ in range(3 * AT_ONCE):
            made += 1
            assert made - ended <= AT_ONCE
            yield one()

    asyncio.run(run_all(all_of_them(), 3 * AT_ONCE))
    assert (made, most, running) == (3 * AT_ONCE, AT_ONCE, 0)


def read(attributes: str, inside: str = "") -> Target:
    language = Language(MEDIATORS, NOT_SUPPORTED, operation_from_element, {})
    text = f"<target xmlns='{xml.SYNAPSE}' {attributes}>{inside}</target>"
    return target_from_element(xml.parse(text.encode()), Reader("test.xml", language))


@pytest.mark.parametrize(
    ("attributes", "inside", "kind"),
    [
        ("sequence='S'", "", "sequence"),
        ("", "<sequence><drop/></sequence>", "sequence"),
        ("endpoint='E'", "", "endpoint"),
        ("", "<endpoint><address uri='http://x/'/></endpoint>", "endpoint"),
    ],
)
def test_a_target_is_a_sequence_or_an_endpoint(attributes: str, inside: str, kind: str) -> None:
    target = read(attributes, inside)
    assert (target.sequence is not None, target.endpoint is not None) == (
        kind == "sequence",
        kind == "endpoint",
    )


def test_a_target_may_change_address_and_action(new_message: NewMessage) -> None:
    target = read("to='http://to/' soapAction='urn:a'", "<sequence/>")
    message = new_message()
    assert asyncio.run(target.mediate(message)) is True
    assert (message.to, message.action) == ("http://to/", "urn:a")


def test_a_target_that_leads_nowhere_is_told(new_message: NewMessage) -> None:
    with pytest.raises(ConfigurationError, match=r"test\.xml:1: <target> needs"):
        read("")
    with pytest.raises(MediationError, match="neither a sequence nor an endpoint"):
        asyncio.run(Target().mediate(new_message()))
