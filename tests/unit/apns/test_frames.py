"""Frames as we write them, read by hyperframe."""

from __future__ import annotations

import pytest
from hyperframe.frame import Frame, GoAwayFrame, PingFrame, RstStreamFrame, SettingsFrame

from apns_connector.apns import frames


def parse(data):
    parsed = []
    while data:
        frame, length = Frame.parse_frame_header(memoryview(data[:9]))
        frame.parse_body(memoryview(data[9 : 9 + length]))
        parsed.append(frame)
        data = data[9 + length :]
    return parsed


def test_settings_are_read_as_written():
    (frame,) = parse(frames.settings({frames.SETTINGS_HEADER_TABLE_SIZE: 0, 4: 1 << 20}))
    assert frame.settings == {SettingsFrame.HEADER_TABLE_SIZE: 0, 4: 1 << 20}


def test_an_acknowledgement_is_empty():
    (frame,) = parse(frames.SETTINGS_ACK)
    assert set(frame.flags) == {"ACK"}


@pytest.mark.parametrize("ack", [False, True])
def test_pings_are_read_as_written(ack):
    (frame,) = parse(frames.ping(b"12345678", ack=ack))
    assert isinstance(frame, PingFrame)
    assert (frame.opaque_data, set(frame.flags)) == (b"12345678", {"ACK"} if ack else set())


def test_window_updates_are_read_as_written():
    (frame,) = parse(frames.window_update(7, 1000))
    assert (frame.stream_id, frame.window_increment) == (7, 1000)


def test_resets_and_goodbyes_are_read_as_written():
    reset, goaway = parse(frames.rst_stream(3, 8) + frames.goaway(5, 1, b"why"))
    assert isinstance(reset, RstStreamFrame)
    assert (reset.stream_id, reset.error_code) == (3, 8)
    assert isinstance(goaway, GoAwayFrame)
    assert (goaway.last_stream_id, goaway.error_code, goaway.additional_data) == (5, 1, b"why")


@pytest.mark.parametrize(
    ("size", "sizes"),
    [(0, [0]), (10, [10]), (11, [10, 1]), (20, [10, 10]), (35, [10, 10, 10, 5])],
)
def test_a_header_block_is_cut_into_frames_of_the_size_that_is_allowed(size, sizes):
    block = bytes(range(size))
    written = parse(b"".join(frames.header_frames(1, block, 10)))
    assert [len(frame.data) for frame in written] == sizes
    assert b"".join(frame.data for frame in written) == block
    ends = ["END_HEADERS" in frame.flags for frame in written]
    assert ends == [False] * (len(sizes) - 1) + [True]
    assert not any("END_STREAM" in frame.flags for frame in written)


@pytest.mark.parametrize("size", [0, 10, 35])
def test_headers_that_are_the_whole_request_end_the_stream_in_their_first_frame(size):
    whole = frames.FLAG_END_HEADERS | frames.FLAG_END_STREAM
    written = parse(b"".join(frames.header_frames(1, bytes(size), 10, whole)))
    assert "END_STREAM" in written[0].flags
    assert not any("END_STREAM" in frame.flags for frame in written[1:])
    assert ["END_HEADERS" in frame.flags for frame in written] == (
        [False] * (len(written) - 1) + [True]
    )


def test_the_length_of_a_frame_fills_three_bytes():
    assert frames.head(0x012345, 0, 0, 1)[:3] == b"\x01\x23\x45"


@pytest.mark.parametrize(
    ("code", "name"), [(7, "REFUSED_STREAM"), (0, "NO_ERROR"), (0xDEAD, "error code 0xdead")]
)
def test_error_codes_have_the_names_of_the_rfc_or_are_numbers(code, name):
    assert frames.error_name(code) == name
