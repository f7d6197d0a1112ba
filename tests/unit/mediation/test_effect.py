"""What a call left behind is left again, as long as it would be the same."""

from __future__ import annotations

import weakref
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from apns_connector.mediation.configuration import Configuration
from apns_connector.mediation.effect import Effect, Repeated
from apns_connector.mediation.message import Message
from apns_connector.mediation.vault import Vault

NewMessage = Callable[..., Message]
NOW = 59.0


def repeated(configuration: Configuration, **differently: Any) -> Repeated:
    values: dict[str, Any] = {
        "configuration": weakref.ref(configuration),
        "known": {"key": "C"},
        "until": 60.0,
        "secrets": frozenset({"s3cret"}),
        "effect": Effect(frozenset({"a", "b"}), {"a": "s3cret", "c": "new"}),
    }
    return Repeated(**{**values, **differently})


def test_it_forgets_and_sets_properties_and_tells_which_secrets_are_among_them(
    new_message: NewMessage,
) -> None:
    message = new_message()
    message.properties.default.update({"a": "old", "b": "old", "c": "old", "d": "old"})
    repeated(message.configuration).take_place(message)
    assert message.properties.default == {"a": "s3cret", "c": "new", "d": "old"}
    assert message.secrets == {"s3cret"}


def test_two_messages_share_nothing_of_it(new_message: NewMessage) -> None:
    one, other = new_message(), new_message()
    again = repeated(one.configuration)
    again.take_place(one)
    one.properties.set("a", "changed")
    one.secrets.clear()
    again.take_place(other)
    assert other.properties.default == {"a": "s3cret", "c": "new"}
    assert other.secrets == {"s3cret"}


@pytest.mark.parametrize(
    ("differently", "known", "holds"),
    [
        ({}, {"key": "C"}, True),
        ({}, {"key": "D"}, False),
        ({}, None, False),
        ({"known": None}, None, True),
        ({"until": NOW}, {"key": "C"}, False),
    ],
)
def test_it_holds_for_the_same_call_until_its_time_is_over(
    new_message: NewMessage, differently: Any, known: Any, holds: bool
) -> None:
    message = new_message()
    assert repeated(message.configuration, **differently).holds(message, known, NOW) is holds


def test_it_holds_for_one_edition_of_the_vault(new_message: NewMessage, tmp_path: Path) -> None:
    vault = Vault.create(tmp_path, "master", cost=2)
    message = new_message()
    again = repeated(message.configuration, vault=vault, edition=vault.edition)
    assert again.holds(message, {"key": "C"}, NOW)
    vault.put("any", "other")
    assert not again.holds(message, {"key": "C"}, NOW)


def test_it_does_not_hold_in_another_deployment(
    new_message: NewMessage, deploy: Callable[..., Configuration]
) -> None:
    one, other = deploy(), deploy()
    assert not repeated(one).holds(new_message(configuration=other), {"key": "C"}, NOW)
    assert repeated(one).holds(new_message(configuration=one), {"key": "C"}, NOW)


def test_what_it_sets_is_not_shown(deploy: Callable[..., Configuration]) -> None:
    again = repeated(deploy())
    assert "s3cret" not in repr(again) + repr(again.effect)
