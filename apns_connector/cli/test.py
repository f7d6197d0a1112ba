"""``test``: run the unit tests of flows."""

from __future__ import annotations

import json
import os
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

import click

from apns_connector.cli import log, loop
from apns_connector.cli.log import redacted
from apns_connector.errors import ConfigurationError
from apns_connector.flow_tests import (
    Apple,
    CaseResult,
    Failure,
    Status,
    SuiteResult,
    find_suites,
    run_file,
    write_junit,
)
from apns_connector.own_library import own_library

_WORDS = {Status.PASSED: "PASS ", Status.FAILED: "FAIL ", Status.ERROR: "ERROR"}


@click.command()
@click.argument("paths", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option(
    "--junit",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Write the results there, too, as JUnit XML.",
)
@click.option("-v", "--verbose", is_flag=True, help="Show the log, and what Apple got.")
def test(paths: tuple[Path, ...], junit: Path | None, verbose: bool) -> None:
    """Run the unit tests in PATHS, files of the Micro Integrator's form or folders with such.

    Each case runs in a configuration of its own, made of the artifacts that its file lists. Mock
    services answer for backends, and a local Apple takes the notifications. Exit code 1 unless all
    pass. See docs/unit-tests.md.
    """
    log.configure("INFO" if verbose else "ERROR")
    results = loop.run(_run(find_suites(paths), verbose=verbose))
    click.echo(_summary(results))
    if junit is not None:
        try:
            junit.write_bytes(write_junit(results))
        except OSError as error:
            raise ConfigurationError(f"{junit} cannot be written: {error.strerror}") from error
    if not all(result.passed for result in results):
        sys.exit(1)


async def _run(files: Sequence[Path], *, verbose: bool) -> list[SuiteResult]:
    results = []
    async with Apple() as apple:
        for file in files:
            result = await run_file(file, apple, [own_library()], os.environ)
            for line in lines_of(result, verbose=verbose):
                click.echo(redacted(line))
            results.append(result)
    return results


def lines_of(result: SuiteResult, *, verbose: bool = False) -> Iterator[str]:
    """What is shown of a file."""
    for problem in result.problems:
        yield f"{_WORDS[Status.ERROR]} {problem}"
    for case in result.cases:
        yield f"{_WORDS[case.status]} {result.file}:{case.line} {case.name}"
        yield from _explained(result.file, case)
        if verbose:
            for notification in case.notifications:
                yield f"      Apple got {json.dumps(notification, ensure_ascii=False)}"


def _explained(file: str, case: CaseResult) -> Iterator[str]:
    for failure in case.failures:
        yield from _failure(file, failure)
    if case.problem is not None:
        yield f"      {case.problem}"
    if case.status is not Status.PASSED:
        for note in case.notes:
            yield f"      note: {note}"


def _failure(file: str, failure: Failure) -> Iterator[str]:
    said = f": {failure.message}" if failure.message else ""
    yield f"      {file}:{failure.line}: {failure.assertion} {failure.source}{said}"
    if failure.expected is not None:
        yield f"        expected {failure.expected}"
    yield f"        actual   {'nothing' if failure.actual is None else failure.actual}"


def _summary(results: Sequence[SuiteResult]) -> str:
    counts = Counter({status: sum(one.count(status) for one in results) for status in Status})
    said = ", ".join(f"{counts[status]} {word}" for status, word in _COUNTED.items())
    return f"{said} in {len(results)} file{'' if len(results) == 1 else 's'}"


_COUNTED = {Status.PASSED: "passed", Status.FAILED: "failed", Status.ERROR: "in error"}
