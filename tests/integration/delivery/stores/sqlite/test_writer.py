"""The thread: what is asked for within one turn of the loop goes together."""

from __future__ import annotations

import asyncio

import pytest

from apns_connector.delivery.record import Record
from apns_connector.delivery.stores.sqlite.commit import Committer, Job
from apns_connector.delivery.stores.sqlite.file import SqliteFile
from apns_connector.delivery.stores.sqlite.records import SqliteRecords
from apns_connector.delivery.stores.sqlite.writer import SqliteWriter
from apns_connector.errors import StoreUnavailable


class Watched(Committer):
    """Counts the jobs of each commit."""

    def __init__(self, folder) -> None:
        file = SqliteFile(folder / "stores.db", "full", 5.0, "S")
        file.create()
        super().__init__(file, lambda it: SqliteRecords(it, "S", 1000), lambda: 1_700_000_000.0)
        self.commits: list[int] = []

    def carry_out(self, jobs: list[Job]) -> None:
        self.commits.append(len(jobs))
        super().carry_out(jobs)


@pytest.fixture
def committer(tmp_path):
    return Watched(tmp_path)


def record() -> Record:
    return Record(b"", 1_700_000_000.0)


async def test_few_who_ask_in_one_turn_of_the_loop_share_a_commit(committer):
    writer = SqliteWriter(committer, "S")
    for count in (7, 3):
        await asyncio.gather(*[writer.put([record()]) for _ in range(count)])
    assert committer.commits == [7, 3]
    await writer.close()


async def test_the_thread_begins_with_the_first_of_many(committer):
    writer = SqliteWriter(committer, "S")
    for _ in range(3):
        await asyncio.gather(*[writer.put([record()]) for _ in range(64)])
    assert sum(committer.commits) == 3 * 64
    assert 3 <= len(committer.commits) <= 3 * 64 / 8
    await writer.close()


async def test_closing_waits_for_all_that_was_asked_for(committer):
    writer = SqliteWriter(committer, "S")
    asked = [writer.put([record()]) for _ in range(5)]
    await writer.close()
    await asyncio.gather(*asked)
    assert committer.commits == [5]
    with pytest.raises(StoreUnavailable, match="closed"):
        writer.put([record()])
    await writer.close()


async def test_an_answer_that_nobody_waits_for_any_more_harms_nobody(committer):
    writer = SqliteWriter(committer, "S")
    given_up, wanted = writer.put([record()]), writer.put([record()])
    given_up.cancel()
    await wanted
    assert await writer.work(lambda records, _now: records.kept()) == 2
    await writer.close()


async def test_whoever_asked_gets_the_error_and_the_thread_goes_on(committer):
    writer = SqliteWriter(committer, "S")

    def fail(_records: SqliteRecords, _now: float) -> None:
        raise ZeroDivisionError

    failing, good = writer.work(fail), writer.put([record()])
    with pytest.raises(ZeroDivisionError):
        await failing
    await good
    assert await writer.work(lambda records, _now: records.kept()) == 1
    await writer.close()
