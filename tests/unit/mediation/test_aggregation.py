"""Groups of messages."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from apns_connector.errors import MediationError
from apns_connector.mediation import aggregation
from apns_connector.mediation.aggregation import SECONDS_LIMIT, Group, Groups, message_count
from apns_connector.mediation.expressions.value import Static
from apns_connector.mediation.message import Message

NewMessage = Callable[..., Message]


@pytest.mark.parametrize(
    ("limits", "count", "complete"),
    [
        ({}, 5, False),
        ({"total": 2}, 1, False),
        ({"total": 2}, 2, True),
        ({"total": 5, "minimum": 2}, 2, True),
        ({"total": 5, "maximum": 2}, 2, True),
        ({"minimum": 3, "maximum": 9}, 2, False),
        ({"total": 0}, 1, True),
    ],
)
def test_the_first_limit_that_is_reached_completes_a_group(
    new_message: NewMessage, limits: dict[str, int], count: int, complete: bool
) -> None:
    group = Group(0.0, **limits)
    group.messages.extend([new_message()] * count)
    assert group.complete is complete


def test_a_group_is_open_until_it_is_closed_once(new_message: NewMessage) -> None:
    groups, group, closed = Groups(), Group(0.0), []
    group.closed = lambda: closed.append(1)
    groups.open("k", group)
    groups.add("k", new_message())
    assert groups.get("k") is group
    assert [groups.close("k", group) for _ in range(2)] == [True, False]
    assert groups.get("k") is None
    assert closed == [1]


def test_another_group_of_the_same_key_stays_open() -> None:
    groups, first, second = Groups(), Group(0.0), Group(0.0)
    groups.open("k", first)
    groups.close("k", first)
    groups.open("k", second)
    assert groups.close("k", first) is False
    assert groups.get("k") is second


def test_what_is_too_old_is_given_up() -> None:
    groups = Groups()
    for key, began in (("a", 0.0), ("b", 10.0)):
        groups.open(key, Group(began))
    assert list(groups.give_up(SECONDS_LIMIT - 1)) == []
    assert len(list(groups.give_up(SECONDS_LIMIT + 5))) == 1
    assert groups.get("a") is None
    assert len(groups) == 1


def test_of_too_much_the_oldest_is_given_up(
    new_message: NewMessage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(aggregation, "MESSAGES_LIMIT", 3)
    groups, message = Groups(), new_message()
    for key, count in (("a", 1), ("b", 2)):
        groups.open(key, Group(0.0))
        for _ in range(count):
            groups.add(key, message)
    assert [len(group.messages) for group in groups.give_up(1.0)] == [1]
    assert groups.get("b") is not None
    assert list(groups.give_up(1.0)) == []


@pytest.mark.parametrize(
    ("text", "count"), [("3", 3), ("3.0", 3), ("-1", None), ("0", None), ("", None)]
)
def test_a_number_of_messages_may_be_none(
    new_message: NewMessage, text: str, count: int | None
) -> None:
    assert message_count(Static(text), new_message()) == count
    assert message_count(None, new_message()) is None


@pytest.mark.parametrize("text", ["many", "inf"])
def test_what_is_no_number_is_a_failure(new_message: NewMessage, text: str) -> None:
    with pytest.raises(MediationError, match=f"'{text}' is none"):
        message_count(Static(text), new_message())
