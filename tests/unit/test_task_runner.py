"""Tasks run by a clock that the test sets."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from apns_connector.mediation.configuration import Configuration, read_deployment
from apns_connector.mediation.schedule import Once
from apns_connector.mediation.task import Injection, Target, Task
from apns_connector.task_runner import TaskRunner, changes

START = datetime(2024, 1, 1, tzinfo=UTC)


@dataclass
class Clock:
    """Whoever sleeps sets it forward; at its end nobody wakes up any more."""

    end: float
    now: float = 0.0
    naps: list[float] = field(default_factory=list)

    def time(self) -> datetime:
        return START + timedelta(seconds=self.now)

    async def sleep(self, seconds: float) -> None:
        self.naps.append(seconds)
        if self.now + seconds > self.end:
            await asyncio.Event().wait()
        self.now += seconds
        await asyncio.sleep(0)


class Note:
    """A class mediator that notes when it ran, and may take its time or fail."""

    def __init__(self, clock: Clock, takes: float = 0.0, fault: Exception | None = None) -> None:
        self.at: list[float] = []
        self._clock, self._takes, self._fault = clock, takes, fault

    async def mediate(self, message: Any) -> bool:
        self.at.append(self._clock.now)
        self._clock.now += self._takes
        if self._fault is not None:
            raise self._fault
        return True


def deployed(folder: Path, note: Note, *tasks: str, sequence: str = "<class name='n'/>") -> Any:
    file = folder / "synapse.xml"
    file.write_text(
        "<definitions xmlns='http://ws.apache.org/ns/synapse'>"
        f"<sequence name='main'>{sequence}</sequence><sequence name='fault'><class name='n'/>"
        f"</sequence>{''.join(tasks)}</definitions>"
    )
    return read_deployment(file, classes={"n": lambda: note})


def task(name: str, trigger: str) -> str:
    message = "<property name='message'><m xmlns=''/></property>"
    return f"<task name='{name}'><trigger {trigger}/>{message}</task>"


async def settle() -> None:
    for _ in range(2000):
        await asyncio.sleep(0)


def run(clock: Clock, *configurations: Configuration) -> None:
    async def scenario() -> None:
        runner = TaskRunner(clock.time, clock.sleep)
        for configuration in configurations:
            runner.deploy(configuration)
            await settle()
        await runner.stop()

    asyncio.run(scenario())


def test_a_task_runs_at_once_and_then_at_its_interval(tmp_path: Path) -> None:
    clock = Clock(end=12)
    note = Note(clock)
    run(clock, deployed(tmp_path, note, task("T", "interval='5'")))
    assert note.at == [0, 5, 10]


def test_a_task_that_takes_long_runs_one_at_a_time(tmp_path: Path) -> None:
    clock = Clock(end=30)
    note = Note(clock, takes=7)
    run(clock, deployed(tmp_path, note, task("T", "interval='5' count='3'")))
    assert note.at == [0, 10, 20]


def test_a_long_wait_is_many_naps_since_the_clock_may_be_set(tmp_path: Path) -> None:
    clock = Clock(end=100)
    run(clock, deployed(tmp_path, Note(clock), task("T", "interval='100'")))
    assert clock.naps == [30, 30, 30, 10, 30]


@pytest.mark.parametrize("fault", [ValueError("unexpected")])
def test_a_run_that_fails_is_logged_and_the_next_one_comes(
    tmp_path: Path, fault: Exception, caplog: pytest.LogCaptureFixture
) -> None:
    clock = Clock(end=6)
    note = Note(clock, fault=fault)
    run(clock, deployed(tmp_path, note, task("T", "interval='5'")))
    assert note.at == [0, 0, 5, 5]  # the fault sequence fails as well
    assert "Task 'T' failed" in caplog.text


def test_a_task_that_stays_the_same_runs_on_in_another_configuration(tmp_path: Path) -> None:
    clock = Clock(end=3)
    old, new = Note(clock), Note(clock)
    once = task("Once", "once='true'")
    run(clock, deployed(tmp_path, old, once), deployed(tmp_path, new, once))
    assert (old.at, new.at) == ([0], [])


def test_a_task_puts_its_messages_into_the_configuration_in_force(tmp_path: Path) -> None:
    clock = Clock(end=0)
    old, new = Note(clock), Note(clock)
    every = task("T", "interval='5'")

    async def scenario() -> None:
        runner = TaskRunner(clock.time, clock.sleep)
        runner.deploy(deployed(tmp_path, old, every))
        await settle()
        runner.deploy(deployed(tmp_path, new, every))
        await runner._inject(runner._tasks["T"])
        await runner.stop()

    asyncio.run(scenario())
    assert (len(old.at), len(new.at)) == (1, 1)


def test_a_task_that_is_gone_or_changed_is_stopped(tmp_path: Path) -> None:
    clock = Clock(end=3)
    old, new = Note(clock), Note(clock)
    first = deployed(tmp_path, old, task("A", "interval='5'"), task("B", "interval='5'"))
    second = deployed(tmp_path, new, task("A", "interval='6'"))

    async def scenario() -> list[str]:
        runner = TaskRunner(clock.time, clock.sleep)
        runner.deploy(first)
        await settle()
        runner.deploy(second)
        await settle()
        names = sorted(task.get_name() for task in asyncio.all_tasks() if "task " in str(task))
        await runner.stop()
        return names

    assert [name for name in asyncio.run(scenario()) if name.startswith("task ")] == ["task A"]
    assert (len(old.at), len(new.at)) == (2, 1)


def named(name: str, definition: str) -> Task:
    return Task(name, Once(), Injection(Target(), None), definition)


@pytest.mark.parametrize(
    ("running", "wanted", "stopped", "started"),
    [
        ({}, {"a": "1"}, set(), {"a"}),
        ({"a": "1"}, {}, {"a"}, set()),
        ({"a": "1"}, {"a": "1"}, set(), set()),
        ({"a": "1"}, {"a": "2"}, {"a"}, {"a"}),
        ({"a": "1", "b": "1"}, {"b": "1", "c": "1"}, {"a"}, {"c"}),
    ],
)
def test_which_tasks_stop_and_start(
    running: dict[str, str], wanted: dict[str, str], stopped: set[str], started: set[str]
) -> None:
    def tasks(texts: dict[str, str]) -> dict[str, Task]:
        return {name: named(name, text) for name, text in texts.items()}

    assert changes(tasks(running), tasks(wanted)) == (stopped, started)
