"""The unregistered device tokens, page by page."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from apns_connector.apns import Unregistered
from apns_connector.operations.unregistered_file import UnregisteredFile
from apns_connector.rest.answers import Cleared, Device
from apns_connector.rest.problem import Refusal
from apns_connector.rest.requests import ClearQuery, UnregisteredQuery
from apns_connector.rest.unregistered import UnregisteredDevices, device

SEEN = datetime(2026, 5, 1, 12, 30, 0, 123_456, UTC)


def gone(number: int) -> Unregistered:
    return Unregistered(f"{number:04x}", "com.example.app", "Unregistered", None, SEEN)


@pytest.fixture
def devices(tmp_path: Path) -> Iterator[UnregisteredDevices]:
    """Five of them."""
    file = UnregisteredFile(tmp_path / "data/unregistered.db")

    async def fill() -> None:
        for number in range(5):
            await file.open().save(gone(number))

    asyncio.run(fill())
    yield UnregisteredDevices(file)
    file.close()


def test_pages_follow_each_other_to_the_end(devices: UnregisteredDevices) -> None:
    async def scenario() -> None:
        first = await devices.read(UnregisteredQuery(limit=3))
        assert [one.device_token for one in first.devices] == ["0000", "0001", "0002"]
        assert first.more
        second = await devices.read(UnregisteredQuery(limit=3, after=first.up_to))
        assert [one.device_token for one in second.devices] == ["0003", "0004"]
        assert not second.more
        assert (await devices.read(UnregisteredQuery(after=second.up_to))).devices == []

    asyncio.run(scenario())


def test_what_was_dealt_with_is_cleared(devices: UnregisteredDevices) -> None:
    async def scenario() -> None:
        page = await devices.read(UnregisteredQuery(limit=3))
        assert await devices.clear(ClearQuery(up_to=page.up_to)) == Cleared(3)
        assert await devices.clear(ClearQuery(up_to=page.up_to)) == Cleared(0)
        left = await devices.read(UnregisteredQuery())
        assert [one.device_token for one in left.devices] == ["0003", "0004"]

    asyncio.run(scenario())


def test_times_are_told_to_the_millisecond() -> None:
    since = SEEN - timedelta(days=1)
    told = device(Unregistered("ab", None, "Unregistered", since, SEEN))
    assert told == Device(
        device_token="ab",
        reason="Unregistered",
        seen_at="2026-05-01T12:30:00.123Z",
        invalid_since="2026-04-30T12:30:00.123Z",
    )


def test_a_gateway_that_keeps_none_says_so() -> None:
    with pytest.raises(Refusal) as refusal:
        asyncio.run(UnregisteredDevices(None).read(UnregisteredQuery()))
    assert refusal.value.problem.status == 404


def test_a_file_that_cannot_be_used_is_a_problem_for_now(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("a file where a folder should be")
    devices = UnregisteredDevices(UnregisteredFile(tmp_path / "data/unregistered.db"))
    with pytest.raises(Refusal) as refusal:
        asyncio.run(devices.clear(ClearQuery(up_to=1)))
    assert refusal.value.problem.status == 503
