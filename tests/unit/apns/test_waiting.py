from __future__ import annotations

from concurrent.futures import Future
from types import SimpleNamespace

from apns_connector.apns.notification import Notification
from apns_connector.apns.request import request_for
from apns_connector.apns.waiting import Waiting

BY_KEY = SimpleNamespace(certified=False, topic_for=lambda push_type: None)


def request(deadline=10.0):
    notification = Notification(device_token="ab", payload={"aps": {}}, topic="a")
    return request_for(notification, BY_KEY, deadline, Future())


def test_who_came_first_is_first():
    waiting, first, second, third = Waiting(), request(), request(), request()
    waiting.add([first])
    waiting.add([second, third])
    assert waiting
    assert waiting.take(2) == [first, second]
    assert waiting.take(2) == [third]
    assert not waiting


def test_who_had_a_turn_already_goes_before_all_others():
    waiting, new, again, later = Waiting(), request(), request(), request()
    waiting.add([new])
    waiting.add_first(again, later)
    assert waiting.take(3) == [again, later, new]


def test_who_pauses_is_not_in_line_but_not_forgotten():
    waiting, tired = Waiting(), request()
    waiting.pause(tired)
    assert not waiting
    assert waiting.anyone
    waiting.resume(tired)
    assert waiting.take(1) == [tired]
    assert not waiting.anyone


def test_a_pause_that_ends_after_all_were_taken_brings_nobody_back():
    waiting, tired = Waiting(), request()
    waiting.pause(tired)
    assert waiting.take_all() == [tired]
    waiting.resume(tired)
    assert not waiting.anyone


def test_requests_that_nobody_waits_for_drop_out():
    waiting, gone, left, also = Waiting(), request(), request(), request()
    waiting.add([gone, left, also, request()])
    gone.waiter.cancel()
    also.waiter.cancel()
    assert waiting
    assert waiting.take(2) == [left]


def test_the_pause_of_a_request_that_is_given_up_is_over():
    waiting, gone = Waiting(), request()
    waiting.pause(gone)
    gone.waiter.cancel()
    waiting.give_up(gone.waiter)
    assert not waiting.anyone


def test_the_overdue_are_taken_and_the_others_stay_in_their_order():
    waiting = Waiting()
    line = [request(deadline) for deadline in (5.0, 1.0, 9.0)]
    waiting.add(line)
    pausing, late = request(8.0), request(2.0)
    waiting.pause(pausing)
    waiting.pause(late)
    assert waiting.take_overdue(5.0) == [line[0], line[1], late]
    assert waiting.requests() == [line[2], pausing]
    assert waiting.take_overdue(5.0) == []
