"""A copy of the message for every recipient."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from apns_connector.errors import EndpointError, TransportError

Tried = Callable[..., Any]
REFUSED = TransportError("no connection", 101503)


def recipients(*names: str) -> str:
    children = "".join(f"<endpoint><address uri='http://{name}/'/></endpoint>" for name in names)
    return f"<recipientlist>{children}</recipientlist>"


def test_all_get_a_copy_and_each_reply_belongs_to_one(tried: Tried, build: Any) -> None:
    endpoint = tried(
        recipients("a", "b"), build.backend.soap("<one/>"), build.backend.soap("<two/>")
    )
    message = endpoint.new_message("<mine/>")
    sent = endpoint.send(message)
    assert sorted(endpoint.backend.urls) == ["http://a/", "http://b/"]
    assert [one.reply.payload.tag for one in sent] == ["one", "two"]
    assert [one.message.properties.get("messageSequence") for one in sent] == ["0/2", "1/2"]
    assert all(one.message is not message for one in sent)
    assert message.properties.get("messageSequence") is None


def test_one_that_fails_does_not_keep_the_reply_of_another(tried: Tried, build: Any) -> None:
    endpoint = tried(recipients("a", "b"), REFUSED, build.backend.soap("<two/>"))
    assert [one.reply.payload.tag for one in endpoint.send()] == ["two"]


def test_when_all_fail_so_does_the_list(tried: Tried) -> None:
    endpoint = tried(recipients("a", "b"), REFUSED)
    message = endpoint.new_message()
    with pytest.raises(TransportError, match="no connection"):
        endpoint.send(message)
    assert message.properties.get("ERROR_CODE") == 101503
    with pytest.raises(EndpointError, match="no recipient that is ready") as failed:
        endpoint.send(message)
    assert failed.value.code == message.properties.get("ERROR_CODE") == 303000
    assert not endpoint.ready


def test_a_mistake_is_no_failure_of_a_recipient(tried: Tried, build: Any) -> None:
    endpoint = tried(recipients("a", "b"), ValueError("a bug"))
    with pytest.raises(ValueError, match="a bug"):
        endpoint.send()


def test_the_message_may_name_the_addresses(tried: Tried) -> None:
    endpoint = tried("<recipientlist><endpoints value='{$ctx:to}' max-cache='2'/></recipientlist>")
    message = endpoint.new_message()
    message.properties.set("to", "http://a/, http://b/ ,")
    assert len(endpoint.send(message)) == 2
    assert endpoint.backend.urls == ["http://a/", "http://b/"]


def test_whether_an_address_is_suspended_is_remembered_for_the_last_ones(tried: Tried) -> None:
    endpoint = tried(
        "<recipientlist><endpoints value='{$ctx:to}' max-cache='2'/></recipientlist>", REFUSED
    )
    message = endpoint.new_message()
    for address in "aabca":
        message.properties.set("to", f"http://{address}/")
        with pytest.raises(EndpointError):
            endpoint.send(message)
    assert "".join(url[len("http://")] for url in endpoint.backend.urls) == "abca"


def test_a_list_has_an_onerror_sequence_and_properties(tried: Tried) -> None:
    endpoint = tried(
        f"{recipients('a')}<property name='set' value='1'/>",
        REFUSED,
        attributes="onError='wrong'",
        definitions="<sequence name='wrong'><property name='handled' value='1'/></sequence>",
    )
    message = endpoint.new_message()
    assert endpoint.send(message) == []
    assert message.properties.get("handled") == message.properties.get("set") == "1"
