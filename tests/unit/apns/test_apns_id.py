"""Ids are UUIDs, and no two are the same."""

from __future__ import annotations

import os
from uuid import UUID

import pytest

from apns_connector.apns.apns_id import check_apns_id, new_apns_id
from apns_connector.errors import NotificationError


def test_each_is_a_uuid_as_apple_writes_them():
    for _ in range(300):
        apns_id = new_apns_id()
        assert str(UUID(apns_id)) == apns_id
        assert UUID(apns_id).variant == "specified in RFC 4122"
        assert UUID(apns_id).version == 4
        check_apns_id(apns_id)


def test_none_comes_twice():
    assert len({new_apns_id() for _ in range(10_000)}) == 10_000


def test_a_process_that_is_forked_has_a_beginning_of_its_own():
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        os.write(writer, new_apns_id().encode())
        os._exit(0)
    os.waitpid(child, 0)
    os.close(writer)
    with os.fdopen(reader) as pipe:
        childs = pipe.read()
    assert childs[:24] != new_apns_id()[:24]


@pytest.mark.parametrize(
    "wrong", ["", "1", "123e4567e89b12d3a45642665544000a", "{123e4567-e89b-12d3-a456-42665544000a}"]
)
def test_anything_else_is_refused(wrong):
    with pytest.raises(NotificationError, match="not a UUID"):
        check_apns_id(wrong)
