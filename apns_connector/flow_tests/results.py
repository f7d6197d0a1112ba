"""What became of the tests."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from apns_connector.errors import ConfigurationError
from apns_connector.flow_tests.actual import Notifications


class Status(Enum):
    """Failed: an assertion does not hold. Error: there was nothing to look at."""

    PASSED = "passed"
    FAILED = "failed"
    ERROR = "error"


@dataclass(frozen=True, slots=True)
class Failure:
    """An assertion that does not hold; ``expected`` is ``None`` for assertNotNull, ``actual`` when
    there was nothing."""

    assertion: str
    source: str
    expected: str | None
    actual: str | None
    message: str
    line: int | None


@dataclass(frozen=True, slots=True)
class CaseResult:
    """``problem``: what kept the flow from its end. ``notes``: what may explain a failure."""

    name: str
    line: int | None
    failures: tuple[Failure, ...] = ()
    problem: str | None = None
    notes: tuple[str, ...] = ()
    notifications: Notifications = ()
    seconds: float = 0.0

    @property
    def status(self) -> Status:
        if self.problem is not None:
            return Status.ERROR
        return Status.FAILED if self.failures else Status.PASSED


@dataclass(frozen=True, slots=True)
class SuiteResult:
    """Of one file. ``problems`` are what is wrong with it or its artifacts: then no case was
    run."""

    file: str
    name: str = ""
    cases: tuple[CaseResult, ...] = ()
    problems: tuple[ConfigurationError, ...] = ()

    def count(self, status: Status) -> int:
        """How many cases; a file with problems counts as one error."""
        found = sum(case.status is status for case in self.cases)
        return found + (1 if self.problems and status is Status.ERROR else 0)

    @property
    def passed(self) -> bool:
        return self.count(Status.FAILED) == self.count(Status.ERROR) == 0
