"""What ``check`` says of a deployment that is well written, and cannot be served all the same.

Its files are judged in tests/unit/inspection, its REST API in tests/integration/rest/test_start.py.
"""

from __future__ import annotations

from pathlib import Path

from apns_connector.examination import examine
from apns_connector.mediation.deployment.finding import Finding, Severity

KEY = {"APNS_CONNECTOR_MASTER_KEY": "a phrase"}


def errors(deployment: Path, environment: dict[str, str]) -> list[Finding]:
    found = examine(deployment, environment)
    return [one for one in found if one.severity is Severity.ERROR]


def elsewhere(folder: Path, url: str) -> None:
    (folder / "gateway.yaml").write_text(f"message_stores: {{S: {{url: '{url}'}}}}\n")


def test_it_makes_no_key_and_no_file(deployment: Path):
    before = sorted(deployment.iterdir())
    assert errors(deployment, {}) == []
    assert sorted(deployment.iterdir()) == before


def test_a_store_that_can_never_be_is_an_error(deployment: Path):
    elsewhere(deployment, "oracle://somewhere/x")
    (error,) = errors(deployment, {})
    assert error.file == "gateway.yaml"
    assert "postgresql:" in error.text


def test_records_that_leave_the_machine_need_the_master_key(deployment: Path):
    elsewhere(deployment, "redis://broker/0")
    (error,) = errors(deployment, {})
    assert "set APNS_CONNECTOR_MASTER_KEY" in error.text
    assert errors(deployment, KEY) == []
