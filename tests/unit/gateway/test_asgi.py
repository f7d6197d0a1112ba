import asyncio

import pytest

from apns_connector.gateway.admission import Admission
from apns_connector.gateway.answer import Answer
from apns_connector.gateway.asgi import (
    WHOLE_RESPONSE,
    Disconnected,
    Reply,
    body_at_once,
    ends_connection,
    read_body,
    serve_lifespan,
)
from apns_connector.gateway.limits import Limits
from apns_connector.gateway.refusal import Refused
from apns_connector.gateway.request import Request


class Events:
    """An ASGI ``receive`` that gives these events, and counts them."""

    def __init__(self, *events):
        self.left = list(events)

    async def __call__(self):
        return self.left.pop(0)


class Sent(list):
    """An ASGI ``send`` that keeps what it is given."""

    async def __call__(self, event):
        self.append(event)


def chunk(body: bytes, more: bool = True):
    return {"type": "http.request", "body": body, "more_body": more}


def read(receive, headers=(), **limits):
    limits = Limits(**limits)
    with Admission(limits).admit() as ticket:
        request = Request("POST", "/", headers=dict(headers))
        return asyncio.run(read_body(request, receive, ticket, limits))


def test_a_body_is_joined_from_its_chunks():
    assert read(Events(chunk(b"ab"), chunk(b""), chunk(b"c", more=False))) == b"abc"
    assert read(Events({"type": "http.request"})) == b""


def test_a_body_that_announces_too_much_is_refused_unread():
    events = Events(chunk(b"12345", more=False))
    with pytest.raises(Refused, match="may have 4 bytes") as refused:
        read(events, headers=[("content-length", "5")], body_bytes=4)
    assert refused.value.status == 413
    assert len(events.left) == 1


def test_a_body_that_announces_nothing_is_refused_once_it_is_too_long():
    events = Events(chunk(b"123"), chunk(b"45"), chunk(b"6"))
    with pytest.raises(Refused) as refused:
        read(events, body_bytes=4)
    assert refused.value.status == 413
    assert len(events.left) == 1


def test_bodies_count_against_what_all_may_take_together():
    with pytest.raises(Refused) as refused:
        read(Events(chunk(b"12345", more=False)), bodies_bytes=4)
    assert refused.value.status == 503


def at_once(whole_body, **limits):
    limits = Limits(**limits)
    admission = Admission(limits)
    with admission.admit() as ticket:
        taken = body_at_once(Request("POST", "/", whole_body=whole_body), ticket, limits)
        return taken, admission.body_bytes


def test_a_body_that_is_here_is_taken_and_counted_like_one_that_was_read():
    def whole(most):
        return b"12345" if most >= 5 else None

    assert at_once(whole) == (b"12345", 5)
    assert at_once(whole, body_bytes=4) == (None, 0)
    assert at_once(None) == (None, 0)
    with pytest.raises(Refused) as refused:
        at_once(whole, bodies_bytes=4)
    assert refused.value.status == 503


def test_a_client_that_leaves_early_is_not_answered():
    with pytest.raises(Disconnected):
        read(Events(chunk(b"1"), {"type": "http.disconnect"}))


def test_an_answer_is_sent_once_with_its_length():
    sent = Sent()
    reply = Reply(sent)

    async def give() -> None:
        await reply.give(Answer(200, (("x-a", "\u00e4"),), b"abc"))
        await reply.give(Answer(500))

    asyncio.run(give())
    assert sent == [
        {
            "type": "http.response.start",
            "status": 200,
            "headers": [(b"x-a", "\u00e4".encode()), (b"content-length", b"3")],
        },
        {"type": "http.response.body", "body": b"abc"},
    ]


def test_a_server_that_takes_a_whole_response_is_given_one():
    sent = Sent()
    reply = Reply.to({"extensions": {WHOLE_RESPONSE: {}}}, sent)
    reply.headers = (("vary", "Origin"),)

    async def give() -> None:
        await reply.give(Answer(200, (("x-a", "b"),), b"abc"))
        await reply.give(Answer(500))

    asyncio.run(give())
    headers = (("x-a", "b"), ("vary", "Origin"))
    assert sent == [{"type": WHOLE_RESPONSE, "status": 200, "headers": headers, "body": b"abc"}]


@pytest.mark.parametrize("scope", [{}, {"extensions": {"http.response.push": {}}}])
def test_any_other_server_is_given_what_asgi_knows(scope):
    sent = Sent()
    asyncio.run(Reply.to(scope, sent).give(Answer(200)))
    assert [event["type"] for event in sent] == ["http.response.start", "http.response.body"]


@pytest.mark.parametrize("status", [204, 304])
def test_a_status_without_body_has_no_length(status):
    sent = Sent()
    asyncio.run(Reply(sent).give(Answer(status)))
    assert sent[0]["headers"] == []


def test_the_lifespan_is_started_and_stopped_on_request():
    sent = Sent()
    events = Events({"type": "lifespan.startup"}, {"type": "lifespan.shutdown"})
    asyncio.run(serve_lifespan(events, sent))
    assert sent == [{"type": "lifespan.startup.complete"}, {"type": "lifespan.shutdown.complete"}]


def test_fields_of_the_reply_go_out_with_whatever_answer_is_given():
    sent = Sent()

    async def give() -> None:
        reply = Reply(sent)
        reply.headers = (("vary", "Origin"),)
        await reply.give(Answer(204, (("x-a", "b"),)))

    asyncio.run(give())
    assert sent[0]["headers"] == [(b"x-a", b"b"), (b"vary", b"Origin")]


def test_an_answer_ends_the_connection_when_the_client_holds_its_body_back():
    holding = Request("POST", "/", headers={"expect": "100-continue"})
    assert ends_connection(holding, Answer(404)).headers == (("connection", "close"),)
    assert ends_connection(Request("POST", "/"), Answer(404)) == Answer(404)
