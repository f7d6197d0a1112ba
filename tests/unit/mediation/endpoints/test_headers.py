"""Which headers a backend sees."""

from __future__ import annotations

import logging

import pytest

from apns_connector.mediation.endpoints.headers import forwarded


def names(*fields: tuple[str, object]) -> list[str]:
    return [name for name, _ in forwarded(fields)]


def test_what_a_client_says_of_its_request_goes_on_to_the_backend() -> None:
    fields = (
        ("Accept", "application/json"),
        ("Authorization", "Bearer x"),
        ("Cookie", "a=b"),
        ("X-Correlation", "7"),
    )
    assert forwarded(fields) == fields


@pytest.mark.parametrize(
    "name",
    [
        "Host",
        "Content-Length",
        "content-type",
        "Transfer-Encoding",
        "Connection",
        "Expect",
        "Proxy-Authorization",
        "Accept-Encoding",
        "Content-Encoding",
        "SOAPAction",
        "User-Agent",
        "Date",
        "Server",
        "Set-Cookie",
        "WWW-Authenticate",
    ],
)
def test_what_belongs_to_another_connection_body_or_answer_does_not(name: str) -> None:
    assert names((name, "value"), ("X-Other", "stays")) == ["X-Other"]


def test_what_the_connection_header_names_stops_here() -> None:
    assert names(("Connection", "close, X-Hop"), ("X-Hop", "1"), ("X-On", "2")) == ["X-On"]


def test_values_are_text_and_trimmed() -> None:
    assert forwarded([("X-Number", 7), ("X-Blank", " a ")]) == (("X-Number", "7"), ("X-Blank", "a"))


def test_a_null_value_is_no_header() -> None:
    assert names(("X-Null", None)) == []


@pytest.mark.parametrize("field", [("X-Split", "a\r\nX-Evil: 1"), ("X Y", "a"), ("", "a")])
def test_no_value_can_begin_another_header(
    field: tuple[str, str], caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING):
        assert names(field) == []
    assert "left out" in caplog.text
