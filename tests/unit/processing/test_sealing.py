from __future__ import annotations

from pathlib import Path

import pytest

from apns_connector.delivery.stores.memory import MemoryOptions, MemoryStore
from apns_connector.delivery.stores.redis.store import RedisOptions, RedisStore
from apns_connector.delivery.stores.sqlite.store import SqliteOptions, SqliteStore
from apns_connector.errors import ConfigurationError
from apns_connector.processing.sealing import (
    KEY_FILE_NAME,
    require_key,
    seal_for,
    shared_stores,
)


def memory() -> MemoryStore:
    return MemoryStore("M", MemoryOptions())


def sqlite(folder: Path) -> SqliteStore:
    return SqliteStore("L", SqliteOptions(folder / "s.db"))


def redis() -> RedisStore:
    return RedisStore("R", RedisOptions(url="redis://broker/0"))


def test_with_a_master_key_every_machine_has_the_same_key_and_no_file(tmp_path):
    sealed = seal_for("a phrase", tmp_path).seal("id", b"content")
    assert seal_for("a phrase", tmp_path / "another").unseal("id", sealed) == b"content"
    assert list(tmp_path.iterdir()) == []


def test_without_one_the_key_is_in_a_file_of_the_deployment(tmp_path):
    sealed = seal_for(None, tmp_path).seal("id", b"content")
    assert seal_for(None, tmp_path).unseal("id", sealed) == b"content"
    assert [file.name for file in tmp_path.iterdir()] == [KEY_FILE_NAME]


def test_only_stores_on_this_machine_do_without_a_master_key(tmp_path):
    local = {"L": sqlite(tmp_path), "M": memory()}
    assert shared_stores(local) == []
    require_key(local, None)
    shared = {**local, "R": redis()}
    assert shared_stores(shared) == ["message store 'R'"]
    require_key(shared, "a phrase")
    with pytest.raises(ConfigurationError, match=r"APNS_CONNECTOR_MASTER_KEY.*the same on all"):
        require_key(shared, None)
