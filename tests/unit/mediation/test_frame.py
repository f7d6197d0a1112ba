"""Where a flow is."""

from __future__ import annotations

from apns_connector.mediation.frame import Frame, handlers, snapshot
from apns_connector.mediation.mediator import Sequence


def chain() -> Frame:
    """A sequence in a handler in a sequence."""
    outer = Frame(None, Sequence(name="outer"), 3, functions=1)
    return Frame(Frame(outer, None, on_error="H"), Sequence(name="inner"), 1)


def described(frame: Frame | None) -> list[str | None]:
    found = []
    while frame is not None:
        found.append(frame.on_error if frame.sequence is None else frame.sequence.name)
        frame = frame.outer
    return found


def test_a_snapshot_stays_where_it_was_taken() -> None:
    frame = chain()
    taken = snapshot(frame)
    frame.position += 1
    assert taken is not None
    assert (taken.position, frame.position) == (1, 2)
    assert described(taken) == ["inner", "H", "outer"]
    assert taken.outer is not None
    assert taken.outer.outer is not None
    assert (taken.outer.outer.position, taken.outer.outer.functions) == (3, 1)


def test_the_handlers_are_left_when_the_sequences_are_taken_out() -> None:
    assert described(handlers(chain())) == ["H"]
    assert described(handlers(Frame(chain(), None, on_error="G"))) == ["G", "H"]
    assert handlers(Frame(None, Sequence())) is None


def test_nothing_runs_at_first() -> None:
    assert snapshot(None) is None
    assert handlers(None) is None
