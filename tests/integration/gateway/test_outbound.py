"""The transport to backends, over real sockets."""

from __future__ import annotations

import asyncio
import gzip
import socket
from collections.abc import Callable, Coroutine, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from apns_connector.errors import ConfigurationError, TransportError
from apns_connector.gateway.outbound import Outbound, OutboundOptions
from apns_connector.mediation.endpoints.transport import OutboundReply, OutboundRequest
from tests.integration.gateway.backend import Answer, Backend, Silent, raw, reply
from tests.integration.gateway.test_server import tls_contexts

Start = Callable[..., Backend]
RESPONSE = b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n"


@pytest.fixture
def start() -> Iterator[Start]:
    with ExitStack() as stack:

        def started(answer: Answer, **arguments: Any) -> Backend:
            return stack.enter_context(Backend(answer, **arguments))

        yield started


def through(outbound: Outbound, *requests: OutboundRequest) -> list[OutboundReply]:
    """The replies to these requests, one after the other over one transport."""

    async def run() -> list[OutboundReply]:
        try:
            return [await outbound.exchange(request) for request in requests]
        finally:
            await outbound.close()

    return asyncio.run(run())


def get(url: str, **options: Any) -> OutboundReply:
    return through(Outbound(OutboundOptions(**options)), OutboundRequest("GET", url))[0]


def failure(url: str, **options: Any) -> TransportError:
    with pytest.raises(TransportError) as failed:
        get(url, **options)
    return failed.value


def test_a_request_arrives_as_it_was_made(start: Start) -> None:
    backend = start(reply("<a/>", "text/xml; charset=UTF-8", 201, X_Answer="7"))
    headers = (("Content-Type", "text/xml"), ("X-Twice", "1"), ("X-Twice", "2"))
    url = f"{backend.url}/a%20b/c?d=%2F+e"
    (answer,) = through(Outbound(), OutboundRequest("POST", url, headers, b"<q/>"))
    (asked,) = backend.asked
    assert (asked.method, asked.target, asked.version) == ("POST", "/a%20b/c?d=%2F+e", "HTTP/1.1")
    assert asked.body == b"<q/>"
    assert asked.headers["content-length"] == "4"
    assert asked.headers["host"] == f"127.0.0.1:{backend.port}"
    assert asked.headers["user-agent"] == "apns-connector"
    assert asked.headers["x-twice"] == "2"
    assert "accept" not in asked.headers
    assert (answer.status, answer.reason, answer.body) == (201, "Said so", b"<a/>")
    assert answer.header("content-type") == "text/xml; charset=UTF-8"
    assert answer.header("x-answer") == "7"


def test_a_request_without_body_says_nothing_of_its_type(start: Start) -> None:
    backend = start(reply("", "", 204, Content_Length=""))
    assert get(backend.url).status == 204
    assert "content-type" not in backend.asked[0].headers


def test_connections_are_kept_and_used_again(start: Start) -> None:
    backend = start(reply("<a/>"))
    request = OutboundRequest("POST", backend.url, body=b"1")
    assert len(through(Outbound(), request, request, request)) == 3
    assert backend.connections == 1


def test_a_second_host_may_be_named(start: Start) -> None:
    backend = start(reply("<a/>"))
    through(Outbound(), OutboundRequest("GET", backend.url, host="other:80"))
    assert backend.asked[0].headers["host"] == "other:80"


def test_a_backend_that_knows_only_http_1_0_is_served(start: Start) -> None:
    backend = start(raw(b"HTTP/1.0 200 OK\r\n\r\n<a/>", closes=True))
    (answer,) = through(Outbound(), OutboundRequest("POST", backend.url, body=b"1", http_1_0=True))
    assert backend.asked[0].version == "HTTP/1.0"
    assert backend.asked[0].headers["content-length"] == "1"
    assert answer.body == b"<a/>"


def test_no_redirect_is_followed_and_no_cookie_kept(start: Start) -> None:
    backend = start(reply("", "", 302, Location="/elsewhere", Set_Cookie="a=b"))
    request = OutboundRequest("GET", backend.url)
    answers = through(Outbound(), request, request)
    assert [answer.status for answer in answers] == [302, 302]
    assert answers[0].header("location") == "/elsewhere"
    assert [asked.target for asked in backend.asked] == ["/", "/"]
    assert "cookie" not in backend.asked[1].headers


@pytest.mark.parametrize("status", [400, 404, 500, 503])
def test_a_failure_that_a_backend_tells_is_a_reply(start: Start, status: int) -> None:
    answer = get(start(reply("<why/>", status=status)).url)
    assert (answer.status, answer.body) == (status, b"<why/>")


def test_what_is_compressed_is_unpacked(start: Start) -> None:
    backend = start(reply(gzip.compress(b"<a/>"), Content_Encoding="gzip"))
    answer = get(backend.url)
    assert "gzip" in backend.asked[0].headers["accept-encoding"]
    assert answer.body == b"<a/>"
    assert answer.header("content-encoding") is answer.header("content-length") is None


# Failures.


def test_a_backend_that_is_down_takes_no_connection() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = listening.getsockname()[1]
    failed = failure(f"http://127.0.0.1:{port}/a?key=secret")
    assert failed.code == 101503
    assert str(failed) == f"http://127.0.0.1:{port} takes no connection"
    assert "secret" not in str(failed.detail)


def test_a_host_that_nobody_knows_takes_no_connection() -> None:
    assert failure("http://none.invalid/").code == 101503


def test_a_backend_that_does_not_answer_is_left_after_the_time_given(start: Start) -> None:
    silent = Silent()
    backend = start(silent)
    failed = failure(backend.url, timeout=0.1)
    assert failed.code == 101504
    assert "has not answered in time" in str(failed)
    assert silent.left.wait(20)


def test_the_time_of_a_request_goes_before_that_of_the_transport(start: Start) -> None:
    request = OutboundRequest("GET", start(Silent()).url, timeout=0.1)
    with pytest.raises(TransportError) as failed:
        through(Outbound(OutboundOptions(timeout=60)), request)
    assert failed.value.code == 101504


def test_a_reply_that_stops_in_the_middle_takes_too_long_as_well(start: Start) -> None:
    assert failure(start(raw(RESPONSE + b"<a")).url, timeout=0.1).code == 101504


def test_a_backend_that_takes_no_connection_in_time_is_not_waited_for() -> None:
    with socket.socket() as full:
        full.bind(("127.0.0.1", 0))
        full.listen(0)
        address = full.getsockname()
        waiting = [socket.socket() for _ in range(3)]
        for one in waiting:  # fills what the kernel keeps for a server that accepts nothing
            one.setblocking(False)
            one.connect_ex(address)
        failed = failure(f"http://127.0.0.1:{address[1]}", connect_timeout=0.1)
        for one in waiting:
            one.close()
    assert failed.code == 101508


@pytest.mark.parametrize(
    "answer",
    [b"", b"HTTP/1.1 200 OK\r\nContent-Le", RESPONSE + b"<a"],
    ids=["at once", "in the head", "in the body"],
)
def test_a_connection_that_closes_before_the_reply_is_whole(start: Start, answer: bytes) -> None:
    assert failure(start(raw(answer, closes=True)).url).code == 101505


@pytest.mark.parametrize("answer", [b"SSH-2.0-x\r\n\r\n", b"HTTP/1.1 abc OK\r\n\r\n"])
def test_what_is_no_http_is_said_to_be_none(start: Start, answer: bytes) -> None:
    assert failure(start(raw(answer, closes=True)).url).code == 101506


def test_a_reply_that_is_too_large_is_not_read_to_its_end(start: Start) -> None:
    backend = start(raw(b"HTTP/1.1 200 OK\r\nContent-Length: 100000000\r\n\r\n" + b"x" * 70_000))
    failed = failure(backend.url, reply_bytes=65_536)
    assert failed.code == 101510
    assert "more than 65536 bytes" in str(failed)


def test_a_small_reply_that_unpacks_to_a_large_one_is_not_taken(start: Start) -> None:
    backend = start(reply(gzip.compress(b"x" * 5_000_000), Content_Encoding="gzip"))
    assert failure(backend.url, reply_bytes=65_536).code == 101510


def test_a_header_that_would_begin_another_never_goes_out(start: Start) -> None:
    backend = start(reply())
    request = OutboundRequest("GET", backend.url, (("X", "a\r\nY: b"),))
    with pytest.raises(TransportError) as failed:
        through(Outbound(), request)
    assert failed.value.code == 101500
    assert backend.asked == []


def test_after_a_failure_the_next_request_is_served(start: Start) -> None:
    backend = start(raw(b"", closes=True))

    async def run() -> OutboundReply:
        outbound = Outbound()
        try:
            with pytest.raises(TransportError):
                await outbound.exchange(OutboundRequest("POST", backend.url, body=b"1"))
            backend.answer = reply("<a/>")
            return await outbound.exchange(OutboundRequest("POST", backend.url, body=b"1"))
        finally:
            await outbound.close()

    assert asyncio.run(run()).body == b"<a/>"
    assert len(backend.asked) == 2


def test_a_flow_that_is_cancelled_gives_up_its_connection(start: Start) -> None:
    silent = Silent()
    backend = start(silent)

    async def run() -> None:
        outbound = Outbound()
        task = asyncio.ensure_future(outbound.exchange(OutboundRequest("GET", backend.url)))
        assert await asyncio.to_thread(silent.asked.wait, 20)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert await asyncio.to_thread(silent.left.wait, 20)
        await outbound.close()

    asyncio.run(run())


def test_beyond_the_connections_allowed_a_request_waits(start: Start) -> None:
    backend = start(reply("<a/>"))

    async def run() -> list[OutboundReply]:
        outbound = Outbound(OutboundOptions(connections=1))
        request = OutboundRequest("GET", backend.url)
        asking: list[Coroutine[Any, Any, OutboundReply]] = [
            outbound.exchange(request) for _ in range(5)
        ]
        try:
            return list(await asyncio.gather(*asking))
        finally:
            await outbound.close()

    assert len(asyncio.run(run())) == 5
    assert backend.connections == 1


def test_closing_what_was_never_opened_does_nothing() -> None:
    asyncio.run(Outbound().close())


# TLS and proxies.


def test_over_tls_a_backend_is_trusted_by_the_file_named(start: Start, tmp_path: Path) -> None:
    server, _ = tls_contexts(tmp_path)
    backend = start(reply("<a/>"), tls=server)
    assert get(backend.url, trust=tmp_path / "server.pem").body == b"<a/>"


def test_over_tls_a_backend_that_is_not_trusted_is_not_asked(start: Start, tmp_path: Path) -> None:
    backend = start(reply("<a/>"), tls=tls_contexts(tmp_path)[0])
    failed = failure(backend.url)
    assert failed.code == 101500
    assert "cannot be trusted" in str(failed)
    assert backend.asked == []


@pytest.mark.parametrize("content", [None, "no certificate"])
def test_a_trust_file_that_is_none_is_reported(tmp_path: Path, content: str | None) -> None:
    file = tmp_path / "ca.pem"
    if content is not None:
        file.write_text(content)
    with pytest.raises(ConfigurationError, match=r"ca\.pem holds no certificates"):
        Outbound(OutboundOptions(trust=file))


def test_requests_go_through_a_proxy_but_those_to_the_hosts_named(start: Start) -> None:
    proxy, direct = start(reply("<proxy/>")), start(reply("<direct/>"))
    options = {"proxy": proxy.url, "no_proxy": ("127.0.0.1",)}
    assert get("http://backend.test/a?b=c", **options).body == b"<proxy/>"
    assert proxy.asked[0].target == "http://backend.test/a?b=c"
    assert get(direct.url, **options).body == b"<direct/>"


def test_a_proxy_that_is_down_takes_no_connection() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = listening.getsockname()[1]
    assert failure("http://backend.test/", proxy=f"http://127.0.0.1:{port}").code == 101503
