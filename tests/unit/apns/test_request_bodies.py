from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apns_connector.apns.received_frames import PeerError, StreamError
from apns_connector.apns.request_bodies import RequestBodies


def written(out):
    """Per stream: what arrived, and whether it ended."""
    data, bodies = b"".join(out), {}
    while data:
        length, flags, stream_id = int.from_bytes(data[:3], "big"), data[4], data[8]
        body, ended = bodies.get(stream_id, (b"", False))
        assert not ended
        bodies[stream_id] = (body + data[9 : 9 + length], bool(flags & 1))
        data = data[9 + length :]
    return bodies


def test_a_body_that_fits_goes_out_at_once():
    bodies = RequestBodies(out := [])
    bodies.send(1, b"body")
    assert written(out) == {1: (b"body", True)}
    assert not bodies.waits(1)
    assert bodies.window == 65_531


def test_an_empty_body_still_ends_its_stream():
    bodies = RequestBodies(out := [])
    bodies.send(1, b"")
    assert written(out) == {1: (b"", True)}


def test_a_body_is_cut_into_frames_of_the_size_that_is_allowed():
    bodies = RequestBodies(out := [])
    bodies.send(1, b"x" * 40_000)
    assert [len(part) for part in out[1::2]] == [16_384, 16_384, 7_232]


def test_a_body_that_was_forgotten_is_not_continued():
    bodies = RequestBodies(out := [])
    bodies.change_initial_window(2)
    bodies.send(1, b"body")
    assert bodies.forget(1)
    assert not bodies.forget(1)
    bodies.open_stream_window(1, 100)
    assert written(out) == {1: (b"bo", False)}


def test_bodies_share_the_window_of_the_connection_in_the_order_of_their_streams():
    bodies = RequestBodies(out := [])
    bodies.window = 5
    bodies.send(1, b"first")
    bodies.send(3, b"second")
    bodies.send(5, b"third")
    bodies.open_connection_window(8)
    assert written(out) == {1: (b"first", True), 3: (b"second", True), 5: (b"th", False)}


def test_one_stream_may_be_stuck_while_others_go_on():
    bodies = RequestBodies(out := [])
    bodies.change_initial_window(0)
    bodies.send(1, b"stuck")
    bodies.send(3, b"free")
    bodies.open_stream_window(3, 4)
    assert written(out) == {3: (b"free", True)}
    assert bodies.waits(1)


def test_a_window_update_for_a_body_that_is_gone_is_ignored():
    bodies = RequestBodies(out := [])
    bodies.open_stream_window(1, 2**31 - 1)
    assert out == []


def test_windows_beyond_the_limit_are_refused():
    bodies = RequestBodies([])
    with pytest.raises(PeerError, match="wider than"):
        bodies.open_connection_window(2**31 - 1)
    bodies = RequestBodies([])
    bodies.window = 0
    bodies.send(1, b"body")
    with pytest.raises(StreamError, match="wider than"):
        bodies.open_stream_window(1, 2**31 - 1)
    with pytest.raises(PeerError, match="wider than"):
        bodies.change_initial_window(2**31 - 1)


@given(
    st.lists(st.binary(max_size=200), min_size=1, max_size=8),
    st.lists(
        st.one_of(
            st.tuples(st.just("connection"), st.integers(1, 50)),
            st.tuples(st.just("stream"), st.integers(0, 7), st.integers(1, 50)),
            st.tuples(st.just("initial"), st.integers(0, 120)),
        ),
        max_size=40,
    ),
)
def test_no_window_is_ever_overdrawn_and_all_arrives_in_the_end(contents, changes):
    bodies = RequestBodies(out := [])
    bodies.change_initial_window(20)
    bodies.window = 60
    allowed, initial, windows = 60, 20, {}
    for number, content in enumerate(contents):
        bodies.send(2 * number + 1, content)
        windows[2 * number + 1] = 20
    for kind, *rest in [*changes, ("initial", 300), ("connection", 10_000)]:
        if kind == "connection":
            bodies.open_connection_window(rest[0])
            allowed += rest[0]
        elif kind == "stream":
            stream_id = 2 * (rest[0] % len(contents)) + 1
            bodies.open_stream_window(stream_id, rest[1])
            windows[stream_id] += rest[1]
        else:
            bodies.change_initial_window(rest[0])
            windows = {key: value + rest[0] - initial for key, value in windows.items()}
            initial = rest[0]
        sent = written(out)
        assert sum(len(body) for body, _ in sent.values()) <= allowed
    assert [body for body, _ in dict(sorted(written(out).items())).values()] == contents
    assert all(ended for _, ended in written(out).values())


@given(st.integers(0, 100), st.integers(0, 100), st.integers(1, 150))
def test_a_stream_gets_no_more_than_its_own_window(window, increment, size):
    bodies = RequestBodies(out := [])
    bodies.change_initial_window(window)
    bodies.send(1, b"x" * size)
    assert len(written(out).get(1, (b"", 0))[0]) == min(window, size)
    bodies.open_stream_window(1, increment)
    assert len(written(out).get(1, (b"", 0))[0]) == min(window + increment, size)
