"""What an application receives, and what becomes of what it sends; without sockets."""

import asyncio
import gc
import logging
import weakref

import pytest

from apns_connector.gateway.asgi import WHOLE_RESPONSE
from apns_connector.gateway.request import WHOLE_BODY
from tests.unit.gateway.wire import Connection, steps, steps_of

GET = b"GET /a%20b/c?d=%20 HTTP/1.1\r\nHost: h\r\n\r\n"
POST = b"POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 4\r\n\r\n"


def start(*fields, status=200):
    return {"type": "http.response.start", "status": status, "headers": list(fields)}


def body(content=b"", more=False):
    return {"type": "http.response.body", "body": content, "more_body": more}


def sending(*events):
    """An application that sends these, whatever it is asked."""

    async def app(scope, receive, send):
        for event in events:
            await send(event)

    return app


class Hearing:
    """An application that answers 204 when it has received ``count`` events, and receives again."""

    def __init__(self, count):
        self.count = count
        self.heard = []
        self.scope = None

    async def __call__(self, scope, receive, send):
        self.scope = scope
        for _ in range(self.count):
            self.heard.append(await receive())
        await send(start(status=204))
        await send(body())
        self.heard.append(await receive())


def whole(*fields, content=b"ok"):
    return {"type": WHOLE_RESPONSE, "status": 200, "headers": fields, "body": content}


LENGTH_2 = (b"content-length", b"2")
DISCONNECT = {"type": "http.disconnect"}


# What it receives.


def test_the_scope_is_that_of_asgi():
    app = Hearing(1)
    steps(app, GET)
    del app.scope[WHOLE_BODY]
    assert app.scope == {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.3"},
        "http_version": "1.1",
        "server": None,
        "client": None,
        "scheme": "http",
        "method": "GET",
        "root_path": "",
        "path": "/a b/c",
        "raw_path": b"/a%20b/c",
        "query_string": b"d=%20",
        "headers": [(b"host", b"h")],
        "state": {},
        "extensions": {WHOLE_RESPONSE: {}},
    }


def test_a_long_url_is_read_like_a_short_one():
    app = Hearing(1)
    steps(app, b"GET /" + b"a" * 300 + b"%20?b HTTP/1.1\r\nHost: h\r\n\r\n")
    assert app.scope["path"] == "/" + "a" * 300 + " "
    assert app.scope["query_string"] == b"b"


def test_a_body_that_is_there_is_one_event_and_after_the_answer_there_is_nobody():
    app = Hearing(1)
    steps(app, POST + b"abcd")
    assert app.heard == [{"type": "http.request", "body": b"abcd", "more_body": False}, DISCONNECT]


def test_a_request_without_body_is_one_event():
    app = Hearing(1)
    steps(app, GET)
    assert app.heard == [{"type": "http.request", "body": b"", "more_body": False}, DISCONNECT]


def test_a_body_is_waited_for_piece_by_piece():
    app = Hearing(3)
    assert steps(app, POST, b"ab", b"c", b"d")[0].startswith(b"HTTP/1.1 204 No Content\r\n")
    told = [(event["body"], event["more_body"]) for event in app.heard[:3]]
    assert told == [(b"ab", True), (b"c", True), (b"d", False)]


def test_who_waits_after_the_end_of_the_body_waits_for_the_client_to_leave():
    app = Hearing(2)

    async def use(connection):
        await connection.send(POST + b"abcd")
        assert len(app.heard) == 1
        connection.protocol.connection_lost(None)
        await connection.settle()

    assert steps_of(app, use) == ["closed"]
    assert app.heard[1:] == [DISCONNECT, DISCONNECT]


def test_a_client_that_left_in_the_middle_of_its_body_is_told_of_and_not_answered(caplog):
    app = Hearing(2)

    async def use(connection):
        await connection.send(POST + b"ab")
        connection.protocol.connection_lost(ConnectionResetError())
        await connection.settle()
        assert not connection.state.tasks

    assert steps_of(app, use) == []
    assert app.heard[1:] == [DISCONNECT, DISCONNECT]
    assert caplog.records == []


class Taking(Hearing):
    """Takes the body at once before it receives ``count`` events."""

    def __init__(self, count, most=65_536):
        super().__init__(count)
        self.most = most

    async def __call__(self, scope, receive, send):
        self.heard.append(scope[WHOLE_BODY](self.most))
        await super().__call__(scope, receive, send)


def test_a_body_that_is_there_may_be_taken_at_once_and_is_received_with_that():
    app = Taking(0)
    answer = steps(app, POST + b"abcd", POST + b"efgh")
    assert [step[:12] for step in answer] == [b"HTTP/1.1 204"] * 2
    assert app.heard == [b"abcd", DISCONNECT, b"efgh", DISCONNECT]


def test_who_receives_after_taking_the_body_waits_for_the_client_to_leave():
    app = Taking(1)

    async def use(connection):
        await connection.send(POST + b"abcd")
        assert app.heard == [b"abcd"]
        connection.protocol.connection_lost(None)
        await connection.settle()

    assert steps_of(app, use) == ["closed"]
    assert app.heard[1:] == [DISCONNECT, DISCONNECT]


@pytest.mark.parametrize(
    ("most", "arrives"),
    [
        (3, [POST + b"abcd"]),
        (65_536, [POST, b"abcd"]),
        (65_536, [POST.replace(b"\r\n\r\n", b"\r\nExpect: 100-continue\r\n\r\n") + b"abcd"]),
    ],
    ids=["more than wanted", "not there yet", "held back"],
)
def test_any_other_body_is_received_as_always(most, arrives):
    app = Taking(1, most)
    steps(app, *arrives)
    received = {"type": "http.request", "body": b"abcd", "more_body": False}
    assert app.heard == [None, received, DISCONNECT]


def test_a_body_for_which_reading_was_paused_is_received_so_that_it_goes_on():
    app = Taking(1, most=1_000_000)
    long = POST.replace(b"4", b"200000") + b"a" * 200_000

    async def use(connection):
        await connection.send(long)
        assert not connection.protocol.flow.read_paused

    steps_of(app, use)
    assert app.heard[0] is None
    assert len(app.heard[1]["body"]) == 200_000


def test_what_is_left_of_a_body_is_not_taken_for_the_whole():
    """Whoever received a part of it, receives the rest."""
    told = []
    all_sent = asyncio.Event()

    async def app(scope, receive, send):
        told.append((await receive())["body"])
        await all_sent.wait()
        told.append(scope[WHOLE_BODY](65_536))
        told.append((await receive())["body"])
        await send(start(status=204))
        await send(body())

    async def use(connection):
        await connection.send(POST + b"ab")
        await connection.send(b"cd")
        all_sent.set()
        await connection.settle()

    steps_of(app, use)
    assert told == [b"ab", None, b"cd"]


def test_a_scope_that_leads_to_its_cycle_is_not_kept_by_it():
    """It would live until the collector finds it."""
    kept = []

    async def app(scope, receive, send):
        kept.append(weakref.ref(receive.__self__))
        await send(start(status=204))
        await send(body())

    async def use(connection):
        gc.disable()
        try:
            await connection.send(POST + b"abcd")
            await connection.send(POST + b"efgh")
            assert [reference() is None for reference in kept] == [True, False]
        finally:
            gc.enable()

    steps_of(app, use)


def test_a_body_held_back_is_asked_for_when_the_application_wants_it():
    expecting = POST.replace(b"\r\n\r\n", b"\r\nExpect: 100-Continue\r\n\r\n")
    assert steps(Hearing(2), expecting) == [b"HTTP/1.1 100 Continue\r\n\r\n"]
    assert len(steps(Hearing(2), expecting, b"ab", b"cd")) == 2
    assert b"100" not in steps(sending(start(LENGTH_2), body(b"no")), expecting)[0]


def test_a_client_is_not_read_from_while_the_application_leaves_its_body_lying():
    reading = []
    go_on = asyncio.Event()

    async def app(scope, receive, send):
        await go_on.wait()
        reading.append(len((await receive())["body"]))

    async def use(connection):
        head = POST.replace(b"4", b"100000")
        await connection.send(head + b"x" * 65_537)
        reading.append(connection.wire.reading)
        go_on.set()
        await connection.settle()
        reading.append(connection.wire.reading)

    steps_of(app, use)
    assert reading == [False, 65_537, True]


# What it sends.


def test_head_and_body_leave_in_one_piece():
    (sent,) = steps(sending(start(LENGTH_2), body(b"ok")), GET)
    assert sent == b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok"


def test_a_large_body_leaves_with_its_head_too():
    large = bytes(1_000_000)
    (sent,) = steps(sending(start((b"content-length", b"1000000")), body(large)), GET)
    assert sent.endswith(b"\r\n\r\n" + large)


def test_a_whole_response_is_sent_by_one_event_and_the_connection_goes_on():
    answers = steps(sending(whole(("x-a", "b"))), GET, GET)
    assert answers == [b"HTTP/1.1 200 OK\r\nx-a: b\r\ncontent-length: 2\r\n\r\nok"] * 2


def test_a_whole_response_ends_the_connection_when_either_side_wants_that():
    for event, request in (
        (whole(), GET.replace(b"1.1", b"1.0")),
        (whole(("connection", "close")), GET),
    ):
        sent, closed = steps(sending(event), request)
        assert (b"\r\nconnection: close\r\n" in sent, closed) == (True, "closed")


def test_a_whole_response_has_the_fields_of_the_server():
    async def use(connection):
        connection.state.default_headers = [(b"date", b"today")]
        await connection.send(GET)

    (sent,) = steps_of(sending(whole()), use)
    assert sent.startswith(b"HTTP/1.1 200 OK\r\ndate: today\r\n")


def test_a_whole_response_to_head_has_no_body():
    (sent,) = steps(sending(whole()), GET.replace(b"GET", b"HEAD"))
    assert sent == b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n"


def test_nobody_is_asked_for_a_body_after_a_whole_response():
    heard = []

    async def app(scope, receive, send):
        await send(whole())
        heard.append(await receive())

    (sent,) = steps(app, POST.replace(b"\r\n\r\n", b"\r\nExpect: 100-continue\r\n\r\n"))
    assert sent.startswith(b"HTTP/1.1 200")
    assert heard == [DISCONNECT]


def test_a_whole_response_waits_for_the_client_to_read():
    async def use(connection):
        connection.protocol.pause_writing()
        await connection.send(GET)
        assert connection.wire.steps == []
        connection.protocol.resume_writing()
        await connection.settle()

    assert len(steps_of(sending(whole()), use)) == 1


def test_the_first_part_takes_the_head_along():
    events = (start(), body(b"ab", more=True), body(b"c", more=True), body())
    first, *others = steps(sending(*events), GET)
    assert first.endswith(b"transfer-encoding: chunked\r\n\r\n2\r\nab\r\n")
    assert others == [b"1\r\nc\r\n", b"0\r\n\r\n"]


def test_an_empty_first_part_sends_the_head_alone():
    first, second = steps(sending(start(LENGTH_2), body(more=True), body(b"ok")), GET)
    assert (first[-4:], second) == (b"\r\n\r\n", b"ok")


def test_the_head_of_a_stream_does_not_wait_for_its_first_part():
    async def app(scope, receive, send):
        await send(start())
        await asyncio.sleep(1)
        await send(body(b"late"))

    async def use(connection):
        await connection.send(GET)
        assert connection.wire.steps[0].endswith(b"chunked\r\n\r\n")
        await asyncio.sleep(2)

    assert steps_of(app, use)[1:] == [b"4\r\nlate\r\n0\r\n\r\n"]


def test_who_writes_much_waits_for_the_client_to_read():
    sent = []

    async def app(scope, receive, send):
        await send(start())
        for number in range(2):
            await send(body(b"x", more=True))
            sent.append(number)

    async def use(connection):
        connection.protocol.pause_writing()
        await connection.send(GET)
        assert (connection.wire.steps, sent) == ([], [])
        connection.protocol.resume_writing()
        await connection.settle()
        assert sent == [0, 1]

    steps_of(app, use)


def test_nothing_is_written_to_a_client_that_left():
    async def app(scope, receive, send):
        await send(start())
        await send(body(b"x", more=True))
        await asyncio.sleep(1)
        await send(body(b"y"))

    async def use(connection):
        await connection.send(GET)
        connection.wire.close()
        await asyncio.sleep(2)

    assert len(steps_of(app, use)) == 2


def test_a_connection_ends_with_the_answer_when_either_side_wants_that():
    answer = start(LENGTH_2), body(b"ok")
    old = GET.replace(b"1.1", b"1.0")
    for request in (old, GET.replace(b"Host", b"Connection: close\r\nHost")):
        sent, closed = steps(sending(*answer), request)
        assert b"\r\nconnection: close\r\n" in sent
        assert closed == "closed"
    last = start(LENGTH_2, (b"connection", b"close")), body(b"ok")
    assert steps(sending(*last), GET)[1:] == ["closed"]


# Applications that do not do what they should.

INTERNAL_ERROR = (
    b"HTTP/1.1 500 Internal Server Error\r\ncontent-type: text/plain; charset=utf-8\r\n"
    b"content-length: 21\r\nconnection: close\r\n\r\nInternal Server Error"
)


async def fails(scope, receive, send):
    raise KeyError("a bug")


async def fails_after_start(scope, receive, send):
    await send(start(LENGTH_2))
    raise KeyError("a bug")


async def returns_a_value(scope, receive, send):
    return 1


def logged(caplog) -> str:
    assert {record.levelno for record in caplog.records} == {logging.ERROR}
    return caplog.text


@pytest.mark.parametrize("app", [fails, sending(), sending(body())])
def test_who_does_not_begin_an_answer_leaves_it_to_the_server(app, caplog):
    assert steps(app, GET) == [INTERNAL_ERROR, "closed"]
    assert "ASGI" in logged(caplog)


def test_an_answer_that_was_begun_and_not_ended_ends_the_connection(caplog):
    for app in (fails_after_start, sending(start(LENGTH_2))):
        head, closed = steps(app, GET)
        assert head == b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n"
        assert closed == "closed"
    assert "a bug" in logged(caplog)
    assert "ASGI callable returned without completing response." in caplog.text


@pytest.mark.parametrize(
    ("content", "sent", "problem"),
    [
        (b"abc", b"", "Response content longer than Content-Length"),
        (b"a", b"a", "Response content shorter than Content-Length"),
    ],
)
def test_a_wrong_content_length_ends_the_connection(content, sent, problem, caplog):
    *written, closed = steps(sending(start(LENGTH_2), body(content)), GET)
    assert (b"".join(written).partition(b"\r\n\r\n")[2], closed) == (sent, "closed")
    assert problem in logged(caplog)


def test_a_field_that_http_forbids_ends_the_connection_and_nothing_of_it_leaves(caplog):
    assert steps(sending(start((b"x", b"a\r\nb: c")), body()), GET) == ["closed"]
    assert "Invalid HTTP header value." in logged(caplog)


@pytest.mark.parametrize("value", ["a\r\nb: c", "half a pair: \ud800"])
def test_a_whole_response_that_cannot_be_written_is_an_internal_error(value, caplog):
    assert steps(sending(whole(("x", value))), GET) == [INTERNAL_ERROR, "closed"]
    assert "ASGI" in logged(caplog)


@pytest.mark.parametrize(
    ("events", "problem"),
    [
        ([body()], "Expected ASGI message 'http.response.start', but got 'http.response.body'."),
        (
            [start(LENGTH_2), start()],
            "Expected ASGI message 'http.response.body', but got 'http.response.start'.",
        ),
        (
            [start(LENGTH_2), whole()],
            f"Expected ASGI message 'http.response.body', but got '{WHOLE_RESPONSE}'.",
        ),
        (
            [whole(), whole()],
            f"Unexpected ASGI message '{WHOLE_RESPONSE}' sent, after response already completed.",
        ),
        (
            [start(LENGTH_2), body(b"ok"), body()],
            "Unexpected ASGI message 'http.response.body' sent, after response already completed.",
        ),
    ],
)
def test_events_out_of_order_are_errors(events, problem, caplog):
    steps(sending(*events), GET)
    assert problem in logged(caplog)


def test_a_value_that_is_returned_is_an_error(caplog):
    assert steps(returns_a_value, GET) == ["closed"]
    assert "ASGI callable should return None, but returned '1'." in logged(caplog)


def test_no_task_is_left_when_a_request_has_its_answer():
    async def use(connection: Connection) -> None:
        await connection.send(GET)
        assert connection.state.tasks == set()

    assert len(steps_of(sending(start(LENGTH_2), body(b"ok")), use)) == 1
