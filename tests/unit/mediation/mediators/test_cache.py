"""``<cache>``."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from apns_connector.errors import InvalidDeployment, MediationError
from apns_connector.mediation import xml
from apns_connector.mediation.configuration import Configuration
from apns_connector.mediation.message import Message

CALL = "<call><endpoint><address uri='http://backend/'/></endpoint></call>"
COLLECT = "<cache collector='true'/>"


def cached(inside: str = "", attributes: str = "") -> str:
    return f"<cache collector='false' {attributes}>{inside}</cache>{CALL}{COLLECT}<respond/>"


class Site:
    """A deployment that asks a backend, unless it knows the answer."""

    def __init__(
        self, configuration: Configuration, backend: Any, new_message: Callable[..., Message]
    ) -> None:
        self.configuration = configuration
        self.backend = backend
        self._new_message = new_message
        self.now = 0.0
        configuration.transport = backend
        configuration.clock = lambda: self.now

    def ask(self, payload: str = "<q/>", to: str = "/p", **headers: str) -> Message:
        message = self._new_message(
            payload, configuration=self.configuration, to=to, headers=headers.items()
        )
        message.properties.set("HTTP_METHOD", "POST", "axis2")
        sequence = self.configuration.sequence("tested")
        assert sequence is not None
        asyncio.run(sequence.mediate(message))
        response = message.exchange.take_response()
        assert response is not None
        return response

    @property
    def asked(self) -> int:
        return len(self.backend.requests)


@pytest.fixture
def site(
    deploy: Callable[..., Configuration], build: Any, new_message: Callable[..., Message]
) -> Callable[..., Site]:
    def make(mediators: str, *answers: Any, definitions: str = "") -> Site:
        configuration = deploy(f"{definitions}<sequence name='tested'>{mediators}</sequence>")
        return Site(configuration, build.backend(*answers or (build.backend.soap(),)), new_message)

    return make


def test_the_second_of_two_equal_requests_gets_the_kept_response(
    site: Callable[..., Site], build: Any
) -> None:
    one = site(cached(), build.backend.soap("<first/>"), build.backend.soap("<second/>"))
    answers = [one.ask() for _ in range(2)]
    assert [xml.text_of(answer.body[0]) for answer in answers] == ["<first/>", "<first/>"]
    assert one.asked == 1
    assert answers[1].response is True
    assert answers[1].properties.axis2["HTTP_SC"] == 200
    assert answers[1].properties.transport["Content-Type"] == "text/xml"


@pytest.mark.parametrize(
    "other", [{"payload": "<other/>"}, {"to": "/other"}, {"Authorization": "somebody else"}]
)
def test_another_request_asks_the_backend(site: Callable[..., Site], other: Any) -> None:
    one = site(cached())
    one.ask()
    one.ask(**other)
    assert one.asked == 2


def test_headers_that_do_not_count_make_no_other_request(site: Callable[..., Site]) -> None:
    rules = (
        "<protocol type='HTTP'><headersToExcludeInHash>Date, X-Id</headersToExcludeInHash>"
        "</protocol>"
    )
    one = site(cached(rules))
    one.ask(**{"X-Id": "1"})
    one.ask(**{"X-Id": "2"})
    assert one.asked == 1


def test_a_response_is_kept_for_so_many_seconds(site: Callable[..., Site]) -> None:
    one = site(cached(attributes="timeout='10'"))
    one.ask()
    one.now = 9.0
    one.ask()
    assert one.asked == 1
    one.now = 10.0
    one.ask()
    assert one.asked == 2


def test_json_is_kept_as_well(site: Callable[..., Site], build: Any) -> None:
    one = site(cached(), build.backend.reply('{"a": 1}', "application/json"))
    assert [one.ask().json for _ in range(2)] == [{"a": 1}, {"a": 1}]
    assert one.asked == 1


def test_a_hit_may_go_through_a_sequence(site: Callable[..., Site]) -> None:
    hit = "<property name='hit' value='1'/><respond/>"
    for element, definitions in (
        (f"<onCacheHit>{hit}</onCacheHit>", ""),
        ("<onCacheHit sequence='hit'/>", f"<sequence name='hit'>{hit}</sequence>"),
    ):
        one = site(cached(element), definitions=definitions)
        assert [one.ask().properties.get("hit") for _ in range(2)] == [None, "1"]


@pytest.mark.parametrize(
    "rules",
    [
        "<methods>GET, PUT</methods>",
        "<responseCodes>5..</responseCodes>",
        "<enableCacheControl>true</enableCacheControl>",
    ],
)
def test_what_a_rule_speaks_against_is_not_kept(
    site: Callable[..., Site], build: Any, rules: str
) -> None:
    answer = build.backend.soap()
    answer = type(answer)(
        answer.status, (*answer.headers, ("Cache-Control", "no-store")), answer.body
    )
    one = site(cached(f"<protocol type='HTTP'>{rules}</protocol>"), answer)
    one.ask()
    one.ask()
    assert one.asked == 2


def test_what_is_too_large_is_not_kept(site: Callable[..., Site]) -> None:
    one = site(cached(attributes="maxMessageSize='10'"))
    one.ask()
    one.ask()
    assert one.asked == 2


def test_no_more_responses_are_kept_than_said(site: Callable[..., Site]) -> None:
    one = site(cached("<implementation maxSize='1'/>"))
    for payload in ("<a/>", "<b/>", "<a/>"):
        one.ask(payload)
    assert one.asked == 3


def test_its_age_is_told_where_that_is_wanted(site: Callable[..., Site]) -> None:
    rules = "<protocol type='HTTP'><includeAgeHeader>true</includeAgeHeader></protocol>"
    one = site(cached(rules))
    one.ask()
    one.now = 7.5
    assert one.ask().properties.transport["Age"] == "7"


def test_a_response_may_be_stale_by_its_own_word(site: Callable[..., Site], build: Any) -> None:
    rules = "<protocol type='HTTP'><enableCacheControl>true</enableCacheControl></protocol>"
    answer = build.backend.soap()
    answer = type(answer)(
        answer.status, (*answer.headers, ("Cache-Control", "max-age=5")), answer.body
    )
    one = site(cached(rules), answer)
    one.ask()
    one.now = 5.0
    one.ask()
    assert one.asked == 1
    one.now = 6.0
    one.ask()
    assert one.asked == 2


def test_a_collector_takes_responses_and_the_other_requests(
    mediate: Callable[..., Any], caplog: pytest.LogCaptureFixture
) -> None:
    with pytest.raises(MediationError, match="cannot be handled in a collector"):
        mediate(COLLECT)
    respond = "<property name='RESPONSE' value='true'/>"
    with pytest.raises(MediationError, match="in a non collector cache"):
        mediate(respond + "<cache collector='false'/>")
    assert mediate(respond + COLLECT).result is True
    assert "no request waits" in caplog.text


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        ("<cache/>", "'collector'"),
        ("<cache collector='maybe'/>", "'maybe'"),
        ("<cache collector='false' timeout='ten'/>", "timeout 'ten'"),
        ("<cache collector='false'><implementation maxSize='x'/></cache>", "maxSize 'x'"),
        ("<cache collector='false'><onCacheHit sequence='none'/></cache>", "'none'"),
        ("<cache collector='false'><protocol><methods>EAT</methods></protocol></cache>", "EAT"),
        ("<cache collector='false'><protocol><responseCodes>[</responseCodes></protocol></cache>",
         "responseCodes"),
        ("<cache collector='false'><protocol><hashGenerator>my.Own</hashGenerator></protocol>"
         "</cache>", "my.Own is Java"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_told(mediate: Callable[..., Any], content: str, complaint: str) -> None:
    with pytest.raises(InvalidDeployment, match=complaint):
        mediate(content)
