"""Those who listen are told everything, and can do no harm."""

from __future__ import annotations

import logging

import pytest

from apns_connector.apns.events import ConnectionFailed, Events


def test_each_listener_is_told_in_the_order_in_which_they_came():
    told = []
    events = Events()
    events.add(lambda event: told.append(("first", event.why)))
    events.add(lambda event: told.append(("second", event.why)))
    events.tell(ConnectionFailed("away"))
    assert told == [("first", "away"), ("second", "away")]


def test_one_that_was_removed_is_told_no_more():
    told = []
    events = Events()
    events.add(told.append)
    events.remove(told.append)
    events.tell(ConnectionFailed("away"))
    assert told == []
    with pytest.raises(ValueError, match="not in list"):
        events.remove(told.append)


def test_one_that_raises_is_logged_and_the_next_is_told_all_the_same(caplog):
    def fail(event):
        raise OSError("disk full")

    told = []
    events = Events()
    events.add(fail)
    events.add(told.append)
    with caplog.at_level(logging.ERROR):
        events.tell(ConnectionFailed("away"))
    assert told == [ConnectionFailed("away")]
    assert "A listener failed" in caplog.text
    assert "disk full" in caplog.text


def test_a_listener_may_remove_itself_while_it_is_told():
    told = []
    events = Events()

    def once(event):
        told.append(event)
        events.remove(once)

    events.add(once)
    events.add(told.append)
    events.tell(ConnectionFailed("away"))
    assert len(told) == 2
    assert events.listeners == (told.append,)
