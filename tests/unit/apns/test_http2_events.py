from __future__ import annotations

import pytest

from apns_connector.apns.http2_events import Answered, Broken, GoingAway, Lost, NotProcessed

EVENTS = [
    Answered("tag", 200, b"\x88"),
    NotProcessed("tag", "refused"),
    Lost("tag", "cut"),
    GoingAway(1, 0, b""),
    Broken(1, "why"),
]


@pytest.mark.parametrize("event", EVENTS, ids=lambda event: type(event).__name__)
def test_an_event_cannot_be_changed_after_the_fact(event):
    name = event.__struct_fields__[0]
    with pytest.raises(AttributeError, match="immutable"):
        setattr(event, name, "other")


def test_events_are_equal_if_they_say_the_same():
    assert Lost("tag", "cut") == Lost("tag", "cut")
    assert Lost("tag", "cut") != NotProcessed("tag", "cut")
