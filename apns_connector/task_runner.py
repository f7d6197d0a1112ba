"""Runs the tasks of the configuration in force when their schedules say so."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime

from apns_connector.errors import ConnectorError
from apns_connector.mediation.configuration import Configuration
from apns_connector.mediation.task import Task

_log = logging.getLogger(__name__)

# Seconds of one sleep at most: the clock of the machine may be set while a task waits.
_NAP = 30.0


def changes(running: Mapping[str, Task], wanted: Mapping[str, Task]) -> tuple[set[str], set[str]]:
    """The names of the tasks to stop, and of those to start; a changed one is in both. A task that
    stays the same runs on, so that one that runs once does not run at every change of a file."""
    same = {
        name
        for name, task in running.items()
        if name in wanted and wanted[name].definition == task.definition
    }
    return running.keys() - same, wanted.keys() - same


class TaskRunner:
    """One run of a task at a time; what a run throws is logged. ``clock`` gives aware times."""

    def __init__(
        self,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._clock = clock
        self._sleep = sleep
        self._configuration: Configuration | None = None
        self._tasks: dict[str, Task] = {}
        self._running: dict[str, asyncio.Task[None]] = {}

    def deploy(self, configuration: Configuration) -> None:
        """Run the tasks of that configuration, and no others."""
        stopped, started = changes(self._tasks, configuration.tasks)
        self._configuration = configuration
        self._tasks = dict(configuration.tasks)
        for name in stopped:
            self._running.pop(name).cancel()
        for name in started:
            run = self._run(self._tasks[name])
            self._running[name] = asyncio.create_task(run, name=f"task {name}")

    async def stop(self) -> None:
        """End all tasks, also those that are in the middle of a run."""
        running = list(self._running.values())
        self._tasks, self._running = {}, {}
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)

    async def _run(self, task: Task) -> None:
        started, runs = self._clock(), 0
        while (due := task.schedule.next(started, runs, self._clock())) is not None:
            while (left := (due - self._clock()).total_seconds()) > 0:
                await self._sleep(min(left, _NAP))
            runs += 1
            await self._inject(task)
        _log.info("Task '%s' has run for the last time", task.name)

    async def _inject(self, task: Task) -> None:
        if self._configuration is None:
            return
        try:
            await task.injection.run(self._configuration)
        except ConnectorError as error:
            _log.error("Task '%s' failed: %s", task.name, error)
        except Exception:  # noqa: BLE001 - one bad run must not end the task; it is logged
            _log.exception("Task '%s' failed unexpectedly", task.name)
