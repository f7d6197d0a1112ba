"""What a <call> sends, and where the reply goes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from apns_connector.errors import InvalidDeployment, MediationError, TransportError

Mediate = Callable[..., Any]
ENDPOINT = "<endpoint><address uri='http://b/s'/></endpoint>"
JSON = "contentType='application/json'"


@pytest.fixture
def call(mediate: Mediate, build: Any) -> Callable[..., Any]:
    """Runs a call of ``<mine><part>7</part></mine>`` with those parts in it."""

    def run(parts: str, *answers: Any, before: str = "", **arguments: Any) -> tuple[Any, Any]:
        backend = build.backend(*(answers or [build.backend.soap("<answer>42</answer>")]))
        ran = mediate(
            f"{before}<call>{ENDPOINT}{parts}</call>",
            transport=backend,
            payload="<mine><part>7</part></mine>",
            **arguments,
        )
        return ran, backend

    return run


@pytest.mark.parametrize(
    ("source", "body"),
    [
        ("<source type='custom'>//part</source>", b"Body><part>7</part></"),
        ("<source type='inline'><own xmlns=''>1</own></source>", b">1</own></"),
        ("<source type='inline'>&lt;own/&gt;</source>", b"Body><own/></"),
        ("<source type='property'>xml</source>", b"Body><text/></"),
        ("<source type='body'/>", b"Body><mine><part>7</part></mine></"),
        (f"<source type='body' {JSON}/>", b'{"mine":{"part":7}}'),
        (f"<source type='custom' {JSON}>//part</source>", b'{"part":7}'),
        (f"<source type='inline' {JSON}>[1, 2]</source>", b"[1,2]"),
        (f"<source type='property' {JSON}>json</source>", b'{"a":1}'),
        ("<source type='custom' contentType='text/plain'>//part</source>", b"7"),
        ("<source type='inline' contentType='text/plain'>a text</source>", b"a text"),
    ],
)
def test_what_is_sent(call: Callable[..., Any], source: str, body: bytes) -> None:
    _, backend = call(source, properties={"xml": "<text/>", "json": '{"a": 1}'})
    (request,) = backend.requests
    assert body in request.body
    if body.startswith((b"{", b"[")):
        assert ("Content-Type", "application/json; charset=UTF-8") in request.headers


def test_what_was_sent_gives_way_to_the_reply(call: Callable[..., Any]) -> None:
    ran, _ = call(f"<source type='inline' {JSON}>{{}}</source>")
    assert ran.message.payload.tag == "answer"
    assert ran.message.properties.get("messageType", "axis2") == "text/xml"


@pytest.mark.parametrize("source", ["", "<source type='inline'><own/></source>"])
def test_a_reply_in_a_property_leaves_the_message_as_it_is(
    call: Callable[..., Any], source: str
) -> None:
    ran, _ = call(
        f"{source}<target type='property'>reply</target>", values={"headers": [("X-A", "1")]}
    )
    assert ran.message.payload.tag == "mine"
    assert ran.properties["reply"].text == "42"
    assert ran.message.properties.get("X-A", "transport") == "1"
    assert ran.message.properties.get("HTTP_SC", "axis2") == 200


def test_a_reply_of_json_or_text_is_one_in_the_property(
    call: Callable[..., Any], build: Any
) -> None:
    for body, media_type, value in (
        ('{"a": [1]}', "application/json", {"a": [1]}),
        ("said", "text/plain", "said"),
    ):
        ran, _ = call(
            "<target type='property'>reply</target>", build.backend.reply(body, media_type)
        )
        assert ran.properties["reply"] == value


def test_a_reply_in_a_variable_comes_with_its_headers_and_status(
    call: Callable[..., Any], build: Any
) -> None:
    reply = build.backend.reply('{"a": 1}', "application/json", 404)
    ran, _ = call(
        "<target type='variable'>{$ctx:name}</target>", reply, properties={"name": "answer"}
    )
    assert ran.message.variables["answer"] == {
        "payload": {"a": 1},
        "headers": {"Content-Type": "application/json"},
        "attributes": {"statusCode": 404},
    }


def test_a_reply_for_the_body_is_the_message(call: Callable[..., Any]) -> None:
    ran, _ = call("<target type='body'/>")
    assert ran.message.payload.tag == "answer"


def test_a_failure_is_told_on_the_message(call: Callable[..., Any], build: Any) -> None:
    failing = (
        f"<call>{ENDPOINT}<source type='inline'><own/></source>"
        "<target type='property'>reply</target></call>"
    )
    ran, _ = call(
        "",
        TransportError("no connection", 101503),
        before="<sequence key='inner'/>",
        definitions=f"<sequence name='inner' onError='wrong'>{failing}</sequence>"
        "<sequence name='wrong'><property name='handled' expression='$ctx:ERROR_CODE'/></sequence>",
    )
    assert ran.properties["handled"] == "101503"
    assert ran.message.payload.tag == "mine"


@pytest.mark.parametrize(
    ("parts", "complaint"),
    [
        ("<source type='inline'>&lt;open&gt;</source>", "source of <call> is no application/xml"),
        (f"<source type='inline' {JSON}>{{</source>", "source of <call> is no application/json"),
        ("<source type='custom'>//none</source>", "source of <call> is no application/xml"),
        ("<target type='property'>{$ctx:none}</target>", "target of <call> evaluates to nothing"),
    ],
)
def test_what_does_not_fit_ends_the_flow(
    call: Callable[..., Any], parts: str, complaint: str
) -> None:
    with pytest.raises(MediationError, match=complaint):
        call(parts)


@pytest.mark.parametrize(
    ("parts", "complaint"),
    [
        ("<source type='property'/>", "<source type='property'> of <call> is empty"),
        ("<source type='inline'/>", "<source type='inline'> of <call> is empty"),
        ("<target type='variable'/>", "<target type='variable'> of <call> holds no name"),
    ],
)
def test_what_is_missing_is_told(call: Callable[..., Any], parts: str, complaint: str) -> None:
    with pytest.raises(InvalidDeployment, match=complaint):
        call(parts)
