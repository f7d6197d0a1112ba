from __future__ import annotations

from apns_connector.apns import frames
from apns_connector.apns.ordinary_frames import ID_BYTES, PATH_BYTES, ordinary_frames

PATH, ID, BODY = b"p" * PATH_BYTES, b"i" * ID_BYTES, b'{"aps":{}}'


def test_both_frames_are_as_if_they_were_put_together_one_by_one():
    pack, head, before_path, before_id = ordinary_frames(b"one", b"the other")
    packed = pack(head, 4711, before_path, PATH, before_id, ID, len(BODY), 1, 4711) + BODY
    parts = frames.header_frames(4711, b"one" + PATH + b"the other" + ID, frames.MIN_FRAME_SIZE)
    data = frames.head(len(BODY), frames.DATA, frames.FLAG_END_STREAM, 4711)
    assert packed == b"".join(parts) + data + BODY


def test_the_longest_body_of_one_frame_has_its_length():
    pack, head, before_path, before_id = ordinary_frames(b"", b"")
    packed = pack(head, 1, before_path, PATH, before_id, ID, frames.MIN_FRAME_SIZE, 1, 1)
    data = frames.head(frames.MIN_FRAME_SIZE, frames.DATA, frames.FLAG_END_STREAM, 1)
    assert packed.endswith(data)


def test_a_block_that_needs_more_than_one_frame_is_not_ordinary():
    room = frames.MIN_FRAME_SIZE - PATH_BYTES - ID_BYTES
    assert ordinary_frames(b"", b"a" * room) is not None
    assert ordinary_frames(b"", b"a" * (room + 1)) is None
