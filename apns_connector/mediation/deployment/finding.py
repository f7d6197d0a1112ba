"""Something to be said about a deployment: an error, a warning, or a note."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum

from apns_connector.errors import ConfigurationError, InvalidDeployment


class Severity(Enum):
    """An error keeps something from working. A warning is worth a look. A note only tells."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"


@dataclass(frozen=True, slots=True)
class Finding:
    """``file`` is relative to the deployment where it lies in there; ``line`` counts from 1."""

    severity: Severity
    text: str
    file: str | None = None
    line: int | None = None

    def __str__(self) -> str:
        return f"{self.place}: {self.severity.value}: {self.text}"

    @property
    def place(self) -> str:
        if self.file is None:
            return "deployment"
        return self.file if self.line is None else f"{self.file}:{self.line}"


def error_findings(error: ConfigurationError) -> list[Finding]:
    """An error as findings: one for each problem of a deployment."""
    problems = error.problems if isinstance(error, InvalidDeployment) else (error,)
    return [
        Finding(Severity.ERROR, problem.problem, problem.file, problem.line) for problem in problems
    ]


def in_order(findings: Iterable[Finding]) -> list[Finding]:
    """By file and line, each once; what has no line is said first."""
    return sorted(
        dict.fromkeys(findings),
        key=lambda found: (found.file or "", found.line or 0, found.severity.value, found.text),
    )
