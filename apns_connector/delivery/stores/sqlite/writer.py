"""The one thread that writes to a SQLite file: what waits at one moment goes into one commit."""

from __future__ import annotations

import asyncio
import threading
from asyncio import Future
from collections.abc import Callable, Sequence
from queue import SimpleQueue
from typing import Any, Final

from apns_connector.delivery.record import Record, Settlement
from apns_connector.delivery.stores.sqlite.commit import Committer, Job, Put, Settle, Work
from apns_connector.delivery.stores.sqlite.records import SqliteRecords
from apns_connector.errors import StoreUnavailable

# A thread that has nothing to do begins with so many, while others are still on their way: the next
# commit, with all of them, waits for the disk while they go on.
_WORTH_A_COMMIT: Final = 8


class SqliteWriter:
    """Begins at once, in the running event loop. ``store``: whose it is, in errors."""

    def __init__(self, committer: Committer, store: str) -> None:
        self._committer = committer
        self._store = store
        self._loop = asyncio.get_running_loop()
        self._gathered: list[Job] = []
        self._queue: SimpleQueue[list[Job] | None] = SimpleQueue()
        self._idle = True
        self._closed = False
        self._thread = threading.Thread(target=self._run, name="sqlite writer", daemon=True)
        self._thread.start()

    def put(self, records: Sequence[Record]) -> Future[None]:
        return self._submit(Put(self._loop.create_future(), records=records))

    def settle(self, settlements: Sequence[Settlement]) -> Future[None]:
        return self._submit(Settle(self._loop.create_future(), settlements=settlements))

    def work(self, do: Callable[[SqliteRecords, float], Any]) -> Future[Any]:
        """``do`` is given the time, too, in seconds since 1970."""
        return self._submit(Work(self._loop.create_future(), do=do))

    async def close(self) -> None:
        """When all that has been asked for is done."""
        if not self._closed:
            self._closed = True
            self._hand_over()
            self._queue.put(None)
        await asyncio.to_thread(self._thread.join)

    def _submit(self, job: Job) -> Future[Any]:
        if self._closed:
            raise StoreUnavailable(self._store, "it is closed")
        if not self._gathered:  # all others who run in this turn of the loop come along
            self._loop.call_soon(self._hand_over)
        self._gathered.append(job)
        if self._idle and len(self._gathered) >= _WORTH_A_COMMIT:
            self._hand_over()
        assert job.future is not None  # noqa: S101 - for mypy: each of the above has one
        return job.future

    def _hand_over(self) -> None:
        if self._gathered:
            self._idle = False
            self._queue.put(self._gathered)
            self._gathered = []

    # The thread

    def _run(self) -> None:
        while jobs := self._next():
            self._committer.carry_out(jobs)
            self._idle = self._queue.empty()
            self._loop.call_soon_threadsafe(_tell, jobs)
        self._committer.close()

    def _next(self) -> list[Job]:
        """All that has been handed over; nothing at the end."""
        jobs: list[Job] = []
        while not jobs or not self._queue.empty():
            more = self._queue.get()
            if more is None:
                self._queue.put(None)  # for the next time
                break
            jobs += more
        return jobs


def _tell(jobs: Sequence[Job]) -> None:
    for job in jobs:
        if job.future is None or job.future.done():  # whoever waited has been cancelled
            continue
        if job.error is None:
            job.future.set_result(job.result)
        else:
            job.future.set_exception(job.error)
