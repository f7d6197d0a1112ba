"""What frames say, apart from any stream. Errors of whole connections: see test_http2."""

from __future__ import annotations

from struct import pack

import pytest

from apns_connector.apns import received_frames
from apns_connector.apns.received_frames import HeaderAssembly, PeerError, StreamError


@pytest.mark.parametrize(
    ("flags", "payload", "content"),
    [
        (0, b"body", b"body"),
        (8, b"\0body", b"body"),
        (8, b"\3body\0\0\0", b"body"),
        (8, b"\0", b""),
        (8, b"\2\0\0", b""),
    ],
)
def test_padding_is_taken_off(flags, payload, content):
    assert received_frames.without_padding(flags, payload) == content


@pytest.mark.parametrize("payload", [b"", b"\1", b"\5body"])
def test_padding_as_long_as_its_frame_is_refused(payload):
    with pytest.raises(PeerError, match="padding longer than its frame"):
        received_frames.without_padding(8, payload)


def test_a_fragment_comes_without_padding_and_priority():
    assert received_frames.block_fragment(8 | 32, b"\2" + b"prior" + b"block" + b"\0\0") == b"block"


@pytest.mark.parametrize(
    ("flags", "payload", "code"),
    [
        (8, b"\2prior\x88", 1),  # padding that would reach into the priority
        (8, b"\1prior", 1),
        (0, b"prio", 6),
        (8, b"\0pri", 6),
    ],
)
def test_padding_leaves_the_priority_alone(flags, payload, code):
    with pytest.raises(PeerError) as caught:
        received_frames.block_fragment(flags | 32, payload)
    assert caught.value.code == code


def test_a_fragment_may_be_all_padding():
    assert received_frames.block_fragment(8 | 32, b"\2prior\0\0") == b""


def test_of_settings_that_are_repeated_the_last_counts():
    payload = pack(">HLHLHL", 3, 100, 0x99, 7, 3, 1)
    assert received_frames.settings(0, 0, payload) == [(3, 1), (0x99, 7)]


def test_the_window_comes_after_all_other_settings():
    payload = pack(">HLHLHLHL", 4, 7, 3, 100, 4, 8, 5, 16_384)
    assert received_frames.settings(0, 0, payload) == [(3, 100), (5, 16_384), (4, 8)]


def test_all_settings_are_checked_also_those_that_do_not_count():
    with pytest.raises(PeerError, match="a MAX_FRAME_SIZE of 0"):
        received_frames.settings(0, 0, pack(">HLHL", 5, 0, 5, 20_000))


def test_an_acknowledgement_has_no_settings():
    assert received_frames.settings(1, 0, b"") is None


def test_a_goaway_has_a_last_stream_a_code_and_debug_data():
    payload = pack(">LL", 1 << 31 | 7, 11) + b"debug"
    assert received_frames.goaway(0, payload) == (7, 11, b"debug")


def test_the_reserved_bit_of_a_window_update_is_ignored():
    assert received_frames.window_increment(1, pack(">L", 1 << 31 | 5)) == 5


@pytest.mark.parametrize(("stream_id", "error"), [(0, PeerError), (1, StreamError)])
def test_an_increment_of_zero_ends_what_it_is_for(stream_id, error):
    with pytest.raises(error, match="a WINDOW_UPDATE of 0"):
        received_frames.window_increment(stream_id, bytes(4))


def test_a_frame_that_is_too_long_is_first_of_all_another_protocol():
    assert "no HTTP/2 server" in received_frames.too_long(99_999, first=True).why
    assert received_frames.too_long(99_999, first=False).why == "a frame of 99999 bytes"


def test_a_block_is_assembled_from_its_fragments():
    assembly = HeaderAssembly()
    assembly.start(1, 5, b"one ")
    assert assembly.open
    assert assembly.add(0, b"two ") is None
    assert assembly.add(4, b"three") == b"one two three"
    assert assembly.ends_stream
    assert not assembly.open


def test_nothing_else_may_come_between_the_fragments():
    assembly = HeaderAssembly()
    assembly.start(0, 5, b"")
    assembly.check_next(9, 5)
    for kind, stream_id in ((9, 7), (0, 5), (4, 0)):
        with pytest.raises(PeerError, match="in the middle of a header block"):
            assembly.check_next(kind, stream_id)
