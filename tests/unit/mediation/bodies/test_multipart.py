import base64
import email
import email.policy
import quopri
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from apns_connector.errors import ContentError, ContentTooLarge
from apns_connector.mediation.bodies.content_limits import ContentLimits
from apns_connector.mediation.bodies.content_type import read_content_type
from apns_connector.mediation.bodies.multipart import bare_content_id, read_related, split

LIMITS = ContentLimits()
SMALL = ContentLimits(mime_parts=3, mime_header_bytes=150)


def related(body: bytes, parameters: str = "boundary=b", limits: ContentLimits = LIMITS):
    return read_related(body, read_content_type(f"multipart/related; {parameters}"), limits)


def part(content_id: str, content: bytes = b"x") -> bytes:
    return b"--b\r\nContent-ID: <" + content_id.encode() + b">\r\n\r\n" + content + b"\r\n"


TWO_PARTS = (
    b"--b\r\nContent-Type: text/xml; charset=UTF-8\r\nContent-ID: <root>\r\n\r\n<a/>\r\n"
    b"--b\r\nContent-Type: application/x-pkcs12\r\nContent-ID: <certificate>\r\n"
    b"Content-Transfer-Encoding: binary\r\n\r\n\x00\x01\r\n\xff\r\n--b--\r\n"
)


def test_parts_keep_their_order_their_types_and_every_byte():
    found = related(TWO_PARTS)
    assert found.root == "root"
    assert list(found.parts) == ["root", "certificate"]
    assert found.parts["root"].content == b"<a/>"
    assert found.parts["certificate"].content == b"\x00\x01\r\n\xff"
    assert found.parts["certificate"].content_type == "application/x-pkcs12"


def test_bare_line_feeds_are_taken_for_line_ends_too():
    found = split(b"--b\nA: 1\n\none\ntwo\n--b\n\nthree\n--b--\n", "b", LIMITS)
    assert [entry.content for entry in found] == [b"one\ntwo", b"three"]


def test_preamble_and_epilogue_are_dropped():
    body = b"This is MIME.\r\n" + TWO_PARTS + b"and more\r\n--b\r\nnot a part\r\n"
    assert related(body) == related(TWO_PARTS)


def test_blanks_behind_a_boundary_do_not_count():
    body = b"--b \t\r\nContent-ID: r\r\n\r\nx\r\n--b-- \t\r\n"
    assert related(body).parts["r"].content == b"x"


@pytest.mark.parametrize("lookalike", [b"--bc", b"--b x", b"--b--x", b"-b", b"y--b", b" --b"])
def test_a_line_that_only_begins_like_a_boundary_is_content(lookalike):
    content = b"one\r\n" + lookalike + b"\r\ntwo"
    assert related(part("r", content) + b"--b--").parts["r"].content == content


def test_a_folded_header_is_one_header():
    head = b"--b\r\nContent-Type: text/xml;\r\n\t charset=UTF-8\r\nContent-ID:\r\n <r>\r\n\r\n"
    found = related(head + b"x\r\n--b--").parts["r"]
    assert found.content_type == "text/xml; charset=UTF-8"


def test_the_first_of_two_equal_headers_counts():
    body = b"--b\r\nContent-ID: <one>\r\nContent-ID: <two>\r\n\r\nx\r\n--b--"
    assert list(related(body).parts) == ["one"]


def test_a_part_may_have_neither_headers_nor_content():
    found = split(b"--b\r\n\r\n--b\r\n\r\n\r\n--b\r\nA: b\r\n\r\n--b--", "b", LIMITS)
    assert [entry.content for entry in found] == [b"", b"", b""]
    assert found[0].content_type == "text/plain; charset=us-ascii"


@pytest.mark.parametrize(
    ("encoding", "sent"),
    [
        ("base64", base64.encodebytes(bytes(range(256)) * 3).replace(b"\n", b"\r\n")),
        ("BASE64 ", base64.b64encode(bytes(range(256)) * 3)),
        ("quoted-printable", quopri.encodestring(bytes(range(256)) * 3, quotetabs=True)),
        ("binary", bytes(range(256)) * 3),
        ("8bit", bytes(range(256)) * 3),
        ("7bit", bytes(range(256)) * 3),
    ],
)
def test_every_transfer_encoding_is_undone(encoding, sent):
    head = b"--b\r\nContent-Transfer-Encoding: " + encoding.encode() + b"\r\n\r\n"
    (found,) = split(head + sent + b"\r\n--b--", "b", LIMITS)
    assert found.content == bytes(range(256)) * 3


def test_the_root_is_the_part_that_start_names_wherever_it_is():
    body = part("certificate") + part("root", b"<a/>") + b"--b--"
    assert related(body, 'boundary=b; start="<root>"').root == "root"
    assert related(body, 'boundary=b; start="root"').root == "root"
    assert related(body, 'boundary=b; start="<cid:root>"').root == "root"
    assert related(body).root == "certificate"


def test_a_content_id_is_case_sensitive_and_may_be_unquoted():
    found = related(part("Cert") + b"--b\r\nContent-Id:  cert \r\n\r\ny\r\n--b--")
    assert list(found.parts) == ["Cert", "cert"]


def test_only_the_first_part_may_do_without_a_content_id():
    found = related(b"--b\r\n\r\n<a/>\r\n" + part("c") + b"--b--")
    assert re.fullmatch(r"firstPart_[0-9a-f-]{36}", found.root)
    assert found.parts[found.root].content == b"<a/>"
    with pytest.raises(ContentError, match="Part content ID cannot be blank"):
        related(part("r") + b"--b\r\n\r\nx\r\n--b--")


@pytest.mark.parametrize(
    ("given_id", "bare"), [(" <a@b> ", "a@b"), ("a", "a"), ("<a", "<a"), ("", "")]
)
def test_angle_brackets_around_a_content_id_are_no_part_of_it(given_id, bare):
    assert bare_content_id(given_id) == bare


@pytest.mark.parametrize(
    ("body", "parameters", "kind", "problem"),
    [
        (TWO_PARTS[:-4], "boundary=b", ContentError, "truncated"),
        (TWO_PARTS[:-12], "boundary=b", ContentError, "truncated"),
        (TWO_PARTS, "boundary=c", ContentError, "truncated"),
        (b"", "boundary=b", ContentError, "truncated"),
        (b"--b", "boundary=b", ContentError, "truncated"),
        (b"--b--", "boundary=b", ContentError, "has no part"),
        (TWO_PARTS, "type=a/b", ContentError, "has no boundary"),
        (TWO_PARTS, f"boundary={'b' * 71}", ContentError, "1 to 70"),
        (TWO_PARTS, 'boundary="b "', ContentError, "1 to 70"),
        (
            TWO_PARTS,
            'boundary="b"; start="<other>"',
            ContentError,
            "Content-ID 'other' named by start=",
        ),
        (part("r") + part("r") + b"--b--", "boundary=b", ContentError, "same Content-ID 'r'"),
        (
            b"--b\r\nno colon\r\n\r\nx\r\n--b--",
            "boundary=b",
            ContentError,
            "header line without a name",
        ),
        (b"--b\r\nA: b\r\n--b--", "boundary=b", ContentError, "no blank line"),
        (
            b"--b\r\nA: " + b"b" * 180 + b"\r\n\r\nx\r\n--b--",
            "boundary=b",
            ContentTooLarge,
            "within 150 bytes",
        ),
        (
            b"".join(part(str(n)) for n in range(4)) + b"--b--",
            "boundary=b",
            ContentTooLarge,
            "more than 3",
        ),
        (
            b"--b\r\nContent-Transfer-Encoding: base64\r\n\r\nA*==\r\n--b--",
            "boundary=b",
            ContentError,
            "not valid base64",
        ),
        (
            b"--b\r\nContent-Transfer-Encoding: x-uuencode\r\n\r\nx\r\n--b--",
            "boundary=b",
            ContentError,
            "'x-uuencode' is not known",
        ),
    ],
)
def test_a_broken_body_is_refused_with_the_reason(body, parameters, kind, problem):
    with pytest.raises(ContentError, match=re.escape(problem)) as refused:
        related(body, parameters, SMALL)
    assert type(refused.value) is kind


@pytest.mark.parametrize("cut", range(1, len(TWO_PARTS) - 4))
def test_no_truncated_body_is_taken_for_a_whole_one(cut):
    with pytest.raises(ContentError):
        split(TWO_PARTS[:cut], "b", LIMITS)


BOUNDARY = st.from_regex(r"[0-9A-Za-z'()+_,./:=?-]{1,20}", fullmatch=True)
# A bare CR is a line end for the standard library, for MIME (RFC 2046) it is not.
CONTENT = st.binary(max_size=60).map(lambda raw: raw.replace(b"\r", b""))
ENCODED = st.tuples(CONTENT, st.sampled_from(["binary", "base64", "quoted-printable"]))
ENCODERS = {"binary": bytes, "base64": base64.encodebytes, "quoted-printable": quopri.encodestring}


def written(boundary: bytes, parts, line: bytes) -> bytes:
    """A multipart body as some client might write it."""
    lines = [b"preamble"]
    for number, (content, encoding) in enumerate(parts):
        lines += [b"--" + boundary, b"Content-ID: <p%d>" % number]
        lines += [b"Content-Transfer-Encoding: " + encoding.encode(), b""]
        lines += [ENCODERS[encoding](content)]
    return line.join([*lines, b"--" + boundary + b"--", b"epilogue"])


@settings(deadline=None)  # the speed of a busy machine is not what is tested
@given(BOUNDARY, st.lists(ENCODED, min_size=1, max_size=5), st.sampled_from([b"\r\n", b"\n"]))
def test_what_is_written_is_read_as_the_standard_library_reads_it(boundary, parts, line):
    body = written(boundary.encode(), parts, line)
    head = b'MIME-Version: 1.0\r\nContent-Type: multipart/related; boundary="%s"\r\n\r\n'
    oracle = email.message_from_bytes(head % boundary.encode() + body)
    found = split(body, boundary, LIMITS)
    if b"\n--" + boundary.encode() not in b"\n".join(content for content, _ in parts):
        assert [entry.content_id for entry in found] == [f"p{n}" for n in range(len(parts))]
    assert [entry.content for entry in found] == [
        entry.get_payload(decode=True) for entry in oracle.get_payload()
    ]


@settings(deadline=None)  # the speed of a busy machine is not what is tested
@given(st.binary(max_size=300), st.sampled_from(["b", "--", "a:b"]))
def test_any_bytes_are_either_parts_or_a_refusal(noise, boundary):
    marker = b"\r\n--" + boundary.encode()
    try:
        parts = split(noise.replace(b"\0", marker), boundary, SMALL)
    except ContentError:
        return
    assert 1 <= len(parts) <= 3
