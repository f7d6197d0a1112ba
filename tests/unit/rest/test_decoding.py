"""Bodies and queries, and what is said of those that are wrong."""

import json

import pytest

from apns_connector.rest.decoding import pointer, read_notifications, read_query, within
from apns_connector.rest.problem import FieldError, Refusal
from apns_connector.rest.requests import ClearQuery, NotificationRequest, UnregisteredQuery


def refused(body, most=10):
    with pytest.raises(Refusal) as refusal:
        read_notifications(body, most)
    return refusal.value.problem


def test_an_object_is_one_notification_and_an_array_many(token):
    one = {"deviceToken": token, "alert": "x"}
    request = NotificationRequest(device_token=token, alert="x")
    assert read_notifications(json.dumps(one).encode(), 10) == request
    assert read_notifications(b" \n" + json.dumps([one, one]).encode(), 10) == [request, request]


@pytest.mark.parametrize(
    ("member", "value", "detail", "at"),
    [
        ("deviceToken", 1, "Expected `str`, got `int`", "#/deviceToken"),
        ("deviceToken", "xyz", "matching regex", "#/deviceToken"),
        ("badge", -1, "Expected `int` >= 0", "#/badge"),
        ("priority", 3, "Invalid enum value 3", "#/priority"),
        ("relevanceScore", 2.0, "<= 1.0", "#/relevanceScore"),
        ("interruptionLevel", "loud", "Invalid enum value 'loud'", "#/interruptionLevel"),
        ("apnsId", "not-a-uuid", "matching regex", "#/apnsId"),
        ("alrt", "x", "There is no such member", "#/alrt"),
        ("a/b~c", "x", "There is no such member", "#/a~1b~0c"),
    ],
)
def test_a_member_that_is_not_valid_is_named_by_its_path(token, member, value, detail, at):
    told = refused(json.dumps({"deviceToken": token, member: value}).encode())
    assert (told.status, told.detail) == (422, "The notification is not valid")
    assert [error.pointer for error in told.errors] == [at]
    assert detail in told.errors[0].detail


def test_a_member_that_is_missing_is_named_as_well():
    told = refused(b"{}")
    assert told.errors == [FieldError("It is required", "#/deviceToken")]


def test_what_is_wrong_with_one_of_many_does_not_concern_the_others(token):
    body = json.dumps([{"deviceToken": token, "alert": "x"}, {"deviceToken": 1}, "x"]).encode()
    good, bad, none = read_notifications(body, 10)
    assert good == NotificationRequest(device_token=token, alert="x")
    assert bad == FieldError("Expected `str`, got `int`", "#/deviceToken")
    assert none == FieldError("Expected `object`, got `str`", "#")
    assert within(1, [bad]) == [FieldError(bad.detail, "#/1/deviceToken")]
    assert within(2, [none]) == [FieldError(none.detail, "#/2")]
    assert within(3, [FieldError("no place")]) == [FieldError("no place", "#/3")]


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"", 400),
        (b"{", 400),
        (b"[{]", 400),
        (b'{"deviceToken":"ab"} {}', 400),
        (b'{"deviceToken":"\xff"}', 400),
        (b"\xff\xfe{\x00", 400),
        (b'{"payload":' * 1 + b'{"a":' * 100_000, 400),
        (b"[" * 100_000, 400),
        (b"1", 422),
        (b'"x"', 422),
        (b"null", 422),
        (b"[]", 422),
        (b"[{}, {}, {}]", 413),
    ],
)
def test_a_body_that_is_no_notification_is_refused(body, status):
    assert refused(body, most=2).status == status


def test_a_query_is_read_by_its_type():
    assert read_query({"limit": "5", "after": "7"}, UnregisteredQuery) == UnregisteredQuery(5, 7)


@pytest.mark.parametrize(
    ("parameters", "type_", "parameter"),
    [
        ({"limit": "many"}, UnregisteredQuery, "limit"),
        ({"limit": "0"}, UnregisteredQuery, "limit"),
        ({"page": "1"}, UnregisteredQuery, "page"),
        ({}, ClearQuery, "upTo"),
    ],
)
def test_a_parameter_that_is_not_valid_is_named(parameters, type_, parameter):
    with pytest.raises(Refusal) as refusal:
        read_query(parameters, type_)
    told = refusal.value.problem
    assert (told.status, [error.parameter for error in told.errors]) == (422, [parameter])


def test_a_pointer_escapes_what_has_a_meaning_in_it():
    assert pointer() == "#"
    assert pointer("a/b", "~", "0") == "#/a~1b/~0/0"
