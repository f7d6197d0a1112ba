"""What is said about a deployment."""

from __future__ import annotations

from apns_connector.errors import ConfigurationError, InvalidDeployment
from apns_connector.mediation.deployment.finding import Finding, Severity, error_findings, in_order


def test_a_finding_begins_with_its_place() -> None:
    assert str(Finding(Severity.ERROR, "wrong", "a.xml", 3)) == "a.xml:3: error: wrong"
    assert str(Finding(Severity.WARNING, "odd", "a.xml")) == "a.xml: warning: odd"
    assert str(Finding(Severity.NOTE, "so")) == "deployment: note: so"


def test_findings_come_by_file_and_line_each_once() -> None:
    late = Finding(Severity.ERROR, "x", "a.xml", 10)
    early = Finding(Severity.WARNING, "x", "a.xml", 9)
    nowhere = Finding(Severity.ERROR, "x")
    other = Finding(Severity.ERROR, "x", "b.xml", 1)
    assert in_order([other, late, early, nowhere, late]) == [nowhere, early, late, other]


def test_an_invalid_deployment_is_a_finding_for_each_problem() -> None:
    problems = [ConfigurationError("p", "a.xml", 1), ConfigurationError("q")]
    assert error_findings(InvalidDeployment(problems)) == [
        Finding(Severity.ERROR, "p", "a.xml", 1),
        Finding(Severity.ERROR, "q"),
    ]
    assert error_findings(problems[1]) == [Finding(Severity.ERROR, "q")]
