"""Commands as a user types them."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from apns_connector.simulator import demo_credentials

SAMPLES = Path(__file__).parents[3] / "samples"


@pytest.fixture(scope="session")
def run() -> Callable[..., subprocess.CompletedProcess[str]]:
    """``run("check", folder, given="stdin", VARIABLE="x")``: the command, to its end."""

    def command(
        *arguments: object, given: str = "", **environment: str
    ) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "apns_connector", *map(str, arguments)],
            input=given,
            capture_output=True,
            text=True,
            timeout=60,
            env={**os.environ, **environment},
        )

    return command


@pytest.fixture
def deployment(tmp_path: Path) -> Path:
    """A copy of the first sample, with the credentials that its gateway.yaml speaks of."""
    shutil.copytree(SAMPLES / "seed-sample", tmp_path / "deployment")
    demo_credentials(tmp_path / "deployment/credentials")
    return tmp_path / "deployment"
