"""JUnit XML, the form in which build servers read results of tests."""

from __future__ import annotations

from collections.abc import Sequence

from lxml import etree

from apns_connector.flow_tests.results import CaseResult, Failure, Status, SuiteResult
from apns_connector.mediation import xml
from apns_connector.mediation.redaction import redacted_line
from apns_connector.mediation.xml import Element

_DECLARATION = b'<?xml version="1.0" encoding="UTF-8"?>\n'


def write_junit(results: Sequence[SuiteResult]) -> bytes:
    """One ``testsuite`` for each file. Of device tokens and passwords no more than in a log."""
    root = etree.Element("testsuites", _counts(results))
    for result in results:
        root.append(_suite(result))
    etree.indent(root)
    return _DECLARATION + xml.serialize(root) + b"\n"


def _counts(results: Sequence[SuiteResult]) -> dict[str, str]:
    failed = sum(result.count(Status.FAILED) for result in results)
    errors = sum(result.count(Status.ERROR) for result in results)
    cases = sum(max(len(result.cases), bool(result.problems)) for result in results)
    seconds = sum(case.seconds for result in results for case in result.cases)
    return {
        "tests": str(cases),
        "failures": str(failed),
        "errors": str(errors),
        "skipped": "0",
        "time": f"{seconds:.3f}",
    }


def _suite(result: SuiteResult) -> Element:
    suite = etree.Element("testsuite", {"name": _text(result.file), **_counts([result])})
    for case in result.cases:
        suite.append(_case(result, case))
    if result.problems:
        told = "\n".join(map(str, result.problems))
        element = _element(result.file, "reading", 0.0, None, result.file)
        element.append(_trouble("error", result.problems[0].problem, told))
        suite.append(element)
    return suite


def _case(result: SuiteResult, case: CaseResult) -> Element:
    element = _element(result.file, case.name, case.seconds, case.line, result.name)
    if case.problem is not None:
        told = "\n".join([case.problem, *case.notes])
        element.append(_trouble("error", case.problem, told))
    elif case.failures:
        told = "\n".join([*(_told(result, one) for one in case.failures), *case.notes])
        first = case.failures[0]
        element.append(_trouble("failure", first.message or first.source, told))
    return element


def _element(file: str, name: str, seconds: float, line: int | None, tested: str) -> Element:
    attributes = {"name": name, "classname": tested or file, "file": file}
    if line is not None:
        attributes["line"] = str(line)
    attributes["time"] = f"{seconds:.3f}"
    return etree.Element("testcase", {key: _text(value) for key, value in attributes.items()})


def _trouble(kind: str, message: str, text: str) -> Element:
    element = etree.Element(kind, {"message": _text(message), "type": kind})
    element.text = _text(text)
    return element


def _told(result: SuiteResult, failure: Failure) -> str:
    place = f"{result.file}:{failure.line}: {failure.assertion} {failure.source}"
    lines = [f"{place}: {failure.message}" if failure.message else place]
    if failure.expected is not None:
        lines.append(f"  expected: {failure.expected}")
    lines.append(f"  actual:   {'nothing' if failure.actual is None else failure.actual}")
    return "\n".join(lines)


def _text(text: str) -> str:
    return xml.writable(redacted_line(text))
