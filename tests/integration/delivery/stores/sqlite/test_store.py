"""What its contract does not ask; tests/contracts/test_sqlite.py has the rest."""

from __future__ import annotations

import asyncio
import sqlite3

import pytest

from apns_connector.delivery.record import Counts, Record
from apns_connector.delivery.stores.sqlite.store import SqliteOptions, SqliteStore
from apns_connector.errors import ConfigurationError, StoreError, StoreUnavailable

NOW = 1_700_000_000.0


def store_in(folder, **options) -> SqliteStore:
    return SqliteStore("S", SqliteOptions(folder / "message-stores.db", **options))


def records(count: int = 1) -> list[Record]:
    return [Record(b"sealed", NOW) for _ in range(count)]


async def test_opening_makes_the_file_and_says_what_is_wrong_with_it(tmp_path):
    with pytest.raises(ConfigurationError, match="no folder"):
        await store_in(tmp_path / "missing").open()
    (tmp_path / "message-stores.db").write_bytes(b"something else" * 1000)
    with pytest.raises(StoreError, match=r"Message store 'S': .*no SQLite file"):
        await store_in(tmp_path).open()


async def test_a_store_that_did_not_open_can_be_opened_again(tmp_path):
    folder = tmp_path / "later"
    store = store_in(folder)
    with pytest.raises(ConfigurationError):
        await store.open()
    folder.mkdir()
    await store.open()
    await store.put(records())
    await store.close()


async def test_two_stores_of_one_process_write_to_one_file_without_being_in_each_others_way(
    tmp_path,
):
    path = tmp_path / "message-stores.db"
    options = SqliteOptions(path, busy_seconds=0.0)
    stores = [SqliteStore(name, options) for name in ("orders", "pushes")]
    for store in stores:
        await store.open()

    async def put(store: SqliteStore) -> None:
        for _ in range(20):
            await store.put(records())

    await asyncio.gather(*(put(store) for store in stores for _ in range(10)))
    for store in stores:
        assert (await store.count()).waiting == 200
        await store.close()


async def test_whoever_stops_waiting_gives_back_what_was_claimed_meanwhile(tmp_path):
    store = store_in(tmp_path)
    await store.open()
    await store.put(records(3))
    claiming = asyncio.create_task(store.claim(3, lease=600))
    await asyncio.sleep(0)  # it has asked, and the thread has not answered
    claiming.cancel()
    await asyncio.gather(claiming, return_exceptions=True)
    assert len(await store.claim(3, lease=600, wait=5)) == 3
    await store.close()


async def test_closing_waits_until_that_is_given_back(tmp_path):
    store = store_in(tmp_path)
    await store.open()
    await store.put(records(3))
    claiming = asyncio.create_task(store.claim(3, lease=600))
    await asyncio.sleep(0)
    claiming.cancel()
    await asyncio.gather(claiming, return_exceptions=True)
    await store.close()
    await store.open()
    assert len(await store.claim(3, lease=600)) == 3
    await store.close()


async def test_while_the_file_is_in_use_the_store_is_unavailable_and_comes_back(tmp_path):
    store = store_in(tmp_path, busy_seconds=0.05)
    await store.open()
    other = sqlite3.connect(tmp_path / "message-stores.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(StoreUnavailable, match="locked") as caught:
        await store.put(records())
    assert caught.value.retry_after > 0
    assert await store.count() == Counts(), "looking needs no lock"
    other.execute("ROLLBACK")
    other.close()
    await store.put(records())
    await store.close()


def test_a_store_says_where_it_is(tmp_path):
    assert repr(store_in(tmp_path)) == f"SqliteStore('S', '{tmp_path}/message-stores.db')"
