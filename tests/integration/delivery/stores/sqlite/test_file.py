"""The file itself: who may read it, whose it is, and what is told when it cannot be used."""

from __future__ import annotations

import os
import sqlite3
import stat
from concurrent.futures import ThreadPoolExecutor

import pytest

from apns_connector.delivery.stores.sqlite.file import SqliteFile
from apns_connector.errors import ConfigurationError, StoreError, StoreFull, StoreUnavailable


def file_at(path, durability="full") -> SqliteFile:
    return SqliteFile(path, durability, 5.0, "S")


def failed(code: int) -> sqlite3.OperationalError:
    error = sqlite3.OperationalError("what SQLite says")
    error.sqlite_errorcode = code
    return error


def test_the_file_and_its_log_are_for_their_owner_alone(tmp_path):
    path = tmp_path / "stores.db"
    file_at(path).create()
    connection = file_at(path).connect()
    connection.execute("INSERT INTO store (name) VALUES ('S')")
    assert {stat.S_IMODE(found.stat().st_mode) for found in tmp_path.iterdir()} == {0o600}
    assert len(list(tmp_path.iterdir())) == 3
    connection.close()


def test_making_it_again_leaves_it_as_it_is(tmp_path):
    path = tmp_path / "stores.db"
    file_at(path).create()
    path.chmod(0o640)
    content = path.read_bytes()
    file_at(path).create()
    assert path.read_bytes() == content
    assert stat.S_IMODE(path.stat().st_mode) == 0o640


def test_those_who_make_it_at_once_all_succeed(tmp_path):
    with ThreadPoolExecutor(8) as threads:
        made = [threads.submit(file_at(tmp_path / "stores.db").create) for _ in range(8)]
    assert [one.exception() for one in made] == [None] * 8


@pytest.mark.parametrize(("durability", "synchronous"), [("full", 2), ("normal", 1)])
def test_durability_is_the_level_of_syncing(tmp_path, durability, synchronous):
    file = file_at(tmp_path / "stores.db", durability)
    file.create()
    connection = file.connect()
    assert connection.execute("PRAGMA synchronous").fetchone()[0] == synchronous
    assert connection.execute("PRAGMA journal_mode").fetchone()[0] == "wal"
    connection.close()


def test_a_folder_that_is_not_there_is_the_users_mistake(tmp_path):
    with pytest.raises(ConfigurationError, match=r"no folder .*missing; make it"):
        file_at(tmp_path / "missing" / "stores.db").create()


def test_a_folder_in_the_place_of_the_file_is_told(tmp_path):
    with pytest.raises(StoreUnavailable, match="cannot be used"):
        file_at(tmp_path).create()


def test_a_file_of_another_program_is_refused_and_left_alone(tmp_path):
    path = tmp_path / "other.db"
    other = sqlite3.connect(path)
    other.execute("CREATE TABLE theirs (a)")
    other.close()
    content = path.read_bytes()
    with pytest.raises(StoreError, match="belongs to another program"):
        file_at(path).create()
    assert path.read_bytes() == content


def test_a_file_of_a_later_version_is_refused(tmp_path):
    path = tmp_path / "stores.db"
    file_at(path).create()
    later = sqlite3.connect(path)
    later.execute("PRAGMA user_version = 9")
    later.close()
    with pytest.raises(StoreError, match="has format 9, and this version knows 1"):
        file_at(path).create()


@pytest.mark.parametrize("content", [b"no data base at all" * 100, os.urandom(4096)])
def test_a_file_that_is_none_of_sqlite_is_refused(tmp_path, content):
    path = tmp_path / "stores.db"
    path.write_bytes(content)
    with pytest.raises(StoreError, match="damaged, or no SQLite file") as caught:
        file_at(path).create()
    assert not isinstance(caught.value, StoreUnavailable), "to try again would not help"
    assert path.read_bytes() == content


def test_connecting_never_makes_a_new_file_in_the_place_of_one_that_is_gone(tmp_path):
    with pytest.raises(sqlite3.OperationalError, match="gone"):
        file_at(tmp_path / "stores.db").connect()
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("code", "putting", "kind"),
    [
        (sqlite3.SQLITE_FULL, True, StoreFull),
        (sqlite3.SQLITE_FULL, False, StoreUnavailable),
        (sqlite3.SQLITE_BUSY, True, StoreUnavailable),
        (sqlite3.SQLITE_IOERR_WRITE, True, StoreUnavailable),
        (sqlite3.SQLITE_READONLY, True, StoreUnavailable),
        (sqlite3.SQLITE_CORRUPT, False, StoreError),
        (sqlite3.SQLITE_NOTADB, False, StoreError),
    ],
)
def test_each_failure_of_sqlite_says_what_can_be_done(tmp_path, code, putting, kind):
    error = file_at(tmp_path / "stores.db").error(failed(code), putting=putting)
    assert type(error) is kind
    assert "Message store 'S'" in str(error)
    assert "what SQLite says" in str(error)
