"""Failover and load balancing."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from apns_connector.errors import EndpointError, MediationError, TransportError

Tried = Callable[..., Any]
REFUSED = TransportError("no connection", 101503)


def children(*names: str, inside: str = "") -> str:
    return "".join(
        f"<endpoint name='{name}'><address uri='http://{name}/'>{inside}</address></endpoint>"
        for name in names
    )


def hosts(tried: Any) -> list[str]:
    return [url[len("http://") : -1] for url in tried.backend.urls]


def test_when_the_first_fails_the_second_answers(tried: Tried, build: Any) -> None:
    group = tried(f"<failover>{children('a', 'b')}</failover>", REFUSED, build.backend.soap())
    message = group.new_message()
    (sent,) = group.send(message)
    assert hosts(group) == ["a", "b"]
    assert sent.reply is not None
    assert message.properties.get("ERROR_CODE") is None
    assert message.properties.get("SENDING_FAULT") is None


def test_the_first_is_asked_again_as_soon_as_it_may_be(tried: Tried, build: Any) -> None:
    group = tried(f"<failover>{children('a', 'b')}</failover>", REFUSED, build.backend.soap())
    group.send()
    group.send()
    group.clock.now += 30
    group.send()
    assert hosts(group) == ["a", "b", "b", "a"]


def test_failover_that_is_not_dynamic_stays_with_the_second(tried: Tried, build: Any) -> None:
    failover = f"<failover dynamic='false'>{children('a', 'b')}</failover>"
    group = tried(failover, REFUSED, build.backend.soap())
    group.send()
    group.clock.now += 30
    group.send()
    assert hosts(group) == ["a", "b", "b"]


def test_when_all_fail_the_last_failure_is_that_of_the_group(tried: Tried) -> None:
    slow = TransportError("no answer", 101504)
    group = tried(f"<failover>{children('a', 'b')}</failover>", REFUSED, slow)
    message = group.new_message()
    with pytest.raises(TransportError, match="no answer"):
        group.send(message)
    assert message.properties.get("ERROR_CODE") == 101504
    assert not group.ready


def test_when_none_is_ready_nothing_is_sent(tried: Tried) -> None:
    group = tried(f"<failover>{children('a', 'b')}</failover>", REFUSED)
    with pytest.raises(TransportError):
        group.send()
    message = group.new_message()
    with pytest.raises(EndpointError, match="'E' has no endpoint that is ready") as failed:
        group.send(message)
    assert failed.value.code == message.properties.get("ERROR_CODE") == 303000
    assert len(group.backend.requests) == 2


def test_a_message_goes_to_no_child_twice(tried: Tried) -> None:
    never = "<suspendOnFailure><initialDuration>0</initialDuration></suspendOnFailure>"
    group = tried(f"<failover>{children('a', 'b', inside=never)}</failover>", REFUSED)
    with pytest.raises(TransportError):
        group.send()
    assert hosts(group) == ["a", "b"]


@pytest.mark.parametrize(
    "codes",
    [
        "<disabledErrorCodes>101503</disabledErrorCodes>",
        "<enabledErrorCodes>101504</enabledErrorCodes>",
    ],
)
def test_after_some_codes_no_other_child_is_tried(tried: Tried, codes: str) -> None:
    inside = f"<retryConfig>{codes}</retryConfig>"
    group = tried(f"<failover>{children('a', 'b', inside=inside)}</failover>", REFUSED)
    with pytest.raises(TransportError):
        group.send()
    assert hosts(group) == ["a"]


def test_load_balancing_takes_each_in_turn(tried: Tried) -> None:
    group = tried(f"<loadbalance>{children('a', 'b', 'c')}</loadbalance>")
    for _ in range(4):
        group.send()
    assert hosts(group) == ["a", "b", "c", "a"]


def test_load_balancing_tries_another_child_unless_told_not_to(tried: Tried, build: Any) -> None:
    answers = (REFUSED, build.backend.soap())
    group = tried(f"<loadbalance>{children('a', 'b')}</loadbalance>", *answers)
    group.send()
    assert hosts(group) == ["a", "b"]
    alone = tried(f"<loadbalance failover='false'>{children('a', 'b')}</loadbalance>", *answers)
    with pytest.raises(TransportError):
        alone.send()
    assert hosts(alone) == ["a"]


def test_groups_stand_in_groups(tried: Tried, build: Any) -> None:
    inner = f"<endpoint><loadbalance>{children('a', 'b')}</loadbalance></endpoint>"
    group = tried(
        f"<failover>{inner}{children('c')}</failover>", REFUSED, REFUSED, build.backend.soap()
    )
    group.send()
    group.send()
    assert hosts(group) == ["a", "b", "c", "c"]


def test_members_get_the_path_of_the_message(tried: Tried) -> None:
    group = tried(
        "<loadbalance><member hostName='h' httpPort='81'/><member hostName='i' httpsPort='82'/>"
        "</loadbalance>"
    )
    for _ in range(2):
        group.send(group.new_message(to="/services/P?x=1"))
    assert group.backend.urls == ["http://h:81/services/P?x=1", "https://i:82/services/P?x=1"]


def test_the_onerror_sequence_of_a_child_keeps_the_message_from_the_others(tried: Tried) -> None:
    group = tried(
        "<failover><endpoint onError='wrong'><address uri='http://a/'/></endpoint>"
        f"{children('b')}</failover>",
        REFUSED,
        definitions="<sequence name='wrong'><property name='handled' value='1'/></sequence>",
    )
    message = group.new_message()
    assert group.send(message) == []
    assert message.properties.get("handled") == "1"
    assert hosts(group) == ["a"]


def test_a_group_has_an_onerror_sequence_and_properties_too(tried: Tried) -> None:
    group = tried(
        f"<failover>{children('a')}</failover><property name='set' value='1'/>",
        REFUSED,
        attributes="onError='wrong'",
        definitions="<sequence name='wrong'><property name='handled' value='1'/></sequence>",
    )
    message = group.new_message()
    assert group.send(message) == []
    assert message.properties.get("handled") == message.properties.get("set") == "1"


def test_a_mistake_in_the_message_is_not_tried_on_everybody(tried: Tried) -> None:
    group = tried("<failover><endpoint><default/></endpoint><endpoint><default/></endpoint>"
                  "</failover>")  # fmt: skip
    with pytest.raises(MediationError, match="no To"):
        group.send()
