"""The head of an answer and the end of its body."""

import pytest

from apns_connector.gateway.framing import _usual_head, frame_answer, whole_answer


def framed(*fields, method="POST", status=200, defaults=(), keep_alive=True):
    return frame_answer(method, status, defaults, fields, keep_alive)


def test_a_head_has_the_fields_of_the_server_and_those_of_the_answer_in_lower_case():
    framing = framed((b"X-A", b"b"), (b"Content-Length", b"2"), defaults=[(b"date", b"today")])
    assert framing.head == (
        b"HTTP/1.1 200 OK\r\ndate: today\r\nx-a: b\r\ncontent-length: 2\r\n\r\n"
    )


def test_the_head_leaves_with_the_first_part():
    framing = framed((b"content-length", b"3"))
    head = framing.head
    assert framing.part(b"ab", more=True) == head + b"ab"
    assert (framing.part(b"c", more=False), framing.missing) == (b"c", 0)


def test_more_than_was_announced_is_an_error_and_less_is_known():
    framing = framed((b"content-length", b"3"))
    framing.part(b"a", more=True)
    assert framing.missing == 2
    with pytest.raises(RuntimeError, match="longer than Content-Length"):
        framing.part(b"bcd", more=False)


@pytest.mark.parametrize("fields", [[], [(b"Transfer-Encoding", b"Chunked")]])
def test_a_body_of_unknown_length_goes_out_in_chunks(fields):
    framing = framed(*fields)
    assert framing.head.lower().count(b"transfer-encoding: chunked\r\n") == 1
    framing.head = b""
    assert framing.part(b"", more=True) == b""
    assert framing.part(b"x" * 17, more=True) == b"11\r\n" + b"x" * 17 + b"\r\n"
    assert framing.part(b"y", more=False) == b"1\r\ny\r\n0\r\n\r\n"
    assert (framing.part(b"", more=False), framing.missing) == (b"0\r\n\r\n", 0)


def test_chunks_count_for_more_than_a_length():
    framing = framed((b"content-length", b"3"), (b"transfer-encoding", b"chunked"))
    assert (framing.chunked, framing.missing) == (True, 0)


def test_the_first_of_two_lengths_counts():
    assert framed((b"content-length", b"0"), (b"content-length", b"3")).missing == 0


@pytest.mark.parametrize("status", [204, 304])
def test_a_status_without_body_needs_no_framing(status):
    framing = framed(status=status)
    assert b"transfer-encoding" not in framing.head
    assert framing.part(b"", more=False) == framed(status=status).head
    with pytest.raises(RuntimeError, match="longer"):
        framing.part(b"x", more=False)


@pytest.mark.parametrize(
    "fields", [[], [(b"content-length", b"3")], [(b"transfer-encoding", b"chunked")]]
)
def test_an_answer_to_head_keeps_its_fields_and_has_no_body(fields):
    framing = framed(*fields, method="HEAD")
    assert framing.head.count(b"\r\n") == 2 + len(fields)
    framing.head = b""
    assert (framing.part(b"abc", more=False), framing.missing) == (b"", 0)


def test_the_last_answer_of_a_connection_says_so_once():
    says = (b"Connection", b"foo, Close")
    for framing in (framed(keep_alive=False), framed(says), framed(says, keep_alive=False)):
        assert framing.closes
        assert framing.head.lower().count(b"close\r\n") == 1
    assert not framed((b"connection", b"keep-alive")).closes


@pytest.mark.parametrize("name", [b"a b", b"a:", b"a\r\nb", b"\x7f", b"a\0"])
def test_a_name_that_is_none_is_refused(name):
    for _ in range(2):
        with pytest.raises(RuntimeError, match="Invalid HTTP header name"):
            framed((name, b"c"))


@pytest.mark.parametrize("value", [b"a\r\nb: c", b"a\nb", b"a\0", b"\x7f"])
def test_a_value_that_could_end_its_field_is_refused(value):
    with pytest.raises(RuntimeError, match="Invalid HTTP header value"):
        framed((b"x", value))
    assert framed((b"x", b"tab\t and \xe4")).head


# A body that is there as a whole.


def whole(*fields, method="POST", status=200, defaults=(), keep_alive=True, body=b"abc"):
    return whole_answer(method, status, defaults, fields, keep_alive, body)


def test_what_a_flow_adds_is_not_remembered():
    _usual_head.cache_clear()
    whole(("set-cookie", "secret"))
    whole(("content-type", "text/xml"), ("set-cookie", "secret"))
    assert _usual_head.cache_info().currsize == 0
    whole(("content-type", "text/xml"))
    assert _usual_head.cache_info().currsize == 1


def test_a_whole_answer_says_its_length():
    sent, closes = whole(("x-a", "\u00e4"), defaults=[(b"date", b"today")])
    head = b"HTTP/1.1 200 OK\r\ndate: today\r\nx-a: \xc3\xa4\r\ncontent-length: 3\r\n\r\n"
    assert (sent, closes) == (head + b"abc", False)


def test_alike_answers_have_their_own_lengths_and_dates():
    assert whole(("x-a", "b"), body=b"")[0].endswith(b"content-length: 0\r\n\r\n")
    assert whole(("x-a", "b"), body=b"12")[0].endswith(b"content-length: 2\r\n\r\n12")
    later = whole(("x-a", "b"), defaults=[(b"date", b"tomorrow")])[0]
    assert b"date: tomorrow\r\n" in later


def test_a_whole_answer_to_head_has_a_length_and_no_body():
    assert whole(method="HEAD")[0] == b"HTTP/1.1 200 OK\r\ncontent-length: 3\r\n\r\n"


@pytest.mark.parametrize("status", [204, 304])
def test_a_whole_answer_without_body_has_no_length(status):
    sent, _ = whole(status=status, body=b"")
    assert sent.endswith(b"\r\n\r\n")
    assert b"content-length" not in sent


def test_a_whole_answer_without_content_has_a_length_all_the_same():
    assert whole(status=205, body=b"")[0].endswith(b"content-length: 0\r\n\r\n")


def test_many_fields_of_a_whole_answer_all_go_out():
    sent, _ = whole(("x-a", "1"), ("x-b", "2"), ("x-a", "3"))
    assert b"\r\nx-a: 1\r\nx-b: 2\r\nx-a: 3\r\ncontent-length: 3\r\n\r\n" in sent


def test_a_whole_answer_ends_the_connection_when_the_client_or_the_answer_says_so():
    assert whole(("connection", "close"))[1]
    sent, closes = whole(keep_alive=False)
    assert (b"\r\nconnection: close\r\n" in sent, closes) == (True, True)
    assert whole(("connection", "close"), keep_alive=False)[0].count(b"close") == 1


@pytest.mark.parametrize("field", [("x a", "b"), ("x-a", "b\r\nx-b: c"), ("x-a:", "b")])
def test_a_field_of_a_whole_answer_cannot_begin_another(field):
    with pytest.raises(RuntimeError, match="Invalid HTTP header"):
        whole(field)
