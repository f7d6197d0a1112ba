"""Jobs that share a commit: one that fails takes no other with it."""

from __future__ import annotations

import os
import sqlite3
import time
from collections import namedtuple

import pytest

from apns_connector.delivery.record import Done, Record
from apns_connector.delivery.stores.sqlite.commit import Committer, Put, Settle, Work
from apns_connector.delivery.stores.sqlite.file import SqliteFile
from apns_connector.delivery.stores.sqlite.records import SqliteRecords
from apns_connector.errors import StoreError, StoreFull, StoreUnavailable

NOW = 1_700_000_000.0


def records(count: int = 1, **values) -> list[Record]:
    return [Record(**{"body": b"sealed", "created": NOW, **values}) for _ in range(count)]


@pytest.fixture
def path(tmp_path):
    return tmp_path / "stores.db"


@pytest.fixture
def committer(path):
    file = SqliteFile(path, "full", 0.1, "S")
    file.create()
    committer = Committer(file, lambda it: SqliteRecords(it, "S", 100), lambda: NOW)
    yield committer
    committer.close()


def claiming() -> Work:
    return Work(do=lambda records, now: records.claim(100, now, now + 60))


def kept(committer: Committer) -> int:
    work = Work(do=lambda records, _now: records.kept())
    committer.carry_out([work])
    assert work.error is None
    return work.result


def test_what_is_put_and_claimed_together_comes_out(committer):
    put, claim = Put(records=records(3)), claiming()
    committer.carry_out([claim, put])
    assert put.error is None
    assert len(claim.result) == 3
    committer.carry_out([Settle(settlements=[Done(one) for one in claim.result])])
    assert kept(committer) == 0


def test_all_jobs_share_one_commit(committer, path):
    kept(committer)
    other = sqlite3.connect(path)
    before = other.execute("PRAGMA data_version").fetchone()
    jobs = [Put(records=records()) for _ in range(50)]
    committer.carry_out(jobs)
    assert other.execute("PRAGMA data_version").fetchone() != before
    log = path.with_name("stores.db-wal").stat().st_size
    committer.carry_out([Put(records=records()) for _ in range(10)])
    assert path.with_name("stores.db-wal").stat().st_size - log < 10 * 4096
    other.close()


def test_a_record_that_cannot_be_written_fails_alone(committer):
    good, bad = Put(records=records(2)), Put(records=records(2, label="\ud800"))
    claim = claiming()
    committer.carry_out([good, bad, claim])
    assert good.error is None
    assert isinstance(bad.error, UnicodeEncodeError)
    assert len(claim.result) == 2
    assert kept(committer) == 2


def test_a_put_that_exceeds_the_limit_fails_alone(committer):
    jobs = [Put(records=records(60)), Put(records=records(60)), Put(records=records(40))]
    committer.carry_out(jobs)
    assert [type(job.error) for job in jobs] == [type(None), StoreFull, type(None)]
    assert "limit of 100 records" in str(jobs[1].error)
    assert kept(committer) == 100


def test_while_another_program_holds_the_file_all_fail_and_nothing_is_done(committer, path):
    kept(committer)
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    jobs = [Put(records=records()) for _ in range(20)]
    begun = time.monotonic()
    committer.carry_out(jobs)
    assert time.monotonic() - begun < 1.5, "they wait together, not one after the other"
    assert {type(job.error) for job in jobs} == {StoreUnavailable}
    other.execute("ROLLBACK")
    other.close()
    committer.carry_out(jobs[:1])
    assert kept(committer) == 1


def test_a_file_that_was_removed_is_noticed_before_anything_is_lost_in_it(committer, path):
    committer.carry_out([Put(records=records())])
    path.unlink()
    put = Put(records=records())
    committer.carry_out([put])
    assert isinstance(put.error, StoreUnavailable)
    committer.carry_out([put])
    assert isinstance(put.error, StoreUnavailable)
    assert not path.exists()


def test_a_file_that_was_replaced_is_used_from_then_on(committer, path, tmp_path):
    committer.carry_out([Put(records=records(2))])
    SqliteFile(tmp_path / "new.db", "full", 0.1, "S").create()
    for name in ("stores.db-wal", "stores.db-shm"):
        (tmp_path / name).unlink()
    (tmp_path / "new.db").rename(path)
    put = Put(records=records())
    committer.carry_out([put])
    assert isinstance(put.error, StoreUnavailable), "what was in the old one is not in this one"
    again = Put(records=records())
    committer.carry_out([again])
    assert again.error is None
    assert kept(committer) == 1


def test_damage_is_told_as_damage(committer, path):
    committer.carry_out([Put(records=records(100))])
    committer.close()
    content = bytearray(path.read_bytes())
    content[4096:] = os.urandom(len(content) - 4096)
    path.write_bytes(bytes(content))
    put, claim = Put(records=records()), claiming()
    committer.carry_out([put, claim])
    for job in (put, claim):
        assert type(job.error) is StoreError
        assert "damaged" in str(job.error)


def test_a_disk_with_little_left_takes_no_records_but_can_be_emptied(committer, monkeypatch):
    committer.carry_out([Put(records=records(50))])
    disk = namedtuple("disk", "f_bavail f_frsize f_blocks")
    monkeypatch.setattr(os, "statvfs", lambda _path: disk(1000, 4096, 100_000))
    put, claim = Put(records=records()), claiming()
    committer.carry_out([put, claim])
    assert isinstance(put.error, StoreFull)
    assert "disk" in str(put.error)
    assert len(claim.result) == 50
    committer.carry_out([Settle(settlements=[Done(one) for one in claim.result])])
    assert kept(committer) == 0
