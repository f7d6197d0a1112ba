"""An answer leaves in one piece."""

from __future__ import annotations

import asyncio

from apns_connector.gateway.joined_writes import AT_MOST, JoinedWrites


class Wire:
    """A transport that notes what happens to it."""

    def __init__(self):
        self.steps: list[object] = []
        self.closing = False

    def write(self, data):
        self.steps.append(data)

    def write_eof(self):
        self.steps.append("eof")

    def close(self):
        self.closing = True
        self.steps.append("closed")

    def is_closing(self):
        return self.closing


def written(use) -> list[object]:
    wire = Wire()

    async def turn() -> None:
        use(JoinedWrites(wire, asyncio.get_running_loop()), wire)
        await asyncio.sleep(0)

    asyncio.run(turn())
    return wire.steps


def test_what_is_written_in_one_turn_leaves_in_one_piece():
    def use(joined, wire):
        joined.write(b"head")
        joined.write(b"body")
        assert wire.steps == []

    assert written(use) == [b"headbody"]


def test_what_is_written_before_the_end_leaves_before_it():
    def use(joined, wire):
        joined.write(b"last")
        joined.write_eof()
        joined.close()

    assert written(use) == [b"last", "eof", "closed"]


def test_much_leaves_at_once():
    def use(joined, wire):
        joined.write(bytes(AT_MOST))
        assert len(wire.steps) == 1
        joined.write(b"rest")

    assert written(use) == [bytes(AT_MOST), b"rest"]


def test_nothing_is_written_to_a_connection_that_was_lost():
    def use(joined, wire):
        joined.write(b"too late")
        wire.close()

    assert written(use) == ["closed"]


def test_everything_else_is_that_of_the_transport():
    def use(joined, wire):
        assert joined.is_closing() is False

    assert written(use) == []
