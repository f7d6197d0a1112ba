"""The operations, found by method and path."""

import pytest

from apns_connector.rest.catalogue import OPERATIONS, find_operation, problems_of


@pytest.mark.parametrize(
    ("method", "path", "name"),
    [
        ("POST", "/v1/notifications", "sendNotifications"),
        ("GET", "/v1/unregistered", "listUnregistered"),
        ("HEAD", "/v1/unregistered", "listUnregistered"),
        ("DELETE", "/v1/unregistered", "clearUnregistered"),
        ("GET", "/v1/openapi.json", "describe"),
    ],
)
def test_a_request_is_for_an_operation(method, path, name):
    assert find_operation(method, path).name == name


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("GET", "/v1/notifications", ("POST",)),
        ("OPTIONS", "/v1/notifications", ("POST",)),
        ("POST", "/v1/unregistered", ("GET", "DELETE", "HEAD")),
        ("GET", "/v1/notifications/", ()),
        ("GET", "/v1", ()),
    ],
)
def test_for_what_is_no_operation_the_methods_of_the_path_are_named(method, path, allowed):
    assert find_operation(method, path) == allowed


def test_what_needs_a_key_may_be_refused_without_one():
    for operation in OPERATIONS:
        needs_key = operation.permission is not None
        assert (401 in problems_of(operation)) is needs_key
        assert (403 in problems_of(operation)) is needs_key
