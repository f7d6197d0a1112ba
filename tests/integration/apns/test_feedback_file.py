"""On a real file, in real processes: that is what it is for."""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import sqlite3
import subprocess
import sys
import threading
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from apns_connector.apns.feedback import Feedback, Unregistered
from apns_connector.apns.feedback_file import FeedbackFile
from apns_connector.errors import ConfigurationError, FeedbackError

APPLE_SAYS = datetime(2023, 11, 14, 22, 13, 20, 123_000, UTC)
NOW = datetime(2023, 11, 15, 1, 2, 3, 456_789, UTC)
HOUR = timedelta(hours=1)


def gone(
    digits: str = "aa",
    topic: str | None = "com.example.app",
    since: datetime | None = APPLE_SAYS,
    seen_at: datetime = NOW,
) -> Unregistered:
    return Unregistered(digits, topic, "Unregistered", since, seen_at)


@pytest.fixture
def path(tmp_path):
    return tmp_path / "feedback.db"


def write(path, *entries: Unregistered) -> None:
    with FeedbackFile(path) as file:
        for entry in entries:
            file.add(entry)


def read(path) -> list[Unregistered]:
    with FeedbackFile(path) as file:
        return list(file.read().unregistered)


# Adding and reading


def test_what_was_added_is_read_by_the_next_process_in_the_same_order(path):
    entries = [gone("bb"), gone("aa", None), gone("aa", since=None), gone("cc" * 32)]
    write(path, *entries)
    assert read(path) == entries


def test_times_are_kept_to_the_microsecond_and_come_back_in_utc(path):
    early = datetime(1969, 1, 1, 0, 0, 0, 1, UTC)
    east = datetime(2024, 1, 1, 9, tzinfo=timezone(timedelta(hours=9)))
    write(path, gone(since=early, seen_at=east))
    (entry,) = read(path)
    assert entry == gone(since=early, seen_at=east)
    assert entry.seen_at.isoformat() == "2024-01-01T00:00:00+00:00"


def test_an_entry_is_added_once_however_often_it_comes(path):
    write(path, gone("aa"), gone("AA"))
    write(path, gone("bb"), gone("aa"), gone("Aa", seen_at=NOW + HOUR))
    assert read(path) == [gone("aa"), gone("bb")]


def test_later_news_replaces_earlier_and_moves_to_the_end(path):
    later = gone("aa", since=APPLE_SAYS + HOUR)
    write(path, gone("aa"), gone("bb"))
    write(path, later, gone("aa"))
    assert read(path) == [gone("bb"), later]


TIMES = st.none() | st.integers(0, 3).map(lambda hours: APPLE_SAYS + hours * HOUR)


@settings(max_examples=15, deadline=None)  # the disk decides how long one takes
@given(
    st.lists(
        st.lists(
            st.builds(
                gone,
                st.sampled_from(["aa", "AA", "bb"]),
                st.sampled_from([None, "a.b"]),
                TIMES,
                st.integers(0, 2).map(lambda hours: NOW + hours * HOUR),
            ),
            max_size=6,
        ),
        max_size=3,
    )
)
def test_it_holds_what_the_collection_in_memory_would_hold(tmp_path_factory, batches):
    path = tmp_path_factory.mktemp("feedback") / "feedback.db"
    memory = Feedback()
    for batch in batches:
        write(path, *batch)
        for entry in batch:
            memory.add(entry)
    assert read(path) == list(memory)


def test_saving_returns_when_it_can_be_read(path):
    async def scenario() -> None:
        with FeedbackFile(path) as file:
            await file.save(gone("aa"))
            assert file.count() == 1
            await asyncio.gather(*(file.save(gone(f"{i:04x}")) for i in range(100)))
            assert file.count() == 101

    asyncio.run(scenario())


def test_whoever_gives_up_waiting_takes_nothing_away_from_the_others(path):
    async def scenario() -> None:
        lock = sqlite3.connect(path, isolation_level=None)
        lock.execute("BEGIN IMMEDIATE")
        with FeedbackFile(path) as file:
            first, second = (asyncio.create_task(file.save(gone(name))) for name in ("aa", "bb"))
            await asyncio.sleep(0)
            first.cancel()
            lock.execute("ROLLBACK")
            lock.close()
            await second
            with pytest.raises(asyncio.CancelledError):
                await first
        assert read(path) == [gone("aa"), gone("bb")]

    FeedbackFile(path).close()
    asyncio.run(scenario())


def test_adding_does_not_wait_while_another_process_writes(path):
    FeedbackFile(path).close()
    lock = sqlite3.connect(path, isolation_level=None)
    lock.execute("BEGIN IMMEDIATE")
    file = FeedbackFile(path, busy_seconds=600)
    for i in range(1000):
        file.add(gone(f"{i:04x}"))
    assert file.count() == 0  # they wait in memory, we do not
    lock.execute("ROLLBACK")
    lock.close()
    file.close()
    assert len(read(path)) == 1000


# Reading and clearing


def test_pages_follow_each_other(path):
    write(path, *(gone(f"{i:02x}") for i in range(5)))
    with FeedbackFile(path) as file:
        first = file.read(2)
        second = file.read(2, after=first.up_to)
        third = file.read(2, after=second.up_to)
        assert [len(page.unregistered) for page in (first, second, third)] == [2, 2, 1]
        assert file.read(2, after=third.up_to) == ((), third.up_to)
        assert file.read(2) == first


def test_clearing_removes_what_was_read_and_nothing_that_came_since(path):
    later = gone("aa", since=APPLE_SAYS + HOUR)
    write(path, gone("aa"), gone("bb"), gone("cc"))
    with FeedbackFile(path) as file:
        page = file.read(2)
        write(path, later, gone("dd"))
        assert file.clear(page.up_to) == 1  # of the two that were read, one has been renewed
        assert file.read().unregistered == (gone("cc"), later, gone("dd"))
        assert file.count() == 3


def test_what_comes_after_everything_was_cleared_is_beyond_every_earlier_page(path):
    write(path, gone("aa"))
    with FeedbackFile(path) as file:
        page = file.read()
        file.clear(page.up_to)
        write(path, gone("bb"))
        assert file.clear(page.up_to) == 0
        assert file.read(after=page.up_to).unregistered == (gone("bb"),)


# The file itself


def test_the_file_and_its_log_are_for_their_owner_alone(path):
    async def scenario() -> None:
        with FeedbackFile(path) as file, sqlite3.connect(path) as reader:
            reader.execute("SELECT count(*) FROM unregistered").fetchone()
            await file.save(gone())
            modes = {
                entry.name: oct(entry.stat().st_mode & 0o777) for entry in path.parent.iterdir()
            }
            assert modes == dict.fromkeys(
                ["feedback.db", "feedback.db-shm", "feedback.db-wal"], "0o600"
            )
        reader.close()

    umask = os.umask(0)
    try:
        asyncio.run(scenario())
    finally:
        os.umask(umask)


def test_a_mode_that_somebody_chose_is_kept(path):
    write(path, gone())
    path.chmod(0o660)
    write(path, gone("bb"))
    assert path.stat().st_mode & 0o777 == 0o660


def test_a_file_that_was_deleted_is_made_anew(path):
    async def scenario() -> None:
        with FeedbackFile(path) as file:
            await file.save(gone("aa"))
            with FeedbackFile(path):  # whoever closes last takes the log away
                pass
            path.unlink()
            assert file.count() == 0
            await file.save(gone("bb"))
        assert read(path) == [gone("bb")]

    asyncio.run(scenario())


def other_program(path) -> None:
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE theirs (a)")
    connection.close()


def later_format(path) -> None:
    FeedbackFile(path).close()
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA user_version = 2")
    connection.close()


@pytest.mark.parametrize(
    ("prepare", "problem"),
    [
        (lambda path: path.write_bytes(b"no data base" * 100), "file is not a database"),
        (lambda path: path.mkdir(), "unable to open database file"),
        (other_program, "data base of another program"),
        (later_format, "it has format 2, and this version knows 1"),
    ],
)
def test_a_file_that_is_not_ours_is_refused_and_left_as_it_is(path, prepare, problem):
    prepare(path)
    before = path.read_bytes() if path.is_file() else None
    with pytest.raises(ConfigurationError, match=problem) as caught:
        FeedbackFile(path)
    assert str(path) in str(caught.value)
    assert (path.read_bytes() if path.is_file() else None) == before


def test_a_folder_that_is_missing_is_named(tmp_path):
    with pytest.raises(ConfigurationError, match=r"No such file or directory.*absent/feedback\.db"):
        FeedbackFile(tmp_path / "absent" / "feedback.db")


def test_names_with_special_characters_are_taken_as_they_are(tmp_path):
    path = tmp_path / "a?mode=ro#%41.db"
    write(path, gone())
    assert read(path) == [gone()]
    assert path.is_file()


def test_its_repr_names_the_file(path):
    with FeedbackFile(path) as file:
        assert repr(file) == f"FeedbackFile('{path}')"


# When writing fails


@pytest.fixture
def locked(path):
    """A file on which another connection holds the lock until it is closed."""
    FeedbackFile(path).close()
    lock = sqlite3.connect(path, isolation_level=None)
    lock.execute("BEGIN IMMEDIATE")
    yield lock
    lock.close()


def test_what_cannot_be_written_is_kept_and_written_later(path, locked, caplog):
    async def scenario() -> None:
        with FeedbackFile(path, busy_seconds=0, retry_seconds=0) as file:
            with pytest.raises(FeedbackError, match="database is locked") as caught:
                await file.save(gone("aa"))
            assert str(path) in str(caught.value)
            locked.execute("ROLLBACK")
            await file.save(gone("bb"))
            assert file.read().unregistered == (gone("aa"), gone("bb"))

    asyncio.run(scenario())
    assert "Device tokens kept in memory meanwhile: 1" in caplog.text


def test_later_news_wins_over_what_is_kept(path, locked):
    later = gone("aa", since=APPLE_SAYS + HOUR)

    async def scenario() -> None:
        with FeedbackFile(path, busy_seconds=0, retry_seconds=600) as file:
            with pytest.raises(FeedbackError):
                await file.save(later)
            file.add(gone("aa"))
            file.add(gone("bb"))
            locked.execute("ROLLBACK")

    asyncio.run(scenario())
    assert read(path) == [later, gone("bb")]


def test_closing_writes_at_once_what_waited_for_its_next_try(path, locked):
    file = FeedbackFile(path, busy_seconds=0, retry_seconds=600)
    with pytest.raises(FeedbackError):
        asyncio.run(file.save(gone()))
    locked.execute("ROLLBACK")
    file.close()
    assert read(path) == [gone()]


def test_closing_says_how_many_are_lost(path, locked):
    file = FeedbackFile(path, busy_seconds=0, retry_seconds=600)
    file.add(gone("aa"))
    file.add(gone("bb"))
    with pytest.raises(FeedbackError, match=r"lost for good: 2\. .*locked"):
        file.close()
    file.close()  # again: nothing is left to lose


def test_nothing_can_be_added_to_a_closed_file(path):
    file = FeedbackFile(path)
    file.add(gone())
    file.close()
    with pytest.raises(FeedbackError, match="is closed"):
        file.add(gone("bb"))
    assert read(path) == [gone()]


def test_closing_ends_the_thread(path):
    write(path, gone())
    assert "feedback" not in {thread.name for thread in threading.enumerate()}


def test_more_than_its_capacity_is_forgotten_aloud_while_nothing_can_be_written(
    path, locked, caplog
):
    file = FeedbackFile(path, busy_seconds=0, retry_seconds=600, capacity=3)
    with pytest.raises(FeedbackError), caplog.at_level(logging.WARNING):
        asyncio.run(file.save(gone("00")))
    for i in range(1, 5):
        file.add(gone(f"{i:02x}"))
    locked.execute("ROLLBACK")
    file.close()
    assert read(path) == [gone("02"), gone("03"), gone("04")]
    assert "more than 3 unregistered device tokens" in caplog.text


# Other processes


def start(program: str, *arguments: object) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", IN_OTHER_PROCESS + program, *map(str, arguments)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


IN_OTHER_PROCESS = """
import asyncio, sys
from datetime import UTC, datetime
from apns_connector.apns.feedback import Unregistered
from apns_connector.apns.feedback_file import FeedbackFile
from apns_connector.errors import FeedbackError
TIME = datetime(2024, 1, 1, tzinfo=UTC)
path = sys.argv[1]
def gone(token):
    return Unregistered(token, "com.example.app", "Unregistered", TIME, TIME)
"""

WRITER = """
async def main():
    with FeedbackFile(path) as file:
        for i in range(50):
            tokens = [f"{sys.argv[2]}{i:04x}{k:02x}" for k in range(5)]
            await asyncio.gather(*(file.save(gone(token)) for token in tokens))
asyncio.run(main())
"""

READER = """
seen = []
ended = False
with FeedbackFile(path) as file:
    while not ended or file.count():
        page = file.read(7)
        seen += [entry.device_token for entry in page.unregistered]
        file.clear(page.up_to)
        ended = ended or file.count() == 0 and sys.argv[2] in seen
print(*seen)
"""

ACKNOWLEDGER = """
async def main():
    file = FeedbackFile(path)
    async def keep_saving(lane):
        for i in range(1_000_000):
            await file.save(gone(f"{lane:02x}{i:06x}"))
            print(f"{lane:02x}{i:06x}", flush=True)
    await asyncio.gather(*(keep_saving(lane) for lane in range(16)))
asyncio.run(main())
"""

FULL_DISK = """
import resource
async def main():
    _, most = resource.getrlimit(resource.RLIMIT_FSIZE)
    file = FeedbackFile(path, retry_seconds=600)
    resource.setrlimit(resource.RLIMIT_FSIZE, (50_000, most))
    try:
        await asyncio.gather(*(file.save(gone(f"{i:064x}")) for i in range(1000)))
    except FeedbackError as error:
        print(error)
    resource.setrlimit(resource.RLIMIT_FSIZE, (most, most))
    file.close()
asyncio.run(main())
"""


def test_processes_that_write_read_and_clear_at_once_lose_nothing(path):
    writers = [start(WRITER, path, lane) for lane in ("0a", "0b")]
    reader = start(READER, path, "ee")
    for writer in writers:
        writer.communicate(timeout=60)
        assert writer.returncode == 0
    write(path, gone("ee"))  # tells the reader that no more will come
    seen = reader.communicate(timeout=60)[0].split()
    assert reader.returncode == 0
    assert len(seen) == len(set(seen)) == 501
    assert read(path) == []


def test_a_process_that_is_killed_keeps_what_it_acknowledged(path):
    process = start(ACKNOWLEDGER, path)
    acknowledged = {process.stdout.readline().strip() for _ in range(200)}
    process.send_signal(signal.SIGKILL)
    acknowledged |= {
        line.strip()
        for line in process.communicate(timeout=60)[0].splitlines(keepends=True)
        if line.endswith("\n")
    }
    assert len(acknowledged) >= 200
    with FeedbackFile(path) as file:
        kept = {entry.device_token for entry in file.read(1_000_000).unregistered}
    assert acknowledged <= kept


def test_a_disk_without_room_loses_nothing_and_is_named(path):
    process = start(FULL_DISK, path)
    said = process.communicate(timeout=60)[0]
    assert process.returncode == 0
    assert f"the feedback file {path} cannot be used" in said
    with FeedbackFile(path) as file:
        assert file.count() == 1000
