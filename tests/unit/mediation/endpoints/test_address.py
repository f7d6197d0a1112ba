"""Which URL a message is sent to."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from apns_connector.errors import MediationError
from apns_connector.mediation import xml
from apns_connector.mediation.endpoints.address import (
    FixedAddress,
    ToAddress,
    checked,
    template_address,
    with_payload,
    with_postfix,
)

NewMessage = Callable[..., Any]


def test_an_address_takes_properties_into_its_placeholders(new_message: NewMessage) -> None:
    message = new_message()
    message.properties.set("host", "h:8080")
    message.properties.set("shard", 7)
    address = FixedAddress("http://${host}/s${shard}/${unknown}")
    assert address.url(message) == "http://h:8080/s7/${unknown}"
    assert FixedAddress("http://h/").url(message) == "http://h/"


def test_a_template_takes_the_variables_of_the_url_and_of_the_query(
    new_message: NewMessage,
) -> None:
    message = new_message()
    message.properties.set("uri.var.user", "a b/c")
    message.properties.set("query.param.q", 5)
    message.properties.set("other", "secret")
    address = template_address("http://h/{uri.var.user}{?query.param.q}{other}")
    assert address.url(message) == "http://h/a%20b%2Fc?query.param.q=5"


def test_a_variable_at_the_beginning_may_hold_a_whole_url(new_message: NewMessage) -> None:
    message = new_message()
    message.properties.set("uri.var.base", "https://h:1/a/b?c=d")
    assert template_address("{uri.var.base}/e").url(message) == "https://h:1/a/b?c=d/e"
    assert template_address("{+uri.var.base}").url(message) == "https://h:1/a/b?c=d"


def test_legacy_values_come_encoded_and_are_not_encoded_twice(new_message: NewMessage) -> None:
    message = new_message()
    message.properties.set("uri.var.v", "a%20b%2Fc")
    assert template_address("http://h/{uri.var.v}").url(message) == "http://h/a%2520b%252Fc"
    legacy = template_address("legacy-encoding:http://h/{uri.var.v}")
    assert legacy.url(message) == "http://h/a%20b%2Fc"


def test_the_default_endpoint_goes_where_the_message_says(new_message: NewMessage) -> None:
    assert ToAddress().url(new_message(to="http://h/x?y")) == "http://h/x?y"
    with pytest.raises(MediationError, match="no To"):
        ToAddress().url(new_message())


def test_a_member_of_a_group_takes_the_path_of_to(new_message: NewMessage) -> None:
    member = ToAddress("https://m:8243")
    assert member.url(new_message(to="http://h/services/X?y=1")) == "https://m:8243/services/X?y=1"
    assert member.url(new_message(to="/services/X")) == "https://m:8243/services/X"


@pytest.mark.parametrize(
    ("address", "postfix", "url"),
    [
        ("http://h/a", "", "http://h/a"),
        ("http://h/a", "b", "http://h/a/b"),
        ("http://h/a/", "/b", "http://h/a/b"),
        ("http://h/a", "/b?c=d", "http://h/a/b?c=d"),
        ("http://h/a/", "?c=d", "http://h/a?c=d"),
    ],
)
def test_the_rest_of_a_request_path_goes_behind_the_address(
    address: str, postfix: str, url: str
) -> None:
    assert with_postfix(address, postfix) == url


@pytest.mark.parametrize(
    ("payload", "url"),
    [
        ("<getQuote><symbol>A&amp;B</symbol><n>1</n></getQuote>", "/getQuote?symbol=A%26B&n=1"),
        ("<p:ping xmlns:p='urn:p'/>", "/ping"),
    ],
)
def test_a_get_carries_the_payload_in_its_url(payload: str, url: str) -> None:
    assert with_payload("http://h/s", xml.parse(payload.encode())) == f"http://h/s{url}"


def test_a_get_without_payload_goes_to_the_address_itself() -> None:
    assert with_payload("http://h/s", None) == "http://h/s"


@pytest.mark.parametrize(
    ("url", "sent"),
    [
        (" http://h/a ", "http://h/a"),
        ("HTTPS://h:1/a?b=%20", "HTTPS://h:1/a?b=%20"),
        ("http://h/a#part", "http://h/a"),
        ("http://h/Zürich?x=é", "http://h/Z%C3%BCrich?x=%C3%A9"),
        ("http://[::1]:8080/", "http://[::1]:8080/"),
    ],
)
def test_an_http_address_is_made_ready_for_the_wire(url: str, sent: str) -> None:
    assert checked(url) == sent


@pytest.mark.parametrize(
    "url",
    [
        "",
        "/services/P",
        "urn:x",
        "jms:/queue",
        "http://",
        "http://h:port/",
        "http://h:99999/",
        "http://h/a b",
        "http://h/a\r\nX: y",
        "http://[::1/",
        "http://bücher/",
    ],
)
def test_everything_else_is_refused(url: str) -> None:
    with pytest.raises(MediationError, match="no http or https address"):
        checked(url)


def test_a_refused_address_is_shown_without_its_secrets() -> None:
    with pytest.raises(MediationError) as refused:
        checked(f"ftp://user:pass@h/path/{'a1' * 32}?key=123")
    assert "h/path" in str(refused.value)
    for secret in ("pass", "123", "a1" * 8):
        assert secret not in str(refused.value)
