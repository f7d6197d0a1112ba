"""The frames that are written beside h2, byte for byte."""

from __future__ import annotations

from apns_connector.simulator import frames


def test_the_first_settings_are_those_seen_from_apple():
    frame = frames.first_settings(1)
    assert frame[:9] == bytes.fromhex("00001e 04 00 00000000")
    settings = {frame[i + 1]: int.from_bytes(frame[i + 2 : i + 6]) for i in range(9, 39, 6)}
    assert settings == {1: 4096, 3: 1, 4: 65535, 5: 16384, 6: 8000}


def test_a_moved_limit_is_a_setting_of_its_own():
    frame = frames.stream_limit_settings(1000)
    assert frame == bytes.fromhex("000006 04 00 00000000 0003 000003e8")


def test_goaway_carries_last_stream_error_and_debug_data():
    frame = frames.goaway(5, 7, b"text")
    assert frame == bytes.fromhex("00000c 07 00 00000000 00000005 00000007") + b"text"
