"""One request after the other on a connection, without sockets; and when an idle one is closed."""

import asyncio

from tests.unit.gateway.wire import Connection, steps, steps_of

GET = b"GET /%d HTTP/1.1\r\nHost: h\r\n\r\n"
POST = b"POST /0 HTTP/1.1\r\nHost: h\r\nContent-Length: 4\r\n\r\n"


async def answer(send, text: bytes) -> None:
    fields = [(b"content-length", b"%d" % len(text))]
    await send({"type": "http.response.start", "status": 200, "headers": fields})
    await send({"type": "http.response.body", "body": text})


async def echo(scope, receive, send):
    """Answers with the path, after as many seconds."""
    await asyncio.sleep(int(scope["path"][1:]))
    await answer(send, scope["path"].encode())


def bodies(steps):
    return [step if step == "closed" else step.partition(b"\r\n\r\n")[2] for step in steps]


def test_requests_that_come_together_are_answered_in_order_one_at_a_time():
    async def use(connection):
        await connection.send(GET % 3 + GET % 2 + GET % 0)
        assert len(connection.state.tasks) == 1
        assert not connection.wire.reading
        await asyncio.sleep(4)
        assert bodies(connection.wire.steps) == [b"/3"]
        await asyncio.sleep(2)
        assert connection.wire.reading

    assert bodies(steps_of(echo, use)) == [b"/3", b"/2", b"/0"]


def test_a_request_beyond_the_limit_of_connections_gets_503(caplog):
    assert bodies(steps(echo, GET % 0, connections=2)) == [b"/0"]
    refused, closed = steps(echo, GET % 0, connections=1)
    assert refused.startswith(b"HTTP/1.1 503 ")
    assert closed == "closed"
    assert "Exceeded concurrency limit." in caplog.text


def closed_after(*rests: float, first: bytes = GET % 0) -> list[bool]:
    """Whether a connection with 10 seconds of keep-alive is closed after each of these rests; a
    request comes at the end of each."""

    async def use(connection: Connection) -> None:
        await connection.send(first)
        for seconds in rests:
            await asyncio.sleep(seconds)
            closed.append(connection.wire.is_closing())
            if not connection.wire.is_closing():
                await connection.send(GET % 0)

    closed: list[bool] = []
    steps_of(echo, use, keep_alive_seconds=10)
    return closed


def test_an_idle_connection_is_closed_that_long_after_its_last_answer():
    assert closed_after(9, 9, 9, 9, 11) == [False, False, False, False, True]
    assert closed_after(11) == [True]


def test_a_connection_is_not_idle_while_a_request_is_in_progress():
    assert closed_after(0, 29, 2, first=GET % 25) == [False, False, False]


def test_time_of_a_body_after_an_early_answer_is_not_idle():
    async def refuse(scope, receive, send):
        await answer(send, b"no")

    async def use(connection: Connection) -> None:
        await connection.send(POST)
        await asyncio.sleep(9)
        await connection.send(b"abcd")
        await asyncio.sleep(9)
        assert not connection.wire.is_closing()
        await asyncio.sleep(2)

    assert bodies(steps_of(refuse, use, keep_alive_seconds=10)) == [b"no", "closed"]


def test_empty_lines_between_requests_do_not_keep_a_connection_open():
    async def use(connection: Connection) -> None:
        await connection.send(GET % 0)
        await connection.send(b"\r\n")
        await asyncio.sleep(11)

    assert bodies(steps_of(echo, use, keep_alive_seconds=10)) == [b"/0", "closed"]


def test_a_connection_that_was_lost_leaves_no_timer():
    async def use(connection: Connection) -> None:
        await connection.send(GET % 0)
        connection.protocol.connection_lost(ConnectionResetError())
        assert connection.protocol.timeout_keep_alive_task is None
        await asyncio.sleep(20)

    assert bodies(steps_of(echo, use, keep_alive_seconds=10)) == [b"/0"]
