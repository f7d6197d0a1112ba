"""Our header blocks, read back by python-hyper's hpack."""

from __future__ import annotations

import hpack
import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from apns_connector.apns import header_block
from apns_connector.apns.header_block import DELETE, GET, HeaderBlocks, integer

PATH = b"/3/device/" + b"ab" * 32
TOPIC = ((b"apns-topic", b"com.example.app"), (b"apns-push-type", b"alert"))
APNS_ID = ((b"apns-id", b"0" * 36),)


def start(path=PATH, method=b"POST"):
    return [
        (b":method", method),
        (b":scheme", b"https"),
        (b":authority", b"localhost"),
        (b":path", path),
    ]


def read(decoder, block):
    return [(bytes(name), bytes(value)) for name, value in decoder.decode(block, raw=True)]


@pytest.mark.parametrize(
    ("value", "prefix_bits", "expected"),
    [(10, 5, b"\x0a"), (1337, 5, b"\x1f\x9a\x0a"), (42, 8, b"\x2a"), (31, 5, b"\x1f\x00")],
)
def test_integers_are_written_as_in_the_examples_of_rfc_7541(value, prefix_bits, expected):
    assert integer(value, prefix_bits, 0) == expected


@pytest.mark.parametrize("length", [0, 1, 126, 127, 128, 255, 256, 300, 70_000])
def test_strings_of_all_lengths_can_be_read_back(length):
    blocks = HeaderBlocks("localhost")
    decoder = hpack.Decoder(max_header_list_size=200_000)
    headers = read(decoder, blocks.encode(b"/" + b"p" * length, (), ((b"x", b"v" * length),)))
    assert headers == [*start(b"/" + b"p" * length), (b"x", b"v" * length)]


def test_constant_fields_cost_one_byte_each_from_the_second_request_on():
    blocks = HeaderBlocks("localhost")
    first = blocks.encode(PATH, TOPIC, APNS_ID)
    second = blocks.encode(PATH, TOPIC, APNS_ID)
    path, apns_id = 2 + len(PATH), 3 + 36
    assert len(second) == 3 + path + len(TOPIC) + apns_id
    assert len(first) > len(second)


def test_a_field_that_comes_up_later_leaves_earlier_ones_readable():
    blocks, decoder = HeaderBlocks("localhost"), hpack.Decoder()
    later = (*APNS_ID, (b"apns-expiration", b"0"), (b"apns-collapse-id", b"game"))
    for varying in (APNS_ID, later, APNS_ID, later):
        headers = read(decoder, blocks.encode(PATH, TOPIC, varying))
        assert headers == [*start(), *TOPIC, *varying]


def test_path_and_authorization_are_never_put_into_the_table():
    blocks, decoder = HeaderBlocks("localhost", b"bearer secret"), hpack.Decoder()
    for number in range(5):
        read(decoder, blocks.encode(b"/3/device/%d" % number, TOPIC, APNS_ID))
    entries = [bytes(name) for name, _ in decoder.header_table.dynamic_entries]
    assert b":path" not in entries
    assert b"authorization" not in entries


def test_authorization_is_marked_as_never_to_be_indexed():
    block = HeaderBlocks("localhost", b"bearer secret").encode(PATH, TOPIC, APNS_ID)
    fields = hpack.Decoder().decode(block)
    indexable = {name: field.indexable for field in fields for name, _ in [field]}
    assert indexable["authorization"] is False


@pytest.mark.parametrize("method", [GET, DELETE])
def test_another_method_may_be_the_first_of_the_constant_fields(method):
    blocks, decoder = HeaderBlocks("localhost", b"bearer secret"), hpack.Decoder()
    path, channel = b"/1/apps/com.example.app/channels", ((b"apns-channel-id", b"QQ=="),)
    for constant in ((method,), (method, *TOPIC), (method,)):
        headers = read(decoder, blocks.encode(path, constant, channel))
        assert headers == [
            *start(path, method[1]),
            *constant[1:],
            (b"authorization", b"bearer secret"),
            *channel,
        ]


def test_methods_take_turns_on_one_connection():
    blocks, decoder = HeaderBlocks("localhost"), hpack.Decoder()
    for constant in (TOPIC, (GET,), TOPIC, (DELETE,), (), (GET,), TOPIC, TOPIC):
        method = constant[0][1] if constant[:1] in ((GET,), (DELETE,)) else b"POST"
        headers = read(decoder, blocks.encode(PATH, constant, APNS_ID))
        fields = [field for field in constant if field[0] != b":method"]
        assert headers == [*start(method=method), *fields, *APNS_ID]
    assert [bytes(name) for name, _ in decoder.header_table.dynamic_entries].count(b":method") == 0


def test_a_table_that_is_full_is_left_as_it_is():
    blocks, decoder = HeaderBlocks("localhost"), hpack.Decoder()
    for number in range(200):
        topic = ((b"apns-topic", b"com.example.app%d" % number),)
        assert read(decoder, blocks.encode(PATH, topic, APNS_ID)) == [*start(), *topic, *APNS_ID]
    first = ((b"apns-topic", b"com.example.app0"),)
    again = blocks.encode(PATH, first, APNS_ID)
    assert b"com.example" not in again  # still an index, of two bytes by now


REQUESTS = st.tuples(
    st.just("request"),
    st.sampled_from([(), (GET,), (DELETE,)]),
    st.sampled_from([b"a", b"com.example.app", b"t" * 900, b"u" * 4000]),
    st.lists(
        st.sampled_from([b"apns-id", b"apns-expiration", b"apns-collapse-id"]),
        unique=True,
        max_size=3,
    ),
    st.binary(max_size=300),
)


@given(
    st.lists(
        st.one_of(
            REQUESTS,
            st.tuples(st.just("resize"), st.integers(0, 8192)),
            st.tuples(st.just("authorize"), st.binary(min_size=1, max_size=20)),
        ),
        max_size=40,
    )
)
@hypothesis_settings(max_examples=200, deadline=None)
def test_any_sequence_of_requests_resizes_and_renewals_can_be_read_back(steps):
    blocks, decoder = HeaderBlocks("localhost"), hpack.Decoder()
    authorization: list[tuple[bytes, bytes]] = []
    for step, *rest in steps:
        if step == "resize":
            blocks.resize(rest[0])
            decoder.max_allowed_table_size = rest[0]
        elif step == "authorize":
            blocks.authorize(rest[0])
            authorization = [(b"authorization", rest[0])]
        else:
            method, topic, names, value = rest
            constant = ((b"apns-topic", topic), (b"apns-priority", b"5"))
            varying = tuple((name, value) for name in names)
            headers = read(decoder, blocks.encode(PATH, method + constant, varying))
            first = start(method=dict(method).get(b":method", b"POST"))
            assert headers == [*first, *constant, *authorization, *varying]


def test_a_block_of_an_answer_is_decoded_without_state():
    encoder = hpack.Encoder()
    encoder.header_table_size = 0
    block = encoder.encode([(":status", "410"), ("apns-id", "x")])
    for _ in range(2):
        assert header_block.decode(block) == [(":status", "410"), ("apns-id", "x")]


def test_bytes_beyond_ascii_in_an_answer_are_read_as_latin_1():
    block = b"\x88\x00\x01x\x01\xe9"
    assert header_block.decode(block) == [(":status", "200"), ("x", "é")]


@pytest.mark.parametrize("block", [b"\xff", b"\xbe", b"\x00\x05ab", b"\x3f\xe1\x1f"])
def test_a_block_that_needs_a_table_or_is_cut_short_is_refused(block):
    with pytest.raises(hpack.HPACKError):
        header_block.decode(block)


@pytest.mark.parametrize(
    ("fields", "status"),
    [
        ([(":status", "200"), ("x", "y")], 200),
        ([(":status", "999")], 999),
        ([], None),
        ([("x", "y")], None),
        ([("x", "y"), (":status", "200")], None),
        ([(":status", "200"), (":status", "200")], None),
        ([(":status", "\N{ARABIC-INDIC DIGIT TWO}00")], None),
        ([(":status", "20")], None),
        ([(":status", "2000")], None),
        ([(":status", "+20")], None),
        ([(":method", "200")], None),
    ],
)
def test_a_status_is_three_digits_first_and_alone(fields, status):
    assert header_block.status(fields) == status
