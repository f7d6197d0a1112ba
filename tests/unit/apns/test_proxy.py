from __future__ import annotations

import base64
import traceback

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from apns_connector.apns.proxy import MAX_HEAD_BYTES, Handshake, Proxy
from apns_connector.errors import ConfigurationError

PLAIN = Proxy("proxy.example", 3128)
NAMED = Proxy("proxy.example", 3128, "ann", "s3cret")
HOST = "api.push.apple.com"


def ask(proxy: Proxy = PLAIN, host: str = HOST, port: int = 443) -> Handshake:
    return Handshake(proxy, host, port)


def failure_of(answer: bytes, proxy: Proxy = PLAIN) -> str:
    with pytest.raises(ConnectionError) as caught:
        ask(proxy).receive_data(answer)
    return str(caught.value)


# The address


@pytest.mark.parametrize(
    ("address", "proxy"),
    [
        ("http://proxy.example:3128", PLAIN),
        ("http://proxy.example:3128/", PLAIN),
        ("HTTP://PROXY.example:3128", PLAIN),
        ("http://proxy.example", Proxy("proxy.example", 80)),
        ("http://ann:s3cret@proxy.example:3128", NAMED),
        ("http://ann@proxy.example:3128", Proxy("proxy.example", 3128, "ann", "")),
        ("http://a%40b:p%3A%2F%23%C3%BC@h:1", Proxy("h", 1, "a@b", "p:/#ü")),
        ("http://[::1]:3128", Proxy("::1", 3128)),
    ],
)
def test_an_address_says_who_and_where(address, proxy):
    assert Proxy.parse(address) == proxy


@pytest.mark.parametrize(
    ("address", "problem"),
    [
        ("", "does not start with http://"),
        ("proxy.example:3128", "does not start with http://"),
        ("ann:s3cret@proxy.example:3128", "does not start with http://"),
        ("https://ann:s3cret@proxy.example", "https, socks5"),
        ("socks5://ann:s3cret@proxy.example", "https, socks5"),
        ("http://", "names no host"),
        ("http://:3128", "names no host"),
        ("http://ann:s3cret@:3128", "names no host"),
        ("http://ann:s3cret@proxy.example:0", "cannot be read"),
        ("http://ann:s3cret@proxy.example:65536", "cannot be read"),
        ("http://ann:s3cret@proxy.example:none", "cannot be read"),
        ("http://ann:s3cret#@proxy.example:3128", "percent-encoded"),
        ("http://ann:1234#s3cret@proxy.example:3128", "percent-encoded"),
        ("http://ann:1234/s3cret@proxy.example:3128", "percent-encoded"),
        ("http://ann:1234?s3cret@proxy.example:3128", "percent-encoded"),
        ("http://ann:s3cret[@proxy.example:3128", "percent-encoded"),
        ("http://ann:s3cret%FF@proxy.example:3128", "percent-encoded"),
        ("http://ann:s3cret@proxy.example:3128/path", "percent-encoded"),
        ("http://a%3Ab:s3cret@proxy.example:3128", "colon"),
        ("http://ann:s3cret%0D%0A@proxy.example:3128", "control character"),
    ],
)
def test_a_wrong_address_is_explained_without_repeating_it(address, problem):
    with pytest.raises(ConfigurationError, match="http://user:password@host:port") as caught:
        Proxy.parse(address)
    assert problem in str(caught.value)
    assert "s3cret" not in "".join(traceback.format_exception(caught.value)).replace(address, "")
    assert caught.value.__context__ is None


@pytest.mark.parametrize(
    ("fields", "problem"),
    [
        (("", 3128), "names no host"),
        (("a b", 3128), "names no host"),
        (("h", 0), "port is 0"),
        (("h", 65_536), "port is 65536"),
        (("h", 1, "a:b"), "colon"),
        (("h", 1, "a", "\n"), "control character"),
        (("h", 1, "a", "\ud800"), "half a character"),
    ],
)
def test_a_proxy_is_checked_however_it_is_made(fields, problem):
    with pytest.raises(ConfigurationError, match=problem):
        Proxy(*fields)


def test_the_password_is_never_shown():
    handshake = ask(NAMED)
    encoded = base64.b64encode(b"ann:s3cret").decode()
    for shown in (repr(NAMED), str(NAMED), repr(handshake)):
        assert "s3cret" not in shown
        assert encoded not in shown
    assert str(NAMED) == "the proxy http://proxy.example:3128"
    assert str(Proxy("::1", 80)) == "the proxy http://[::1]:80"


# What is sent


def test_it_asks_for_host_and_port():
    assert ask().data_to_send() == (
        b"CONNECT api.push.apple.com:443 HTTP/1.1\r\nHost: api.push.apple.com:443\r\n\r\n"
    )


@pytest.mark.parametrize(
    ("host", "target"),
    [("::1", b"[::1]:443"), ("bücher.example", b"xn--bcher-kva.example:443")],
)
def test_the_host_is_spelled_as_a_proxy_understands_it(host, target):
    assert ask(host=host).data_to_send().startswith(b"CONNECT " + target + b" HTTP/1.1\r\n")


@pytest.mark.parametrize("host", ["", "a b", "a\r\nX: y", "a/b", "x" * 64 + ".example", "a..b"])
def test_what_is_no_host_name_is_not_asked_for(host):
    with pytest.raises(ConnectionError, match="is no host name"):
        ask(host=host)


@pytest.mark.parametrize(
    ("user", "password"), [("ann", "s3cret"), ("ann", ""), ("", "x"), ("jürgen", "pä:ss")]
)
def test_user_and_password_go_by_basic_authentication(user, password):
    sent = ask(Proxy("h", 1, user, password)).data_to_send().decode()
    value = sent.split("\r\nProxy-Authorization: Basic ")[1].removesuffix("\r\n\r\n")
    assert base64.b64decode(value) == f"{user}:{password}".encode()


def test_without_a_user_no_authorization_is_sent():
    assert PLAIN.authorization is None
    assert b"Authorization" not in ask().data_to_send()


# What is received

OPEN = b"HTTP/1.1 200 Connection established\r\nVia: 1.1 proxy\r\n\r\n"


@pytest.mark.parametrize(
    "answer",
    [
        OPEN,
        b"HTTP/1.0 200 OK\r\n\r\n",
        b"HTTP/1.1 200\r\n\r\n",
        b"HTTP/1.1 200 \r\n\r\n",
        b"HTTP/1.1 204 No Content\r\n\r\n",
        b"HTTP/1.1 200 OK\n\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n",
        b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nA: b\r\n\r\n" + OPEN,
    ],
)
def test_any_success_opens_the_tunnel_in_one_piece_or_byte_by_byte(answer):
    assert ask().receive_data(answer)
    handshake = ask()
    opened = [handshake.receive_data(answer[i : i + 1]) for i in range(len(answer))]
    assert opened == [False] * (len(answer) - 1) + [True]
    assert 200 <= handshake.status < 300


@pytest.mark.parametrize(
    ("status", "sentence"),
    [
        (301, "it answered 301 Moved Permanently"),
        (403, "it answered 403 Forbidden: its rules must allow this host and port"),
        (407, "it answered 407 Proxy Authentication Required: give user and password"),
        (502, "it answered 502 Bad Gateway: perhaps it cannot reach that server itself"),
        (599, "it answered 599: perhaps"),
        (401, "it answered 401 Unauthorized: give user and password"),
        (405, "it answered 405 Method Not Allowed"),
        (101, "it answered 101 Switching Protocols"),
    ],
)
def test_any_other_status_says_why_there_is_no_tunnel(status, sentence):
    handshake = ask()
    with pytest.raises(ConnectionError) as caught:
        handshake.receive_data(b"HTTP/1.1 %d No\r\nContent-Length: 4\r\n\r\nbody" % status)
    assert str(caught.value).startswith(
        f"the proxy http://proxy.example:3128 opened no tunnel to {HOST}:443: {sentence}"
    )
    assert handshake.status == status


def test_a_wrong_password_is_told_from_a_missing_one():
    for answer in (b"HTTP/1.1 407 No\r\n\r\n", b"HTTP/1.1 401 No\r\n\r\n"):
        assert "does not take this user and password" in failure_of(answer, NAMED)


def test_what_the_proxy_repeats_of_our_password_is_not_passed_on():
    said = failure_of(b"HTTP/1.1 407 s3cret is wrong\r\nX: s3cret\r\n\r\ns3cret", NAMED)
    assert "s3cret" not in said


@pytest.mark.parametrize(
    ("answer", "sentence"),
    [
        (b"\x15\x03\x01\x00\x02\x02\x46", "is not HTTP/1"),
        (b"SSH-2.0-OpenSSH\r\n", "is not HTTP/1"),
        (b"HTTP/2", "is not HTTP/1"),
        (b"\r\nHTTP/1.1 200 OK\r\n\r\n", "is not HTTP/1"),
        (b"HTTP/1.1 100 Continue\r\n\r\nnonsense", "is not HTTP/1"),
        (b"HTTP/1.1 2000 OK\r\n\r\n", "no valid status line"),
        (b"HTTP/1.1 20 OK\r\n\r\n", "no valid status line"),
        (b"HTTP/1.1 099 OK\r\n\r\n", "no valid status line"),
        (b"HTTP/1.1  200 OK\r\n\r\n", "no valid status line"),
        (b"HTTP/1.1\r\n\r\n", "no valid status line"),
        (OPEN + b"\x16", "more than the head"),
    ],
)
def test_an_answer_that_makes_no_sense_is_refused(answer, sentence):
    assert sentence in failure_of(answer)


def test_something_other_than_http_is_noticed_at_its_first_byte():
    assert "is not HTTP/1" in failure_of(b"\x15")


def test_a_head_may_be_as_long_as_the_limit_and_no_longer():
    frame = len(b"HTTP/1.1 200 OK\r\nA: \r\n\r\n")
    fitting = b"HTTP/1.1 200 OK\r\nA: %b\r\n\r\n" % (b"a" * (MAX_HEAD_BYTES - frame))
    assert ask().receive_data(fitting)
    assert "longer than 16384 bytes" in failure_of(fitting.replace(b"A: ", b"A: a"))
    assert "longer than 16384 bytes" in failure_of(fitting[:-4] + b"aaaaa")


def test_interim_answers_without_end_meet_the_same_limit():
    handshake = ask()
    interim = b"HTTP/1.1 100 Continue\r\n\r\n"
    for _ in range(MAX_HEAD_BYTES // len(interim)):
        assert not handshake.receive_data(interim)
    with pytest.raises(ConnectionError, match="longer than"):
        handshake.receive_data(interim)


def test_a_proxy_that_hangs_up_is_named():
    error = ask().connection_lost("it closed the connection without an answer")
    assert isinstance(error, ConnectionError)
    assert str(error) == (
        "the proxy http://proxy.example:3128 opened no tunnel to api.push.apple.com:443: "
        "it closed the connection without an answer"
    )


@settings(deadline=None)
@given(st.binary(max_size=200) | st.binary(max_size=60).map(lambda more: OPEN[:-3] + more))
def test_whatever_comes_opens_a_tunnel_or_not_or_is_a_connection_error(answer):
    def outcome(pieces):
        handshake = ask()
        try:
            return any(handshake.receive_data(piece) for piece in pieces)
        except ConnectionError as error:
            return str(error)

    whole = outcome([answer])
    in_bytes = outcome([answer[i : i + 1] for i in range(len(answer))])
    # Bytes beyond the head: seen at once in one piece, left unread in the socket otherwise.
    assert whole == in_bytes or (in_bytes is True and "more than the head" in whole)
