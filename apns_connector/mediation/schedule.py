"""When a task runs: a pure decision, the time is handed in."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from apns_connector.errors import ConfigurationError
from apns_connector.mediation.cron import Cron, parse_cron
from apns_connector.mediation.reading import Reader
from apns_connector.mediation.xml import SYNAPSE, Element


class Schedule(Protocol):
    def next(self, started: datetime, runs: int, now: datetime) -> datetime | None:
        """When to run next, a time that may be past; ``None`` for never again. ``started``: when
        the schedule came into force; ``runs``: how often it ran since. All times are aware."""


@dataclass(frozen=True, slots=True)
class Interval:
    """At once, and then every ``seconds``, ``count`` times in all. What is missed because a run
    took too long is left out (Quartz: MISFIRE_INSTRUCTION_RESCHEDULE_NEXT…)."""

    seconds: float
    count: int | None = None

    def next(self, started: datetime, runs: int, now: datetime) -> datetime | None:
        if self.count is not None and runs >= self.count:
            return None
        if runs == 0:
            return started
        passed = (now - started).total_seconds()
        rounds = max(runs, math.ceil(passed / self.seconds))
        return started + timedelta(seconds=rounds * self.seconds)


@dataclass(frozen=True, slots=True)
class Once:
    def next(self, started: datetime, runs: int, now: datetime) -> datetime | None:
        return started if runs == 0 else None


@dataclass(frozen=True, slots=True)
class Calendar:
    """Whenever a cron expression says so."""

    cron: Cron

    def next(self, started: datetime, runs: int, now: datetime) -> datetime | None:
        return self.cron.next_after(now)


def schedule_from_element(task: Element, reader: Reader) -> Schedule:
    """The ``<trigger>`` of a task; without one it runs once.

    Raises ConfigurationError for a trigger that says too much or too little (Synapse:
    SimpleQuartzFactory).
    """
    trigger = task.find(f"{{{SYNAPSE}}}trigger")
    if trigger is None:
        return Once()
    given = {str(name): reader.resolved(trigger, str(value)) for name, value in trigger.items()}
    cron, interval, count = given.get("cron"), given.get("interval"), given.get("count")
    if cron is not None:
        if interval is not None or count is not None or given.get("once") == "true":
            raise reader.error(trigger, "<trigger>: cron stands alone, without interval or count")
        return Calendar(_cron(cron, trigger, reader))
    forever = count in (None, "-1")
    times = None if forever else _positive(str(count), "count", trigger, reader)
    if given.get("once") == "true" or (interval is None and times == 1):
        return Once()
    if interval is None:
        raise reader.error(trigger, "<trigger> needs interval (seconds), cron, or once='true'")
    seconds = _positive(interval, "interval", trigger, reader)
    return Interval(seconds, None if times is None else int(times))


def _cron(source: str, trigger: Element, reader: Reader) -> Cron:
    try:
        return parse_cron(source)
    except ConfigurationError as error:
        raise reader.located(error, trigger) from error


def _positive(text: str, name: str, trigger: Element, reader: Reader) -> float:
    try:
        number = float(text) if name == "interval" else int(text)
    except ValueError:
        number = 0
    if not 0 < number < math.inf:
        raise reader.error(trigger, f"<trigger>: {name} '{text}' is no number above zero")
    return number
