"""``check``: is this deployment sound?"""

from __future__ import annotations

import json
import os
import sys
from collections import Counter
from dataclasses import asdict
from pathlib import Path

import click

from apns_connector.cli.log import redacted
from apns_connector.examination import examine
from apns_connector.mediation.deployment.finding import Finding, Severity


@click.command()
@click.argument("deployment", type=click.Path(path_type=Path))
@click.option("--strict", is_flag=True, help="Exit with 1 for warnings, too.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
def check(deployment: Path, strict: bool, as_json: bool) -> None:
    """Read DEPLOYMENT as "serve" would, and list all that is wrong, with file and line.

    An error keeps something from working, a warning is worth a look, a note only tells. Exit code
    1 if there are errors.
    """
    findings = examine(deployment, os.environ)
    counts = Counter(finding.severity for finding in findings)
    if as_json:
        click.echo(json.dumps(_document(deployment, findings, counts), indent=2))
    else:
        for finding in findings:
            click.echo(redacted(_line(deployment, finding)))
        click.echo(_summary(deployment, counts), err=True)
    if counts[Severity.ERROR] or (strict and counts[Severity.WARNING]):
        sys.exit(1)


def _line(deployment: Path, finding: Finding) -> str:
    """The file as one can open it from here."""
    if finding.file is None:
        return f"{deployment}: {finding.severity.value}: {finding.text}"
    folder = deployment if deployment.is_dir() else deployment.parent
    return f"{folder}/{finding}"


def _summary(deployment: Path, counts: Counter[Severity]) -> str:
    errors, warnings = counts[Severity.ERROR], counts[Severity.WARNING]
    if not errors and not warnings:
        return f"{deployment} is sound"
    return f"{_counted(errors, 'error')} and {_counted(warnings, 'warning')} in {deployment}"


def _counted(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"


def _document(
    deployment: Path, findings: list[Finding], counts: Counter[Severity]
) -> dict[str, object]:
    """Files are relative to the deployment."""
    return {
        "deployment": str(deployment),
        "errors": counts[Severity.ERROR],
        "warnings": counts[Severity.WARNING],
        "findings": [
            asdict(finding) | {"severity": finding.severity.value, "text": redacted(finding.text)}
            for finding in findings
        ],
    }
