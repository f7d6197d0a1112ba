"""HTTP as bytes: deadlines, caps, and what must not be mistaken for something else."""

import time

import pytest

GOOD = b'<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body/></s:Envelope>'
POST = b"POST /services/Echo HTTP/1.1\r\nHost: h\r\nContent-Type: text/xml\r\n"
WHOLE = POST + b"Content-Length: %d\r\n\r\n%b" % (len(GOOD), GOOD)
LAST = POST + b"Connection: close\r\nContent-Length: %d\r\n\r\n%b" % (len(GOOD), GOOD)


def status(answer: bytes) -> int:
    return int(answer.split(b" ", 2)[1])


def statuses(answer: bytes) -> list[int]:
    return [status(b"HTTP/1.1 " + rest) for rest in answer.split(b"HTTP/1.1 ")[1:]]


def assert_serving(gateway) -> None:
    assert status(gateway.raw(LAST)) == 200


# Deadlines.


@pytest.mark.parametrize("sent", [b"", b"POST /serv", POST, POST + b"X-Half: "])
def test_headers_that_do_not_come_are_answered_with_408(serve, sent):
    gateway = serve(header_seconds=0.2)
    answer = gateway.raw(sent)
    assert status(answer) == 408
    assert b"The headers of the request did not arrive in time." in answer
    assert_serving(gateway)


def test_headers_that_drip_do_not_prolong_their_deadline(serve):
    gateway = serve(header_seconds=0.3)
    connection = gateway.connect()
    begun = time.monotonic()
    connection.settimeout(0.05)
    answer = b""
    for byte in POST + b"X: " + b"x" * 200:
        connection.sendall(bytes([byte]))
        try:
            answer = connection.recv(4096)
        except TimeoutError:
            continue
        break
    assert status(answer) == 408
    assert time.monotonic() - begun < 5


def test_a_body_that_does_not_come_is_answered_with_408(serve):
    gateway = serve(body_seconds=0.2)
    answer = gateway.raw(POST + b"Content-Length: 1000\r\n\r\n" + GOOD)
    assert status(answer) == 408
    assert b"The body of the request did not arrive in time." in answer
    assert_serving(gateway)


def test_the_deadline_of_a_second_request_is_its_own(serve):
    gateway = serve(header_seconds=0.3)
    assert statuses(gateway.raw(WHOLE, WHOLE, WHOLE + b"POST /")) == [200, 200, 200, 408]


def test_a_slow_flow_is_no_slow_client(serve, waiting):
    waiting.seconds = 0.6
    gateway = serve(header_seconds=0.2, body_seconds=0.2)
    slow = WHOLE.replace(b"/Echo", b"/Wait")
    assert statuses(gateway.raw(slow + POST[:40], POST[40:] + LAST[len(POST) :])) == [200, 200]


def test_an_idle_connection_is_closed_after_its_time(serve):
    gateway = serve(keep_alive_seconds=0.2)
    assert statuses(gateway.raw(WHOLE)) == [200]


# Caps.


def test_too_many_header_bytes_in_one_piece_are_answered_with_431(gateway):
    answer = gateway.raw(POST + b"X-Long: " + b"x" * 33_000 + b"\r\n\r\n")
    assert status(answer) == 431
    assert b"The headers of a request may take 32768 bytes." in answer
    assert_serving(gateway)


@pytest.mark.parametrize("size", [32_769, 100_000, 5_000_000])
def test_headers_without_end_are_answered_with_431(gateway, size):
    lines = (b"X-More: " + b"x" * 900 + b"\r\n") * (size // 900 + 1)
    assert status(gateway.raw(POST, lines[: size - len(POST)])) == 431
    assert_serving(gateway)


def test_a_long_url_counts_as_header(gateway):
    assert status(gateway.raw(POST.replace(b"Echo", b"Echo?" + b"x" * 33_000) + b"\r\n")) == 431


def test_headers_below_the_cap_are_fine_whatever_body_follows(gateway):
    head = LAST.replace(b"Host: h", b"Host: h\r\nX-Long: " + b"x" * 30_000)
    assert status(gateway.raw(head)) == 200
    body = GOOD.replace(b"<s:Body/>", b"<s:Body>" + b"y" * 200_000 + b"</s:Body>")
    request = POST + b"Connection: close\r\nContent-Length: %d\r\n\r\n%b" % (len(body), body)
    assert status(gateway.raw(request)) == 200


def test_a_body_beyond_its_cap_is_refused_by_its_length_alone(serve):
    gateway = serve(body_bytes=1000)
    answer = gateway.raw(POST + b"Expect: 100-continue\r\nContent-Length: 1001\r\n\r\n")
    assert status(answer) == 413
    assert b"<faultstring>The body of a request may have 1000 bytes</faultstring>" in answer
    assert_serving(gateway)


def test_a_chunked_body_beyond_its_cap_is_refused_and_the_connection_stays_usable(serve):
    gateway = serve(body_bytes=1000)
    chunks = b"1f4\r\n" + b"x" * 500 + b"\r\n"
    chunked = POST + b"Transfer-Encoding: chunked\r\n\r\n" + chunks * 5 + b"0\r\n\r\n"
    assert statuses(gateway.raw(chunked, LAST)) == [413, 200]


def test_requests_beyond_the_limit_are_sent_away_for_a_moment(serve, waiting):
    waiting.seconds = 0.5
    gateway = serve(requests=1, retry_after_seconds=3)
    first = gateway.connect()
    first.sendall(LAST.replace(b"/Echo", b"/Wait"))
    answer = _until_busy(gateway)
    assert answer.headers["Retry-After"] == "3"
    assert answer.reason.startswith("The gateway is busy with 1 requests")
    assert status(first.recv(4096)) == 200
    assert gateway.post("/services/Echo", GOOD).status == 200


def _until_busy(gateway):
    """The first request takes a moment to arrive."""
    for _ in range(100):
        answer = gateway.post("/services/Echo", GOOD)
        if answer.status == 503:
            return answer
        time.sleep(0.002)
    raise AssertionError("never busy")


# A flow and its client.


def test_a_flow_that_takes_too_long_is_answered_with_504_and_runs_on(serve, waiting):
    waiting.seconds = 0.4
    gateway = serve(flow_seconds=0.1)
    answer = gateway.post("/services/Wait", GOOD)
    assert (answer.status, answer.reason) == (
        504,
        "Proxy 'Wait' has not answered within 0.1 seconds",
    )
    assert waiting.ended == 0
    assert gateway.gateway.requests_in_progress == 1
    gateway.stop()
    assert waiting.ended == 1
    assert gateway.gateway.requests_in_progress == 0


def test_a_client_that_leaves_does_not_end_its_flow(serve, waiting):
    waiting.seconds = 0.3
    gateway = serve()
    connection = gateway.connect()
    connection.sendall(WHOLE.replace(b"/Echo", b"/Wait"))
    while gateway.gateway.requests_in_progress == 0:
        time.sleep(0.002)
    connection.close()
    gateway.stop()
    assert waiting.ended == 1


def test_a_client_that_leaves_in_the_middle_of_its_body_leaves_nothing_behind(gateway):
    connection = gateway.connect()
    connection.sendall(POST + b"Content-Length: 1000\r\n\r\n<a>")
    while gateway.gateway.requests_in_progress == 0:
        time.sleep(0.002)
    connection.close()
    while gateway.gateway.requests_in_progress:
        time.sleep(0.002)
    assert_serving(gateway)


# Requests that other programs misread.


@pytest.mark.parametrize(
    "request_bytes",
    [
        b"nonsense\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"\0" * 64,  # TLS to a plain port
        POST + b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        POST + b"Content-Length: 5\r\nContent-Length: 6\r\n\r\n",
        POST + b"Content-Length : 5\r\n\r\n12345",
        POST + b"Content-Length: -1\r\n\r\n",
        POST + b"Content-Length: 99999999999999999999999\r\n\r\n",
        POST + b"Transfer-Encoding: chunked\r\n\r\nxyz\r\n",
        POST + b"X: a\0b\r\n\r\n",
        POST + b"X: a\nY: b\r\n\r\nz" * 2,
    ],
)
def test_what_is_no_proper_http_is_refused_and_the_connection_closed(gateway, request_bytes):
    assert statuses(gateway.raw(request_bytes))[-1] in (400, 413)
    assert_serving(gateway)


def test_connect_is_refused(gateway):
    assert status(gateway.raw(b"CONNECT h:443 HTTP/1.1\r\nHost: h\r\n\r\n")) == 405


@pytest.mark.parametrize(
    "host",
    [
        b"",
        b"Host: a b\r\n",
        b"Host: h/x\r\n",
        b"Host: h\r\nHost: i\r\n",
        b'Host: "h"\r\n',
        b"Host:\r\n",
    ],
)
def test_a_request_needs_one_host_that_names_one(gateway, host):
    assert status(gateway.raw(LAST.replace(b"Host: h\r\n", host))) == 400


@pytest.mark.parametrize("host", [b"h", b"push.example.com:8280", b"127.0.0.1", b"[::1]:80"])
def test_every_usual_host_is_fine(gateway, host):
    assert status(gateway.raw(LAST.replace(b"Host: h", b"Host: " + host))) == 200


def test_http_10_needs_no_host_and_closes(gateway):
    request = LAST.replace(b"HTTP/1.1", b"HTTP/1.0").replace(b"Host: h\r\n", b"")
    assert status(gateway.raw(request)) == 200


def test_a_chunked_body_is_read(gateway):
    chunked = POST + b"Connection: close\r\nTransfer-Encoding: chunked\r\n\r\n"
    body = b"%x\r\n%b\r\n3\r\n%b\r\n0\r\n\r\n" % (len(GOOD) - 3, GOOD[:-3], GOOD[-3:])
    assert status(gateway.raw(chunked + body)) == 200


def test_pipelined_requests_are_answered_in_order(gateway):
    assert statuses(gateway.raw(WHOLE + WHOLE.replace(b"Echo", b"Drop") + LAST)) == [200, 202, 200]


def test_a_client_that_waits_for_100_continue_is_told_to_go_on(gateway):
    connection = gateway.connect()
    connection.sendall(
        POST
        + b"Connection: close\r\nExpect: 100-continue\r\nContent-Length: %d\r\n\r\n" % len(GOOD)
    )
    assert connection.recv(4096).startswith(b"HTTP/1.1 100 Continue\r\n")
    connection.sendall(GOOD)
    assert status(connection.recv(4096)) == 200


@pytest.mark.parametrize("size", [10_000, 150, 7])
def test_an_offer_to_upgrade_does_not_cost_the_body(gateway, size):
    """As the HTTP client of the JDK sends its first request to a plain port."""
    offer = (
        b"Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAEAAEAAAAIAAA\r\n"
    )
    offered = WHOLE.replace(b"Host: h\r\n", b"Host: h\r\n" + offer)
    pieces = [offered[start : start + size] for start in range(0, len(offered), size)]
    answer = gateway.raw(*pieces, LAST)
    assert statuses(answer) == [200, 200]
    assert answer.count(b"Envelope") == 2 * LAST.count(b"Envelope")
